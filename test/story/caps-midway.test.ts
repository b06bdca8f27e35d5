import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAudit } from '../../src/cli/audit.ts';
import { type AuditActor, SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { windowAt } from '../../src/kernel/time.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { editProvider, readProvider } from '../../src/market/providers/index.ts';
import { readSubscription, unsubscribe, updateFilters } from '../../src/market/subscriptions/index.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { engine } from '../support/lead.ts';
import { seedProvider, seedSubscription } from '../support/market.ts';
import { type OpenMarket, openMarket } from '../support/open-market.ts';

/** A cap that is set, or whose days move, in the middle of its window. */
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

const sell = async (market: OpenMarket, leads: number) => {
  for (let n = 0; n < leads; n += 1) await market.submit();
  await runDistribution(openDistributor(app));
};
const soldTo = (providerId: string): Promise<number> =>
  app.db.tx(engine, async (tx) => {
    const [row] = await tx<{ n: number }[]>`
      select count(*)::int as n from assignments where provider_id = ${providerId}`;
    return row!.n;
  });
/** Somebody of a provider. */
const OWNER: AuditActor = { ...SYSTEM, id: newId(), role: 'provider' };
type Edit = Parameters<typeof updateFilters>[1]['edit'];
/** As the provider itself does it. */
async function edit(id: string, to: Edit) {
  const { version, providerId } = (await app.db.tx(engine, (tx) => readSubscription(tx, id)))!;
  return updateFilters(app, { id, expected: version, edit: to }, OWNER, { role: 'provider', providerId });
}

describe('a cap of a subscription', () => {
  for (const [name, cap] of [
    ['per week', { window: 'week', kind: 'count', value: 5 }],
    ['in all', { window: 'total', kind: 'count', value: 5 }],
    ['per month in money', { window: 'month', kind: 'spend', value: '50.00' }],
  ] as const) {
    it(`${name} counts the leads that came before it was set`, async () => {
      const market = await openMarket(app);
      const { providerId, subscriptionId } = await market.buyer();
      await sell(market, 3);
      await edit(subscriptionId, { caps: [cap] });
      await sell(market, 4);
      expect(await soldTo(providerId)).toBe(5);
    });
  }

  it('is not passed by leaving and coming back with another one', async () => {
    const market = await openMarket(app);
    const { providerId, subscriptionId } = await market.buyer();
    await sell(market, 3);
    await unsubscribe(app, subscriptionId, SYSTEM);
    const caps = [{ window: 'month' as const, kind: 'count' as const, value: 4 }];
    await seedSubscription(app, { providerId, levelId: market.level.id, caps } as never);
    await sell(market, 4);
    expect(await soldTo(providerId)).toBe(4);
  });
});

describe('a cap over all subscriptions', () => {
  it('counts the leads of all niches that came before it was set', async () => {
    const markets = [await openMarket(app), await openMarket(app)];
    const { id, version } = await seedProvider(app, { balance: 1_000_000n });
    for (const { level } of markets) await seedSubscription(app, { providerId: id, levelId: level.id });
    for (const market of markets) await sell(market, 2);
    const caps = [
      { window: 'month' as const, kind: 'spend' as const, value: '500.00', currency: 'EUR' },
      { window: 'day' as const, kind: 'count' as const, value: 6 },
    ];
    const own = { role: 'provider' as const, providerId: id };
    await editProvider(app, { id, expected: version, edit: { caps } }, OWNER, own);
    for (const market of markets) await sell(market, 3);
    expect(await soldTo(id)).toBe(6);
  });
});

/** A zone in which it is about this hour now: no midnight of it falls into a test. */
function zoneAt(hour: number): string {
  const west = (new Date().getUTCHours() - hour + 24) % 24;
  return west <= 12 ? `Etc/GMT+${west}` : `Etc/GMT-${24 - west}`;
}

describe('a cap that is raised or lowered, and a zone that is changed, hold at once', () => {
  const day = (value: number) => [{ window: 'day' as const, kind: 'count' as const, value }];
  const [MORNING, NOON] = [zoneAt(6), zoneAt(12)];
  /** What is edited, and how many leads the provider has afterwards when more are offered than it can take. */
  const STEPS = [
    [{ caps: day(3) }, 3],
    [{ caps: day(5) }, 5],
    [{ timezone: NOON }, 5],
    [{ caps: day(4) }, 5],
    [{ timezone: MORNING }, 5],
    [{ caps: day(7), timezone: NOON }, 7],
    [{ timezone: MORNING }, 7],
  ] as const;

  it('and the day never has more leads than the largest cap that held in it', async () => {
    const market = await openMarket(app);
    const { providerId, subscriptionId } = await market.buyer({ timezone: MORNING });
    for (const [to, had] of STEPS) {
      await edit(subscriptionId, to as Edit);
      await sell(market, 4);
      expect(await soldTo(providerId)).toBe(had);
    }
  });

  it('also over all subscriptions, in two niches', async () => {
    const markets = [await openMarket(app), await openMarket(app)];
    const { id } = await seedProvider(app, { balance: 1_000_000n, timezone: MORNING });
    for (const { level } of markets) await seedSubscription(app, { providerId: id, levelId: level.id });
    const own = { role: 'provider' as const, providerId: id };
    for (const [to, had] of STEPS) {
      const { version } = (await app.db.tx(engine, (tx) => readProvider(tx, id)))!;
      await editProvider(app, { id, expected: version, edit: to as never }, OWNER, own);
      for (const market of markets) await sell(market, 2);
      expect(await soldTo(id)).toBe(had);
    }
  });

  it('a day that began before the change counts the leads that came in it, and those of the day before stay there', async () => {
    const market = await openMarket(app);
    const { providerId, subscriptionId } = await market.buyer({ timezone: MORNING, caps: day(3) });
    await sell(market, 3);
    const { startMs } = windowAt('day', Date.now(), MORNING);
    await app.db.tx(
      engine,
      (tx) => tx`
        update assignments set assigned_at = ${new Date(startMs - 60_000)} where id in (
          select id from assignments where provider_id = ${providerId} order by receipt_no limit 1)`,
    );
    // In the other zone the day began earlier: it has all three.
    await edit(subscriptionId, { timezone: NOON });
    await sell(market, 2);
    expect(await soldTo(providerId)).toBe(3);
    await edit(subscriptionId, { caps: day(4) });
    await sell(market, 2);
    expect(await soldTo(providerId)).toBe(4);
  });

  it('and every decision is within the cap that it read, as the audit finds', async () => {
    const { findings } = await runAudit({ ownerUrl: database.ownerUrl, print: () => {} });
    expect(findings).toEqual([]);
  });
});
