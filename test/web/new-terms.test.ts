import { expect, test } from 'vitest';
import { accessibilityFaults, overhangOf } from '../support/browser.ts';
import { openShop, startPartner } from '../support/deliveries.ts';
import { openPortal } from '../support/portal.ts';

type Page = Awaited<ReturnType<Awaited<ReturnType<typeof openPortal>>['as']>>['page'];

/** Light and dark, wide and on a phone. */
async function looksRight(page: Page, name: string): Promise<void> {
  for (const [scheme, width] of [
    ['light', 1440],
    ['dark', 390],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    await page.locator(`html[data-theme=${scheme}]`).waitFor();
    expect([name, scheme, width, await accessibilityFaults(page), await overhangOf(page)]).toEqual([
      ...[name, scheme, width, [], 0],
    ]);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

test('a provider sets caps by weekday and evenly spread, times away, the same person and the ratio', async () => {
  await using portal = await openPortal();
  await using partner = await startPartner();
  const shop = await openShop(portal.http.app, partner.url);
  const at = `/dashboard/subscriptions?open=${shop.subscriptionId}`;
  const { page, send, errors } = await portal.as('provider_owner', at, { providerId: shop.providerId });
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByRole('button', { name: 'Add cap' }).click();
  await page.getByLabel('Cap 1, at most').fill('20');
  await page.getByRole('combobox', { name: 'Cap 1, in which time' }).click();
  await page.getByRole('option', { name: 'on Mondays' }).click();
  await page.getByRole('button', { name: 'Add cap' }).click();
  await page.getByRole('group', { name: 'Cap 2' }).getByRole('checkbox', { name: 'Spread evenly' }).click();
  await page
    .getByRole('group', { name: 'Cap 2' })
    .getByRole('checkbox', { name: 'Refunds give the place back' })
    .click();
  await page.getByLabel('No second lead of the same person within').fill('30');
  await page.getByLabel('Premium leads').fill('70');
  await page.getByLabel('Looks back on').fill('40');
  await page.getByRole('button', { name: 'Add time away' }).click();
  await page.getByLabel('Away 1, last day').fill('2027-01-02');
  await page.getByLabel('Away 1, first day').fill('2026-12-24');
  await looksRight(page, 'terms');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('24 Dec 2026 to 2 Jan 2027').waitFor();
  await page.getByText('Not again within 30 days').waitFor();
  const { body } = await send('GET', `/api/v1/subscriptions/${shop.subscriptionId}`);
  expect(body.data).toMatchObject({
    caps: [
      { window: 'day', kind: 'count', value: '20', weekday: 1 },
      { window: expect.any(String), kind: 'count', value: '50', pace: 'even', gives_back: true },
    ],
    ...{ person_window_days: 30, premium_ratio: 70, ratio_window: 40 },
    away: [{ from: expect.any(String), to: expect.any(String) }],
  });
  expect(errors).toEqual([]);
});

test('caps over all subscriptions are set by the provider and by the operator, in a currency of its niches', async () => {
  await using portal = await openPortal();
  await using partner = await startPartner();
  const shop = await openShop(portal.http.app, partner.url);
  const own = await portal.as('provider_owner', '/dashboard/subscriptions', { providerId: shop.providerId });
  await own.page.getByRole('button', { name: 'Edit caps' }).click();
  const dialog = own.page.getByRole('dialog', { name: 'Caps over all subscriptions' });
  await dialog.getByRole('button', { name: 'Add cap' }).click();
  await dialog.getByLabel('Cap 1, at most').fill('250,00');
  await dialog.getByRole('combobox', { name: 'Cap 1, of what' }).click();
  await own.page.getByRole('option', { name: 'EUR' }).click();
  await dialog.getByRole('checkbox', { name: 'Mail me about caps' }).click();
  await looksRight(own.page, 'provider-caps');
  await dialog.getByRole('button', { name: 'Save caps' }).click();
  await own.page.getByText('At most 250.00 EUR a day').waitFor();
  const at = `/admin/providers/${shop.providerId}?tab=subscriptions`;
  const { page, send, errors } = await portal.as('operator', at);
  await page.getByText('At most 250.00 EUR a day').waitFor();
  await page.getByRole('button', { name: 'Edit caps' }).click();
  const theirs = page.getByRole('dialog', { name: 'Caps over all subscriptions' });
  await theirs.getByLabel('Cap 1, at most').fill('many');
  await theirs.getByRole('button', { name: 'Save caps' }).click();
  await theirs.getByRole('alert').waitFor();
  await theirs.getByRole('button', { name: 'Remove cap 1' }).click();
  await theirs.getByRole('button', { name: 'Save caps' }).click();
  await page.getByText('None: the caps of each subscription alone hold.').waitFor();
  const { body } = await send('GET', `/api/v1/admin/providers/${shop.providerId}`);
  expect(body.data).toMatchObject({ caps: [], notification_preferences: { cap_warning: false } });
  expect([...own.errors, ...errors.filter((text) => !text.includes('422'))]).toEqual([]);
});

test('a level announces its price and is sold alone; a campaign has a price of its own', async () => {
  await using portal = await openPortal();
  await using partner = await startPartner();
  const shop = await openShop(portal.http.app, partner.url);
  const { page, send, errors } = await portal.as('operator', `/admin/niches/${shop.nicheId}`);
  await page.getByRole('button', { name: 'More actions for Level 1' }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  const level = page.getByRole('dialog', { name: 'Edit Level 1' });
  await level.getByLabel('Coming price').fill('9,50');
  await level.getByLabel('From', { exact: true }).fill('2027-02-01');
  await level.getByRole('checkbox', { name: 'Nobody of another level gets the same lead' }).click();
  await level.getByRole('combobox', { name: 'Who gets a lead' }).click();
  await page.getByRole('option', { name: /By weight/ }).click();
  await looksRight(page, 'level');
  await level.getByRole('button', { name: 'Save level' }).click();
  await level.waitFor({ state: 'detached' });
  await page.getByText('9.50').waitFor();
  await page.getByRole('tab', { name: 'Campaigns' }).click();
  await page.getByRole('tabpanel').getByRole('button', { name: 'Edit' }).click();
  const campaign = page.getByRole('dialog', { name: /^Edit / });
  await campaign.getByLabel('Level 1').fill('7.25');
  await looksRight(page, 'campaign');
  await campaign.getByRole('button', { name: 'Save campaign' }).click();
  await page.getByText('7.25 EUR').waitFor();
  const { body } = await send('GET', `/api/v1/admin/niches/${shop.nicheId}`);
  expect(body.data.levels).toMatchObject([
    { strategy: 'weighted', exclusive: true, coming_price: { price_per_lead: '9.50' } },
  ]);
  expect(errors).toEqual([]);
});
