import { afterAll, beforeAll, expect, test } from 'vitest';
import { runVerify } from '../../src/cli/verify.ts';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { explainDecision, openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { createFormSchema, type FieldMapping, type FormField } from '../../src/market/catalog/index.ts';
import { activateFormSchema, readSubscription } from '../../src/market/subscriptions/index.ts';
import { openDecided } from '../support/decided.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { engine, stateOf } from '../support/lead.ts';
import { payIn, VPS_FORM } from '../support/market.ts';

/** A niche asks its questions in a new way; filters go along, and older leads are still understood. */

let http: HttpTest;
let operator: Send;
beforeAll(async () => {
  http = await httpTest({ MX_CHECK: '0' });
  operator = (await signedInAs(http, 'operator')).send;
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

/** `purpose` is called `usage`, and its value `web` is `site`; nobody is asked for `managed` any more. */
const NEXT_FORM: FormField[] = VPS_FORM.filter(({ id }) => id !== 'managed').map((field) =>
  field.id === 'purpose' && field.type === 'select'
    ? { ...field, id: 'usage', options: [{ value: 'site', label: 'Web site' }, field.options[1]!] }
    : field,
);
const MAPPINGS: FieldMapping[] = [
  { kind: 'renamed', from: 'purpose', to: 'usage', values: { web: 'site' } },
  { kind: 'deprecated', from: 'managed' },
];
const wants = (value: string) => [
  {
    kind: 'set' as const,
    field: 'purpose',
    match: 'any' as const,
    values: [value],
    missing: 'fail' as const,
  },
];

test('filters go along in one edit; leads of both forms are judged by them, and so is a day that is run again', async () => {
  const { app } = http;
  const niche = await openDecided(app, { levels: [{ maxProviders: 1 }] });
  const web = await niche.join('Web', { filters: wants('web'), requiredFields: ['purpose'], balance: 0n });
  const managed = await niche.join('Managed', {
    filters: [{ kind: 'boolean', field: 'managed', value: true, missing: 'fail' }],
  });
  const older = await niche.lead({ purpose: 'web' });
  const game = await niche.lead({ purpose: 'game' });
  expect(await stateOf(app, older)).toBe('unsold');

  const url = `/api/v1/admin/niches/${niche.niche.id}/schema`;
  await createFormSchema(app, { nicheId: niche.niche.id, fields: NEXT_FORM, changeSummary: 'usage' }, SYSTEM);
  const body = { field_mappings: MAPPINGS };
  const preview = await operator('POST', `${url}/2/preview-activation`, body);
  expect(preview.status).toBe(200);
  const left = [
    { subscription_id: managed.id, provider_id: managed.providerId, what: 'filter', field: 'managed' },
  ];
  expect(preview.body.data).toMatchObject({ changed: 1, left });
  expect((await app.db.tx(engine, (tx) => readSubscription(tx, web.id)))!.filters).toMatchObject([
    { field: 'purpose' },
  ]);

  const done = await operator('POST', `${url}/2/activate`, body);
  expect(done.status).toBe(200);
  expect(done.body.data).toMatchObject({ form: { schema_version: 2, active: true }, changed: 1, left });
  const carried = (await app.db.tx(engine, (tx) => readSubscription(tx, web.id)))!;
  expect(carried).toMatchObject({
    filters: [{ field: 'usage', values: ['site'] }],
    requiredFields: ['usage'],
    version: web.version + 1,
  });
  const told = await app.db.tx(
    engine,
    (tx) => tx<{ params: { fields: string } }[]>`
      select params from messages where template = 'filters-left' and provider_id = ${managed.providerId}`,
  );
  expect(told.map(({ params }) => params.fields)).toEqual(['managed']);

  const newer = await niche.lead({ usage: 'site' });
  const unlike = await niche.lead({ usage: 'game' });
  await payIn(app, web.providerId, 10_000n);
  await app.db.tx(engine, (tx) => tx`update leads set due_at = now() where state = 'unsold'`);
  await runDistribution(openDistributor(app));
  const states = await Promise.all([older, newer, game, unlike].map((id) => stateOf(app, id)));
  expect(states).toEqual(['distributed', 'distributed', 'unsold', 'unsold']);
  const { decisions } = await explainDecision(app, unlike);
  expect(decisions[0]!.excluded.map(({ sentence }) => sentence)).toContain('usage game is not among site');

  const verified = await runVerify({
    ownerUrl: http.database.ownerUrl,
    day: new Date().toISOString().slice(0, 10),
    print: () => {},
  });
  expect(verified.findings).toEqual([]);
});

test('a form that goes back to its first names is understood too, and a retired name asks nothing else', async () => {
  const { app } = http;
  const niche = await openDecided(app);
  const { id, providerId } = await niche.join('Web', { filters: wants('web'), balance: 0n });
  const nicheId = niche.niche.id;
  await createFormSchema(app, { nicheId, fields: NEXT_FORM, changeSummary: '' }, SYSTEM);
  await activateFormSchema(app, { nicheId, schemaVersion: 2, mappings: MAPPINGS }, SYSTEM);
  const waiting = await niche.lead({ usage: 'site' });
  const plain = { nicheId, schemaVersion: 1, mappings: [] };
  await expect(activateFormSchema(app, plain, SYSTEM)).rejects.toMatchObject({
    code: 'field_mapping_wrong',
    details: [{ field: 'field_mappings' }, { field: 'field_mappings' }],
  });
  const back: FieldMapping[] = [{ kind: 'renamed', from: 'usage', to: 'purpose', values: { site: 'web' } }];
  await expect(activateFormSchema(app, { ...plain, mappings: back }, SYSTEM)).rejects.toMatchObject({
    details: [{ message: expect.stringContaining('"managed"') }],
  });
  const same: FieldMapping = { kind: 'direct', field: 'managed' };
  await activateFormSchema(app, { ...plain, mappings: [...back, same] }, SYSTEM);
  expect((await app.db.tx(engine, (tx) => readSubscription(tx, id)))!.filters).toEqual(wants('web'));
  await app.db.tx(engine, (tx) => tx`update leads set due_at = now() where id = ${waiting}`);
  await payIn(app, providerId, 10_000n);
  await runDistribution(openDistributor(app));
  expect(await stateOf(app, waiting)).toBe('distributed');
});
