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
  await page.getByRole('button', { name: 'Add date' }).click();
  await page.getByLabel('Date 1', { exact: true }).fill('2099-12-24');
  await page.getByRole('button', { name: 'Add hours on date 1' }).click();
  await page.getByLabel('date 1, until').fill('12:00');
  await looksRight(page, 'form');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('At any time on other days').waitFor();
  await page.getByText('Thu, 24 Dec 2099: 09:00–12:00').waitFor();
  await page.getByText('While it is closed, leads go to others.').waitFor();
  await looksRight(page, 'sheet');
  const { body } = await send('GET', `/api/v1/subscriptions/${shop.subscriptionId}`);
  expect(body.data).toMatchObject({
    holidays: { country: 'DE', region: 'BY' },
    schedule: {
      weekly: null,
      exceptions: [{ date: '2099-12-24', windows: [{ from: '09:00', to: '12:00' }] }],
    },
  });
  expect(errors).toEqual([]);
});

test('an operator adds a country, writes a day down, takes a file, and the portal says what a rule means', async () => {
  await using portal = await openPortal();
  const { page, send, errors } = await portal.as('operator', '/admin/holidays');
  await page.getByRole('row', { name: /Germany/ }).waitFor();
  await looksRight(page, 'list');
  await page.getByRole('button', { name: 'Add country' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a country' });
  await dialog.getByRole('combobox', { name: 'Country' }).fill('Icel');
  await page.getByRole('option', { name: 'Iceland' }).click();
  await dialog.getByRole('button', { name: 'Add country' }).click();
  const sheet = page.getByRole('dialog', { name: 'Iceland' });
  await sheet.getByRole('button', { name: 'Add day' }).click();
  await sheet.getByLabel('Day 1, name').fill('First Day of Summer');
  await sheet.getByLabel('Day 1, rule').fill('thursday from 04');
  await sheet.getByText('This is no rule.').waitFor();
  expect(await sheet.getByRole('button', { name: 'Save calendar' }).isDisabled()).toBe(true);
  await sheet.getByLabel('Day 1, rule').fill('thursday from 04-19');
  await sheet.getByText('First Thursday from 19 April on').waitFor();
  await looksRight(page, 'sheet');
  await sheet.getByRole('button', { name: 'Save calendar' }).click();
  await page.getByText('Calendar saved').waitFor();
  const days = async () => (await send('GET', '/api/v1/admin/holidays/IS')).body.data.days;
  expect(await days()).toMatchObject([{ rule: 'thursday from 04-19' }]);
  const file = (text: string) =>
    sheet.getByLabel('Calendar, CSV file').setInputFiles({
      ...{ name: 'is.csv', mimeType: 'text/csv' },
      buffer: Buffer.from(text),
    });
  await file('name,rule\nNever,99-99\n');
  await sheet.getByText('line 2: "99-99" is no rule.').waitFor();
  await file('name,rule,regions\nNational Day,06-17,\nMonday of Commerce,monday from 08-01,RVK\n');
  await sheet.getByText('First Monday from 1 August on').waitFor();
  expect(await days()).toMatchObject([{ rule: '06-17' }, { rule: 'monday from 08-01', regions: ['RVK'] }]);
  expect(errors.filter((error) => !error.includes('422'))).toEqual([]);
});
