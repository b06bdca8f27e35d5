import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Partner, startPartner } from '../support/deliveries.ts';
import { type Exchange, openExchange } from '../support/exchange.ts';
import { openPortal, type PortalTest } from '../support/portal.ts';

let portal: PortalTest;
let partner: Partner;
let exchange: Exchange;
/** Sold to Willing and Second; Picky's filter did not match. */
let sold: string;

beforeAll(async () => {
  portal = await openPortal({ MX_CHECK: '0' });
  partner = await startPartner(() => ({ status: 200, body: '{"id":"crm-1"}' }));
  exchange = await openExchange(portal.http.app, partner.url);
  sold = await exchange.post({ name: 'Berta Kühn', phone: '+49 30 5550001', budget: 80 });
  await exchange.work();
});

afterAll(async () => {
  await partner?.[Symbol.asyncDispose]();
  await portal?.[Symbol.asyncDispose]();
});

test('a lead is found by its phone number, opened by keyboard, and tells why Picky did not get it', async () => {
  const other = await exchange.post({ name: 'Otto Other' });
  const { page, errors } = await portal.as('operator', '/admin/leads');
  await page.getByRole('row', { name: /Otto Other/ }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('0049 30 555 0001');
  await page.waitForURL(/q=/);
  await page.getByRole('row', { name: /Otto Other/ }).waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await page.getByRole('searchbox').blur();
  await page.getByRole('row', { name: /Berta Kühn/ }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('heading', { name: 'Berta Kühn' }).waitFor();
  expect(new URL(page.url()).searchParams.get('open')).toBe(sold);
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/admin/leads/${sold}`);
  const out = page.getByRole('list', { name: 'Whose rules did not match' });
  const picky = out.getByRole('listitem').filter({ hasText: 'Picky AG' });
  await picky.getByText('budget 80 is below its minimum 100').waitFor();
  const took = page.getByRole('list', { name: 'Who could have had it' });
  expect(await took.getByText('took the lead for 10.00 EUR').count()).toBe(2);
  expect(other).not.toBe(sold);
  expect(errors).toEqual([]);
});

test('the timeline tells what happened, with transfer and exchange one press away', async () => {
  const { page } = await portal.as('admin', `/admin/leads/${sold}`);
  const timeline = page.getByRole('list', { name: 'What happened to the lead' });
  await timeline.getByText('Received from Comparison page').waitFor();
  await timeline.getByText('Offered to 3 subscriptions; 2 took it; 1 did not: 1 filter.').waitFor();
  await timeline.getByRole('button', { name: /^Sold to Willing GmbH/ }).click();
  await timeline.getByRole('cell', { name: '990.00 EUR' }).waitFor();
  await timeline.getByRole('button', { name: /^Delivered to Willing GmbH at the first try/ }).click();
  await timeline.getByText('Request headers').click();
  await timeline.getByText('webhook-signature').waitFor();
  await timeline.getByText('"id": "crm-1"').waitFor();
  await timeline.getByRole('button', { name: /^Checked/ }).click();
  await timeline.getByText('The phone number can be called').waitFor();
});

test('filters stand in the address, and the file holds exactly the rows and columns that are shown', async () => {
  await exchange.post({ name: 'Tilda Test' }, { test: true });
  const { page } = await portal.as('auditor', `/admin/leads?niche_id=${exchange.nicheId}`);
  await page.getByRole('row', { name: /Berta Kühn/ }).waitFor();
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Test leads' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Only test leads' }).click();
  await page.waitForURL(/test=true/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.getByRole('row', { name: /Berta Kühn/ }).waitFor({ state: 'detached' });
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export these rows and columns as CSV' }).click();
  const lines = (await readFile(await (await download).path(), 'utf8')).trimEnd().split('\r\n');
  const heads = await page.getByRole('columnheader').allInnerTexts();
  expect(lines[0]).toBe(`\uFEFF${heads.join(',')}`);
  expect(lines.slice(1)).toHaveLength(1);
  expect(lines[1]).toMatch(/^Tilda Test,Distributed,|^Tilda Test,Approved,/);
  await page.getByRole('button', { name: 'Remove filter Test leads' }).click();
  await page.getByRole('row', { name: /Berta Kühn/ }).waitFor();
});

test('before money goes back it is shown who gets how much, and the button says what it does', async () => {
  const id = await exchange.post({ name: 'Falk Falsch' });
  await exchange.work();
  const { page, send } = await portal.as('operator', `/admin/leads/${id}`);
  const assignments = page.getByRole('list', { name: 'Assignments' });
  const second = assignments.getByRole('listitem').filter({ hasText: 'Second Ltd' });
  await second.getByRole('button', { name: 'Refund' }).click();
  const question = page.getByRole('alertdialog');
  await question.getByRole('row', { name: 'In all 10.00 EUR' }).waitFor();
  await question.getByRole('button', { name: 'Keep charge' }).click();
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Mark bad for all' }).click();
  await question.getByRole('row', { name: 'Willing GmbH Charged Refunded 10.00 EUR' }).waitFor();
  await question.getByRole('row', { name: 'In all 20.00 EUR' }).waitFor();
  await question.getByRole('radio', { name: 'The phone number is wrong' }).waitFor();
  expect((await send('GET', `/api/v1/admin/leads/${id}`)).body.data.state).toBe('distributed');
  await question.getByRole('button', { name: 'Refund 2 assignments and mark bad' }).click();
  await page.getByText('Marked bad for all: The phone number is wrong').waitFor();
  const timeline = page.getByRole('list', { name: 'What happened to the lead' });
  await timeline.getByText('Refunded to Second Ltd by Test Person: the phone number is wrong').waitFor();
  const { state, assignments: after } = (await send('GET', `/api/v1/admin/leads/${id}`)).body.data;
  expect([state, after.map((one: { state: string }) => one.state)]).toEqual([
    'bad_lead',
    ['refunded', 'refunded'],
  ]);
});

test('home leads from each figure to its list, and counts what comes in while the list is paused', async () => {
  const { page } = await portal.as('operator', '/admin');
  const tail = page.getByRole('list', { name: 'Leads as they come' });
  await tail.getByText('Berta Kühn').waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await exchange.post({ name: 'Neu Neumann' });
  await page.getByRole('button', { name: '1 new' }).click();
  await tail.getByText('Neu Neumann').waitFor();
  const byState = page.getByRole('list', { name: 'Leads today by state' });
  await byState.getByRole('link', { name: /Distributed/ }).click();
  await page.waitForURL(/state=distributed/);
  await page.getByRole('row', { name: /Berta Kühn/ }).waitFor();
  expect(new URL(page.url()).searchParams.get('from')).toMatch(/T00:00:00.000Z$/);
});
