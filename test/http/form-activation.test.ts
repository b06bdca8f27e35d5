import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FormField } from '../../src/market/catalog/index.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { seedNiche, seedProvider, seedSubscription, VPS_FORM } from '../support/market.ts';

/** What people are told before and when a version of a form is put in use. */

let http: HttpTest;
let operator: Send;
beforeAll(async () => {
  http = await httpTest();
  operator = (await signedInAs(http, 'operator')).send;
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

const number = (id: string): FormField => ({ id, label: id, type: 'number', required: false });
/** The budget became two questions, and `purpose` is asked no more. */
const SPLIT_FORM = [
  ...VPS_FORM.filter(({ id }) => id !== 'budget' && id !== 'purpose'),
  number('monthly'),
  number('once'),
];
const split = { kind: 'split', from: 'budget', into: ['monthly', 'once'] };
const gone = { kind: 'deprecated', from: 'purpose' };

async function drafted(fields: FormField[] = SPLIT_FORM) {
  const { niche, level } = await seedNiche(http.app);
  const at = `/api/v1/admin/niches/${niche.id}/schema`;
  const { form } = (await operator('POST', at, { fields })).body.data;
  return { at, level, revision: form.revision as string };
}

test('the preview names who keeps its filters, who does not and why; nothing has changed by it', async () => {
  const { at, level } = await drafted();
  const buyer = await seedProvider(http.app, { companyName: 'Nordlicht' });
  const subscription = await seedSubscription(http.app, {
    ...{ providerId: buyer.id, levelId: level.id },
    filters: [
      { kind: 'range', field: 'budget', min: 5, missing: 'fail' },
      { kind: 'set', field: 'purpose', match: 'any', values: ['web'], missing: 'fail' },
    ],
  });
  const body = { field_mappings: [{ ...split, filters_to: 'monthly' }, gone] };
  const whose = {
    ...{ subscription_id: subscription.id, provider_id: buyer.id },
    ...{ provider_name: 'Nordlicht', level_name: 'Level 1' },
  };
  const preview = await operator('POST', `${at}/2/preview-activation`, body);
  expect(preview.body.data).toMatchObject({
    ...{ changed: 1, moved_count: 1, left_count: 1 },
    moved: [{ ...whose, what: 'filter', from: 'budget', to: 'monthly' }],
    left: [{ ...whose, what: 'filter', field: 'purpose', effect: 'none_pass' }],
  });
  const now = await operator('GET', `/api/v1/admin/subscriptions/${subscription.id}`);
  expect(now.body.data.filters[0].field).toBe('budget');
  const done = await operator('POST', `${at}/2/activate`, body);
  expect(done.body.data.warnings[0]).toContain('of Nordlicht, Level 1 stays as it is');
});

test('a split that names nobody to take over is refused by its field, with the ways out', async () => {
  const { at } = await drafted();
  for (const verb of ['preview-activation', 'activate']) {
    const refused = await operator('POST', `${at}/2/${verb}`, { field_mappings: [gone, split] });
    expect(refused).toMatchObject({
      status: 422,
      body: { code: 'field_mapping_wrong', details: [{ field: 'field_mappings.1.filters_to' }] },
    });
    expect(refused.body.details[0].message).toMatch(/"monthly", "once".*"budget" as deprecated/);
  }
  const elsewhere = { field_mappings: [gone, { ...split, filters_to: 'note' }] };
  const refused = await operator('POST', `${at}/2/preview-activation`, elsewhere);
  expect(refused.body.details).toMatchObject([{ field: 'field_mappings.1.filters_to' }]);
});

test('of two people who edit a draft or put a version in use, the second is told so', async () => {
  const { at, revision } = await drafted();
  const saved = await operator('PATCH', `${at}/2`, { change_summary: 'Mine', revision });
  expect(saved.status).toBe(200);
  const late = await operator('PATCH', `${at}/2`, { change_summary: 'Theirs', revision });
  expect(late).toMatchObject({ status: 409, body: { code: 'form_changed' } });
  const body = { field_mappings: [{ ...split, filters_to: 'once' }, gone], from_version: 1 };
  const unread = await operator('POST', `${at}/2/activate`, { ...body, revision });
  expect(unread).toMatchObject({ status: 409, body: { code: 'form_changed' } });
  const seen = saved.body.data.form.revision;
  expect((await operator('POST', `${at}/2/activate`, { ...body, revision: seen })).status).toBe(200);
  const again = await operator('POST', `${at}/1/activate`, { field_mappings: [], from_version: 1 });
  expect(again).toMatchObject({ status: 409, body: { code: 'form_use_changed' } });
});

test('a version says which of its questions had been given up before', async () => {
  const { at } = await drafted(VPS_FORM.filter(({ id }) => id !== 'purpose'));
  await operator('POST', `${at}/2/activate`, { field_mappings: [gone] });
  const versions = (await operator('GET', at)).body.data;
  expect(versions.map((one: { asked_again: string[] }) => one.asked_again)).toEqual([[], ['purpose']]);
  const same = { kind: 'direct', field: 'purpose' };
  expect((await operator('POST', `${at}/1/activate`, { field_mappings: [same] })).status).toBe(200);
});
