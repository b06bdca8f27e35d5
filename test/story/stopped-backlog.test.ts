import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { expireDue } from '../../src/lead/review/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { endStop, setStop } from '../../src/market/stops/index.ts';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { engine } from '../support/lead.ts';
import { seedNiche, seedProvider, seedSubscription } from '../support/market.ts';

/** The leads of a stopped source wait outside the queue: however many, they cost a round nothing, and none is lost. */

let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
let superuser: Sql;
/** Each of them counts what it read, and hands it over when it is asked. */
const CONNECTIONS = 2;
beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0', DB_POOL_MAX: String(CONNECTIONS) });
  superuser = openAdminSql(database.superuserUrl);
});
afterAll(async () => {
  await app.close();
  await superuser.end();
  await database[Symbol.asyncDispose]();
});

async function openMarket(balance: bigint) {
  const { niche, level, campaignId } = await seedNiche(app, { levels: [{ maxProviders: 1 }] });
  const { id: providerId } = await seedProvider(app, { balance });
  await seedSubscription(app, { providerId, levelId: level.id });
  const sourceOf = async (name: string) => {
    const input = { name, type: 'api' as const, attested: true, ratePerMinute: null, campaignId };
    return (await createSource(app, input, SYSTEM)).source.id;
  };
  const [stopped, other] = [await sourceOf('stopped'), await sourceOf('other')];
  /** Approved leads, one millisecond apart, the oldest `agoMs` ago. */
  const add = (sourceId: string, count: number, agoMs: number) => {
    const ids = Array.from({ length: count }, () => newId());
    return app.db.tx(engine, async (tx) => {
      await tx`
        insert into leads (id, niche_id, campaign_id, source_id, schema_version, state, country, lead_type, confirmed_at,
          confirmed_by, ready_at, approved_at, due_at, expires_at)
        select id, ${niche.id}, ${campaignId}, ${sourceId}, 1, 'approved', 'DE', 'raw', now(), 'source',
          now() - (${agoMs} - place) * interval '1 ms', now(), now(), now() + interval '7 days'
        from unnest(${ids}::uuid[]) with ordinality as given (id, place)`;
      await tx`insert into lead_contacts (lead_id, key_id) select id, 'test' from unnest(${ids}::uuid[]) as id`;
    });
  };
  const count = async (sourceId: string) => {
    const [row] = await superuser<{ resting: number; open: number; sold: number; expired: number }[]>`
      select count(*) filter (where rests_since is not null)::int as resting,
        count(*) filter (where state in ('approved', 'unsold'))::int as open,
        count(*) filter (where state = 'distributed')::int as sold,
        count(*) filter (where state = 'expired')::int as expired
      from leads where source_id = ${sourceId}`;
    return row!;
  };
  return { niche, stopped, other, add, count };
}

const stop = (sourceId: string) =>
  setStop(app, { scope: 'source', scopeId: sourceId, reason: 'complaints' }, SYSTEM);
const release = (id: string) => endStop(app, { id, reason: 'sorted out' }, SYSTEM);
const round = () => runDistribution(openDistributor(app));

/** Entries of the indexes of leads, and rows of the table, that were read. */
async function readOfLeads(): Promise<number> {
  // Each waits in its transaction until all have one.
  const all = Promise.withResolvers<void>();
  let open = 0;
  const flush = () =>
    app.db.tx(engine, async (tx) => {
      await tx`select pg_stat_force_next_flush()`;
      open += 1;
      if (open === CONNECTIONS) all.resolve();
      await all.promise;
    });
  await Promise.all(Array.from({ length: CONNECTIONS }, flush));
  const [row] = await superuser<{ read: number }[]>`
    select (sum(idx_tup_read) + max(t.seq_tup_read))::int as read
    from pg_stat_user_indexes i join pg_stat_user_tables t using (relid) where i.relname = 'leads'`;
  return row!.read;
}

test('20,000 leads of a stopped source are read by no round, others are sold, and all are back after the release', async () => {
  const market = await openMarket(100_000_000n);
  await market.add(market.stopped, 20_000, 3_600_000);
  const { id } = await stop(market.stopped);
  await round();
  expect(await market.count(market.stopped)).toMatchObject({ resting: 20_000, open: 20_000, sold: 0 });
  await superuser`vacuum analyze leads`;

  const before = await readOfLeads();
  for (let rounds = 0; rounds < 5; rounds += 1) expect(await round()).toBe(0);
  await market.add(market.other, 3, 1_000);
  expect(await round()).toBe(3);
  expect(await market.count(market.other)).toMatchObject({ sold: 3 });
  const read = (await readOfLeads()) - before;
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThan(500);

  await release(id);
  const did = await round();
  expect(did).toBeGreaterThan(0);
  expect(await market.count(market.stopped)).toEqual({
    resting: 0,
    open: 20_000 - did,
    sold: did,
    expired: 0,
  });
  const [order] = await superuser<{ kept: boolean }[]>`
    select max(ready_at) filter (where state = 'distributed') < min(ready_at) filter (where state = 'approved') as kept
    from leads where source_id = ${market.stopped}`;
  expect(order!.kept).toBe(true);
});

test('a lead that rests ends with its time, while its source is still stopped', async () => {
  const market = await openMarket(100_000n);
  await market.add(market.stopped, 3, 1_000);
  await stop(market.stopped);
  await round();
  await superuser`
    update leads set expires_at = now() where id in (select id from leads where source_id = ${market.stopped} limit 2)`;
  expect(await expireDue(app)).toBe(2);
  expect(await market.count(market.stopped)).toEqual({ resting: 1, open: 1, sold: 0, expired: 2 });
});

test('leads that come while a stop holds rest too, and a second stop finds them all again', async () => {
  const market = await openMarket(100_000n);
  const { id } = await stop(market.stopped);
  await market.add(market.stopped, 2, 1_000);
  await round();
  expect(await market.count(market.stopped)).toMatchObject({ resting: 2, sold: 0 });
  await release(id);
  const second = await stop(market.stopped);
  await round();
  expect(await market.count(market.stopped)).toMatchObject({ resting: 2, sold: 0 });
  await release(second.id);
  await round();
  expect(await market.count(market.stopped)).toMatchObject({ resting: 0, open: 0, sold: 2 });
});
