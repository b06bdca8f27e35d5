import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { firstAdminLink } from '../../src/access/index.ts';
import { buildPortal } from '../../web/build.ts';
import { accessibilityFaults, openBrowser, overhangOf, pageErrors } from '../support/browser.ts';
import { type HttpTest, httpTest } from '../support/http.ts';

/** The script of the sign-in page, compressed. */
const SIGN_IN_SCRIPT_BYTES_MAX = 150_000;
const PASSWORD = 'nine small boats at anchor';

let http: HttpTest;
let browser: Browser;
let origin: string;

beforeAll(async () => {
  await buildPortal();
  http = await httpTest();
  origin = await http.api.server.listen({ host: '127.0.0.1', port: 0 });
  browser = await openBrowser();
  await makeFirstAdmin();
});

afterAll(async () => {
  await browser?.close();
  await http?.[Symbol.asyncDispose]();
});

async function opened(path: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  const context: BrowserContext = await browser.newContext({ baseURL: origin, ...options });
  const page = await context.newPage();
  await page.goto(path);
  return page;
}

async function makeFirstAdmin(): Promise<void> {
  const link = new URL((await firstAdminLink(http.app))!);
  const page = await opened(link.pathname + link.search);
  await page.getByLabel('Name').fill('Ada Berg');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByRole('textbox', { name: 'Password' }).fill('short');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('Use at least 8 characters.').waitFor();
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/admin');
  await page.context().close();
}

async function signedIn(options: Parameters<Browser['newContext']>[0] = {}, path = '/login'): Promise<Page> {
  const page = await opened(path, options);
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Where you are' }).waitFor();
  return page;
}

test('who follows a link without being signed in comes to it after signing in', async () => {
  const page = await signedIn({}, '/admin/leads?q=anna');
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/admin/leads?q=anna');
});

test('a wrong password is told in plain words, and the e-mail address stays', async () => {
  const page = await opened('/login');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByRole('textbox', { name: 'Password' }).fill('not it at all');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText('E-mail or password is wrong.').waitFor();
  expect(await page.getByLabel('E-mail').inputValue()).toBe('ada@example.com');
});

test('a link to the sign-in page cannot lead to another website', async () => {
  const page = await signedIn({}, `/login?next=${encodeURIComponent('//example.org/admin')}`);
  expect(new URL(page.url()).pathname).toBe('/admin');
});

test('who signs out, or whose session ends, is shown the sign-in page and nothing else', async () => {
  const page = await signedIn();
  await page.getByRole('button', { name: 'Signed in as Ada Berg' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.goto('/admin/money');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('everything of the frame is reached by keyboard', async () => {
  const page = await signedIn();
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await page.waitForURL('**/admin/money');
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByPlaceholder('Go to a page').fill('webhooks');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/admin/deliveries');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor({ state: 'detached' });
});

test('the live state says that changes arrive by themselves', async () => {
  const page = await signedIn();
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 390]) {
    test(`sign-in and frame have no accessibility fault, ${colorScheme}, ${width} wide`, async () => {
      const look = { colorScheme, viewport: { width, height: 900 } };
      const entry = await opened('/login', look);
      await entry.getByRole('heading', { name: 'Sign in' }).waitFor();
      expect(await accessibilityFaults(entry)).toEqual([]);
      const page = await signedIn(look);
      const errors = pageErrors(page);
      await page.goto('/admin/leads');
      await page.getByRole('heading', { name: 'Leads' }).waitFor();
      expect(await page.locator('html').getAttribute('data-theme')).toBe(colorScheme);
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(errors).toEqual([]);
      expect(await overhangOf(page)).toBe(0);
    });
  }
}

test('the sign-in page needs at most 150 kB of script', async () => {
  const context = await browser.newContext({ baseURL: origin });
  const page = await context.newPage();
  const scripts: Promise<Buffer>[] = [];
  page.on('response', (answer) => {
    if (answer.url().endsWith('.js')) scripts.push(answer.body());
  });
  await page.goto('/login');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  const sizes = (await Promise.all(scripts)).map((body) => gzipSync(body).length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(SIGN_IN_SCRIPT_BYTES_MAX);
});
