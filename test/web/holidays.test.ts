import { expect, test } from 'vitest';
import { accessibilityFaults, overhangOf } from '../support/browser.ts';
import { openShop } from '../support/deliveries.ts';
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

test('a provider closes on the holidays of a region, and sees which come next', async () => {
  await using portal = await openPortal();
  const shop = await openShop(portal.http.app, 'http://127.0.0.1:9/leads');
  const at = `/dashboard/subscriptions?open=${shop.subscriptionId}`;
  const { page, send, errors } = await portal.as('provider_owner', at, { providerId: shop.providerId });
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByText('Leads are taken on holidays too.').waitFor();
  await page.getByRole('combobox', { name: 'Closed on public holidays' }).click();
  await page.getByRole('option', { name: 'Germany' }).click();
  const next = page.getByRole('list', { name: 'Next holidays' });
  await next.getByText('Easter Monday').or(next.getByText('Day of German Unity')).first().waitFor();
  expect(await next.getByRole('listitem').count()).toBe(6);
  await page.getByRole('combobox', { name: 'Region' }).fill('Bav');
  await page.getByRole('option', { name: 'Bavaria' }).click();
  await next.getByText('Epiphany').or(next.getByText('Corpus Christi')).first().waitFor();
  await looksRight(page, 'form');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('At any time on other days').waitFor();
  await page.getByText('Leads on these days go to others.').waitFor();
  await looksRight(page, 'sheet');
  const { body } = await send('GET', `/api/v1/subscriptions/${shop.subscriptionId}`);
  expect(body.data.holidays).toEqual({ country: 'DE', region: 'BY' });
  expect(errors).toEqual([]);
});
