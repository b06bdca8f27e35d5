import { expect, test } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { endStop, setStop } from '../../src/market/stops/index.ts';
import { accessibilityFaults, overhangOf } from '../support/browser.ts';
import { openShop } from '../support/deliveries.ts';
import { openPortal } from '../support/portal.ts';

test('everything is stopped from the home page, every page says so, and it is released with a reason', async () => {
  await using portal = await openPortal();
  const { page, errors } = await portal.as('admin', '/admin');
  const bar = page.getByRole('complementary', { name: 'Stopped' });
  await page.getByRole('button', { name: 'Stop everything' }).click();
  const asked = page.getByRole('dialog', { name: 'Stop everything?' });
  await asked.getByText('Leads keep coming in and wait.').waitFor();
  const verb = asked.getByRole('button', { name: 'Stop everything' });
  expect(await verb.isDisabled()).toBe(true);
  await asked.getByLabel('Why').fill('A source sends made-up people');
  await verb.click();
  await bar.getByText('Everything is stopped').waitFor();
  await page.goto('/admin/leads');
  await bar.getByText('A source sends made-up people').waitFor();
  await bar.getByText('by Test Person').waitFor();
  await bar.getByRole('button', { name: 'Release Everything' }).click();
  const release = page.getByRole('dialog', { name: 'Let everything go on?' });
  await release.getByLabel('Why').fill('The source is paused');
  await release.getByRole('button', { name: 'Release' }).click();
  await expect.poll(() => bar.count()).toBe(0);
  expect(errors).toEqual([]);
});

test('the bar and the questions are right in light and dark, and on a phone', async () => {
  await using portal = await openPortal();
  const shop = await openShop(portal.http.app, 'http://127.0.0.1:9/leads');
  const { page, errors } = await portal.as('admin', `/admin/providers/${shop.providerId}`);
  const bar = page.getByRole('complementary', { name: 'Stopped' });
  for (const path of [`/admin/providers/${shop.providerId}`, `/admin/niches/${shop.nicheId}`]) {
    await page.goto(path);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    const asked = page.getByRole('dialog', { name: /^Stop / });
    expect(await accessibilityFaults(page)).toEqual([]);
    await asked.getByLabel('Why').fill('Complaints of several people about calls at night');
    await asked.getByRole('button', { name: /^Stop this/ }).click();
    await asked.waitFor({ state: 'detached' });
  }
  await expect.poll(() => bar.getByRole('listitem').count()).toBe(2);
  for (const [scheme, width] of [
    ['light', 1440],
    ['dark', 390],
    ['dark', 1440],
    ['light', 390],
  ] as const) {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme: scheme });
    await page.locator(`html[data-theme=${scheme}]`).waitFor();
    expect([scheme, width, await accessibilityFaults(page), await overhangOf(page)]).toEqual([
      scheme,
      width,
      [],
      0,
    ]);
  }
  expect(errors).toEqual([]);
});

test('a provider reads on its home page that it is stopped, not why, and no longer once it goes on', async () => {
  await using portal = await openPortal();
  const { app } = portal.http;
  const shop = await openShop(app, 'http://127.0.0.1:9/leads');
  const { page, errors } = await portal.as('provider_owner', '/dashboard', { providerId: shop.providerId });
  await page.getByText('Nothing. Leads reach you as they should.').waitFor();
  const reason = 'Lawyers of Mr Secret wrote';
  const one = await setStop(app, { scope: 'provider', scopeId: shop.providerId, reason }, SYSTEM);
  await page.reload();
  await page.getByText('The operator has stopped your leads for now').waitFor();
  await page.getByText('Nothing that you have to put right.').waitFor();
  expect(await page.content()).not.toContain('Secret');
  expect([await accessibilityFaults(page), await overhangOf(page)]).toEqual([[], 0]);
  await endStop(app, { id: one.id, reason: 'sorted out' }, SYSTEM);
  await setStop(app, { scope: 'niche', scopeId: shop.nicheId, reason }, SYSTEM);
  await page.reload();
  await page
    .getByText(/^The operator has stopped .* for now. No leads of it come until that ends.$/)
    .waitFor();
  await page.getByText('Niche stopped').waitFor();
  expect(await page.content()).not.toContain('Secret');
  expect(errors).toEqual([]);
});
