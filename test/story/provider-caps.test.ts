import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { editProvider, readProvider } from '../../src/market/providers/index.ts';
import { unsubscribe } from '../../src/market/subscriptions/index.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { engine } from '../support/lead.ts';
import { payIn, seedProvider, seedSubscription } from '../support/market.ts';
import { type OpenMarket, openMarket } from '../support/open-market.ts';

/** Caps over all subscriptions of a provider, whatever niche a lead is of. */
let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0' });
});
afterAll(async () => {
  await app.close();
  await database[Symbol.asyncDispose]();
});

type Caps = NonNullable<Parameters<typeof editProvider>[1]['edit']['caps']>;

async function cap(providerId: string, caps: Caps) {
  const provider = await app.db.tx(engine, (tx) => readProvider(tx, providerId));
  return editProvider(app, { id: providerId, expected: provider!.version, edit: { caps } }, SYSTEM);
}

const soldTo = (providerId: string, nicheId: string | null = null): Promise<number> =>
  app.db.tx(engine, async (tx) => {
    const [row] = await tx<{ n: number }[]>`
      select count(*)::int as n from assignments
      where provider_id = ${providerId} and (${nicheId}::uuid is null or niche_id = ${nicheId}::uuid)`;
    return row!.n;
  });

const versionsOf = (providerId: string, nicheId: string) =>
  app.db.tx(
    engine,
    (tx) => tx<{ caps: unknown; open: boolean }[]>`
    select caps, to_version is null as open from provider_cap_versions
    where provider_id = ${providerId} and niche_id = ${nicheId} order by from_version`,
  );

const fill = async (market: OpenMarket, leads: number) => {
  for (let n = 0; n < leads; n += 1) await market.submit();
};

describe('a cap over all subscriptions', () => {
  it('of 3 sells exactly 3 leads in two niches together, under two workers at once', async () => {
    const markets = [await openMarket(app), await openMarket(app)];
    const { id } = await seedProvider(app, { balance: 1_000_000n });
    for (const { level } of markets) await seedSubscription(app, { providerId: id, levelId: level.id });
    await cap(id, [{ window: 'day', kind: 'count', value: 3 }]);
    for (const market of markets) await fill(market, 8);
    const workers = [openDistributor(app), openDistributor(app)];
    for (let round = 0; round < 3; round += 1) await Promise.all(workers.map(runDistribution));
    expect(await soldTo(id)).toBe(3);
    const counted = await app.db.tx(
      engine,
      (tx) => tx<{ used: bigint }[]>`
      select used from cap_counters where scope_id = ${id}`,
    );
    expect(counted).toEqual([{ used: 3n }]);
  });

  it('sells further leads as soon as it is raised', async () => {
    const market = await openMarket(app);
    const { providerId } = await market.buyer();
    await cap(providerId, [{ window: 'week', kind: 'count', value: 1 }]);
    await fill(market, 3);
    await runDistribution(openDistributor(app));
    expect(await soldTo(providerId)).toBe(1);
    await cap(providerId, [{ window: 'week', kind: 'count', value: 2 }]);
    await runDistribution(openDistributor(app));
    expect(await soldTo(providerId)).toBe(2);
  });

  it('of an amount counts the niches of its currency only', async () => {
    const euros = await openMarket(app);
    const dollars = await openMarket(app, { currency: 'USD' });
    const { id } = await seedProvider(app, { balance: 1_000_000n });
    await payIn(app, id, 1_000_000n, 'USD');
    for (const { level } of [euros, dollars])
      await seedSubscription(app, { providerId: id, levelId: level.id });
    await cap(id, [{ window: 'day', kind: 'spend', value: '20.00', currency: 'EUR' }]);
    await fill(euros, 4);
    await fill(dollars, 4);
    for (let round = 0; round < 2; round += 1) await runDistribution(openDistributor(app));
    expect([await soldTo(id, euros.niche.id), await soldTo(id, dollars.niche.id)]).toEqual([2, 4]);
    expect(await versionsOf(id, dollars.niche.id)).toEqual([]);
  });

  it('holds in a niche that is joined later, and is read back as it was at each version', async () => {
    const market = await openMarket(app);
    const other = await openMarket(app);
    const { providerId } = await market.buyer();
    await cap(providerId, [{ window: 'day', kind: 'count', value: 2 }]);
    const { id } = await seedSubscription(app, { providerId, levelId: other.level.id });
    await fill(other, 4);
    await runDistribution(openDistributor(app));
    expect(await soldTo(providerId)).toBe(2);
    await unsubscribe(app, id, SYSTEM);
    await cap(providerId, []);
    // Left with the former caps; who comes back has the present ones.
    await seedSubscription(app, { providerId, levelId: other.level.id });
    expect(await versionsOf(providerId, other.niche.id)).toEqual([
      { caps: [{ window: 'day', kind: 'count', value: '2' }], open: false },
    ]);
    expect((await versionsOf(providerId, market.niche.id)).map(({ open }) => open)).toEqual([false]);
  });

  it('that is written while its provider joins a niche holds there too', async () => {
    const market = await openMarket(app);
    const { providerId } = await market.buyer();
    const others = await Promise.all(Array.from({ length: 4 }, () => openMarket(app)));
    await Promise.all([
      cap(providerId, [{ window: 'month', kind: 'count', value: 9 }]),
      ...others.map(({ level }) => seedSubscription(app, { providerId, levelId: level.id })),
    ]);
    for (const { niche } of [market, ...others]) {
      expect(await versionsOf(providerId, niche.id)).toMatchObject([{ open: true }]);
    }
  });
});
