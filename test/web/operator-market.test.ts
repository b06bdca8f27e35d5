import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Partner, type Shop, sell, startPartner } from '../support/deliveries.ts';
import { seedProvider } from '../support/market.ts';
import { openPortal, type PortalTest } from '../support/portal.ts';

let portal: PortalTest;
let partner: Partner;
let shop: Shop;

beforeAll(async () => {
  portal = await openPortal();
  partner = await startPartner();
  shop = await openShop(portal.http.app, partner.url, { balance: 4_000n });
  await sell(portal.http.app, shop, 1);
});

afterAll(async () => {
  await partner?.[Symbol.asyncDispose]();
  await portal?.[Symbol.asyncDispose]();
});

test('one form adds a provider with endpoint, subscription and money; its secret is shown once', async () => {
  const { page, send, errors } = await portal.as('admin', '/admin/providers/new');
  expect(await page.getByLabel('Daily limit').inputValue()).toBe('50');
  expect(await page.getByLabel('Premium ratio').inputValue()).toBe('70');
  expect(await page.getByLabel('Required fields').inputValue()).toBe('name,email,phone,country');
  await page.getByRole('button', { name: 'Add provider' }).click();
  await page.getByText('Write the name of the company.').waitFor();
  await page.getByLabel('Name').fill('Nordlicht GmbH');
  await page.getByLabel('E-mail').fill('office@nordlicht.example');
  await page.getByRole('combobox', { name: 'Niche' }).click();
  await page.getByRole('option').first().click();
  await page.getByLabel('Webhook URL').fill('http://10.0.0.1/leads');
  await page.getByLabel('Opening balance').fill('250');
  await page.getByRole('button', { name: 'Add provider' }).click();
  // A private address is refused under its field, and nothing that was typed is lost.
  await page.locator('[aria-invalid=true][name=webhook_url]').waitFor();
  expect(await page.getByLabel('Name').inputValue()).toBe('Nordlicht GmbH');
  await page.getByLabel('Webhook URL').fill(partner.url);
  await page.getByRole('button', { name: 'Add provider' }).click();
  await page.getByRole('heading', { name: 'Nordlicht GmbH is added' }).waitFor();
  const secret = await page.getByText('Copy it now').locator('xpath=../../..').locator('code').innerText();
  await page.getByText('250.00 EUR are on its account').waitFor();
  await page.getByRole('link', { name: 'Open Nordlicht GmbH' }).click();
  await page.getByRole('tab', { name: 'Endpoints' }).click();
  await page.getByText(partner.url).waitFor();
  expect(secret.length).toBeGreaterThan(20);
  expect(await page.content()).not.toContain(secret);
  const { body } = await send('GET', '/api/v1/admin/providers?search=Nordlicht');
  expect(body.data[0]).toMatchObject({ subscriptions: 1, wallets: [{ available: '250.00' }] });
  expect(errors).toEqual([]);
});

test('money is added by hand after its effect was shown, and not more can be taken than is there', async () => {
  const { page, send } = await portal.as('finance', `/admin/providers/${shop.providerId}`);
  await page.getByRole('button', { name: 'Credit', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Amount').fill('100');
  await dialog.getByLabel('Reason').fill('Goodwill');
  const effect = dialog.getByLabel('What the account holds');
  expect((await effect.innerText()).replace(/\s+/g, ' ')).toBe(
    'Available before 30.00 EUR Available after 130.00 EUR',
  );
  await dialog.getByRole('button', { name: 'Add 100.00 EUR' }).click();
  await page.getByRole('cell', { name: 'Credit by hand' }).waitFor();
  await page.getByRole('cell', { name: '+100.00 EUR' }).waitFor();
  await page.getByRole('button', { name: 'Debit', exact: true }).click();
  await dialog.getByLabel('Amount').fill('130,01');
  await dialog.getByText('There is not that much to take').waitFor();
  expect(await dialog.getByRole('button', { name: /^Take/ }).isDisabled()).toBe(true);
  const { body } = await send('GET', `/api/v1/admin/providers/${shop.providerId}/balance`);
  expect(body.data.wallets[0].available).toBe('130.00');
});

test('filters and the open row stand in the address and survive a reload', async () => {
  await seedProvider(portal.http.app, { companyName: 'Waiting Ltd', country: 'GB', status: 'pending' });
  const { page } = await portal.as('auditor', '/admin/providers');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.getByRole('menuitem', { name: 'State' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Waiting for approval' }).click();
  await page.waitForURL('**/admin/providers?status=pending');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.getByRole('row', { name: /Waiting Ltd/ }).click();
  await page.getByRole('heading', { name: 'Waiting Ltd' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Waiting Ltd' }).waitFor();
  expect(await page.locator('tbody tr').count()).toBe(1);
  await page.keyboard.press('Escape');
  await page.waitForURL('**/admin/providers?status=pending');
  // Who only reads is offered nothing that the server would refuse.
  expect(await page.getByRole('link', { name: 'Add provider' }).count()).toBe(0);
});

test('providers are paused from the list, until somebody resumes them', async () => {
  const one = await seedProvider(portal.http.app, { companyName: 'Pausable AS' });
  const { page, send } = await portal.as('operator', '/admin/providers?q=Pausable');
  await page
    .getByRole('row', { name: /Pausable AS/ })
    .getByRole('checkbox')
    .click();
  await page.getByRole('button', { name: 'Pause 1' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('row', { name: /Pausable AS Paused/ }).waitFor();
  expect((await send('GET', `/api/v1/admin/providers/${one.id}`)).body.data.paused).toBe(true);
});

test('who saves a subscription that somebody changed meanwhile is asked, and loses nothing', async () => {
  const address = `/admin/providers/${shop.providerId}?tab=subscriptions&open=${shop.subscriptionId}`;
  const { page, send } = await portal.as('operator', address);
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByLabel('Budget, at least').fill('250');
  const path = `/api/v1/admin/subscriptions/${shop.subscriptionId}`;
  const { version } = (await send('GET', path)).body.data;
  await send('PATCH', path, { countries: ['DE'], version });
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('Somebody changed this subscription meanwhile').waitFor();
  await page.getByText('They changed: countries.').waitFor();
  await page.getByRole('button', { name: 'Save mine over it' }).click();
  await page.getByText('Budget at least 250').waitFor();
  const saved = (await send('GET', path)).body.data;
  expect(saved.filters).toEqual([{ field: 'budget', kind: 'range', min: 250, missing: 'fail' }]);
  expect(saved.countries).toEqual(['DE']);
});
