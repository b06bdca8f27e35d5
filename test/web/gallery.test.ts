import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults, openBrowser, overhangOf, pageErrors } from '../support/browser.ts';

const WEB = join(import.meta.dirname, '..', '..', 'web');
const ORIGIN = 'http://gallery.test';
/** No looser than what the server sends with the portal. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'";
const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

let browser: Browser;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-gallery-'));
  const outDir = { outDir: folder, emptyOutDir: true };
  await build({ configFile: join(WEB, 'vite.config.ts'), mode: 'gallery', logLevel: 'error', build: outDir });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The gallery, served from the folder it was built into. */
async function gallery(colorScheme: 'light' | 'dark', width: number, errors: string[] = []): Promise<Page> {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
  await context.route('**/*', async (route) => {
    const wanted = join(folder, new URL(route.request().url()).pathname);
    const path = extname(wanted) && existsSync(wanted) ? wanted : join(folder, 'index.html');
    const contentType = TYPES[extname(path)] ?? 'text/html';
    await route.fulfill({ path, contentType, headers: { 'content-security-policy': POLICY } });
  });
  const page = await context.newPage();
  pageErrors(page, errors);
  await page.goto(`${ORIGIN}/gallery`);
  await page.getByRole('heading', { name: 'Gallery' }).waitFor();
  return page;
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 390]) {
    test(`no component has an accessibility fault, ${colorScheme}, ${width} wide`, async () => {
      const errors: string[] = [];
      const page = await gallery(colorScheme, width, errors);
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(errors).toEqual([]);
      expect(await overhangOf(page)).toBe(0);
    });
  }
}

test('a list is walked, selected, opened and closed by keyboard', async () => {
  const page = await gallery('light', 1440);
  const rows = page.getByRole('table', { name: 'Leads' }).locator('tbody tr');
  const sheetTitle = page.getByRole('dialog').getByRole('heading');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  expect(await rows.nth(1).evaluate((row) => row.matches(':focus'))).toBe(true);
  await page.keyboard.press('x');
  await page.getByText('1 lead selected').waitFor();
  await page.keyboard.press('Enter');
  await sheetTitle.waitFor();
  const names = await rows.locator('td:nth-child(2)').allTextContents();
  expect(await sheetTitle.textContent()).toBe(names[1]);
  await page.keyboard.press('j');
  await page.getByRole('heading', { name: names[2]! }).waitFor();
  await page.keyboard.press('Escape');
  await sheetTitle.waitFor({ state: 'detached' });
});

test('single keys rest while somebody types, and the slash leads to the search of the list', async () => {
  const page = await gallery('light', 1440);
  await page.keyboard.press('/');
  await page.keyboard.type('jx');
  const search = page.getByRole('searchbox', { name: 'Name, e-mail, phone or id' });
  expect(await search.inputValue()).toBe('jx');
  expect(await page.getByText('selected').count()).toBe(0);
});

test('a question about money names the act, and the focus returns to where it was', async () => {
  const page = await gallery('dark', 1440);
  const opener = page.getByRole('button', { name: 'Ask before refunding' });
  await opener.click();
  const question = page.getByRole('alertdialog', { name: 'Refund 3 leads?' });
  await question.getByRole('button', { name: 'Refund 3 leads' }).waitFor();
  await page.keyboard.press('Escape');
  await question.waitFor({ state: 'detached' });
  expect(await opener.evaluate((button) => button.matches(':focus'))).toBe(true);
});

test('menus, choices, palettes and messages have no accessibility fault while they are open', async () => {
  const page = await gallery('light', 1440);
  for (const name of ['Open dialog', 'Open palette', 'Open popover', 'More', 'Filter']) {
    await page.getByRole('button', { name, exact: true }).click();
    await page.locator('[data-open]').first().waitFor();
    expect(await faultsOfPopups(page), name).toEqual([]);
    await page.keyboard.press('Escape');
    await page.locator('[role=dialog][data-open], [role=menu][data-open]').waitFor({ state: 'detached' });
  }
  await page.getByRole('button', { name: 'Show problem' }).click();
  await page.getByText('Not saved').waitFor();
  expect(await faultsOfPopups(page)).toEqual([]);
});

/** A popup stands outside of the landmarks for as long as it is open; everything else is a fault. */
const faultsOfPopups = async (page: Page) =>
  (await accessibilityFaults(page)).filter((fault) => !fault.startsWith('region:'));
