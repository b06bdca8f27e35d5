import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Partner, type Shop, sell, startPartner } from '../support/deliveries.ts';
import { openPortal, type PortalTest } from '../support/portal.ts';

let portal: PortalTest;
let partner: Partner;
let shop: Shop;
let other: Shop;

beforeAll(async () => {
  portal = await openPortal();
  partner = await startPartner(() => ({ status: 401, body: '{"error":"no key"}' }));
  shop = await openShop(portal.http.app, partner.url, { balance: 4_000n });
  other = await openShop(portal.http.app, partner.url, { balance: 7_700n });
  await sell(portal.http.app, shop, 1);
  await sell(portal.http.app, other, 2);
});

afterAll(async () => {
  await partner?.[Symbol.asyncDispose]();
  await portal?.[Symbol.asyncDispose]();
});

const mine = (path: string) => portal.as('provider_owner', path, { providerId: shop.providerId });

test('a provider sees its own leads, money and deliveries, and nothing of another', async () => {
  const { page, errors } = await mine('/dashboard');
  await page.getByText('Nothing. Leads reach you as they should.').waitFor();
  const figures = page.getByRole('main');
  await figures.getByText('30.00').waitFor();
  await page.goto('/dashboard/delivery');
  await page.locator('tbody tr[tabindex]').first().waitFor();
  expect(await page.locator('tbody tr').count()).toBe(1);
  await page.goto('/dashboard/billing');
  await page.getByRole('cell', { name: 'Lead bought' }).waitFor();
  expect(await page.locator('tbody tr').count()).toBe(2);
  // Another one's delivery, subscription or page is not there, whatever the address says.
  await page.goto(`/dashboard/subscriptions?open=${other.subscriptionId}`);
  await page.getByText('There is no such subscription.').waitFor();
  await page.goto(`/admin/providers/${other.providerId}`);
  await page.waitForURL('**/dashboard');
  expect(errors).toEqual([]);
});

test('each line of the ledger leads to its lead and shows the balance it left', async () => {
  const { page } = await mine('/dashboard/billing?type=lead_purchase');
  const line = page.getByRole('row', { name: /Lead bought/ });
  await line.getByText('30.00').waitFor();
  expect(await line.getByRole('link', { name: 'Lead' }).getAttribute('href')).toContain('/dashboard/leads');
  await page.reload();
  await line.waitFor();
  expect(await page.locator('tbody tr').count()).toBe(1);
});

test('a test lead shows the whole exchange and says in plain words what is wrong', async () => {
  const { page } = await mine('/dashboard/delivery');
  await page.getByRole('button', { name: 'Send test lead' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Check the header with the password or key').waitFor();
  await dialog.getByText('"error": "no key"').waitFor();
  await dialog.getByText('Anna Schmidt').waitFor();
});

test('leads are paused with one switch and come again with it', async () => {
  const { page, send } = await mine('/dashboard/subscriptions');
  const takes = page.getByRole('switch', { name: /takes leads/ });
  await takes.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('row', { name: /Paused/ }).waitFor();
  const state = async () =>
    (await send('GET', `/api/v1/subscriptions/${shop.subscriptionId}`)).body.data.state;
  expect(await state()).toBe('paused');
  await takes.click();
  await page.getByRole('row', { name: /Active/ }).waitFor();
  expect(await state()).toBe('active');
});

test('filters are edited by the form of the niche and said in words; keyboard is enough', async () => {
  const { page, send } = await mine('/dashboard/subscriptions');
  await page.locator('tbody tr[tabindex]').first().waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.getByText('Every lead of the niche').waitFor();
  await page.keyboard.press('e');
  await page.getByLabel('Budget, at most').fill('300');
  await page.getByLabel('Managed', { exact: true }).click();
  await page.getByRole('option', { name: 'Yes', exact: true }).click();
  await page.getByRole('button', { name: 'Add cap' }).click();
  await page.getByLabel('Cap 1, at most').fill('12');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('Budget at most 300').waitFor();
  await page.getByText('At most 12 leads a day').waitFor();
  const { filters, caps } = (await send('GET', `/api/v1/subscriptions/${shop.subscriptionId}`)).body.data;
  expect(filters).toEqual([
    { field: 'budget', kind: 'range', max: 300, missing: 'fail' },
    { field: 'managed', kind: 'boolean', value: true, missing: 'fail' },
  ]);
  expect(caps).toEqual([{ window: 'day', kind: 'count', value: '12' }]);
  await page.getByRole('button', { name: 'Show what changed' }).click();
  await page.getByText('You changed caps and filters').waitFor();
});
