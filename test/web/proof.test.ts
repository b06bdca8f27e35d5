import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeRoot, makeSeeds, runProof } from '../../src/lead/distribution/index.ts';
import { dayAfter } from '../../src/lead/distribution/proof/days.ts';
import { accessibilityFaults, overhangOf } from '../support/browser.ts';
import { type Partner, startPartner } from '../support/deliveries.ts';
import { type Exchange, openExchange } from '../support/exchange.ts';
import { engine } from '../support/lead.ts';
import { openPortal, type PortalTest } from '../support/portal.ts';

let portal: PortalTest;
let partner: Partner;
let exchange: Exchange;
let folder: string;
/** The newest day with a root. */
let day: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-proof-'));
  portal = await openPortal({ MX_CHECK: '0', FAIRLEAD_DATA: folder });
  const { app } = portal.http;
  partner = await startPartner();
  await makeSeeds(app);
  exchange = await openExchange(app, partner.url);
  for (let n = 0; n < 7; n += 1) await exchange.post({ budget: n * 30 });
  await exchange.work();
  const [row] = await app.db.tx(
    engine,
    (tx) => tx<{ day: string }[]>`
      select to_char(max(decided_at) at time zone 'UTC', 'YYYY-MM-DD') as day from decisions`,
  );
  day = row!.day;
  while ((await makeRoot(app, { today: dayAfter(day) })) > 0);
  while ((await runProof(app)) > 0);
});

afterAll(async () => {
  await partner?.[Symbol.asyncDispose]();
  await portal?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test('a provider checks its part of a day in the browser, and the root against its mail', async () => {
  const as = { providerId: exchange.willing };
  const { page, send, errors } = await portal.as('provider_owner', `/dashboard/proof?day=${day}`, as);
  await page.getByText('It checks out').waitFor();
  expect(await page.getByText('Checks out', { exact: true }).count()).toBeGreaterThan(3);
  expect(await page.getByText('got the lead').count()).toBeGreaterThan(0);
  const { root } = (await send('GET', `/api/v1/proof/${day}`)).body.data;
  await page.getByLabel('Root in your mail').fill(root.toUpperCase());
  await page.getByText('The same', { exact: true }).waitFor();
  await page
    .getByLabel('Root in your mail')
    .fill(root.replace(/^./, (first: string) => (first === '0' ? '1' : '0')));
  await page.getByText('Not the same').waitFor();
  expect(errors).toEqual([]);
});

test('a line that the server bends is found in the browser', async () => {
  const as = { providerId: exchange.second };
  const { page } = await portal.as('provider_owner', '/dashboard', as);
  await page.route('**/api/v1/providers/me/proofs/**', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace('|chosen|', '|no_seat|');
    await route.fulfill({ response: answer, body });
  });
  await page.goto(`/dashboard/proof?day=${day}`);
  await page.getByText('This does not check out').waitFor();
  await page.getByText('1 decision without a way to the root.').waitFor();
});

test('the operator sees the roots and that the day was run again', async () => {
  const { page, errors } = await portal.as('auditor', '/admin/proof');
  await page.getByRole('heading', { name: day }).first().waitFor();
  await page.getByText('Holds').first().waitFor();
  await page.getByText('Today and the days ahead').waitFor();
  expect(errors).toEqual([]);
});

const VIEWS = [
  { name: 'operator', role: 'admin', path: () => '/admin/proof', ready: 'Holds' },
  {
    name: 'provider',
    role: 'provider_owner',
    path: () => `/dashboard/proof?day=${day}`,
    ready: 'It checks out',
  },
  { name: 'public', role: 'admin', path: () => '/proof', ready: 'Proof of the distribution' },
] as const;

for (const colorScheme of ['light', 'dark'] as const) {
  for (const { name, role, path, ready } of VIEWS) {
    test(`the ${name} page has no accessibility fault, ${colorScheme}, wide and on a phone`, async () => {
      const own = role === 'admin' ? {} : { providerId: exchange.willing };
      const { page } = await portal.as(role, path(), { colorScheme, ...own });
      for (const width of [1_440, 390]) {
        await page.setViewportSize({ width, height: 900 });
        await page.getByText(ready).first().waitFor();
        expect(await accessibilityFaults(page)).toEqual([]);
        expect(await overhangOf(page)).toBe(0);
      }
    });
  }
}
