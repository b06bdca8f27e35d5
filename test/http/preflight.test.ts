import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { somebody } from '../support/lead.ts';
import { seedEndpoint, seedNiche, seedProvider, seedSubscription } from '../support/market.ts';

/** What keeps leads away from a subscription now, and how many leads its rules would match. */
let http: HttpTest;
let admin: Send;
beforeAll(async () => {
  http = await httpTest({ MX_CHECK: '0' });
  admin = (await signedInAs(http, 'admin')).send;
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

/** A niche in which these leads were decided, with one subscription and its provider's user. */
async function market(options: {
  terms?: Partial<Parameters<typeof seedSubscription>[1]>;
  balance?: bigint;
  leads?: Record<string, unknown>[];
}) {
  const { niche, level, campaignId } = await seedNiche(http.app, {
    policy: { confirmation: 'source_attested', approval: 'auto' },
  });
  const source = {
    name: 'demand',
    type: 'api' as const,
    campaignId,
    attested: true,
    ratePerMinute: 1_000_000,
  };
  const { token } = await createSource(http.app, source, SYSTEM);
  for (const answers of options.leads ?? []) {
    const body = { answers: somebody(answers) };
    await receiveLead(http.app, { origin: { kind: 'source', token }, body });
  }
  await runDistribution(openDistributor(http.app));
  const provider = await seedProvider(http.app, { balance: options.balance ?? 10_000n });
  const { send } = await signedInAs(http, 'provider_owner', { providerId: provider.id });
  const subscription = await seedSubscription(http.app, {
    providerId: provider.id,
    levelId: level.id,
    ...options.terms,
  });
  const preflight = async (sender: Send = send, path = '/api/v1/subscriptions') =>
    (await sender('GET', `${path}/${subscription.id}/preflight`)).body.data;
  return { niche, level, provider, subscription, send, preflight };
}

type Check = {
  check: string;
  state: string;
  sentence: string;
  link: string | null;
  passes_at: string | null;
};
const checkOf = (found: { checks: Check[] }, name: string) =>
  found.checks.find(({ check }) => check === name);

describe('before a lead comes, a provider sees', () => {
  test('that nothing keeps leads away', async () => {
    const { preflight } = await market({ leads: [{ budget: 200 }] });
    const found = await preflight();
    expect(found).toMatchObject({ ready: true, blockers: 0 });
    expect(checkOf(found, 'money')!.sentence).toBe('Enough for 10 leads at 10.00 EUR.');
    expect(checkOf(found, 'match')!.state).toBe('good');
  });

  test('every reason at one time, not only the first', async () => {
    const { preflight, send, subscription } = await market({
      balance: 400n,
      leads: [{ budget: 200 }, { budget: 80 }],
      terms: {
        filters: [{ field: 'budget', kind: 'range', min: 900, missing: 'fail' }],
        caps: [{ window: 'day', kind: 'count', value: 0 }],
        schedule: { zone: 'Europe/Berlin', weekly: {} },
      },
    });
    await send('POST', `/api/v1/subscriptions/${subscription.id}/pause`);
    const found = await preflight();
    const blocked = found.checks.filter(({ state }: Check) => state === 'bad');
    expect(blocked.map(({ check }: Check) => check)).toEqual([
      ...['not_paused', 'hours', 'cap_count_day', 'money', 'match'],
    ]);
    expect(found).toMatchObject({ ready: false, blockers: 5 });
    expect(checkOf(found, 'money')).toMatchObject({
      sentence: 'A lead costs 10.00 EUR; there is 4.00 EUR.',
      link: '/dashboard/billing',
    });
    expect(checkOf(found, 'match')!.sentence).toBe(
      'No lead of the last 28 days passes its filter on budget.',
    );
    // A cap of nothing never has room, so no day brings it back.
    expect(checkOf(found, 'cap_count_day')!.passes_at).toBeNull();
  });

  test('when its hours open again, and that a new endpoint was never tried', async () => {
    const opens = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);
    const hours = { date: opens, windows: [{ from: '08:00', to: '09:00' }] };
    const { preflight, provider, send, subscription } = await market({
      terms: { schedule: { zone: 'UTC', weekly: {}, exceptions: [hours] } },
    });
    const { endpoint } = await seedEndpoint(http.app, {
      providerId: provider.id,
      url: 'http://127.0.0.1:9/in',
    });
    const edit = { endpoint_id: endpoint.id, version: 1 };
    expect((await send('PATCH', `/api/v1/subscriptions/${subscription.id}`, edit)).status).toBe(200);
    const found = await preflight();
    expect(checkOf(found, 'hours')).toMatchObject({ state: 'bad', passes_at: `${opens}T08:00:00.000Z` });
    expect(checkOf(found, 'endpoint')).toMatchObject({ state: 'unsure' });
    expect(checkOf(found, 'match')).toMatchObject({ state: 'unsure' });
  });

  test('which holiday keeps it closed', async () => {
    const near = [-1, 0, 1].map((days) =>
      new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10),
    );
    const days = near.map((rule) => ({ name: 'Feast of the Sea', rule }));
    expect((await admin('PUT', '/api/v1/admin/holidays/FO', { days })).status).toBe(200);
    const { preflight } = await market({ terms: { holidays: { country: 'FO', region: null } } });
    expect(checkOf(await preflight(), 'hours')).toMatchObject({
      ...{ state: 'bad', sentence: 'Closed today: Feast of the Sea; leads go to others.' },
    });
  });

  test('that it is away, and until when', async () => {
    const from = new Date(Date.now() - 60_000).toISOString();
    const to = new Date(Date.now() + 3_600_000).toISOString();
    const { preflight } = await market({ terms: { away: [{ from, to }] } });
    expect(checkOf(await preflight(), 'hours')).toMatchObject({
      ...{ state: 'bad', sentence: 'Away now; leads go to others.', passes_at: to },
    });
  });

  test('its own only; the operator sees all, with links to put it right', async () => {
    const one = await market({});
    const other = await market({});
    const path = `/api/v1/subscriptions/${one.subscription.id}/preflight`;
    expect(await other.send('GET', path)).toMatchObject({
      status: 404,
      body: { code: 'subscription_not_found' },
    });
    expect((await http.send('GET', path)).status).toBe(401);
    const level = await admin('GET', `/api/v1/admin/competition-levels/${one.level.id}`);
    const off = { active: false, version: level.body.data?.version ?? 1 };
    await admin('PATCH', `/api/v1/admin/competition-levels/${one.level.id}`, off);
    const found = await one.preflight(admin, '/api/v1/admin/subscriptions');
    expect(checkOf(found, 'switched_on')).toMatchObject({
      state: 'bad',
      sentence: `The level ${one.level.name} is switched off.`,
      link: `/admin/niches/${one.niche.id}`,
    });
    expect(checkOf(await one.preflight(), 'switched_on')!.link).toBeNull();
    const nobody = await admin('GET', `/api/v1/admin/subscriptions/${newId()}/preflight`);
    expect(nobody).toMatchObject({ status: 404, body: { code: 'subscription_not_found' } });
    expect((await admin('GET', '/api/v1/admin/subscriptions/x/preflight')).status).toBe(422);
  });
});

describe('the estimate while filters are edited', () => {
  const leads = [50, 50, 150, 150, 150, 150, 150, 150, 150, 150, 150, 150, 150, 150].map((budget) => ({
    budget,
  }));

  test('tells a provider a rounded number of leads a week, and nothing of fewer than three', async () => {
    const { niche, send } = await market({ leads });
    const ask = async (rules: object) =>
      await send('POST', '/api/v1/subscriptions/estimate', { niche_id: niche.id, ...rules });
    const all = await ask({ filters: [{ field: 'budget', kind: 'range', min: 100 }] });
    expect(all).toMatchObject({ status: 200, body: { data: { per_week: 3 } } });
    expect(all.body.data.sentence).toBe('About 3 leads a week would match.');
    expect(Object.keys(all.body.data).sort()).toEqual(['basis', 'per_week', 'sentence']);
    const few = await ask({ filters: [{ field: 'budget', kind: 'range', max: 100 }] });
    expect(few.body.data).toMatchObject({
      per_week: null,
      sentence: 'Fewer than 3 leads a week would match.',
    });
    expect((await ask({ countries: ['ES'] })).body.data.per_week).toBeNull();
  });

  test('is answered at most 60 times a minute: each looks through thousands of leads', async () => {
    const { niche, send } = await market({ leads: [] });
    // A minute may end meanwhile: then it is two times as many.
    for (let n = 0; n <= 120; n += 1) {
      const { status, body } = await send('POST', '/api/v1/subscriptions/estimate', { niche_id: niche.id });
      if (status === 200) continue;
      expect([status, body.code]).toEqual([429, 'rate_limited']);
      return;
    }
    throw new Error('121 estimates were answered');
  });

  test('tells the operator what keeps the others away', async () => {
    const { niche } = await market({ leads });
    const filters = [
      { field: 'budget', kind: 'range', min: 100 },
      { field: 'managed', kind: 'boolean', value: true, missing: 'pass' },
    ];
    const body = { niche_id: niche.id, filters };
    const { data } = (await admin('POST', '/api/v1/admin/subscriptions/estimate', body)).body;
    expect(data).toMatchObject({ looked_at: 14, matching: 12, days: 28, kept_away: { filter: 2 } });
    expect(data.by_filter).toEqual([
      { field: 'budget', kept_away: 2 },
      { field: 'managed', kept_away: 0 },
    ]);
  });

  test('refuses what a subscription could not be saved with', async () => {
    const { niche, send } = await market({});
    const ask = (body: object) => send('POST', '/api/v1/subscriptions/estimate', body);
    const unknown = { niche_id: niche.id, filters: [{ field: 'colour', kind: 'boolean', value: true }] };
    expect(await ask(unknown)).toMatchObject({ status: 422, body: { code: 'filter_field_unknown' } });
    expect(await ask({ niche_id: newId() })).toMatchObject({
      status: 404,
      body: { code: 'niche_not_found' },
    });
    expect((await ask({ niche_id: niche.id, countries: ['Spain'] })).status).toBe(422);
    expect((await ask({})).status).toBe(422);
    expect((await ask({ niche_id: niche.id, filters: 7 })).status).toBe(422);
  });
});

test('a stop of the niche is said, and is gone when it is released', async () => {
  const { niche, preflight } = await market({});
  const stop = { scope: 'niche', scope_id: niche.id, reason: 'complaints' };
  const { body } = await admin('POST', '/api/v1/admin/stop-switches', stop);
  const switchedOn = async () =>
    (await preflight()).checks.find(({ check }: Check) => check === 'switched_on');
  expect(await switchedOn()).toMatchObject({
    state: 'bad',
    sentence: `The operator has stopped the niche ${niche.name} for now.`,
  });
  await admin('POST', `/api/v1/admin/stop-switches/${body.data.id}/release`, { reason: 'sorted out' });
  expect(await switchedOn()).toMatchObject({ state: 'good' });
});
