import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { localDate, windowKey } from '../../src/kernel/time.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { payIn, seedEndpoint, seedNiche, seedProvider, seedSubscription } from '../support/market.ts';

const ADMIN = '/api/v1/admin/subscriptions';
const OWN = '/api/v1/subscriptions';

let http: HttpTest;
let admin: Send;
beforeAll(async () => {
  http = await httpTest();
  admin = (await signedInAs(http, 'admin')).send;
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

/** A provider with a user, and a level to subscribe to. */
async function market(options: { balance?: bigint; currency?: string } = {}) {
  const { niche, level, campaignId } = await seedNiche(http.app);
  const provider = await seedProvider(http.app, options);
  const { send } = await signedInAs(http, 'provider_owner', { providerId: provider.id });
  return { niche, level, campaignId, provider, send };
}

test('providers use their own routes, staff the admin ones', async () => {
  const { send } = await market();
  expect((await http.send('GET', OWN)).status).toBe(401);
  expect((await admin('GET', OWN)).status).toBe(403);
  expect((await send('GET', ADMIN)).status).toBe(403);
  const { send: auditor } = await signedInAs(http, 'auditor');
  expect((await auditor('GET', ADMIN)).status).toBe(200);
  expect((await auditor('POST', ADMIN, {})).status).toBe(403);
});

test('a provider that leaves and comes back keeps the price that an operator agreed with it', async () => {
  const { level, provider, send } = await market();
  const dealt = {
    provider_id: provider.id,
    level_id: level.id,
    price_override: '25.00',
    priority: 7,
    weight: 3,
  };
  const made = await admin('POST', ADMIN, dealt);
  expect(made.status).toBe(201);
  expect((await send('DELETE', `${OWN}/${made.body.data.id}`)).status).toBe(200);
  const back = await send('POST', OWN, { level_id: level.id });
  expect(back.body.data).toMatchObject({
    ...{ id: made.body.data.id, price_per_lead: '25.00', price_override: '25.00', priority: 7, weight: 3 },
  });
});

describe('a provider', () => {
  test('subscribes, changes its filters, pauses, resumes and leaves', async () => {
    const { level, provider, send } = await market({ balance: 10_000n });
    const terms = {
      level_id: level.id,
      countries: ['DE', 'AT'],
      filters: [{ field: 'budget', kind: 'range', min: 50 }],
      caps: [
        { window: 'day', kind: 'count', value: 50 },
        { window: 'month', kind: 'spend', value: '250.00' },
      ],
      premium_ratio: 70,
    };
    const made = await send('POST', OWN, terms);
    expect(made.status).toBe(201);
    const { id } = made.body.data;
    expect(made.body.data).toMatchObject({
      ...{ provider_id: provider.id, state: 'active', price_per_lead: '10.00', currency: 'EUR', version: 1 },
      ...{ timezone: 'Europe/Berlin', leads_today: 0, leads_per_day_max: 50, endpoint_health: 'none' },
      filters: [{ field: 'budget', kind: 'range', min: 50, missing: 'fail' }],
      caps: [
        { window: 'day', kind: 'count', value: '50' },
        { window: 'month', kind: 'spend', value: '250.00' },
      ],
    });
    const again = await send('POST', OWN, terms);
    expect(again).toMatchObject({ status: 409, body: { code: 'already_subscribed' } });

    const changed = await send('PATCH', `${OWN}/${id}`, { countries: ['DE'] }, { 'if-match': '"1"' });
    expect(changed.body.data).toMatchObject({ countries: ['DE'], caps: made.body.data.caps, version: 2 });
    const stale = await send('PATCH', `${OWN}/${id}`, { countries: ['ES'], version: 1 });
    expect(stale).toMatchObject({ status: 409, body: { code: 'version_stale' } });
    expect(stale.body.details).toContainEqual({ field: 'countries', message: 'is now ["DE"]' });
    expect((await send('PATCH', `${OWN}/${id}`, { countries: [] })).status).toBe(428);

    const until = new Date(Date.now() + 86_400_000).toISOString();
    const paused = await send('POST', `${OWN}/${id}/pause`, { until });
    expect(paused.body.data).toMatchObject({ state: 'paused', paused_until: until });
    const past = await send('POST', `${OWN}/${id}/pause`, { until: '2020-01-01T00:00:00Z' });
    expect(past).toMatchObject({ status: 422, body: { code: 'pause_end_passed' } });
    expect((await send('POST', `${OWN}/${id}/pause`)).body.data).toMatchObject({
      state: 'paused',
      paused_until: null,
    });
    expect((await send('POST', `${OWN}/${id}/resume`)).body.data.state).toBe('active');

    expect((await send('DELETE', `${OWN}/${id}`)).body.data).toMatchObject({ state: 'cancelled' });
    expect((await send('DELETE', `${OWN}/${id}`)).body.code).toBe('subscription_cancelled');
    expect((await send('GET', OWN)).body.data).toEqual([]);
    expect((await send('GET', `${OWN}?cancelled=true`)).body.data).toMatchObject([{ id, countries: ['DE'] }]);
    const back = await send('POST', OWN, { level_id: level.id });
    expect(back.body.data).toMatchObject({ id, state: 'active', countries: [] });
  });

  test('cannot see or touch the subscription of another', async () => {
    const mine = await market();
    const other = await market();
    const one = await seedSubscription(http.app, { providerId: other.provider.id, levelId: other.level.id });
    const at = `${OWN}/${one.id}`;
    for (const answer of [
      await mine.send('GET', at),
      await mine.send('PATCH', at, { countries: [], version: 1 }),
      await mine.send('POST', `${at}/pause`),
      await mine.send('POST', `${at}/resume`),
      await mine.send('DELETE', at),
    ]) {
      expect(answer).toMatchObject({ status: 404, body: { code: 'subscription_not_found' } });
    }
    expect((await mine.send('GET', `${OWN}?provider_id=${other.provider.id}`)).body.data).toEqual([]);
  });

  test('cannot set what operators deal out: price, weight, priority', async () => {
    const { level, send } = await market();
    const dealt = await send('POST', OWN, { level_id: level.id, price_override: '0.01' });
    expect(dealt.status).toBe(422);
    expect(dealt.body.details[0].field).toBe('price_override');
    const { id } = (await send('POST', OWN, { level_id: level.id })).body.data;
    expect((await send('PATCH', `${OWN}/${id}`, { weight: 9, version: 1 })).status).toBe(422);
    const given = await admin('PATCH', `${ADMIN}/${id}`, { weight: 9, price_override: '7.50', version: 1 });
    expect(given.body.data).toMatchObject({ weight: 9, price_override: '7.50', price_per_lead: '7.50' });
    const kept = await send('PATCH', `${OWN}/${id}`, { countries: ['DE'], version: 2 });
    expect(kept.body.data).toMatchObject({ weight: 9, price_override: '7.50', countries: ['DE'] });
  });
});

describe('the word a subscription shows', () => {
  test('is auto_deactivated while the money does not reach for one lead, and active as soon as it does', async () => {
    const { level, provider, send } = await market({ balance: 999n });
    const { id } = (await send('POST', OWN, { level_id: level.id })).body.data;
    expect((await send('GET', `${OWN}/${id}`)).body.data.state).toBe('auto_deactivated');
    await payIn(http.app, provider.id, 1n);
    expect((await send('GET', `${OWN}/${id}`)).body.data.state).toBe('active');
    await http.app.db.tx(
      { role: 'engine' },
      (tx) => tx`update wallets set available = 0, credit_limit = 1000 where provider_id = ${provider.id}`,
    );
    expect((await send('GET', `${OWN}/${id}`)).body.data.state).toBe('active');
  });

  test('is never active while it can get nothing, and says why', async () => {
    const { niche, level, provider, send } = await market({ balance: 5_000n });
    const { endpoint } = await seedEndpoint(http.app, {
      ...{ providerId: provider.id, url: 'http://127.0.0.1:9/leads' },
    });
    const { id } = (await send('POST', OWN, { level_id: level.id, endpoint_id: endpoint.id })).body.data;
    const word = async () => (await send('GET', `${OWN}/${id}`)).body.data.state;
    const versionAt = async (url: string): Promise<number> => {
      const { data } = (await admin('GET', url)).body;
      return data.version ?? data.niche.version;
    };
    const set = async (url: string, edit: object) => {
      const answer = await admin('PATCH', url, { ...edit, version: await versionAt(url) });
      expect(answer.status).toBe(200);
    };
    const providerUrl = `/api/v1/admin/providers/${provider.id}`;
    expect(await word()).toBe('active');
    await set(`/api/v1/admin/endpoints/${endpoint.id}`, { state: 'disabled' });
    expect(await word()).toBe('endpoint_down');
    await set(`/api/v1/admin/competition-levels/${level.id}`, { active: false });
    expect(await word()).toBe('level_off');
    await set(`/api/v1/admin/niches/${niche.id}`, { active: false });
    expect(await word()).toBe('niche_off');
    await admin('POST', `${providerUrl}/pause`);
    expect(await word()).toBe('provider_paused');
    await admin('POST', `${providerUrl}/deactivate`);
    expect(await word()).toBe('provider_inactive');
    await http.app.db.tx(
      { role: 'engine' },
      (tx) => tx`update providers set status = 'pending' where id = ${provider.id}`,
    );
    expect(await word()).toBe('provider_pending');
  });

  test('comes with today’s count in the own zone, the cap of the day and the health of the endpoint', async () => {
    const { level, provider, send } = await market({ balance: 5_000n });
    const { endpoint } = await seedEndpoint(http.app, {
      providerId: provider.id,
      url: 'http://127.0.0.1:9/leads',
    });
    const terms = { level_id: level.id, endpoint_id: endpoint.id, timezone: 'Pacific/Auckland' };
    const caps = [{ window: 'day', kind: 'count', value: 5 }];
    const { id } = (await send('POST', OWN, { ...terms, caps })).body.data;
    await http.app.db.tx({ role: 'engine' }, async (tx) => {
      const key = windowKey('day', new Date(), 'Pacific/Auckland');
      await tx`
        insert into cap_counters (scope_id, provider_id, kind, window_key, used)
        values (${id}, ${provider.id}, 'count', ${key}, 4), (${id}, ${provider.id}, 'count', 'day:2001-01-01', 9)`;
      await tx`update endpoints set breaker_state = 'open' where id = ${endpoint.id}`;
    });
    expect((await send('GET', OWN)).body.data).toMatchObject([
      { id, leads_today: 4, leads_per_day_max: 5, endpoint_health: 'failing' },
    ]);
    const listed = await admin('GET', `${ADMIN}?provider_id=${provider.id}`);
    expect(listed.body.data).toMatchObject([{ id, leads_today: 4, provider_name: provider.companyName }]);
  });

  test('shows the cap that holds on this weekday, not that of another one', async () => {
    const { level, send } = await market({ balance: 5_000n });
    const today = ((new Date(`${localDate(new Date(), 'UTC')}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;
    const daily = (value: number, weekday?: number) => ({
      ...{ window: 'day', kind: 'count', value },
      ...(weekday === undefined ? {} : { weekday }),
    });
    const terms = { level_id: level.id, timezone: 'UTC' };
    const { id, version } = (
      await send('POST', OWN, { ...terms, caps: [daily(3, (today % 7) + 1), daily(8)] })
    ).body.data;
    const most = async () => (await send('GET', `${OWN}/${id}`)).body.data.leads_per_day_max;
    expect(await most()).toBe(8);
    await send('PATCH', `${OWN}/${id}`, { version, caps: [daily(8), daily(2, today)] });
    expect(await most()).toBe(2);
  });
});

describe('terms that cannot be', () => {
  const range = { kind: 'range', min: 1 };
  test.each([
    [
      'a field the form does not have',
      { filters: [{ field: 'cpu', ...range }] },
      'filter_field_unknown',
      'filters.0.field',
    ],
    ['a range over words', { filters: [{ field: 'purpose', ...range }] }, 'filter_kind_wrong', 'filters.0'],
    [
      'a value that is no option',
      { filters: [{ field: 'purpose', kind: 'set', values: ['farm'] }] },
      'filter_kind_wrong',
      'filters.0',
    ],
    [
      'a country that is none',
      { filters: [{ field: 'country', kind: 'set', values: ['Germany'] }] },
      'filter_kind_wrong',
      'filters.0',
    ],
    [
      'a range the wrong way',
      { filters: [{ field: 'budget', kind: 'range', min: 9, max: 1 }] },
      'input_invalid',
      'filters.0',
    ],
    [
      'a field nobody has',
      { required_fields: ['email', 'shoe_size'] },
      'required_field_unknown',
      'required_fields.1',
    ],
    ['half a lead', { caps: [{ window: 'day', kind: 'count', value: '1.5' }] }, 'cap_invalid', 'caps.0'],
    [
      'a cent in parts',
      { caps: [{ window: 'day', kind: 'spend', value: '1.505' }] },
      'cap_invalid',
      'caps.0',
    ],
    [
      'one cap twice',
      {
        caps: [
          { window: 'day', kind: 'count', value: 1 },
          { window: 'day', kind: 'count', value: 2 },
        ],
      },
      'cap_invalid',
      'caps.1',
    ],
    [
      'an hour that is none',
      { schedule: { zone: 'Europe/Berlin', weekly: { mon: [{ from: '9', to: '17:00' }] } } },
      'schedule_invalid',
      'schedule.weekly.mon.0.from',
    ],
    [
      'leads held for hours that never come',
      { off_hours: 'hold', schedule: { zone: 'Europe/Berlin', weekly: {} } },
      'schedule_invalid',
      'schedule',
    ],
    ['a zone that is none', { timezone: 'Mars/Olympus' }, 'input_invalid', 'timezone'],
    ['an endpoint of nobody', { endpoint_id: newId() }, 'subscription_endpoint_not_found', 'endpoint_id'],
    [
      'a campaign of elsewhere',
      { campaign_ids: [newId()] },
      'subscription_campaign_not_found',
      'campaign_ids',
    ],
    ['a level of nowhere', { level_id: newId() }, 'subscription_level_not_found', 'level_id'],
  ])('%s', async (_what, terms, code, field) => {
    const { level, send } = await market();
    const answer = await send('POST', OWN, { level_id: level.id, ...terms });
    expect(answer).toMatchObject({ status: 422, body: { code } });
    expect(answer.body.details.map((detail: { field: string }) => detail.field)).toContain(field);
    expect((await send('GET', OWN)).body.data).toEqual([]);
  });

  test('every kind of filter that fits its field is taken', async () => {
    const { level, campaignId, send } = await market();
    const filters = [
      { field: 'budget', kind: 'range', max: 500, missing: 'pass' },
      { field: 'purpose', kind: 'set', values: ['web'], match: 'none', missing: 'fail' },
      { field: 'country', kind: 'set', values: ['DE'], match: 'any', missing: 'fail' },
      { field: 'managed', kind: 'boolean', value: true, missing: 'fail' },
      { field: 'note', kind: 'text', op: 'contains', value: 'backup', missing: 'pass' },
    ];
    const schedule = { zone: 'Europe/Berlin', weekly: { mon: [{ from: '09:00', to: '17:00' }] } };
    const terms = {
      filters,
      schedule,
      campaign_ids: [campaignId],
      required_fields: ['phone', 'budget'],
      off_hours: 'hold',
    };
    const made = await send('POST', OWN, { level_id: level.id, ...terms });
    expect(made).toMatchObject({ status: 201, body: { data: terms } });
  });
});

test('a provider cannot end the pause of the operator: not by resuming, not by a shorter pause, not by leaving and coming back', async () => {
  const { level, send } = await market({ balance: 5_000n });
  const { id } = (await send('POST', OWN, { level_id: level.id })).body.data;
  const at = `${OWN}/${id}`;
  const paused = await admin('POST', `${ADMIN}/${id}/pause`);
  expect(paused.body.data).toMatchObject({ state: 'paused', paused_by: 'operator' });
  const refused = { status: 403, body: { code: 'subscription_paused_by_operator' } };
  expect(await send('POST', `${at}/resume`)).toMatchObject(refused);
  const soon = new Date(Date.now() + 60_000).toISOString();
  expect(await send('POST', `${at}/pause`, { until: soon })).toMatchObject(refused);
  expect((await send('DELETE', at)).body.data.state).toBe('cancelled');
  const back = await send('POST', OWN, { level_id: level.id });
  expect(back).toMatchObject(refused);
  expect(back.body.error).toContain('only the operator');
  const { provider_id } = paused.body.data;
  expect((await admin('POST', ADMIN, { provider_id, level_id: level.id })).body.data).toMatchObject({
    ...{ id, state: 'active', paused_by: null },
  });
  expect((await send('POST', `${at}/pause`)).body.data.paused_by).toBe('provider');
  expect((await send('POST', `${at}/resume`)).body.data.state).toBe('active');
});

test('an endpoint whose fields no lead of the niche can have is not taken for a subscription', async () => {
  const { level, provider, send } = await market();
  const { endpoint } = await seedEndpoint(http.app, {
    ...{ providerId: provider.id, url: 'http://127.0.0.1:9/leads', requiredFields: ['email', 'iban'] },
  });
  const terms = { level_id: level.id, endpoint_id: endpoint.id };
  const refused = await send('POST', OWN, terms);
  expect(refused).toMatchObject({
    status: 422,
    body: { code: 'endpoint_field_unfillable', details: [{ field: 'endpoint_id' }] },
  });
  const mended = { default_values: { iban: 'none' }, version: 1 };
  await send('PATCH', `/api/v1/providers/me/endpoints/${endpoint.id}`, mended);
  expect((await send('POST', OWN, terms)).status).toBe(201);
  const emptied = { default_values: {}, version: 2 };
  const broken = await send('PATCH', `/api/v1/providers/me/endpoints/${endpoint.id}`, emptied);
  expect(broken).toMatchObject({
    status: 422,
    body: { code: 'endpoint_field_unfillable', details: [{ field: 'required_fields.1' }] },
  });
});

test('an operator subscribes a provider with a price of its own', async () => {
  const { level, provider } = await market();
  const body = { provider_id: provider.id, level_id: level.id, price_override: '8.00', priority: 2 };
  const made = await admin('POST', ADMIN, body);
  expect(made).toMatchObject({ status: 201, body: { data: { price_per_lead: '8.00', priority: 2 } } });
  const { id } = made.body.data;
  expect((await admin('POST', `${ADMIN}/${id}/pause`)).body.data.state).toBe('paused');
  expect((await admin('POST', `${ADMIN}/${id}/resume`)).status).toBe(200);
  expect((await admin('DELETE', `${ADMIN}/${id}`)).body.data.state).toBe('cancelled');
  const nobody = await admin('POST', ADMIN, { ...body, provider_id: newId() });
  expect(nobody).toMatchObject({ status: 422, body: { code: 'subscription_provider_not_found' } });
  const free = await admin('POST', ADMIN, { ...body, price_override: '0.00' });
  expect(free).toMatchObject({ status: 422, body: { code: 'price_override_invalid' } });
});
