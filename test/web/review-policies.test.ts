import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults } from '../support/browser.ts';
import { type Exchange, openExchange } from '../support/exchange.ts';
import { openPortal, type PortalTest } from '../support/portal.ts';

let portal: PortalTest;
let exchange: Exchange;

beforeAll(async () => {
  portal = await openPortal({ MX_CHECK: '0' });
  exchange = await openExchange(portal.http.app, 'http://127.0.0.1:9/', { approval: 'manual' });
});
afterAll(async () => await portal?.[Symbol.asyncDispose]());

test('an admin leaves a note with a rejection that an operator is not asked for', async () => {
  const id = await exchange.post({ name: 'Edda Fünfte' });
  const theirs = await portal.as('operator', `/admin/leads/${id}`);
  await theirs.page.getByRole('button', { name: 'Reject' }).click();
  const plain = theirs.page.getByRole('dialog', { name: 'Reject this lead?' });
  await plain.getByRole('radio').first().waitFor();
  expect(await plain.getByLabel('Note for administrators').count()).toBe(0);

  const { page, send, errors } = await portal.as('admin', `/admin/leads/${id}`);
  await page.getByRole('button', { name: 'Reject' }).click();
  const question = page.getByRole('dialog', { name: 'Reject this lead?' });
  await question.getByLabel('Note for administrators').fill('Same voice as last week.\nSee the recording.');
  expect((await accessibilityFaults(page)).filter((fault) => !fault.startsWith('region:'))).toEqual([]);
  await question.getByRole('button', { name: 'Reject lead' }).click();
  await page.getByText('Lead rejected').first().waitFor();
  const { body } = await send('GET', `/api/v1/admin/audit?action=lead.rejected&entity_id=${id}`);
  expect(body.data[0].admin_only_memo).toBe('Same voice as last week.\nSee the recording.');
  expect(errors).toEqual([]);
});

test('an operator says in the campaign what follows when nobody decides', async () => {
  const { body } = await (await portal.as('operator', '/admin/niches')).send(
    'GET',
    '/api/v1/admin/campaigns',
  );
  const campaign = body.data[0];
  const { page, send, errors } = await portal.as(
    'operator',
    `/admin/niches/${campaign.niche_id}?tab=campaigns`,
  );
  await page.getByText('Nobody decides for 25 minutes').waitFor();
  await page.getByRole('tabpanel').getByRole('button', { name: 'Edit' }).first().click();
  const form = page.getByRole('dialog');
  await form.getByRole('combobox', { name: 'When nobody decides for 25 minutes' }).click();
  await page.getByRole('option', { name: /Approve it by itself/ }).click();
  await form.getByRole('button', { name: 'Save campaign' }).click();
  await page.getByText('Campaign saved').first().waitFor();
  const saved = await send('GET', `/api/v1/admin/campaigns/${campaign.id}`);
  expect(saved.body.data.late_approval).toBe('approve');
  expect(errors).toEqual([]);
});
