import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { nicheRules } from '../../src/market/subscriptions/index.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { seedEndpoint, seedNiche, seedProvider, seedSubscription } from '../support/market.ts';

const URL = '/api/v1/admin/providers';
const OWN = '/api/v1/providers/me';

let http: HttpTest;
let admin: Send;
beforeAll(async () => {
  http = await httpTest();
  admin = (await signedInAs(http, 'admin')).send;
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

const count = async (table: string): Promise<number> => {
  const [row] = await http.app.db.tx(
    { role: 'operator' },
    (tx) => tx<{ count: number }[]>`select count(*)::int as count from ${tx(table)}`,
  );
  return row!.count;
};

test('staff see providers, operators change them, a provider sees itself', async () => {
  expect((await http.send('GET', URL)).status).toBe(401);
  const provider = await seedProvider(http.app);
  const { send } = await signedInAs(http, 'provider_member', { providerId: provider.id });
  expect((await send('GET', URL)).status).toBe(403);
  expect((await admin('GET', OWN)).status).toBe(403);
  expect((await send('GET', OWN)).body.data.id).toBe(provider.id);
  const { send: finance } = await signedInAs(http, 'finance');
  expect((await finance('GET', URL)).status).toBe(200);
  expect((await finance('POST', URL, {})).status).toBe(403);
});

test('the list is searched and filtered, and shows the money', async () => {
  const { niche, level } = await seedNiche(http.app);
  const provider = await seedProvider(http.app, {
    companyName: 'Findable Hosting',
    country: 'NO',
    balance: 12_345n,
  });
  await seedSubscription(http.app, { providerId: provider.id, levelId: level.id });
  for (const query of ['search=findable', 'country=NO', `niche_id=${niche.id}`]) {
    const { body } = await admin('GET', `${URL}?${query}`);
    expect(body.data, query).toMatchObject([
      {
        ...{ id: provider.id, subscriptions: 1, status: 'active', paused: false },
        wallets: [{ currency: 'EUR', available: '123.45', held: '0.00', credit_limit: '0.00' }],
      },
    ]);
  }
  expect((await admin('GET', `${URL}?search=findable&status=inactive`)).body.data).toEqual([]);
  const detail = await admin('GET', `${URL}/${provider.id}`);
  expect(detail.body.data).toMatchObject({
    subscriptions: [{ state: 'active' }],
    endpoints: [],
    wallets: [{}],
  });
  expect((await admin('GET', `${URL}/${newId()}`)).body.code).toBe('provider_not_found');
});

test('totals sum every account of a currency; what accounts below zero lack is told apart', async () => {
  const before = (await admin('GET', `${URL}/totals`)).body.data as { currency: string; available: string }[];
  expect(before.find(({ currency }) => currency === 'NOK')).toBeUndefined();
  const [rich, poor] = [
    await seedProvider(http.app, { balance: 1_250n, currency: 'NOK' }),
    await seedProvider(http.app, { balance: 100n, currency: 'NOK' }),
  ];
  await seedProvider(http.app, { balance: 50n, currency: 'NOK' });
  await http.app.db.tx(
    { role: 'engine' },
    (tx) => tx`update wallets set available = -300, credit_limit = 500 where provider_id = ${poor.id}`,
  );
  const after = (await admin('GET', `${URL}/totals`)).body.data;
  expect(after).toContainEqual({
    ...{ currency: 'NOK', accounts: 3, available: '13.00', held: '0.00', owed: '-3.00' },
  });
  const { send } = await signedInAs(http, 'provider_owner', { providerId: rich.id });
  expect((await send('GET', `${URL}/totals`)).status).toBe(403);
});

test('the list can be narrowed to providers with an endpoint that is down', async () => {
  const [well, off, failing] = [
    await seedProvider(http.app, { companyName: 'Downfilter well' }),
    await seedProvider(http.app, { companyName: 'Downfilter off' }),
    await seedProvider(http.app, { companyName: 'Downfilter failing' }),
  ];
  const url = 'http://127.0.0.1:9/leads';
  await seedEndpoint(http.app, { providerId: well.id, url });
  const { endpoint } = await seedEndpoint(http.app, { providerId: off.id, url });
  await admin('PATCH', `/api/v1/admin/endpoints/${endpoint.id}`, { state: 'disabled', version: 1 });
  const { endpoint: broken } = await seedEndpoint(http.app, { providerId: failing.id, url });
  await http.app.db.tx(
    { role: 'engine' },
    (tx) => tx`update endpoints set breaker_state = 'open' where id = ${broken.id}`,
  );
  const { body } = await admin('GET', `${URL}?search=Downfilter&endpoints=down`);
  expect(body.data.map((row: { id: string }) => row.id)).toEqual([failing.id, off.id]);
});

test('a provider is made, changed, approved, paused and deactivated', async () => {
  const body = {
    company_name: 'Nordic Servers',
    contact_email: 'office@nordic.example',
    country: 'NO',
    status: 'pending',
  };
  const made = await admin('POST', URL, body);
  expect(made).toMatchObject({
    status: 201,
    body: { data: { ...body, timezone: 'Europe/Berlin', version: 1 } },
  });
  const at = `${URL}/${made.body.data.id}`;
  const changed = await admin('PATCH', at, { website: 'https://nordic.example', version: 1 });
  expect(changed.body.data).toMatchObject({ website: 'https://nordic.example', version: 2 });
  const stale = await admin('PATCH', at, { website: null, version: 1 });
  expect(stale).toMatchObject({ status: 409, body: { code: 'version_stale' } });

  expect((await admin('POST', `${at}/approve`)).body.data.status).toBe('active');
  expect((await admin('POST', `${at}/pause`)).body.data).toMatchObject({ paused: true, paused_until: null });
  const until = new Date(Date.now() + 60_000).toISOString();
  expect((await admin('POST', `${at}/pause`, { until })).body.data.paused_until).toBe(until);
  const past = await admin('POST', `${at}/pause`, { until: '2020-01-01T00:00:00Z' });
  expect(past).toMatchObject({ status: 422, body: { code: 'provider_pause_end_passed' } });
  expect((await admin('POST', `${at}/resume`)).body.data).toMatchObject({
    paused: false,
    paused_until: null,
  });
  expect((await admin('POST', `${at}/deactivate`)).body.data.status).toBe('inactive');
  for (const verb of ['approve', 'deactivate', 'pause', 'resume']) {
    expect((await admin('POST', `${URL}/${newId()}/${verb}`)).body.code).toBe('provider_not_found');
  }
  const wrong = await admin('POST', URL, { ...body, contact_email: 'nobody', country: 'Norway', wallet: 5 });
  expect(wrong.body.details.map((detail: { field: string }) => detail.field).sort()).toEqual([
    'contact_email',
    'country',
    'wallet',
  ]);
});

test('what the operator paused, the provider can neither end nor shorten; a pause that is over binds nobody', async () => {
  const provider = await seedProvider(http.app);
  const at = `${URL}/${provider.id}`;
  const { send } = await signedInAs(http, 'provider_owner', { providerId: provider.id });
  await admin('POST', `${at}/pause`);
  const soon = new Date(Date.now() + 60_000).toISOString();
  for (const attempt of [
    await send('POST', `${OWN}/resume`),
    await send('POST', `${OWN}/pause`, { until: soon }),
  ]) {
    expect(attempt).toMatchObject({ status: 403, body: { code: 'provider_paused_by_operator' } });
  }
  expect((await send('GET', OWN)).body.data).toMatchObject({
    ...{ paused: true, paused_until: null, paused_by: 'operator' },
  });
  await http.app.db.tx(
    { role: 'engine' },
    (tx) =>
      tx`update providers set paused_until = clock_timestamp() - interval '1 s' where id = ${provider.id}`,
  );
  expect((await send('POST', `${OWN}/pause`)).body.data).toMatchObject({
    paused: true,
    paused_by: 'provider',
  });
  expect((await send('POST', `${OWN}/resume`)).body.data).toMatchObject({ paused: false, paused_by: null });
});

test('coming back makes unsold leads worth another look', async () => {
  const { level } = await seedNiche(http.app);
  const provider = await seedProvider(http.app);
  const one = await seedSubscription(http.app, { providerId: provider.id, levelId: level.id });
  const flagged = async () => {
    const [row] = await http.app.db.tx(
      { role: 'engine' },
      (tx) => tx<{ flagged: boolean }[]>`
        select flagged_at is not null as flagged from subscriptions where id = ${one.id}`,
    );
    return row!.flagged;
  };
  await http.app.db.tx({ role: 'engine' }, (tx) => tx`update subscriptions set flagged_at = null`);
  await admin('POST', `${URL}/${provider.id}/pause`);
  expect(await flagged()).toBe(false);
  await admin('POST', `${URL}/${provider.id}/resume`);
  expect(await flagged()).toBe(true);
});

test('a provider changes how it is told things, and stops all its leads', async () => {
  const provider = await seedProvider(http.app);
  const { send } = await signedInAs(http, 'provider_owner', { providerId: provider.id });
  const edit = { notification_preferences: { low_balance: false }, low_balance_threshold: 5_000, version: 1 };
  const changed = await send('PATCH', OWN, edit);
  expect(changed.body.data).toMatchObject({
    low_balance_threshold: 5_000,
    notification_preferences: { new_lead: true, bad_lead_decision: true, low_balance: false },
  });
  expect((await send('PATCH', OWN, { status: 'active', version: 2 })).status).toBe(422);
  expect((await send('POST', `${OWN}/pause`)).body.data.paused).toBe(true);
  expect((await send('POST', `${OWN}/resume`)).body.data.paused).toBe(false);
  const [audited] = await http.app.db.tx(
    { role: 'operator' },
    (tx) =>
      tx`select actor_role from audit_log where entity_id = ${provider.id} and action = 'provider.paused'`,
  );
  expect(audited).toEqual({ actor_role: 'provider' });
});

describe('a partner in one form', () => {
  const form = (nicheId: string) => ({
    ...{ name: 'German FX Solutions', email: 'leads@fx.example', country: 'DE', niche_id: nicheId },
    webhook_url: 'http://127.0.0.1:9/webhook',
  });

  test('has provider, endpoint and subscription with the values of the form', async () => {
    const { niche, level } = await seedNiche(http.app, { preset: 'instant' });
    const made = await admin('POST', `${URL}/partners`, form(niche.id));
    expect(made.status).toBe(201);
    const { provider, endpoint, subscription, secret } = made.body.data;
    expect(provider).toMatchObject({
      company_name: 'German FX Solutions',
      status: 'active',
      timezone: 'Europe/Berlin',
    });
    expect(endpoint).toMatchObject({
      ...{ provider_id: provider.id, url: 'http://127.0.0.1:9/webhook', phone_format: 'international' },
      required_fields: ['name', 'email', 'phone', 'country'],
    });
    expect(subscription).toMatchObject({
      ...{ provider_id: provider.id, level_id: level.id, endpoint_id: endpoint.id, premium_ratio: 70 },
      ...{ countries: ['DE'], leads_per_day_max: 50, timezone: 'Europe/Berlin', state: 'auto_deactivated' },
      required_fields: ['name', 'email', 'phone', 'country'],
    });
    expect(secret).toMatch(/^whsec_/);
    const rules = await http.app.db.tx({ role: 'engine' }, (tx) => nicheRules(tx, niche.id));
    expect(rules!.subscriptions).toMatchObject([{ id: subscription.id, providerId: provider.id }]);
  });

  test('a field that a default value fills is sent by the endpoint and keeps no lead away', async () => {
    const { niche } = await seedNiche(http.app);
    const body = {
      ...form(niche.id),
      ...{ phone_format: 'Local (49-123-456-7890)', required_fields: 'name, lastname,budget , amount_lost' },
      ...{ default_values: { amount_lost: 0 }, field_map: { phone: 'telefono' } },
      ...{ daily_limit: 12, premium_ratio: 30, timezone: 'Europe/Madrid' },
      filters: [{ field: 'budget', kind: 'range', min: 50, missing: 'fail' }],
    };
    const { endpoint, subscription } = (await admin('POST', `${URL}/partners`, body)).body.data;
    expect(endpoint).toMatchObject({
      phone_format: 'local',
      required_fields: ['name', 'lastname', 'budget', 'amount_lost'],
      default_values: { amount_lost: 0 },
      field_map: { phone: 'telefono' },
    });
    expect(subscription).toMatchObject({
      required_fields: ['name', 'lastname', 'budget'],
      filters: body.filters,
      leads_per_day_max: 12,
      premium_ratio: 30,
    });
  });

  test('a required field that no lead of the niche can have is refused by name, and nobody is added', async () => {
    const { niche } = await seedNiche(http.app);
    const before = await count('providers');
    const refused = await admin('POST', `${URL}/partners`, {
      ...form(niche.id),
      required_fields: 'name,amount_lost',
    });
    expect(refused).toMatchObject({
      status: 422,
      body: { code: 'endpoint_field_unfillable', details: [{ field: 'required_fields.1' }] },
    });
    expect(refused.body.details[0].message).toMatch(/"amount_lost".*default value/);
    expect(await count('providers')).toBe(before);
  });

  test('is made once when the same form is sent again with its key', async () => {
    const { niche } = await seedNiche(http.app);
    const before = await count('providers');
    const key = { 'idempotency-key': newId() };
    const first = await admin('POST', `${URL}/partners`, form(niche.id), key);
    const again = await admin('POST', `${URL}/partners`, form(niche.id), key);
    expect(first.status).toBe(201);
    expect(again).toMatchObject({ status: 201, body: first.body });
    const other = await admin('POST', `${URL}/partners`, { ...form(niche.id), daily_limit: 5 }, key);
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect(await count('providers')).toBe(before + 1);
  });

  test('is all or nothing: whatever is refused leaves no provider behind', async () => {
    const { niche } = await seedNiche(http.app);
    const empty = await seedNiche(http.app, { levels: [{ active: false }] });
    const before = [await count('providers'), await count('endpoints')];
    const attempt = (body: object) => admin('POST', `${URL}/partners`, body);
    const refused = [
      [{ ...form(niche.id), webhook_url: 'https://169.254.169.254/x' }, 'webhook_url_refused'],
      [{ ...form(niche.id), phone_format: 'Morse' }, 'phone_format_unknown'],
      [form(newId()), 'partner_niche_not_found'],
      [form(empty.niche.id), 'partner_level_needed'],
      [{ ...form(niche.id), level_id: newId() }, 'subscription_level_not_found'],
    ] as const;
    for (const [body, code] of refused)
      expect(await attempt(body)).toMatchObject({ status: 422, body: { code } });
    expect(
      (await attempt({ ...form(niche.id), webhook_url: 'https://169.254.169.254/x' })).body.details[0].field,
    ).toBe('webhook_url');
    expect([await count('providers'), await count('endpoints')]).toEqual(before);
  });
});
