import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { sourceByToken } from '../../src/market/sources/index.ts';
import { tokenHash } from '../../src/platform/secrets.ts';
import { bareProvider, type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { seedNiche } from '../support/market.ts';

let http: HttpTest;
let admin: Send;
let campaignId: string;
const URL = '/api/v1/admin/sources';
beforeAll(async () => {
  http = await httpTest();
  admin = (await signedInAs(http, 'admin')).send;
  campaignId = (await seedNiche(http.app)).campaignId;
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

const held = (token: string) =>
  http.app.db.tx({ role: 'engine' }, (tx) => sourceByToken(tx, tokenHash(token)));

test('only staff see sources, only operators write them', async () => {
  expect((await http.send('GET', URL)).status).toBe(401);
  const { send: owner } = await signedInAs(http, 'provider_owner', { providerId: await bareProvider(http) });
  expect((await owner('GET', URL)).status).toBe(403);
  const { send: auditor } = await signedInAs(http, 'auditor');
  expect((await auditor('POST', URL, {})).status).toBe(403);
});

test('a token is shown in one answer and stored as a hash', async () => {
  const made = await admin('POST', URL, {
    name: 'Facebook',
    type: 'facebook',
    campaign_id: campaignId,
    attested: true,
  });
  expect(made.status).toBe(201);
  const { source, token } = made.body.data;
  expect(token).toMatch(/^fl_source_[A-Za-z0-9_-]{43}$/);
  expect(token.startsWith(source.token_prefix)).toBe(true);
  expect(source).toMatchObject({ type: 'facebook', attested: true, active: true, rate_per_minute: null });
  expect(await held(token)).toMatchObject({ id: source.id, campaignId });
  const shown = await admin('GET', `${URL}/${source.id}`);
  expect(JSON.stringify(shown.body)).not.toContain(token);
  const listed = await admin('GET', `${URL}?campaign_id=${campaignId}`);
  expect(listed.body.data).toContainEqual(source);
  const audited = await http.app.db.tx(
    { role: 'operator' },
    (tx) => tx`select * from audit_log where entity_id = ${source.id}`,
  );
  expect(audited).toHaveLength(1);
  expect(JSON.stringify(audited)).not.toContain(token);
});

test('after a rotation the former token is worth nothing', async () => {
  const { source, token } = (await admin('POST', URL, { name: 'API', type: 'api', campaign_id: campaignId }))
    .body.data;
  const rotated = await admin('POST', `${URL}/${source.id}/rotate`);
  expect(await held(token)).toBeNull();
  expect(await held(rotated.body.data.token)).toMatchObject({ id: source.id });
});

test('a source is changed by its version, and paused without one', async () => {
  const { source } = (await admin('POST', URL, { name: 'API', type: 'api', campaign_id: campaignId })).body
    .data;
  const at = `${URL}/${source.id}`;
  expect((await admin('POST', `${at}/pause`)).body.data).toMatchObject({ active: false, version: 2 });
  const stale = await admin('PATCH', at, { rate_per_minute: 10, version: 1 });
  expect(stale).toMatchObject({ status: 409, body: { code: 'version_stale' } });
  const changed = await admin('PATCH', at, { rate_per_minute: 10, name: 'Slow', version: 2 });
  expect(changed.body.data).toMatchObject({ rate_per_minute: 10, name: 'Slow', active: false });
  expect((await admin('POST', `${at}/resume`)).body.data.active).toBe(true);
});

test('what cannot be is named', async () => {
  const lost = await admin('POST', URL, { name: 'Lost', type: 'api', campaign_id: newId() });
  expect(lost).toMatchObject({ status: 422, body: { code: 'source_campaign_not_found' } });
  const wrong = await admin('POST', URL, { name: ' ', type: 'pigeon', campaign_id: campaignId });
  expect(wrong.body.details.map((detail: { field: string }) => detail.field)).toEqual(['name', 'type']);
  for (const path of ['pause', 'resume', 'rotate']) {
    expect((await admin('POST', `${URL}/${newId()}/${path}`)).body.code).toBe('source_not_found');
  }
  expect((await admin('GET', `${URL}/${newId()}`)).status).toBe(404);
});
