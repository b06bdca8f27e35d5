import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { assignByHand } from '../../src/lead/distribution/assign-by-hand.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { replayPeriod } from '../../src/lead/distribution/simulate/replay-period.ts';
import type { Change } from '../../src/lead/distribution/simulate/run.ts';
import { refundAssignment } from '../../src/lead/returns/index.ts';
import { editProvider, readProvider } from '../../src/market/providers/index.ts';
import { pause, resume } from '../../src/market/subscriptions/index.ts';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { engine } from '../support/lead.ts';
import { payIn } from '../support/market.ts';
import { type OpenMarket, openMarket } from '../support/open-market.ts';
import { type Random, seeded } from '../support/random.ts';
import { until } from '../support/until.ts';

/** A look back over a part of what happened begins where everybody stood then, and comes to what really happened. */
let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
let root: Sql;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0' });
  root = openAdminSql(database.superuserUrl);
});
afterAll(async () => {
  await root?.end();
  await app?.close();
  await database?.[Symbol.asyncDispose]();
});

type Buyer = { providerId: string; subscriptionId: string };
/** One worker for all of it: it writes facts where they changed, and in full in every hundredth record alone. */
type Story = { market: OpenMarket; buyers: Buyer[]; random: Random; distributor: Distributor };
type Distributor = ReturnType<typeof openDistributor>;
type Terms = Parameters<OpenMarket['buyer']>[0];

const count = (window: 'day' | 'hour' | 'total', value: number, more: object = {}) => ({
  ...{ window, kind: 'count' as const, value },
  ...more,
});

/** Buyers with every kind of memory: counters, money, types, waiting, weights. */
async function open(
  seed: number,
  strategies: readonly ('longest_waiting' | 'least_loaded_today' | 'weighted')[],
): Promise<Story> {
  const random = seeded(seed);
  const levels = strategies.map((strategy, n) => ({
    maxProviders: n + 1,
    pricePerLead: `${3 + n}.00`,
    strategy,
  }));
  const market = await openMarket(app, { levels });
  const caps = [
    [count('day', 9, { gives_back: true })],
    [count('total', 14), count('day', 8)],
    [],
    [{ window: 'day' as const, kind: 'spend' as const, value: '30.00' }],
    [],
  ];
  const buyers: Buyer[] = [];
  for (const [n, own] of [...caps, ...caps].entries()) {
    const terms: Terms = {
      levelId: market.levels[n % levels.length]!.id,
      caps: own,
      balance: BigInt(3_000 + random.below(9_000)),
      ...(n % 4 === 1
        ? { premiumRatio: 40, ratioMode: n % 8 === 1 ? ('hard' as const) : ('soft' as const), ratioWindow: 8 }
        : {}),
      ...(n % 3 === 2 ? { weight: 1 + random.below(4) } : {}),
    };
    buyers.push(await market.buyer(terms));
  }
  const { providerId } = buyers[2]!;
  const provider = await app.db.tx(engine, (tx) => readProvider(tx, providerId));
  const edit = { caps: [count('day', 20)] };
  await editProvider(app, { id: providerId, expected: provider!.version, edit }, SYSTEM);
  return { market, buyers, random, distributor: openDistributor(app) };
}

/** Some leads in batches, and what happens meanwhile: deposits, pauses, refunds, a lead given by hand. */
async function happen(story: Story, batches: number, { pauses = true } = {}): Promise<void> {
  const { market, buyers, random, distributor } = story;
  for (let n = 0; n < batches; n += 1) {
    for (let leads = 1 + random.below(6); leads > 0; leads -= 1) {
      const id = await market.submit({}, random.percent(8));
      const type = random.percent(45) ? 'premium' : 'raw';
      await app.db.tx(engine, (tx) => tx`update leads set lead_type = ${type} where id = ${id}`);
    }
    await runDistribution(distributor);
    const { providerId, subscriptionId } = random.one(buyers);
    if (random.percent(40)) await payIn(app, providerId, BigInt(300 + random.below(2_000)));
    if (pauses && random.percent(20)) await pause(app, { id: subscriptionId, until: null }, SYSTEM);
    if (random.percent(30))
      for (const { subscriptionId: id } of buyers) await resume(app, id, SYSTEM).catch(() => {});
    const [sold] = await root<{ id: string }[]>`
      select id from assignments where provider_id = ${providerId} and state = 'charged' and not test
      order by receipt_no limit 1`;
    if (sold && random.percent(30))
      await refundAssignment(app, { assignmentId: sold.id, reason: 'wrong number' }, SYSTEM);
    if (n % 5 !== 3) continue;
    const byHand = {
      leadId: await market.submit(),
      subscriptionId,
      reason: 'asked for',
      idempotencyKey: newId(),
    };
    await assignByHand(app.db, distributor, byHand, { id: newId(), role: 'operator' }).catch(() => {});
  }
}

/** A moment between the decisions so far and those that come. */
async function between({ market }: Story): Promise<Date> {
  const [last] = await root<{ at: Date }[]>`
    select max(decided_at) as at from decisions where niche_id = ${market.niche.id}`;
  const from = new Date(last!.at.getTime() + 1);
  await until(async () => {
    const [now] = await root<{ past: boolean }[]>`select clock_timestamp() > ${from}::timestamptz as past`;
    return now!.past;
  });
  return from;
}

/** Leads that the look back gives to others than got them. */
async function moved({ market }: Story, from: Date, recordsBefore?: number) {
  const nicheId = market.niche.id;
  const period = { nicheId, from, to: new Date(Date.now() + 60_000), max: 10_000 };
  const { tallies } = await replayPeriod(app, { period, currency: 'EUR', changes: [{}], recordsBefore });
  const rows = await root<{ lead: string; takers: string[] }[]>`
    select a.lead_id as lead, array_agg(a.subscription_id::text order by a.receipt_no) as takers
    from assignments a join decisions d on d.niche_id = a.niche_id and d.seq = a.decision_seq
    where a.niche_id = ${nicheId} and not a.test and d.kind = 'auto' and d.decided_at >= ${from} group by 1`;
  const { takers } = tallies[0]!;
  const really = new Map(rows.map((row) => [row.lead, row.takers]));
  const ids = [...new Set([...takers.keys(), ...really.keys()])];
  return { sold: really.size, moved: ids.filter((id) => takers.get(id)?.join() !== really.get(id)?.join()) };
}

describe('a look back over the second half of what happened', () => {
  it('counts under a cap that only the draft has what was sold before', async () => {
    const story = await open(31, ['longest_waiting']);
    await happen(story, 6, { pauses: false });
    const from = await between(story);
    await happen(story, 6, { pauses: false });
    const { subscriptionId: id } = story.buyers[4]!;
    const [sold] = await root<{ before: number; after: number }[]>`
      select count(*) filter (where assigned_at < ${from})::int as before,
        count(*) filter (where assigned_at >= ${from})::int as after
      from assignments where subscription_id = ${id} and not test`;
    expect(Math.min(sold!.before, sold!.after)).toBeGreaterThan(1);
    const period = { nicheId: story.market.niche.id, from, to: new Date(Date.now() + 60_000), max: 10_000 };
    const caps = [count('total', sold!.before + 1)].map((cap) => ({ ...cap, value: String(cap.value) }));
    const configuration: Change['configuration'] = (of) => ({
      ...of,
      subscriptions: of.subscriptions.map((one) => (one.id === id ? { ...one, caps } : one)),
    });
    const changes = [{}, { configuration }];
    const { tallies } = await replayPeriod(app, { period, currency: 'EUR', changes });
    const got = tallies.map(({ takers }) => [...takers.values()].filter((own) => own.includes(id)).length);
    expect(got[1]).toBeLessThanOrEqual(1);
    expect(got[0]).toBeGreaterThan(1);
  });

  it.each([11, 12])('moves no lead when nothing is changed (story %i)', async (seed) => {
    const story = await open(seed, ['longest_waiting', 'least_loaded_today', 'weighted']);
    await happen(story, 7);
    const from = await between(story);
    await happen(story, 7);
    const found = await moved(story, from);
    expect(found.moved).toEqual([]);
    expect(found.sold).toBeGreaterThan(3);
  });

  it.each([22])(
    'finds counters, types and order in the assignments where the chain is not read (story %i)',
    async (seed) => {
      const story = await open(seed, ['longest_waiting', 'least_loaded_today']);
      await happen(story, 7, { pauses: false });
      const from = await between(story);
      await happen(story, 7, { pauses: false });
      const found = await moved(story, from, 0);
      expect(found.moved).toEqual([]);
      expect(found.sold).toBeGreaterThan(3);
    },
  );
});
