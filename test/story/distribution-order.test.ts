import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { distributeBatch, openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { editNiche } from '../../src/market/catalog/index.ts';
import { pauseProvider, resumeProvider } from '../../src/market/providers/index.ts';
import { pause, resume, unsubscribe } from '../../src/market/subscriptions/index.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { engine, stateOf } from '../support/lead.ts';
import { seedProvider, seedSubscription } from '../support/market.ts';
import { distribute, holdersOf, type OpenMarket, openMarket } from '../support/open-market.ts';

/** Who is next: over batches, workers, levels, and when somebody comes in the middle of a day. */
let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0' });
});
afterAll(async () => {
  await app?.close();
  await database?.[Symbol.asyncDispose]();
});

/** Sells so many leads, one by one, each by a worker that has just started. Who got how many of them. */
async function sellOneByOne(market: OpenMarket, count: number): Promise<Map<string, number>> {
  const got = new Map<string, number>();
  for (let n = 0; n < count; n += 1) {
    const leadId = await market.submit();
    await distribute(app);
    for (const holder of await holdersOf(app, leadId)) got.set(holder, (got.get(holder) ?? 0) + 1);
  }
  return got;
}

const each = (ids: string[], count: number) => new Map(ids.map((id) => [id, count]));
const instant = () => openMarket(app, { preset: 'instant' });

describe('the preset instant', () => {
  it('gives each lead to one provider, and all equally many, whatever worker decides', async () => {
    const market = await instant();
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push((await market.buyer()).providerId);
    for (let round = 0; round < 5; round += 1) expect(await sellOneByOne(market, 3)).toEqual(each(ids, 1));
  });

  it('counts the same day for everybody: whose midnight comes first gets no run of leads', async () => {
    const market = await instant();
    const maxAgeMs = 7 * 86_400_000;
    const ids = [];
    for (const timezone of ['Asia/Tokyo', 'America/Los_Angeles', 'UTC'])
      ids.push((await market.buyer({ timezone, maxAgeMs })).providerId);
    const nicheId = market.niche.id;
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    for (const time of ['05:00', '09:00', '16:00']) {
      const leads = [];
      for (let n = 0; n < 6; n += 1) leads.push(await market.submit());
      const at = `${tomorrow}T${time}:00Z`;
      await app.db.tx(
        engine,
        (tx) => tx`update niche_turns set last_clock = ${at} where niche_id = ${nicheId}`,
      );
      await distributeBatch(openDistributor(app), { nicheId, limit: 10 });
      const holders = (await Promise.all(leads.map((leadId) => holdersOf(app, leadId)))).flat();
      for (const id of ids) expect(holders.filter((one) => one === id)).toHaveLength(2);
    }
  });
});

describe('who comes in the middle of a day', () => {
  it('starts where the others stand, and takes no lead from them to catch up', async () => {
    const market = await instant();
    const ids = [(await market.buyer()).providerId, (await market.buyer()).providerId];
    // Somebody who gets nothing all day is not where the others stand.
    await market.buyer({ balance: 0n });
    await sellOneByOne(market, 6);
    ids.push((await market.buyer()).providerId);
    expect(await sellOneByOne(market, 3)).toEqual(each(ids, 1));
  });

  it.each<[string, (of: { providerId: string; subscriptionId: string; levelId: string }) => Promise<() => Promise<unknown>>]>([
    ['a paused subscription', async ({ subscriptionId }) => {
      await pause(app, { id: subscriptionId, until: null }, SYSTEM);
      return () => resume(app, subscriptionId, SYSTEM);
    }],
    ['a subscription whose pause ends by itself', async ({ subscriptionId }) => {
      await pause(app, { id: subscriptionId, until: new Date(Date.now() + 3_600_000) }, SYSTEM);
      return () => app.db.tx(engine, (tx) => tx`update subscriptions set paused_until = clock_timestamp() where id = ${subscriptionId}`);
    }],
    ['a paused provider', async ({ providerId }) => {
      await pauseProvider(app, { id: providerId, until: null }, SYSTEM);
      return () => resumeProvider(app, providerId, SYSTEM);
    }],
    ['a provider that left and comes back', async ({ providerId, subscriptionId, levelId }) => {
      await unsubscribe(app, subscriptionId, SYSTEM);
      return () => seedSubscription(app, { providerId, levelId });
    }],
  ])('so does %s that comes back', async (_, stop) => {
    const market = await instant();
    const [one, two, three] = [await market.buyer(), await market.buyer(), await market.buyer()];
    const ids = [one, two, three].map(({ providerId }) => providerId);
    expect(await sellOneByOne(market, 3)).toEqual(each(ids, 1));
    const comeBack = await stop({ ...three, levelId: market.level.id });
    expect(await sellOneByOne(market, 4)).toEqual(each(ids.slice(0, 2), 2));
    await comeBack();
    expect(await sellOneByOne(market, 3)).toEqual(each(ids, 1));
  }); // biome-ignore format: one case a line
});

describe('two levels', () => {
  it('take turns: alone, then shared; with fill_all both sell every lead', async () => {
    const market = await openMarket(app, { levels: [{ maxProviders: 1 }, { maxProviders: 2 }] });
    const gold = (await market.buyer()).providerId;
    const silver: string[] = [];
    for (let n = 0; n < 2; n += 1) {
      const provider = await seedProvider(app, { balance: 100_000n });
      await seedSubscription(app, { providerId: provider.id, levelId: market.levels[1]!.id });
      silver.push(provider.id);
    }
    const next = async () => {
      const leadId = await market.submit();
      await distribute(app);
      return holdersOf(app, leadId);
    };
    expect(await next()).toEqual([gold]);
    expect(await next()).toEqual(silver);
    expect(await next()).toEqual([gold]);
    await editNiche(app, { id: market.niche.id, expected: 1, edit: { fillMode: 'fill_all' } }, SYSTEM);
    expect(await next()).toEqual([...silver, gold]);
    expect(await next()).toEqual([gold, ...silver]);
  });
});

describe('a hard premium ratio', () => {
  it('keeps a lead away until a sale of the other type makes room: then it is sold at once', async () => {
    const market = await openMarket(app);
    const { providerId, subscriptionId } = await market.buyer({ premiumRatio: 50, ratioMode: 'hard' });
    await app.db.tx(
      engine,
      (tx) =>
        tx`update subscriptions set recent_types = 'prr', flagged_at = null where id = ${subscriptionId}`,
    );
    const submit = async (type: 'premium' | 'raw') => {
      const leadId = await market.submit();
      await app.db.tx(engine, (tx) => tx`update leads set lead_type = ${type} where id = ${leadId}`);
      return leadId;
    };
    const distributor = openDistributor(app);
    const waiting = await submit('raw');
    await runDistribution(distributor);
    expect(await stateOf(app, waiting)).toBe('unsold');
    const premium = await submit('premium');
    await runDistribution(distributor);
    await runDistribution(distributor);
    expect(await holdersOf(app, premium)).toEqual([providerId]);
    expect(await holdersOf(app, waiting)).toEqual([providerId]);
  });
});
