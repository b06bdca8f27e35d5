import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { headersOf, readEndpoint, signingSecrets } from '../../src/market/endpoints/index.ts';
import { selfSigned } from '../support/certificates.ts';
import { bareProvider, type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { seedNiche, seedSubscription } from '../support/market.ts';
import { startReceiver } from '../support/receivers.ts';

const ADMIN = '/api/v1/admin/endpoints';
const OWN = '/api/v1/providers/me/endpoints';
const WEBHOOK = 'http://127.0.0.1:9/leads';

let http: HttpTest;
let admin: Send;
let owner: Send;
let stranger: Send;
let providerId: string;
beforeAll(async () => {
  http = await httpTest();
  admin = (await signedInAs(http, 'admin')).send;
  providerId = await bareProvider(http);
  owner = (await signedInAs(http, 'provider_owner', { providerId })).send;
  stranger = (await signedInAs(http, 'provider_owner', { providerId: await bareProvider(http) })).send;
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

const stored = async (id: string) =>
  (await http.app.db.tx({ role: 'engine' }, (tx) => readEndpoint(tx, id)))!;

test('staff use the admin routes, providers their own', async () => {
  expect((await http.send('GET', ADMIN)).status).toBe(401);
  expect((await owner('GET', ADMIN)).status).toBe(403);
  expect((await admin('GET', OWN)).status).toBe(403);
  const { send: auditor } = await signedInAs(http, 'auditor');
  expect((await auditor('GET', ADMIN)).status).toBe(200);
  expect((await auditor('POST', ADMIN, {})).status).toBe(403);
});

test('the signing secret is shown in one answer and stored sealed', async () => {
  const made = await admin('POST', ADMIN, { provider_id: providerId, name: 'CRM', url: WEBHOOK });
  expect(made.status).toBe(201);
  const { endpoint, secret } = made.body.data;
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(endpoint).toMatchObject({
    ...{ provider_id: providerId, format: 'json', phone_format: 'international', country_format: 'name' },
    ...{
      required_fields: ['name', 'email', 'phone', 'country'],
      with_extras: true,
      health: 'healthy',
      version: 1,
    },
  });
  const row = await stored(endpoint.id);
  expect(signingSecrets(http.app.secrets, row, new Date())).toEqual([secret]);
  expect(row.secretEnc.toString('latin1')).not.toContain(secret);
  const shown = await admin('GET', `${ADMIN}/${endpoint.id}`);
  expect(JSON.stringify(shown.body)).not.toMatch(/whsec|secret_enc/);
});

test('after a rotation both secrets sign for 24 hours, then the new one alone', async () => {
  const { endpoint, secret } = (await owner('POST', OWN, { name: 'Own', url: WEBHOOK })).body.data;
  const rotated = (await owner('POST', `${OWN}/${endpoint.id}/rotate-secret`)).body.data;
  expect(rotated.secret).not.toBe(secret);
  const until = new Date(rotated.previous_valid_until);
  const row = await stored(endpoint.id);
  expect(until.getTime() - row.updatedAt.getTime()).toBeCloseTo(86_400_000, -2);
  expect(signingSecrets(http.app.secrets, row, new Date())).toEqual([rotated.secret, secret]);
  expect(signingSecrets(http.app.secrets, row, until)).toEqual([rotated.secret]);
});

test('a provider edits its own endpoint and cannot see the one of another', async () => {
  const { endpoint } = (await owner('POST', OWN, { name: 'Mine', url: WEBHOOK })).body.data;
  expect(endpoint.provider_id).toBe(providerId);
  const at = `${OWN}/${endpoint.id}`;
  for (const answer of [
    await stranger('GET', at),
    await stranger('PATCH', at, { name: 'Taken', version: 1 }),
    await stranger('POST', `${at}/rotate-secret`),
    await owner('GET', `${OWN}/${newId()}`),
  ]) {
    expect(answer).toMatchObject({ status: 404, body: { code: 'endpoint_not_found' } });
  }
  expect((await stranger('GET', OWN)).body.data).toEqual([]);
  expect((await stranger('GET', `${OWN}?provider_id=${providerId}`)).body.data).toEqual([]);

  const edit = {
    field_map: { phone: 'telefon' },
    default_values: { origin: 'fairlead' },
    slots: 2,
    version: 1,
  };
  const changed = await owner('PATCH', at, edit);
  expect(changed.body.data).toMatchObject({
    field_map: edit.field_map,
    default_values: edit.default_values,
    slots: 2,
  });
  const stale = await owner('PATCH', at, { slots: 3 }, { 'if-match': '1' });
  expect(stale).toMatchObject({ status: 409, body: { code: 'version_stale' } });
  expect(stale.body.details).toContainEqual({ field: 'slots', message: 'is now 2' });
});

test('own headers are an allow-list; their values are sealed and not shown again', async () => {
  const base = { name: 'Keyed', url: WEBHOOK };
  const refused = await owner('POST', OWN, { ...base, headers: { host: 'evil.example' } });
  expect(refused.status).toBe(422);
  const headers = { authorization: 'Bearer of-their-own', 'x-api-key': 'k-1' };
  const { endpoint } = (await owner('POST', OWN, { ...base, headers })).body.data;
  expect(endpoint.header_names).toEqual(['authorization', 'x-api-key']);
  expect(JSON.stringify(endpoint)).not.toContain('of-their-own');
  expect(headersOf(http.app.secrets, await stored(endpoint.id))).toEqual(headers);
  const emptied = await owner('PATCH', `${OWN}/${endpoint.id}`, { headers: {}, version: 1 });
  expect(emptied.body.data.header_names).toEqual([]);
  const audited = await http.app.db.tx(
    { role: 'operator' },
    (tx) => tx`select * from audit_log where entity_id = ${endpoint.id}`,
  );
  expect(JSON.stringify(audited)).not.toContain('of-their-own');
});

test('rules for reading answers are checked when they are saved', async () => {
  const rules = [
    { kind: 'accepted', status: '2xx', path: 'result.ok', test: 'equals', value: 'true' },
    { kind: 'rejected', status: '400-422', path: 'error', test: 'exists', reason_path: 'error.text' },
  ];
  const base = { name: 'Rules', url: WEBHOOK };
  const { endpoint } = (await owner('POST', OWN, { ...base, response_rules: rules })).body.data;
  expect(endpoint.response_rules).toMatchObject(rules);
  expect((await stored(endpoint.id)).responseRules[1]).toMatchObject({ reasonPath: 'error.text' });
  const odd = await owner('POST', OWN, { ...base, response_rules: [{ kind: 'reference', status: '200' }] });
  expect(odd).toMatchObject({
    status: 422,
    body: { code: 'response_rules_invalid', details: [{ field: 'response_rules.0' }] },
  });
  const status = await owner('POST', OWN, {
    ...base,
    response_rules: [{ kind: 'accepted', status: 'fine' }],
  });
  expect(status.body.details[0].field).toBe('response_rules.0.status');
});

test('an endpoint that was switched off comes back with a closed breaker, and its leads are looked at again', async () => {
  const { level } = await seedNiche(http.app);
  const { endpoint } = (await owner('POST', OWN, { name: 'Off', url: WEBHOOK })).body.data;
  const one = await seedSubscription(http.app, { providerId, levelId: level.id, endpointId: endpoint.id });
  const at = `${OWN}/${endpoint.id}`;
  const off = await owner('PATCH', at, { state: 'disabled', version: 1 });
  expect(off.body.data).toMatchObject({
    state: 'disabled',
    health: 'disabled',
    disabled_reason: 'switched_off',
  });
  await http.app.db.tx({ role: 'engine' }, async (tx) => {
    await tx`update endpoints set breaker_state = 'open', breaker_opened_at = clock_timestamp() where id = ${endpoint.id}`;
    await tx`update subscriptions set flagged_at = null where id = ${one.id}`;
  });
  const on = await owner('PATCH', at, { state: 'active', version: 2 });
  expect(on.body.data).toMatchObject({
    state: 'active',
    health: 'healthy',
    breaker_state: 'closed',
    disabled_reason: null,
  });
  const [flag] = await http.app.db.tx(
    { role: 'engine' },
    (tx) => tx`select flagged_at is not null as flagged from subscriptions where id = ${one.id}`,
  );
  expect(flag).toEqual({ flagged: true });
});

test('two fields under one name are refused on making and on changing an endpoint', async () => {
  const clash = { field_map: { phone: 'contact', email: 'contact' } };
  const refused = {
    status: 422,
    body: { code: 'endpoint_format_invalid', details: [{ field: 'field_map.phone' }] },
  };
  expect(await owner('POST', OWN, { name: 'Both', url: WEBHOOK, ...clash })).toMatchObject(refused);
  const { endpoint } = (await owner('POST', OWN, { name: 'Both', url: WEBHOOK })).body.data;
  const at = `${OWN}/${endpoint.id}`;
  expect(await owner('PATCH', at, { ...clash, version: 1 })).toMatchObject(refused);
  expect((await owner('GET', at)).body.data).toMatchObject({ field_map: {}, version: 1 });
});

test('an address is tried with TLS: a bad certificate is refused, one that does not answer is saved when asked to', async () => {
  const { key, cert } = selfSigned({ name: 'crm.example.test' });
  const crm = await startReceiver(undefined, { tls: { key, cert } });
  const port = crm.port;
  const address = `https://127.0.0.1:${port}/leads`;
  const base = { name: 'Tried', url: address };
  for (const more of [{}, { save_unreachable: true }]) {
    const refused = await owner('POST', OWN, { ...base, ...more });
    expect(refused).toMatchObject({ status: 422, body: { code: 'webhook_url_refused' } });
    expect(refused.body.details[0].message).toContain('certificate_self_signed');
  }
  expect(crm.requests).toHaveLength(0);
  await crm.close();
  const silent = await owner('POST', OWN, base);
  expect(silent).toMatchObject({ status: 422, body: { code: 'webhook_unreachable' } });
  expect(silent.body.details[0]).toMatchObject({ field: 'url' });
  const saved = await owner('POST', OWN, { ...base, save_unreachable: true });
  expect(saved).toMatchObject({ status: 201, body: { data: { endpoint: { url: address } } } });
});

test('an endpoint for nobody is refused', async () => {
  const lost = await admin('POST', ADMIN, { provider_id: newId(), name: 'Lost', url: WEBHOOK });
  expect(lost).toMatchObject({ status: 422, body: { code: 'endpoint_provider_not_found' } });
  const wrong = await admin('POST', ADMIN, {
    provider_id: providerId,
    name: '',
    url: WEBHOOK,
    slots: 0,
    color: 1,
  });
  expect(wrong.body.details.map((detail: { field: string }) => detail.field).sort()).toEqual([
    'color',
    'name',
    'slots',
  ]);
});

describe('outside of development', () => {
  let strict: HttpTest;
  beforeAll(async () => {
    strict = await httpTest({ FAIRLEAD_DEV: '0', PUBLIC_URL: 'https://leads.example.com' });
  });
  afterAll(async () => await strict?.[Symbol.asyncDispose]());

  test.each([
    ['leads', 'url_invalid'],
    ['http://crm.example.com/leads', 'https_required'],
    ['https://user:word@crm.example.com/leads', 'credentials_in_url'],
    ['https://crm.example.com:8080/leads', 'port_not_allowed'],
    ['https://localhost/leads', 'loopback_address'],
    ['https://93.184.216.34/leads', 'ip_literal'],
    ['https://169.254.169.254/latest/meta-data', 'metadata_address'],
  ])('%s is refused: %s', async (url, reason) => {
    const provider = await bareProvider(strict);
    const { send } = await signedInAs(strict, 'provider_owner', { providerId: provider, by: 'bearer' });
    const answer = await send('POST', OWN, { name: 'CRM', url });
    expect(answer).toMatchObject({ status: 422, body: { code: 'webhook_url_refused' } });
    expect(answer.body.details[0].field).toBe('url');
    expect(answer.body.details[0].message.split(':')[0]).toBe(reason);
    expect((await send('GET', OWN)).body.data).toEqual([]);
  });
});
