import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { draftShape } from '../../src/lead/distribution/simulate/draft-shape.ts';
import { replayPeriod } from '../../src/lead/distribution/simulate/replay-period.ts';
import { simulateDraft } from '../../src/lead/distribution/simulate/simulate-draft.ts';
import { type Decided, openDecided } from '../support/decided.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';

/** A draft configuration is tried on the leads of the last days, then published. */
let http: HttpTest;
let admin: Send;
beforeAll(async () => {
  http = await httpTest({ MX_CHECK: '0' });
  admin = (await signedInAs(http, 'admin')).send;
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

const ask = (niche: Decided, draft: object, more: object = {}) =>
  admin('POST', '/api/v1/admin/simulations/draft', { niche_id: niche.niche.id, draft, ...more });
const publish = (niche: Decided, draft: object, base: number) =>
  admin('POST', '/api/v1/admin/simulations/publish', {
    ...{ niche_id: niche.niche.id, base_config_version: base, draft },
  });
const configOf = async (niche: Decided): Promise<number> =>
  http.app.db.tx({ role: 'operator' }, async (tx) => {
    const [row] = await tx<{ version: number }[]>`
      select config_version as version from niche_turns where niche_id = ${niche.niche.id}`;
    return row!.version;
  });
type Row = { provider_name: string; control: { received: number }; draft: { received: number } };
const receivedOf = (rows: Row[]) =>
  Object.fromEntries(rows.map((one) => [one.provider_name, [one.control.received, one.draft.received]]));

describe('a draft is tried', () => {
  test('against what really happened: the control comes to the same takers', async () => {
    const niche = await openDecided(http.app, {
      levels: [
        { maxProviders: 1 },
        { maxProviders: 2, pricePerLead: '4.00', strategy: 'least_loaded_today' },
      ],
    });
    const filters = [{ field: 'budget', kind: 'range' as const, min: 100, missing: 'fail' as const }];
    await niche.join('Waits');
    await niche.join('Poor', { balance: 2_200n });
    await niche.join('Picky', { filters });
    const second = niche.levels[1]!.id;
    await niche.join('Capped', { levelId: second, caps: [{ window: 'day', kind: 'count', value: 3 }] });
    for (const name of ['Even', 'Odd']) await niche.join(name, { levelId: second });
    for (let n = 0; n < 20; n += 1) await niche.lead({ budget: (n % 3) * 90 });
    const level = niche.level;
    const draft = { levels: [{ id: level.id, version: level.version, price_per_lead: '10.00' }] };
    const { body } = await ask(niche, draft);
    expect(body.data).toMatchObject({ moved: 0, left_out: 0, read_until: null, decisions: 20 });
    const really = await http.app.db.tx(
      { role: 'operator' },
      (tx) => tx<{ name: string; count: number; sum: bigint }[]>`
        select p.company_name as name, count(*)::int as count, sum(charged_amount)::bigint as sum
        from assignments a join providers p on p.id = a.provider_id
        where a.niche_id = ${niche.niche.id} group by 1`,
    );
    const replayed = receivedOf(body.data.subscriptions);
    for (const { name, count } of really) expect([name, replayed[name]]).toEqual([name, [count, count]]);
    const cents = really.reduce((all, { sum }) => all + sum, 0n);
    expect(body.data.control.revenue).toBe((Number(cents) / 100).toFixed(2));
  });

  test('at a level that goes by weights turns are due by weight', async () => {
    const niche = await openDecided(http.app, { levels: [{ maxProviders: 1, strategy: 'weighted' }] });
    await niche.join('Large', { weight: 3 });
    await niche.join('Small', { weight: 1 });
    for (let n = 0; n < 8; n += 1) await niche.lead();
    const { level } = niche;
    const dearer = { levels: [{ id: level.id, version: level.version, price_per_lead: '11.00' }] };
    const { subscriptions } = (await ask(niche, dearer)).body.data;
    const due = subscriptions.map((one: { provider_name: string; draft: { expected: number } }) => [
      ...[one.provider_name, one.draft.expected],
    ]);
    expect(Object.fromEntries(due)).toEqual({ Large: 6, Small: 2 });
  });

  test('with another price, more seats and a pause: leads that move, revenue and shares', async () => {
    const niche = await openDecided(http.app, { levels: [{ maxProviders: 1 }] });
    const one = await niche.join('One');
    await niche.join('Two');
    for (let n = 0; n < 6; n += 1) await niche.lead();
    const { level } = niche;
    const seats = { id: level.id, version: level.version, max_providers: 2, price_per_lead: '8.00' };
    const wide = (await ask(niche, { levels: [seats] })).body.data;
    expect(receivedOf(wide.subscriptions)).toEqual({ One: [3, 6], Two: [3, 6] });
    expect(wide).toMatchObject({
      moved: 6,
      control: { leads: 6, sold: 6, unsold: 0, revenue: '60.00' },
      draft: { sold: 6, revenue: '96.00' },
    });
    expect(wide.moved_examples[0].after.sort()).toEqual(['One', 'Two']);
    const paused = { subscriptions: [{ id: one.id, version: one.version, paused: true }] };
    const without = (await ask(niche, paused)).body.data;
    expect(receivedOf(without.subscriptions)).toEqual({ One: [3, 0], Two: [3, 6] });
  });

  test('with prices of a campaign: its leads cost what the draft says, but not who has a price of its own', async () => {
    const niche = await openDecided(http.app, { levels: [{ maxProviders: 2 }] });
    await niche.join('Usual');
    await niche.join('Dealt', { priceOverride: '3.00' });
    for (let n = 0; n < 2; n += 1) await niche.lead();
    const { version } = (await admin('GET', `/api/v1/admin/campaigns/${niche.campaignId}`)).body.data;
    const edit = { id: niche.campaignId, version, level_prices: { [niche.level.id]: '7.50' } };
    const { data } = (await ask(niche, { campaigns: [edit] })).body;
    expect(data).toMatchObject({ control: { revenue: '26.00' }, draft: { revenue: '21.00' }, moved: 0 });
  });

  test('with a cap over all subscriptions of a company, counted from where it stood', async () => {
    const niche = await openDecided(http.app, { levels: [{ maxProviders: 1 }, { maxProviders: 1 }] });
    const wide = await niche.join('Wide');
    const second = { providerId: wide.providerId, levelId: niche.levels[1]!.id };
    await niche.join('Other', { levelId: second.levelId });
    await admin('POST', '/api/v1/admin/subscriptions', {
      ...{ provider_id: second.providerId, level_id: second.levelId },
    });
    for (let n = 0; n < 6; n += 1) await niche.lead();
    const { version } = (await admin('GET', `/api/v1/admin/providers/${wide.providerId}`)).body.data;
    const caps = [{ window: 'total', kind: 'count', value: 2 }];
    const { data } = (await ask(niche, { providers: [{ id: wide.providerId, version, caps }] })).body;
    const sum = (side: 'control' | 'draft') =>
      data.subscriptions
        .filter((one: { provider_id: string }) => one.provider_id === wide.providerId)
        .reduce((all: number, one: Row) => all + one[side].received, 0);
    expect(sum('control')).toBeGreaterThan(2);
    expect(sum('draft')).toBe(2);
  });

  test('with a level that is sold alone, and one that charges on acceptance', async () => {
    const niche = await openDecided(http.app, { levels: [{ maxProviders: 2 }, { maxProviders: 2 }] });
    await niche.join('One');
    await niche.join('Two', { levelId: niche.levels[1]!.id });
    for (let n = 0; n < 4; n += 1) await niche.lead();
    const edits = niche.levels.map(({ id, version }) => ({ id, version }));
    const alone = { levels: [{ ...edits[0], exclusive: true }] };
    const { data } = (await ask(niche, alone)).body;
    expect(receivedOf(data.subscriptions)).toEqual({ One: [4, 2], Two: [4, 2] });
    const later = (await ask(niche, { levels: [{ ...edits[0], bill_on: 'accepted' }] })).body.data;
    expect(later).toMatchObject({ moved: 0, draft: { revenue: data.control.revenue } });
  });

  test('on money as it came: a deposit counts from its time on', async () => {
    const niche = await openDecided(http.app, { levels: [{ maxProviders: 1 }] });
    const rich = await niche.join('Rich', { balance: 10_000n });
    for (let n = 0; n < 3; n += 1) await niche.lead();
    const cap = { caps: [{ window: 'total', kind: 'spend', value: '20.00' }] };
    const draft = { subscriptions: [{ id: rich.id, version: rich.version, ...cap }] };
    const { data } = (await ask(niche, draft)).body;
    expect(data).toMatchObject({ control: { sold: 3 }, draft: { sold: 2, unsold: 1, revenue: '20.00' } });
  });

  test('in read-only transactions alone', async () => {
    const niche = await openDecided(http.app);
    await niche.join('Anybody');
    await niche.lead();
    const modes = new Set<boolean | undefined>();
    const tx: typeof http.app.db.tx = (actor, work, options) => {
      modes.add(options?.readOnly);
      return http.app.db.tx(actor, work, options);
    };
    const watched = { ...http.app, db: { ...http.app.db, tx } };
    const levels = [{ id: niche.level.id, version: niche.level.version, max_providers: 5 }];
    await simulateDraft(watched, { nicheId: niche.niche.id, days: 7, draft: draftShape.parse({ levels }) });
    expect([...modes]).toEqual([true]);
  });
});

describe('a draft is published', () => {
  test('all of it, by the versions that were seen, and only on the configuration it was begun on', async () => {
    const niche = await openDecided(http.app, { levels: [{ maxProviders: 1 }, { maxProviders: 2 }] });
    const one = await niche.join('One');
    const [first, second] = niche.levels as [typeof niche.level, typeof niche.level];
    const base = await configOf(niche);
    const draft = {
      niche: { version: niche.niche.version, level_rotation: 'fixed', default_level_id: second.id },
      levels: [{ id: first.id, version: first.version, price_per_lead: '12.00' }],
      level_order: [second.id, first.id],
      subscriptions: [{ id: one.id, version: one.version, countries: ['DE'], paused: true }],
    };
    const published = await publish(niche, draft, base);
    expect(published.status).toBe(200);
    expect(published.body.data.config_version).toBe(await configOf(niche));
    const after = (await admin('GET', `/api/v1/admin/niches/${niche.niche.id}`)).body.data;
    expect(after.niche).toMatchObject({ level_rotation: 'fixed', default_level_id: second.id });
    expect(after.levels.map(({ id }: { id: string }) => id)).toEqual([second.id, first.id]);
    expect(after.levels[1].price_per_lead).toBe('12.00');
    const subscription = (await admin('GET', `/api/v1/admin/subscriptions/${one.id}`)).body.data;
    expect(subscription).toMatchObject({ countries: ['DE'], state: 'paused' });
    expect(await publish(niche, draft, base)).toMatchObject({ status: 409, body: { code: 'draft_stale' } });
  });

  test('with billing, prices of a campaign and caps of a company, in all its niches', async () => {
    const niche = await openDecided(http.app);
    const elsewhere = await openDecided(http.app);
    const one = await niche.join('One');
    const there = { provider_id: one.providerId, level_id: elsewhere.level.id };
    expect((await admin('POST', '/api/v1/admin/subscriptions', there)).status).toBe(201);
    const [base, other] = [await configOf(niche), await configOf(elsewhere)];
    const versionOf = async (url: string) => (await admin('GET', url)).body.data.version;
    const [companyUrl, campaignUrl] = [
      `/api/v1/admin/providers/${one.providerId}`,
      `/api/v1/admin/campaigns/${niche.campaignId}`,
    ];
    const prices = { [niche.level.id]: '8.00' };
    const caps = [{ window: 'week', kind: 'spend', value: '50.00', currency: 'EUR' }];
    const { id, version } = niche.level;
    const draft = {
      levels: [{ id, version, bill_on: 'accepted', exclusive: true }],
      campaigns: [{ id: niche.campaignId, version: await versionOf(campaignUrl), level_prices: prices }],
      providers: [{ id: one.providerId, version: await versionOf(companyUrl), caps }],
    };
    expect((await publish(niche, draft, base)).status).toBe(200);
    expect((await admin('GET', `/api/v1/admin/competition-levels/${id}`)).body.data).toMatchObject({
      bill_on: 'accepted',
      exclusive: true,
    });
    expect((await admin('GET', campaignUrl)).body.data.level_prices).toEqual(prices);
    expect((await admin('GET', companyUrl)).body.data.caps).toMatchObject(caps);
    expect(await configOf(elsewhere)).toBeGreaterThan(other);
    const again = { ...draft, levels: [{ id, version: version + 1, exclusive: false }] };
    expect((await publish(niche, again, await configOf(niche))).body.code).toBe('version_stale');
  });

  test('or not at all: a draft that fails in its last edit changes nothing', async () => {
    const niche = await openDecided(http.app);
    const one = await niche.join('One');
    const base = await configOf(niche);
    const { level } = niche;
    const draft = {
      levels: [{ id: level.id, version: level.version, price_per_lead: '99.00' }],
      subscriptions: [{ id: one.id, version: one.version + 7, countries: ['DE'] }],
    };
    expect(await publish(niche, draft, base)).toMatchObject({ status: 409, body: { code: 'version_stale' } });
    expect(await configOf(niche)).toBe(base);
    const after = (await admin('GET', `/api/v1/admin/niches/${niche.niche.id}`)).body.data;
    expect(after.levels[0].price_per_lead).toBe('10.00');
  });
});

test('odd drafts are answered with what to mend', async () => {
  const niche = await openDecided(http.app);
  const one = await niche.join('One');
  const { level } = niche;
  const edit = { id: level.id, version: level.version };
  const codeOf = async (draft: object, more?: object) => (await ask(niche, draft, more)).body.code;
  expect(await codeOf({})).toBe('draft_empty');
  expect(await codeOf({ levels: [edit] })).toBe('draft_empty');
  expect(await codeOf({ levels: [{ ...edit, id: newId(), max_providers: 2 }] })).toBe('draft_unknown');
  expect(await codeOf({ level_order: [newId()] })).toBe('draft_unknown');
  expect(await codeOf({ levels: [{ ...edit, price_per_lead: '0.00' }] })).toBe('level_price_invalid');
  expect(await codeOf({ levels: [{ ...edit, version: 99, max_providers: 2 }] })).toBe('version_stale');
  const seen = (await admin('GET', `/api/v1/admin/campaigns/${niche.campaignId}`)).body.data.version;
  const prices = { [newId()]: '5.00' };
  const campaign = { id: niche.campaignId, version: seen, level_prices: prices };
  expect(await codeOf({ campaigns: [campaign] })).toBe('campaign_price_invalid');
  const strangers = await openDecided(http.app);
  expect(await codeOf({ campaigns: [{ ...campaign, id: strangers.campaignId }] })).toBe('draft_unknown');
  const nobody = await strangers.join('Nobody here');
  const capped = (companyId: string, value: string, version = 1) => ({
    providers: [{ id: companyId, version, caps: [{ window: 'day', kind: 'spend', value, currency: 'USD' }] }],
  });
  expect(await codeOf(capped(nobody.providerId, '5.00'))).toBe('draft_unknown');
  const mine = (await admin('GET', `/api/v1/admin/providers/${one.providerId}`)).body.data.version;
  expect(await codeOf(capped(one.providerId, '5.00', mine))).toBe('cap_currency_unused');
  expect(await codeOf(capped(one.providerId, '5.00', mine + 1))).toBe('version_stale');
  const filters = [{ field: 'colour', kind: 'boolean', value: true }];
  const wrong = { subscriptions: [{ id: one.id, version: one.version, filters }] };
  expect(await codeOf(wrong)).toBe('filter_field_unknown');
  const foreign = await openDecided(http.app);
  const other = await foreign.join('Other');
  const stray = { subscriptions: [{ id: other.id, version: other.version, countries: ['DE'] }] };
  expect(await codeOf(stray)).toBe('draft_unknown');
  for (const more of [{ days: 31 }, { days: 0 }, { days: 'all' }])
    expect((await ask(niche, { levels: [{ ...edit, max_providers: 2 }] }, more)).status).toBe(422);
  const { send } = await signedInAs(http, 'auditor');
  const body = { niche_id: niche.niche.id, base_config_version: 1, draft: {} };
  expect((await send('POST', '/api/v1/admin/simulations/publish', body)).status).toBe(403);
});

test('look backs run one at a time, and a crowd is asked to come again', async () => {
  const niche = await openDecided(http.app);
  await niche.join('Anybody');
  await niche.lead();
  const to = new Date();
  const period = { nicheId: niche.niche.id, from: new Date(to.getTime() - 60_000), to, max: 10 };
  const look = () => replayPeriod(http.app, { period, currency: 'EUR', changes: [{}] });
  const looks = await Promise.allSettled(Array.from({ length: 10 }, look));
  expect(looks.map(({ status }) => status)).toEqual([
    ...Array.from({ length: 8 }, () => 'fulfilled'),
    ...['rejected', 'rejected'],
  ]);
  expect(looks.at(-1)).toMatchObject({ reason: { code: 'look_back_busy', status: 429 } });
  await expect(look()).resolves.toMatchObject({ left: 0 });
});
