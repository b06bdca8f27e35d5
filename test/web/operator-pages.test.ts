import { afterAll, beforeAll, expect, test } from 'vitest';
import { runDeliveries } from '../../src/lead/delivery/index.ts';
import { openShop, type Partner, type Shop, sell, startPartner } from '../support/deliveries.ts';
import { openPortal, type PortalTest } from '../support/portal.ts';

let portal: PortalTest;
let partner: Partner;
let shop: Shop;

beforeAll(async () => {
  portal = await openPortal();
  partner = await startPartner(() => ({ status: 422, body: '{"error":"phone"}' }));
  shop = await openShop(portal.http.app, partner.url);
  await sell(portal.http.app, shop, 2);
  await runDeliveries(portal.http.app);
});

afterAll(async () => {
  await partner?.[Symbol.asyncDispose]();
  await portal?.[Symbol.asyncDispose]();
});

test('a niche is made from a preset; its levels are added, put in order and switched off', async () => {
  const { page, send, errors } = await portal.as('operator', '/admin/niches/new');
  await page.getByText('Good leads go out by themselves; what stays open can be bought by hand.').waitFor();
  await page.getByLabel('Name').first().fill('Heat pumps');
  await page.getByRole('radio', { name: /^Instant/ }).click();
  await page.getByLabel('Price of a lead').fill('30,50');
  await page.getByRole('button', { name: 'Add niche' }).click();
  await page.getByRole('heading', { name: 'Heat pumps' }).waitFor();
  await page.getByRole('button', { name: 'Add level' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Shared');
  await dialog.getByLabel('Price of a lead').fill('9.90');
  await dialog.getByRole('button', { name: 'Add level' }).click();
  await page.getByRole('button', { name: 'More actions for Shared' }).click();
  await page.getByRole('menuitem', { name: 'Move up' }).click();
  await expect
    .poll(() => page.getByRole('list').locator('li:has-text("subscriptions")').first().innerText())
    .toContain('Shared');
  await page.getByRole('button', { name: 'More actions for Shared' }).click();
  await page.getByRole('menuitem', { name: 'Switch off' }).click();
  await page.getByText('Switched off', { exact: true }).waitFor();
  const id = page.url().split('/').at(-1);
  const { niche, levels } = (await send('GET', `/api/v1/admin/niches/${id}`)).body.data;
  expect(niche).toMatchObject({ slug: 'heat-pumps', preset: 'instant' });
  expect(
    levels.map((one: { name: string; price_per_lead: string }) => [one.name, one.price_per_lead]),
  ).toEqual([
    ['Shared', '9.90'],
    ['Standard', '30.50'],
  ]);
  await page.getByRole('tab', { name: 'Form' }).click();
  await page.getByText('In use', { exact: true }).first().waitFor();
  expect(errors).toEqual([]);
});

test('a source shows its token once, with a request that the API takes', async () => {
  const { page } = await portal.as('operator', '/admin/sources');
  await page.getByRole('button', { name: 'Add source' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('comparison_page');
  await dialog.getByRole('combobox', { name: 'Niche' }).click();
  await page.getByRole('option').first().click();
  await dialog.getByRole('button', { name: 'Add source' }).click();
  const request = await dialog.locator('pre').innerText();
  const token = /inbound\/(\S+)/.exec(request)![1]!;
  const body = JSON.parse(/-d '(.*)'$/s.exec(request)![1]!);
  expect((await portal.http.send('POST', `/api/v1/inbound/${token}`, body)).status).toBe(202);
  await dialog.getByRole('button', { name: 'I have copied it' }).click();
  await page.getByRole('row', { name: /comparison_page/ }).click();
  await page.getByText('Confirmed as the campaign says').waitFor();
  expect(await page.content()).not.toContain(token);
});

test('a delivery shows what was sent and answered; failed ones are counted, then sent again', async () => {
  const { page } = await portal.as('operator', '/admin/deliveries?state=failed');
  await page
    .getByRole('row', { name: /Refused/ })
    .first()
    .click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('button', { name: /1\. Refused/ }).click();
  await sheet.getByText('"error": "phone"').waitFor();
  await sheet.getByText('Headers we sent').waitFor();
  await page.keyboard.press('Escape');
  partner.reply = () => ({ status: 200 });
  await page.getByRole('button', { name: 'Send failed ones again' }).click();
  await page.getByText('2 of 2 can be sent again').waitFor();
  await page.getByRole('button', { name: 'Send 2 deliveries again' }).click();
  await page.getByText('2 deliveries are sent again').waitFor();
  await runDeliveries(portal.http.app);
  await page.goto('/admin/deliveries?state=delivered');
  await page
    .getByRole('row', { name: /Delivered/ })
    .first()
    .waitFor();
  expect(await page.locator('tbody tr').count()).toBe(2);
});

test('the audit log shows who changed what, before and after, and everything about one thing', async () => {
  const { page, send } = await portal.as('admin', '/admin/money');
  await send('POST', `/api/v1/admin/providers/${shop.providerId}/pause`, {});
  await page.goto('/admin/audit?q=provider.paused');
  await page.locator('tbody tr[tabindex]').first().click();
  const line = page.getByRole('dialog').getByRole('row', { name: /^paused false true/ });
  await line.getByRole('deletion').waitFor();
  await line.getByRole('insertion').waitFor();
  await page.getByRole('button', { name: 'Show everything about this provider' }).click();
  await page.waitForURL(`**/admin/audit?*entity_id=${shop.providerId}*`);
});

test('a niche says how many missed turns are made up for, and lets it be changed', async () => {
  const { page, send, errors } = await portal.as('operator', `/admin/niches/${shop.nicheId}?tab=rules`);
  await page.getByText('Up to 3 are made up for').waitFor();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('While an endpoint is down its provider gets no lead.').waitFor();
  const turns = dialog.getByLabel('Missed turns that are made up for');
  await turns.fill('21');
  await dialog.getByText('Write a number from 0 to 20.').waitFor();
  expect(await dialog.getByRole('button', { name: 'Save niche' }).isDisabled()).toBe(true);
  await turns.fill('0');
  await dialog.getByRole('button', { name: 'Save niche' }).click();
  await page.getByText('Keep their place in the line only').waitFor();
  const { niche } = (await send('GET', `/api/v1/admin/niches/${shop.nicheId}`)).body.data;
  expect(niche.missed_turns_max).toBe(0);
  expect(errors).toEqual([]);
});
