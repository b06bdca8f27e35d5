import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Partner, type Shop, startPartner } from '../support/deliveries.ts';
import { type Exchange, openExchange } from '../support/exchange.ts';
import { seedEndpoint, seedNiche } from '../support/market.ts';
import { openPortal, type PortalTest } from '../support/portal.ts';

let portal: PortalTest;
let partner: Partner;
let shop: Shop;
let exchange: Exchange;

beforeAll(async () => {
  portal = await openPortal({ MX_CHECK: '0' });
  partner = await startPartner();
  shop = await openShop(portal.http.app, partner.url, { balance: 4_000n });
  exchange = await openExchange(portal.http.app, partner.url);
});

afterAll(async () => {
  await partner?.[Symbol.asyncDispose]();
  await portal?.[Symbol.asyncDispose]();
});

test('a provider subscribes to a level by itself and ends it after it was told what happens', async () => {
  await seedNiche(portal.http.app, { name: 'Roofs of glass' });
  const { page, send, errors } = await portal.as('provider_owner', '/dashboard/subscriptions', {
    providerId: shop.providerId,
  });
  await page.getByRole('button', { name: 'Subscribe' }).click();
  const dialog = page.getByRole('dialog', { name: 'Subscribe to a level' });
  await dialog.getByRole('combobox', { name: 'Competition level' }).click();
  await page.getByRole('option', { name: /Roofs of glass/ }).click();
  await dialog.getByRole('button', { name: 'Subscribe' }).click();
  const sheet = page.getByRole('dialog', { name: /Roofs of glass/ });
  await sheet.getByText('At most 50 leads a day').waitFor();
  await sheet.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'End subscription' }).click();
  const question = page.getByRole('alertdialog');
  await question.getByText('Leads you already have stay').waitFor();
  await question.getByRole('button', { name: 'End subscription' }).click();
  await page.getByRole('row', { name: /Roofs of glass.*Ended/ }).waitFor();
  const { body } = await send('GET', '/api/v1/subscriptions?cancelled=true');
  expect(body.data).toMatchObject([{ niche_name: 'Roofs of glass', state: 'cancelled' }]);
  expect(errors).toEqual([]);
});

test('an operator gives a subscription its endpoint, required fields, price and priority', async () => {
  const { endpoint } = await seedEndpoint(portal.http.app, {
    ...{ providerId: shop.providerId, url: partner.url, name: 'Second CRM' },
  });
  const at = `/admin/providers/${shop.providerId}?tab=subscriptions&open=${shop.subscriptionId}`;
  const { page, send, errors } = await portal.as('operator', at);
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByRole('combobox', { name: 'Endpoint' }).click();
  await page.getByRole('option', { name: /Second CRM/ }).click();
  await page.getByRole('combobox', { name: 'Must have' }).fill('Budg');
  await page.getByRole('option', { name: 'Budget' }).click();
  await page.getByLabel('Own price of a lead').fill('7,50');
  await page.getByLabel('Priority').fill('12');
  await page.getByLabel('Weight').fill('3');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('7.50 EUR (own price)').waitFor();
  const { body } = await send('GET', `/api/v1/admin/subscriptions/${shop.subscriptionId}`);
  expect(body.data).toMatchObject({
    ...{
      endpoint_id: endpoint.id,
      required_fields: ['budget'],
      price_override: '7.50',
      priority: 12,
      weight: 3,
    },
  });
  expect(errors).toEqual([]);
});

test('what the operator paused, the provider sees as such and is offered no way to end', async () => {
  const { send } = await portal.as('operator', '/admin');
  await send('POST', `/api/v1/admin/subscriptions/${shop.subscriptionId}/pause`);
  const at = `/dashboard/subscriptions?open=${shop.subscriptionId}`;
  const { page } = await portal.as('provider_owner', at, { providerId: shop.providerId });
  await page.getByText('The operator paused this subscription').waitFor();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('button', { name: 'Edit', exact: true }).first().waitFor();
  expect(await sheet.getByRole('button', { name: 'Resume' }).count()).toBe(0);
  // The page hears the end of the pause without a reload.
  await send('POST', `/api/v1/admin/subscriptions/${shop.subscriptionId}/resume`);
  await sheet.getByRole('button', { name: 'Pause' }).waitFor();
});

test('a receiver’s own names and values are rows of the endpoint’s form', async () => {
  const at = `/dashboard/delivery`;
  const { page, send } = await portal.as('provider_owner', at, { providerId: shop.providerId });
  await page.getByRole('button', { name: 'Add endpoint' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add endpoint' });
  await dialog.getByLabel('Name', { exact: true }).fill('Mapped');
  await dialog.getByLabel('Webhook URL').fill('https://127.0.0.1:9/leads');
  await dialog.getByRole('button', { name: 'Add field' }).click();
  await dialog.getByLabel('Row 1, our field').fill('phone');
  await dialog.getByLabel('Row 1, their name').fill('email');
  await dialog.getByRole('button', { name: 'Add endpoint' }).click();
  // It was tried, and nobody listens there.
  await dialog.getByText('connection_refused').waitFor();
  await dialog.getByText('Save it all the same').click();
  await dialog.getByRole('button', { name: 'Add endpoint' }).click();
  await dialog.getByText('email and phone would both be sent as email.').waitFor();
  await dialog.getByLabel('Row 1, their name').fill('telefon');
  await dialog.getByRole('button', { name: 'Add endpoint' }).click();
  await page.getByText('Copy it now').waitFor();
  const { body } = await send('GET', '/api/v1/providers/me/endpoints');
  expect(body.data[0]).toMatchObject({ name: 'Mapped', field_map: { phone: 'telefon' } });
});

test('an operator mends a mistyped address of a lead in quarantine', async () => {
  const id = await exchange.post({ name: 'Carl Dritter', email: 'carl@mailinator.com' });
  const { page, send, errors } = await portal.as('operator', `/admin/leads/${id}`);
  await page.getByRole('button', { name: 'Correct' }).click();
  const dialog = page.getByRole('dialog', { name: 'Correct the contact' });
  expect(await dialog.getByRole('button', { name: 'Save correction' }).isDisabled()).toBe(true);
  await dialog.getByLabel('E-mail').fill('carl at example');
  await dialog.getByRole('button', { name: 'Save correction' }).click();
  await dialog.locator('[aria-invalid=true]').waitFor();
  await dialog.getByLabel('E-mail').fill('carl@example.com');
  await dialog.getByRole('button', { name: 'Save correction' }).click();
  await page.getByRole('link', { name: 'carl@example.com' }).waitFor();
  expect((await send('GET', `/api/v1/admin/leads/${id}`)).body.data.contact.email).toBe('carl@example.com');
  expect(errors).toEqual([]);
});

test('an administrator leaves a note with a refund that nobody else reads or is asked for', async () => {
  const id = await exchange.post({ name: 'Falk Falsch' });
  await exchange.work();
  const operator = await portal.as('operator', `/admin/leads/${id}`);
  const refund = (page: typeof operator.page) =>
    page.getByRole('list', { name: 'Assignments' }).getByRole('button', { name: 'Refund' }).first().click();
  await refund(operator.page);
  await operator.page.getByRole('alertdialog').waitFor();
  expect(await operator.page.getByLabel('Note for administrators').count()).toBe(0);
  const { page, send } = await portal.as('admin', `/admin/leads/${id}`);
  await refund(page);
  await page.getByLabel('Note for administrators').fill('The third one from this firm.');
  await page.getByRole('button', { name: 'Refund 1 assignment' }).click();
  await page.getByText('Assignment refunded').first().waitFor();
  const { body } = await send('GET', '/api/v1/admin/audit?limit=100');
  const memos = body.data.map((row: { admin_only_memo: string | null }) => row.admin_only_memo);
  expect(memos).toContain('The third one from this firm.');
});
