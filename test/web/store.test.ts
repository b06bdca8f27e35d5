import { expect, test } from 'vitest';
import { accessibilityFaults, overhangOf } from '../support/browser.ts';
import { openDecided } from '../support/decided.ts';
import { signedInAs } from '../support/http.ts';
import { VPS_FORM } from '../support/market.ts';
import { openPortal, type PortalTest } from '../support/portal.ts';

/** A provider that chooses each lead itself: its subscription is paused, and the campaign sells what nobody took. */
async function openStore(portal: PortalTest) {
  const fields = VPS_FORM.map((field) => ({ ...field, shown_before_purchase: field.id === 'purpose' }));
  const niche = await openDecided(portal.http.app, {
    ...{ name: 'Server rental', fields, levels: [{ name: 'Shared', maxProviders: 2 }] },
    policy: { purchase: 'open_seats' },
  });
  const buyer = async (name: string) => {
    const { id, providerId } = await niche.join(name);
    const { send } = await signedInAs(portal.http, 'provider_owner', { providerId });
    await send('POST', `/api/v1/subscriptions/${id}/pause`, {});
    return { id, providerId, send };
  };
  return { ...niche, buyer };
}

test('a provider buys a lead without knowing the person, and knows the person as soon as it has bought it', async () => {
  await using portal = await openPortal({ MX_CHECK: '0' });
  const store = await openStore(portal);
  const { providerId } = await store.buyer('Chooses itself');
  const lead = await store.lead({ name: 'Vera Verborgen', purpose: 'game' });
  const { page, errors } = await portal.as('provider_owner', '/dashboard/store', { providerId });
  const row = page.getByRole('row', { name: /Server rental, Germany/ });
  await row.getByText('Purpose: Game server').waitFor();
  expect(await page.content()).not.toContain('Verborgen');
  for (const [scheme, width] of [
    ['light', 1440],
    ['dark', 390],
    ['light', 1440],
  ] as const) {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme: scheme });
    await page.locator(`html[data-theme=${scheme}]`).waitFor();
    await page.getByText('Server rental, Germany').first().waitFor();
    expect([await accessibilityFaults(page), await overhangOf(page)]).toEqual([[], 0]);
  }
  await row.getByText('Server rental, Germany').click();
  const dialog = page.getByRole('dialog', { name: 'Buy this lead?' });
  await dialog.getByText('at most 2 companies, you included').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Buy for 10.00 EUR' }).click();
  await page.getByText('Lead bought for 10.00 EUR').first().waitFor();
  await page.getByText('Nothing for sale now').waitFor();
  await page.goto(`/dashboard/leads/${lead}`);
  await page.getByText('Vera Verborgen').first().waitFor();
  expect(errors).toEqual([]);
});

test('who comes too late is told so in the dialog, and pays nothing', async () => {
  await using portal = await openPortal({ MX_CHECK: '0' });
  const store = await openStore(portal);
  const late = await store.buyer('Late');
  const quick = [await store.buyer('Quick'), await store.buyer('Quicker')];
  const lead = await store.lead();
  const { page, send } = await portal.as('provider_owner', '/dashboard/store', {
    providerId: late.providerId,
  });
  await page.getByText('Server rental, Germany').first().click();
  const dialog = page.getByRole('dialog', { name: 'Buy this lead?' });
  await dialog.getByRole('button', { name: 'Buy for 10.00 EUR' }).waitFor();
  for (const one of quick) {
    const bought = await one.send(
      'POST',
      `/api/v1/providers/me/store/${lead}/purchase`,
      { subscription_id: one.id, price: '10.00' },
      { 'idempotency-key': one.id },
    );
    expect(bought.status).toBe(201);
  }
  await dialog.getByRole('button', { name: 'Buy for 10.00 EUR' }).click();
  await dialog.getByText('Somebody else took the last seat of this lead before you.').waitFor();
  const { body } = await send('GET', '/api/v1/providers/me/balance');
  expect(body.data.wallets[0].available).toBe('1000.00');
});

test('an operator says what providers may buy of a campaign', async () => {
  await using portal = await openPortal({ MX_CHECK: '0' });
  const niche = await openDecided(portal.http.app);
  const address = `/admin/niches/${niche.niche.id}?tab=campaigns`;
  const { page, send } = await portal.as('operator', address);
  await page.getByRole('tabpanel').getByRole('button', { name: 'Edit' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Providers may buy themselves' }).click();
  await page.getByRole('option', { name: /Leads that nobody took/ }).click();
  await dialog.getByRole('button', { name: 'Save campaign' }).click();
  await page.getByText('Campaign saved').first().waitFor();
  await page.getByRole('tabpanel').getByText('Leads that nobody took').waitFor();
  const { body } = await send('GET', `/api/v1/admin/campaigns/${niche.campaignId}`);
  expect(body.data.purchase).toBe('unsold');
});
