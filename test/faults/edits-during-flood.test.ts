import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { runAudit } from '../../src/cli/audit.ts';
import {
  type Buyer,
  type Decided,
  decisionsOf,
  type Flood,
  openShop,
  placeIn,
  type Shop,
  startFlood,
  waitingLeads,
  wronglyPriced,
} from '../support/flood.ts';
import { type Answer, type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { engine, stateOf } from '../support/lead.ts';
import { seedEndpoint, seedSubscription } from '../support/market.ts';
import { holdersOf } from '../support/open-market.ts';
import { until } from '../support/until.ts';
import { startWorkers, type Workers, waitingForLocks, whileHeld } from '../support/workers.ts';

/**
 * Leads flood in, three workers sell them, and somebody edits through the API. What was answered holds for every later
 * decision. The number of a decision in its niche's chain says which was committed later; that is stricter than its clock.
 */

const A = '/api/v1/admin';
const WORKERS = 3;
const SETTINGS = { MX_CHECK: '0', DISTRIBUTION_BATCH_MAX: '6' };
/** Decisions that must come after an edit, and leads that must wait before one is held. */
const DECISIONS_AFTER = 10;
const WAITING_MIN = 6;
const BUSY_TRIES = 5;
/** Leads that a provider is kept from before they are decided, and after; leads tried for it. */
const BLOCKS = 8;
const BLOCKED_MAX = 200;
/** A machine that does much else at the same time may take long. */
const soon = (isSo: Parameters<typeof until>[0]) => until(isSo, 40_000);

let http: HttpTest;
let admin: Send;
let workers: Workers;

beforeAll(async () => {
  http = await httpTest({ ...SETTINGS, DB_POOL_MAX: '12', RATE_SESSION_PER_MINUTE: '100000' });
  admin = (await signedInAs(http, 'admin')).send;
  workers = await startWorkers(http.database, WORKERS, SETTINGS);
});
afterEach(() => workers.go());
afterAll(async () => {
  await workers?.[Symbol.asyncDispose]();
  await http?.[Symbol.asyncDispose]();
});

type Row = {
  edit: (shop: Shop) => Promise<Answer>;
  /** Takes the edit back; left out: it cannot be, so it is made once. */
  undo?: (shop: Shop, edited: Answer) => Promise<Answer>;
  /** What the edit forbids, and what decisions did before. */
  forbids: (decision: Decided, shop: Shop) => boolean;
  /** The edit lets no decision be taken at all. */
  stops?: true;
  /** A decision goes by what it read when it began, so its clock says which is later. */
  byClock?: true;
  prepare?: (shop: Shop) => Promise<void>;
};

const urlOf = ({ subscriptionId }: Buyer) => `${A}/subscriptions/${subscriptionId}`;
const providerUrl = ({ providerId }: Buyer) => `${A}/providers/${providerId}`;
const levelUrl = (id: string) => `${A}/competition-levels/${id}`;

/** An edit of what stands there now. */
async function patch(url: string, change: object): Promise<Answer> {
  const { data } = (await admin('GET', url)).body;
  const { version } = data.niche ?? data.campaign ?? data;
  return admin('PATCH', url, { ...change, version });
}
const editTarget = (edit: object, undo: object, forbids: Row['forbids']): Row => ({
  edit: ({ target }) => patch(urlOf(target), edit),
  undo: ({ target }) => patch(urlOf(target), undo),
  forbids,
});
const stopOf = (scope: string, idOf: (shop: Shop) => string | null) => ({
  edit: (shop: Shop) =>
    admin('POST', `${A}/stop-switches`, { scope, scope_id: idOf(shop), reason: 'complaints come in' }),
  undo: (_: Shop, { body }: Answer) =>
    admin('POST', `${A}/stop-switches/${body.data.id}/release`, { reason: 'sorted out' }),
});

const salesTo = ({ sales }: Decided, { subscriptionId }: Buyer) =>
  sales.filter((sale) => sale.subscriptionId === subscriptionId);
const toTarget: Row['forbids'] = (decision, { target }) => salesTo(decision, target).length > 0;
const anything = () => true;
/** Without a window that may end while the test runs. */
const capOf = (value: number) => ({ caps: [{ window: 'total', kind: 'count', value }] });
const CLOSED = { zone: 'UTC', weekly: {} };
const YEAR_MS = 365 * 86_400_000;
const holidays = () => [
  { from: new Date(Date.now() - YEAR_MS).toISOString(), to: new Date(Date.now() + YEAR_MS).toISOString() },
];
const LARGE_ONLY = { filters: [{ kind: 'range', field: 'budget', min: 500 }] };

const ROWS: Record<string, Row> = {
  'a subscription that is paused gets no lead': {
    edit: ({ target }) => admin('POST', `${urlOf(target)}/pause`),
    undo: ({ target }) => admin('POST', `${urlOf(target)}/resume`),
    forbids: toTarget,
  },
  'a subscription that has ended gets no lead': {
    edit: ({ target }) => admin('DELETE', urlOf(target)),
    undo: ({ target, first }) =>
      admin('POST', `${A}/subscriptions`, { provider_id: target.providerId, level_id: first }),
    forbids: toTarget,
  },
  'a provider that is paused gets no lead': {
    edit: ({ target }) => admin('POST', `${providerUrl(target)}/pause`),
    undo: ({ target }) => admin('POST', `${providerUrl(target)}/resume`),
    forbids: toTarget,
  },
  'a provider that was deactivated gets no lead': {
    edit: ({ target }) => admin('POST', `${providerUrl(target)}/deactivate`),
    undo: ({ target }) => admin('POST', `${providerUrl(target)}/approve`),
    forbids: toTarget,
  },
  'a provider that is stopped gets no lead': {
    ...stopOf('provider', ({ target }) => target.providerId),
    forbids: toTarget,
  },
  'an own price is charged': editTarget(
    { price_override: '3.00' },
    { price_override: null },
    (decision, { target }) => salesTo(decision, target).some(({ amount }) => amount !== 300),
  ),
  'a price of the level is charged': {
    edit: ({ first }) => patch(levelUrl(first), { price_per_lead: '23.00' }),
    undo: ({ first }) => patch(levelUrl(first), { price_per_lead: '10.00' }),
    forbids: ({ sales }, { first }) => sales.some((sale) => sale.levelId === first && sale.amount !== 2_300),
  },
  'a price of the campaign is charged': {
    edit: ({ campaignId, first }) =>
      patch(`${A}/campaigns/${campaignId}`, { level_prices: { [first]: '7.00' } }),
    undo: ({ campaignId }) => patch(`${A}/campaigns/${campaignId}`, { level_prices: {} }),
    forbids: ({ sales }, { first }) => sales.some((sale) => sale.levelId === first && sale.amount !== 700),
  },
  'a filter keeps leads away': editTarget(
    LARGE_ONLY,
    { filters: [] },
    (decision, { target }) => decision.budget < 500 && salesTo(decision, target).length > 0,
  ),
  'countries keep leads away': editTarget({ countries: ['AT'] }, { countries: [] }, toTarget),
  'a cap below what was received already keeps leads away': editTarget(capOf(1), { caps: [] }, toTarget),
  'business hours that are over keep leads away': editTarget(
    { schedule: CLOSED },
    { schedule: null },
    toTarget,
  ),
  'holidays keep leads away': {
    ...editTarget({}, { away: [] }, toTarget),
    edit: ({ target }) => patch(urlOf(target), { away: holidays() }),
  },
  'an endpoint that is switched off keeps leads away': {
    prepare: async ({ target }) => {
      const terms = { providerId: target.providerId, url: 'http://127.0.0.1:9/leads', saveUnreachable: true };
      const { endpoint } = await seedEndpoint(http.app, terms);
      expect((await patch(urlOf(target), { endpoint_id: endpoint.id })).status).toBe(200);
    },
    edit: async ({ target }) => patch(await endpointUrl(target), { state: 'disabled' }),
    undo: async ({ target }) => patch(await endpointUrl(target), { state: 'active', save_unreachable: true }),
    forbids: toTarget,
    byClock: true,
  },
  'a level that is switched off sells nothing': {
    edit: ({ second }) => patch(levelUrl(second), { active: false }),
    undo: ({ second }) => patch(levelUrl(second), { active: true }),
    forbids: ({ sales }, { second }) => sales.some(({ levelId }) => levelId === second),
  },
  'a level that was removed sells nothing': {
    edit: async ({ second, other }) => {
      await answered(() => admin('DELETE', urlOf(other)));
      return admin('DELETE', levelUrl(second));
    },
    forbids: ({ sales }, { second }) => sales.some(({ levelId }) => levelId === second),
  },
  'levels in another order are served in it': {
    edit: (shop) => reorder(shop, [shop.second, shop.first]),
    undo: (shop) => reorder(shop, [shop.first, shop.second]),
    forbids: ({ sales }, { second }) => sales.length > 0 && sales[0]!.levelId !== second,
  },
  'a niche that was switched off decides nothing': {
    edit: ({ niche }) => patch(`${A}/niches/${niche.id}`, { active: false }),
    undo: ({ niche }) => patch(`${A}/niches/${niche.id}`, { active: true }),
    forbids: anything,
    stops: true,
  },
  'a niche that is stopped decides nothing': {
    ...stopOf('niche', ({ niche }) => niche.id),
    forbids: anything,
    stops: true,
  },
  'leads of a source that is stopped are not decided': {
    ...stopOf('source', ({ sourceId }) => sourceId),
    forbids: anything,
    stops: true,
  },
  'with everything stopped nothing is decided': {
    ...stopOf('everything', () => null),
    forbids: anything,
    stops: true,
  },
};

const reorder = ({ niche }: Shop, levelIds: string[]) =>
  admin('POST', `${A}/competition-levels/reorder`, { niche_id: niche.id, level_ids: levelIds });
const endpointUrl = async (target: Buyer) =>
  `${A}/endpoints/${(await admin('GET', urlOf(target))).body.data.endpoint_id}`;

/** The answer of an edit that took. Who waited for a lock in vain is told so, and asks again. */
async function answered(edit: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    const answer = await edit();
    if (answer.status === 503 && tries < BUSY_TRIES) continue;
    expect([200, 201], JSON.stringify(answer.body)).toContain(answer.status);
    return answer;
  }
}

type Held = Parameters<typeof whileHeld>[1];

/** The edit comes while a decision is under way, and is answered or waits for it before that goes on. */
async function besideDecision(shop: Shop, held: Held, edit: () => Promise<Answer>): Promise<Answer> {
  await workers.rest();
  await soon(async () => (await waitingLeads(http.app, shop)) >= WAITING_MIN);
  let answer: Promise<Answer> | undefined;
  await whileHeld(http.app, held, async (holder) => {
    workers.go();
    await soon(async () => (await waitingForLocks(holder)) > 0);
    let ended = false;
    answer = answered(edit).finally(() => {
      ended = true;
    });
    answer.catch(() => {});
    await soon(async () => ended || (await waitingForLocks(holder)) > 1);
  });
  return answer!;
}

/** Locks are taken in the order of the providers, so whoever waits for the early one has not locked the target. */
const MOMENTS: Record<string, (shop: Shop, edit: () => Promise<Answer>) => Promise<Answer>> = {
  'at any moment': (_, edit) => answered(edit),
  'after a decision has read the target for the first time': (shop, edit) =>
    besideDecision(shop, { what: 'provider', providerId: shop.early.providerId }, edit),
  'after a decision has read the target for the last time': (shop, edit) =>
    besideDecision(shop, { what: 'wallets', providerId: shop.target.providerId }, edit),
};

test.each(Object.entries(ROWS))('%s after the answer', async (_, row) => {
  const shop = await openShop(http.app);
  await row.prepare?.(shop);
  await using flood = startFlood(http.app, [shop]);
  const moments = Object.entries(MOMENTS).slice(0, row.undo ? undefined : 1);
  for (const [moment, during] of moments) await editOnce(shop, row, moment, during);
  await end(flood, [shop]);
});

async function editOnce(
  shop: Shop,
  row: Row,
  moment: string,
  during: (typeof MOMENTS)[string],
): Promise<void> {
  const { app } = http;
  const begin = await placeIn(app, shop);
  const soFar = async () => (await decisionsOf(app, shop, begin)).filter((one) => row.forbids(one, shop));
  await soon(async () => (await soFar()).length > 0);
  const edited = await during(shop, () => row.edit(shop));
  const answer = await placeIn(app, shop);
  const isLater = ({ at }: Decided) => !row.byClock || at > answer.at;
  if (row.stops) {
    await soon(async () => (await waitingLeads(app, shop)) > 0 || moment === 'at any moment');
    await workers.ranAgain(2);
  } else {
    await soon(async () => (await decisionsOf(app, shop, answer)).filter(isLater).length >= DECISIONS_AFTER);
  }
  const last = await placeIn(app, shop);
  const later = (await decisionsOf(app, shop, answer, last)).filter(isLater);
  expect(
    later.filter((one) => row.forbids(one, shop)),
    moment,
  ).toEqual([]);
  // Each names the configuration that the answer was about, or one after it.
  expect(
    later.filter(({ configVersion }) => configVersion < answer.configVersion),
    moment,
  ).toEqual([]);
  if (row.undo) await answered(() => row.undo!(shop, edited));
}

async function end(flood: Flood, shops: readonly Shop[]): Promise<void> {
  await flood.end();
  expect(workers.troubles).toEqual([]);
  for (const shop of shops) expect(await wronglyPriced(http.app, shop)).toEqual([]);
}

test('a provider that was kept from a lead does not get it; where it has it already, the answer says so', async () => {
  const { app } = http;
  const shop = await openShop(app);
  const { providerId } = shop.target;
  await using flood = startFlood(app, [shop]);
  const leads: Record<number, string[]> = { 200: [], 201: [], 409: [] };
  for (let n = 0; n < BLOCKED_MAX && (leads[201]!.length < BLOCKS || leads[409]!.length < BLOCKS); n += 1) {
    const leadId = await shop.submit();
    if (n % 2 === 1) await soon(async () => (await stateOf(app, leadId)) === 'distributed');
    const body = { provider_id: providerId, reason: 'a competitor of the person' };
    const { status } = await admin('POST', `${A}/leads/${leadId}/blocks`, body);
    leads[status]?.push(leadId);
  }
  await end(flood, [shop]);
  const hasIt = async (leadId: string) => (await holdersOf(app, leadId)).includes(providerId);
  for (const leadId of leads[201]!) expect(await hasIt(leadId)).toBe(false);
  for (const leadId of leads[409]!) expect(await hasIt(leadId)).toBe(true);
  expect(Math.min(leads[201]!.length, leads[409]!.length)).toBeGreaterThanOrEqual(BLOCKS);
});

const receivedBy = (providerId: string): Promise<number> =>
  http.app.db.tx(engine, async (tx) => {
    const [row] = await tx<{ n: number }[]>`
      select count(*)::int as n from assignments where provider_id = ${providerId}`;
    return row!.n;
  });

/** So many decisions more in each of these niches. */
async function goOn(shops: readonly Shop[]): Promise<void> {
  for (const shop of shops) {
    const now = await placeIn(http.app, shop);
    await soon(async () => (await decisionsOf(http.app, shop, now)).length >= DECISIONS_AFTER);
  }
}

test('a cap that is set and raised in the flood is used up and never passed', async () => {
  const shop = await openShop(http.app);
  const { providerId } = shop.target;
  await using flood = startFlood(http.app, [shop]);
  for (const more of [25, 40]) {
    await goOn([shop]);
    const value = (await receivedBy(providerId)) + more;
    await answered(() => patch(urlOf(shop.target), capOf(value)));
    const limit = Math.max(value, await receivedBy(providerId));
    await soon(async () => (await receivedBy(providerId)) >= limit);
    await goOn([shop]);
    expect(await receivedBy(providerId)).toBe(limit);
  }
  await end(flood, [shop]);
});

test('the last places of a whole provider’s cap are sold once, with two niches that see them at the same time', async () => {
  const { app } = http;
  const shops = [await openShop(app), await openShop(app)];
  const [shop, elsewhere] = shops as [Shop, Shop];
  const { providerId } = shop.target;
  await seedSubscription(app, { providerId, levelId: elsewhere.first });
  await using flood = startFlood(app, shops);
  await goOn(shops);
  await workers.rest();
  const cap = (await receivedBy(providerId)) + 4;
  await answered(() => patch(providerUrl(shop.target), capOf(cap)));
  for (const one of shops) await soon(async () => (await waitingLeads(app, one)) >= WAITING_MIN);
  await whileHeld(app, { what: 'provider', providerId }, async (holder) => {
    workers.go();
    await soon(async () => (await waitingForLocks(holder)) >= shops.length);
  });
  await goOn(shops);
  expect(await receivedBy(providerId)).toBe(cap);
  await end(flood, shops);
});

test('after all of it the audit finds nothing', async () => {
  const { findings } = await runAudit({ ownerUrl: http.database.ownerUrl, print: () => {} });
  expect(findings).toEqual([]);
});
