import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { windowAt } from '../../src/kernel/time.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { editProvider, readProvider } from '../../src/market/providers/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { engine } from '../support/lead.ts';
import { seedNiche, seedProvider, seedSubscription } from '../support/market.ts';

/** Many unsold leads wait for one evenly spread cap: each wakes for a share of its own. */

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

const A_DAY = 1_000;
const SHARE_MS = 86_400_000 / A_DAY;
const WAITING = 200;

/** A zone in which it is about six in the morning: the day has its shares still before it. */
function morning(): string {
  const west = (new Date().getUTCHours() - 6 + 24) % 24;
  return west <= 12 ? `Etc/GMT+${west}` : `Etc/GMT-${24 - west}`;
}

/** 200 leads that nobody can take before the next share of a subscription with 1,000 a day, evenly spread. */
async function openPaced(cap: 'own' | 'company') {
  const { niche, level, campaignId } = await seedNiche(app, { levels: [{ maxProviders: 1 }] });
  const input = { name: 'form', type: 'api' as const, attested: true, ratePerMinute: null, campaignId };
  const { source } = await createSource(app, input, SYSTEM);
  const timezone = morning();
  const even = [{ window: 'day' as const, kind: 'count' as const, value: A_DAY, pace: 'even' as const }];
  const { id: providerId } = await seedProvider(app, { balance: 100_000_000n, timezone });
  const { id } = await seedSubscription(app, {
    ...{ providerId, levelId: level.id, timezone },
    caps: cap === 'own' ? even : [],
  });
  if (cap === 'company') {
    const { version } = (await app.db.tx(engine, (tx) => readProvider(tx, providerId)))!;
    await editProvider(app, { id: providerId, expected: version, edit: { caps: even } }, SYSTEM);
  }
  const scopeId = cap === 'own' ? id : providerId;
  const day = windowAt('day', Date.now(), timezone);
  // As many were taken as the day allows by now, and one more: the next share is not due yet.
  const used = Math.ceil((Date.now() - day.startMs) / SHARE_MS) + 1;
  const ids = Array.from({ length: WAITING }, () => newId());
  await app.db.tx(engine, async (tx) => {
    await tx`
      insert into cap_counters (scope_id, provider_id, kind, window_key, used)
      values (${scopeId}, ${providerId}, 'count', ${day.key}, ${used})`;
    await tx`
      insert into leads (id, niche_id, campaign_id, source_id, schema_version, state, country, lead_type, confirmed_at,
        confirmed_by, ready_at, approved_at, due_at, expires_at)
      select id, ${niche.id}, ${campaignId}, ${source.id}, 1, 'approved', 'DE', 'raw', now(), 'source', now(), now(),
        now(), now() + interval '7 days'
      from unnest(${ids}::uuid[]) as id`;
    await tx`insert into lead_contacts (lead_id, key_id) select id, 'test' from unnest(${ids}::uuid[]) as id`;
  });
  /** As if one share's time had gone by: one place of the day is less used, and what waits is nearer to its moment. */
  const shareGoesBy = () =>
    app.db.tx(engine, async (tx) => {
      await tx`update cap_counters set used = used - 1 where scope_id = ${scopeId} and window_key = ${day.key}`;
      await tx`
        update leads set due_at = due_at - ${SHARE_MS} * interval '1 ms' where niche_id = ${niche.id} and state = 'unsold'`;
    });
  const soldOf = async () => {
    const [row] = await app.db.tx(
      engine,
      (tx) => tx<{ n: number }[]>`
        select count(*)::int as n from leads where niche_id = ${niche.id} and state = 'distributed'`,
    );
    return row!.n;
  };
  return { niche, shareGoesBy, soldOf };
}

/** A worker that was just started: what another one kept in mind is not needed. */
const round = () => runDistribution(openDistributor(app));

test.each(['own', 'company'] as const)(
  'of 200 leads that wait for an evenly spread cap (%s) only as many are decided again as are sold',
  async (cap) => {
    const market = await openPaced(cap);
    expect(await round()).toBe(WAITING);
    expect(await market.soldOf()).toBe(0);
    let decided = 0;
    for (let share = 0; share < 40; share += 1) {
      await market.shareGoesBy();
      decided += await round();
    }
    const sold = await market.soldOf();
    expect(sold).toBeGreaterThanOrEqual(38);
    expect(decided).toBeLessThanOrEqual(2 * sold);
  },
);

test('the share of a lead that went elsewhere is not lost: with the next one those behind it are looked at', async () => {
  const market = await openPaced('own');
  await round();
  await app.db.tx(
    engine,
    (tx) => tx`
      update leads set state = 'rejected', due_at = null, ended_at = now() where id in (
        select id from leads where niche_id = ${market.niche.id} and state = 'unsold' order by due_at limit 5)`,
  );
  for (let share = 0; share < 8; share += 1) await market.shareGoesBy();
  // The rounds of the first look at what is due; those after it, at what it woke.
  for (let again = 0; again < 3; again += 1) await round();
  expect(await market.soldOf()).toBeGreaterThanOrEqual(7);
});
