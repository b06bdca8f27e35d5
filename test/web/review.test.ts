import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults, overhangOf } from '../support/browser.ts';
import { type Exchange, openExchange } from '../support/exchange.ts';
import { openPortal, type PortalTest } from '../support/portal.ts';

let portal: PortalTest;
let exchange: Exchange;
let state: (id: string) => Promise<string>;

beforeAll(async () => {
  portal = await openPortal({ MX_CHECK: '0' });
  exchange = await openExchange(portal.http.app, 'http://127.0.0.1:9/', { approval: 'manual' });
});

afterAll(async () => await portal?.[Symbol.asyncDispose]());

test('the queue is worked by keyboard: after each verdict the next lead opens, the oldest first', async () => {
  const ids = [];
  for (const name of ['Anna Erste', 'Bodo Zweiter']) ids.push(await exchange.post({ name }));
  const stopped = await exchange.post({ name: 'Carl Dritter', email: 'carl@mailinator.com' });
  const { page, send, errors } = await portal.as('operator', '/admin/review');
  state = async (id) => (await send('GET', `/api/v1/admin/leads/${id}`)).body.data.state;
  const current = page.getByRole('region', { name: 'Lead under review' });
  await current.getByRole('heading', { name: 'Anna Erste' }).waitFor();
  await page.getByText('3 leads left').waitFor();
  await current.getByRole('button', { name: 'Approve' }).waitFor();
  await page.keyboard.press('a');
  await current.getByRole('heading', { name: 'Bodo Zweiter' }).waitFor();
  await page.getByText('2 leads left').waitFor();
  await current.getByRole('button', { name: 'Reject' }).waitFor();
  await page.keyboard.press('r');
  const question = page.getByRole('dialog', { name: 'Reject this lead?' });
  await question.getByRole('radio', { name: 'The contact data are made up' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await current.getByRole('heading', { name: 'Carl Dritter' }).waitFor();
  await current
    .getByText('Stopped: The e-mail address is a throw-away one', { exact: true })
    .first()
    .waitFor();
  await page.getByText('1 lead left').waitFor();
  await page.keyboard.press('l');
  // Released is not approved: it comes back for that.
  await current.getByText('Waits for your approval').waitFor();
  expect(await Promise.all([...ids, stopped].map(state))).toEqual([
    'approved',
    'rejected',
    'pending_approval',
  ]);
  const { body } = await send('GET', `/api/v1/admin/leads/${ids[1]}`);
  expect(body.data.reason).toBe('The person cannot be reached');
  expect(errors).toEqual([]);
});

test('who only reads sees the queue and no button that the server would refuse', async () => {
  await exchange.post({ name: 'Dora Vierte' });
  const { page } = await portal.as('auditor', '/admin/review?state=pending_approval');
  const current = page.getByRole('region', { name: 'Lead under review' });
  await current.getByText('What was asked').waitFor();
  expect(await page.getByRole('button', { name: /Approve|Reject/ }).count()).toBe(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the queue has no accessibility fault, ${colorScheme}, wide and on a phone`, async () => {
    for (const width of [1440, 390]) {
      const look = { colorScheme, viewport: { width, height: 900 } };
      const { page } = await portal.as('operator', '/admin/review?state=pending_approval', look);
      await page.getByRole('button', { name: 'Approve' }).waitFor();
      expect(await accessibilityFaults(page), String(width)).toEqual([]);
      expect(await overhangOf(page)).toBe(0);
      await page.getByRole('button', { name: 'Reject' }).click();
      await page.getByRole('dialog', { name: 'Reject this lead?' }).waitFor();
      const faults = await accessibilityFaults(page);
      expect(faults.filter((fault) => !fault.startsWith('region:'))).toEqual([]);
      await page.context().close();
    }
  });
}
