import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditActor, SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { editProvider } from '../../src/market/providers/index.ts';
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
