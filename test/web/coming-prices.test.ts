import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Partner, type Shop, startPartner } from '../support/deliveries.ts';
import { openPortal, type PortalTest } from '../support/portal.ts';

/** Prices that are announced, in the browser of who sets them and of who will pay them. */
let portal: PortalTest;
let partner: Partner;
let shop: Shop;

beforeAll(async () => {
  portal = await openPortal({ MX_CHECK: '0', PRICE_NOTICE_DAYS: '7' });
  partner = await startPartner();
  shop = await openShop(portal.http.app, partner.url, { balance: 4_000n });
});

afterAll(async () => {
  await partner?.[Symbol.asyncDispose]();
  await portal?.[Symbol.asyncDispose]();
});

const inDays = (days: number): string => {
  const at = new Date(Date.now() + days * 86_400_000);
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
};

test('an operator is told that a higher own price needs notice, announces it, and the provider reads it', async () => {
  const at = `/admin/providers/${shop.providerId}?tab=subscriptions&open=${shop.subscriptionId}`;
  const { page, errors } = await portal.as('operator', at);
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const price = page.getByLabel('Own price of a lead');
  await price.fill('77');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page
    .getByText(/77.00 may hold from/)
    .first()
    .waitFor();
  await price.fill('');
  await page.getByLabel('Another own price from').fill(inDays(9));
  await page.getByLabel('Own price from then on').fill('78,50');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('78.50 EUR from').waitFor();
  expect(errors.filter((line) => !line.includes('409'))).toEqual([]);

  const address = `/dashboard/subscriptions?open=${shop.subscriptionId}`;
  const mine = await portal.as('provider_owner', address, { providerId: shop.providerId });
  await mine.page.getByText('Coming price').waitFor();
  await mine.page.getByText('78.50 EUR from').waitFor();
  expect(mine.errors).toEqual([]);
});

test('an operator announces other prices of a campaign, and takes them back', async () => {
  const at = `/admin/niches/${shop.nicheId}?tab=campaigns`;
  const { page, send, errors } = await portal.as('operator', at);
  const announced = async () => {
    const { body } = await send('GET', `/api/v1/admin/campaigns?niche_id=${shop.nicheId}`);
    return body.data[0].coming_level_prices?.level_prices ?? null;
  };
  await page.getByRole('tabpanel').getByRole('button', { name: 'Edit' }).first().click();
  const dialog = page.getByRole('dialog', { name: /^Edit/ });
  await dialog.getByLabel('Other prices from').fill(inDays(9));
  const then = dialog.getByRole('group', { name: 'Prices from then on' });
  await then.getByRole('textbox').first().fill('31,50');
  await dialog.getByRole('button', { name: 'Save campaign' }).click();
  await page.getByText(/31.50 EUR from/).waitFor();
  expect(Object.values(await announced())).toEqual(['31.50']);

  await page.getByRole('tabpanel').getByRole('button', { name: 'Edit' }).first().click();
  await dialog.getByLabel('Other prices from').fill('');
  await dialog.getByRole('button', { name: 'Save campaign' }).click();
  await page.getByText(/31.50 EUR from/).waitFor({ state: 'detached' });
  expect(await announced()).toBe(null);
  expect(errors).toEqual([]);
});
