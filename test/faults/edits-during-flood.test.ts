import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { runAudit } from '../../src/cli/audit.ts';
import {
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
import {
  capOf,
  EDITS,
  type Edit,
  type Editor,
  openEditor,
  providerUrl,
  urlOf,
} from '../support/flood-edits.ts';
import { type Answer, type HttpTest, httpTest } from '../support/http.ts';
import { engine, stateOf } from '../support/lead.ts';
import { seedSubscription } from '../support/market.ts';
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
/** Leads that a provider is kept from before they are decided, and after; leads tried for it. */
const BLOCKS = 8;
const BLOCKED_MAX = 200;
/** A machine that does much else at the same time may take long. */
const soon = (isSo: Parameters<typeof until>[0]) => until(isSo, 40_000);

let http: HttpTest;
let by: Editor;
let workers: Workers;

beforeAll(async () => {
  http = await httpTest({ ...SETTINGS, DB_POOL_MAX: '12', RATE_SESSION_PER_MINUTE: '100000' });
  by = await openEditor(http);
  workers = await startWorkers(http.database, WORKERS, SETTINGS);
});
afterEach(() => workers.go());
afterAll(async () => {
  await workers?.[Symbol.asyncDispose]();
  await http?.[Symbol.asyncDispose]();
});

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
    answer = by.answered(edit).finally(() => {
      ended = true;
    });
    answer.catch(() => {});
    await soon(async () => ended || (await waitingForLocks(holder)) > 1);
  });
  return answer!;
}

/** Locks are taken in the order of the providers, so whoever waits for the early one has not locked the target. */
const MOMENTS: Record<string, (shop: Shop, edit: () => Promise<Answer>) => Promise<Answer>> = {
  'at any moment': (_, edit) => by.answered(edit),
  'after a decision has read the target for the first time': (shop, edit) =>
    besideDecision(shop, { what: 'provider', providerId: shop.early.providerId }, edit),
  'after a decision has read the target for the last time': (shop, edit) =>
    besideDecision(shop, { what: 'wallets', providerId: shop.target.providerId }, edit),
};

test.each(Object.entries(EDITS))('%s after the answer', async (_, row) => {
  const shop = await openShop(http.app);
  await row.prepare?.(shop, by);
  await using flood = startFlood(http.app, [shop]);
  const moments = Object.entries(MOMENTS).slice(0, row.undo ? undefined : 1);
  for (const [moment, during] of moments) await editOnce(shop, row, moment, during);
  await end(flood, [shop]);
});

async function editOnce(
  shop: Shop,
  row: Edit,
  moment: string,
  during: (typeof MOMENTS)[string],
): Promise<void> {
  const { app } = http;
  const begin = await placeIn(app, shop);
  const soFar = async () => (await decisionsOf(app, shop, begin)).filter((one) => row.forbids(one, shop));
  await soon(async () => (await soFar()).length > 0);
  const edited = await during(shop, () => row.edit(shop, by));
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
  if (row.undo) await by.answered(() => row.undo!(shop, by, edited));
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
    const { status } = await by.admin('POST', `${A}/leads/${leadId}/blocks`, body);
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
    await by.answered(() => by.patch(urlOf(shop.target), capOf(value)));
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
  await by.answered(() => by.patch(providerUrl(shop.target), capOf(cap)));
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
