import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exceededCaps } from '../../src/cli/audit/caps.ts';
import { runVerify } from '../../src/cli/verify.ts';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { refundAssignment } from '../../src/lead/returns/index.ts';
import { editProvider, readProvider } from '../../src/market/providers/index.ts';
import { readSubscription, updateFilters } from '../../src/market/subscriptions/index.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { engine, stateOf } from '../support/lead.ts';
import { openMarket } from '../support/open-market.ts';

/** A refunded lead gives its place in a cap back, where the cap says so. */
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

const distribute = () => runDistribution(openDistributor(app));

async function refundNewest(providerId: string): Promise<void> {
  const [row] = await app.db.tx(
    engine,
    (tx) => tx<{ id: string }[]>`
    select id from assignments where provider_id = ${providerId} and state = 'charged'
    order by receipt_no desc limit 1`,
  );
  await refundAssignment(app, { assignmentId: row!.id, reason: 'wrong number' }, SYSTEM);
}

const usedBy = (scopeId: string, kind: string): Promise<bigint[]> =>
  app.db.tx(engine, async (tx) => {
    const rows = await tx<{ used: bigint }[]>`
      select used from cap_counters where scope_id = ${scopeId} and kind = ${kind} order by window_key`;
    return rows.map(({ used }) => used);
  });

const findings = () => app.db.tx(engine, (tx) => exceededCaps(tx, 20));

const dayCap = (value: number, more: object = {}) => ({
  ...{ window: 'day' as const, kind: 'count' as const, value },
  ...more,
});

describe('a refund', () => {
  it('gives the place back under a cap that says so: a lead that waited is sold, and the audit is clean', async () => {
    const market = await openMarket(app);
    const { providerId, subscriptionId } = await market.buyer({ caps: [dayCap(2, { gives_back: true })] });
    for (let n = 0; n < 2; n += 1) await market.submit();
    await distribute();
    const waiting = await market.submit();
    await distribute();
    expect(await stateOf(app, waiting)).toBe('unsold');
    await refundNewest(providerId);
    expect(await usedBy(subscriptionId, 'count')).toEqual([1n]);
    await distribute();
    expect(await stateOf(app, waiting)).toBe('distributed');
    expect(await usedBy(subscriptionId, 'count')).toEqual([2n]);
    expect(await findings()).toEqual([]);
  });

  it('keeps the place under any other cap', async () => {
    const market = await openMarket(app);
    const { providerId, subscriptionId } = await market.buyer({ caps: [dayCap(1)] });
    await market.submit();
    await distribute();
    const waiting = await market.submit();
    await refundNewest(providerId);
    await distribute();
    expect(await stateOf(app, waiting)).toBe('unsold');
    expect(await usedBy(subscriptionId, 'count')).toEqual([1n]);
  });

  it('goes by what the decision went by, not by what the cap says today', async () => {
    const market = await openMarket(app);
    const { providerId, subscriptionId } = await market.buyer({ caps: [dayCap(5, { gives_back: true })] });
    await market.submit();
    await distribute();
    const { version } = (await app.db.tx(engine, (tx) => readSubscription(tx, subscriptionId)))!;
    const edit = { caps: [dayCap(5)] };
    await updateFilters(app, { id: subscriptionId, expected: version, edit }, SYSTEM);
    await refundNewest(providerId);
    expect(await usedBy(subscriptionId, 'count')).toEqual([0n]);
  });

  it('gives an amount back to the cap of the whole provider too', async () => {
    const market = await openMarket(app);
    const { providerId } = await market.buyer();
    const { version } = (await app.db.tx(engine, (tx) => readProvider(tx, providerId)))!;
    const caps = [{ window: 'month' as const, kind: 'spend' as const, value: '20.00', gives_back: true }];
    await editProvider(app, { id: providerId, expected: version, edit: { caps } }, SYSTEM);
    for (let n = 0; n < 3; n += 1) await market.submit();
    await distribute();
    expect(await usedBy(providerId, 'spend')).toEqual([2_000n]);
    await refundNewest(providerId);
    expect(await usedBy(providerId, 'spend')).toEqual([1_000n]);
    await distribute();
    expect(await usedBy(providerId, 'spend')).toEqual([2_000n]);
    expect(await findings()).toEqual([]);
  });
});

// Before the next tests change what decisions went by.
it('leaves decisions that can be run again from their records, with the room that refunds made', async () => {
  // In the unlikely case of midnight in between, the day of the last decisions.
  const [last] = await app.db.tx(
    engine,
    (tx) => tx<{ day: string }[]>`
      select to_char(max(decided_at) at time zone 'UTC', 'YYYY-MM-DD') as day from decisions`,
  );
  const { day } = last!;
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const { findings } = await runVerify({ ownerUrl: database.ownerUrl, day, print });
  expect(findings).toEqual([]);
});

describe('the audit of caps', () => {
  it.each([
    ['of a subscription', 'subscription_versions', 'is number 3 of the day'],
    ['of a whole provider', 'provider_cap_versions', 'is number 3 of the day'],
  ] as const)('%s names what went beyond it', async (_, table, says) => {
    const market = await openMarket(app);
    const { providerId } = await market.buyer({ caps: [dayCap(3)] });
    const { version } = (await app.db.tx(engine, (tx) => readProvider(tx, providerId)))!;
    await editProvider(app, { id: providerId, expected: version, edit: { caps: [dayCap(3)] } }, SYSTEM);
    for (let n = 0; n < 3; n += 1) await market.submit();
    await distribute();
    expect(await findings()).toEqual([]);
    const lowered = JSON.stringify([{ window: 'day', kind: 'count', value: '2' }]);
    const set = (caps: string) =>
      app.db.tx(
        engine,
        (tx) => tx`
        update ${tx(table)} set caps = ${caps}::text::jsonb where provider_id = ${providerId}`,
      );
    await set(lowered);
    expect(await findings()).toMatchObject([{ text: expect.stringContaining(says) }]);
    // On another weekday it would not have held at all.
    const weekday = ((new Date().getUTCDay() + 2) % 7) + 1;
    await set(JSON.stringify([{ window: 'day', kind: 'count', value: '2', weekday }]));
    expect(await findings()).toEqual([]);
    await set('[]');
  });
});
