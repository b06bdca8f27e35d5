import { expect, test } from 'vitest';
import { accessibilityFaults, overhangOf } from '../support/browser.ts';
import { openShop, type Shop, sell, startPartner } from '../support/deliveries.ts';
import { openPortal } from '../support/portal.ts';

const operatorPages = (shop: Shop, deliveryId: string) => [
  '/admin/providers',
  `/admin/providers?open=${shop.providerId}`,
  '/admin/providers/new',
  `/admin/providers/${shop.providerId}`,
  `/admin/providers/${shop.providerId}?tab=subscriptions&open=${shop.subscriptionId}`,
  `/admin/providers/${shop.providerId}?tab=endpoints`,
  '/admin/niches',
  '/admin/niches/new',
  `/admin/niches/${shop.nicheId}`,
  `/admin/niches/${shop.nicheId}?tab=form`,
  `/admin/niches/${shop.nicheId}?tab=campaigns`,
  '/admin/sources',
  `/admin/deliveries?open=${deliveryId}`,
  `/admin/money?provider=${shop.providerId}`,
  '/admin/audit',
];
const providerPages = (shop: Shop, deliveryId: string) => [
  '/dashboard',
  `/dashboard/subscriptions?open=${shop.subscriptionId}`,
  `/dashboard/delivery?open=${deliveryId}`,
  '/dashboard/billing',
];

test('no page of the market has an accessibility fault or scrolls sideways, light and dark, wide and on a phone', async () => {
  await using portal = await openPortal();
  await using partner = await startPartner();
  const shop = await openShop(portal.http.app, partner.url);
  const [delivery] = await sell(portal.http.app, shop, 3);
  for (const [role, paths, more] of [
    ['admin', operatorPages(shop, delivery!.id), {}],
    ['provider_owner', providerPages(shop, delivery!.id), { providerId: shop.providerId }],
  ] as const) {
    const { page, errors } = await portal.as(role, paths[0]!, more);
    for (const path of paths) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      const loading = page.locator('[aria-busy=true], [role=status]:has-text("Loading")');
      await expect.poll(() => loading.count()).toBe(0);
      expect([path, await accessibilityFaults(page), await overhangOf(page)]).toEqual([path, [], 0]);
      await page.setViewportSize({ width: 390, height: 844 });
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.locator('html[data-theme=dark]').waitFor();
      expect([path, await accessibilityFaults(page), await overhangOf(page)]).toEqual([path, [], 0]);
    }
    expect(errors).toEqual([]);
  }
});
