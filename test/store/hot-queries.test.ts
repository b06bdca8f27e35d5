import { afterAll, beforeAll, expect, it } from 'vitest';
import { addLeads, pointEndpoints, seedMarket } from '../../bench/market.ts';
import { runDeliveries } from '../../src/lead/delivery/index.ts';
import { distributeBatch, openDistributor } from '../../src/lead/distribution/index.ts';
import { listLeads } from '../../src/lead/distribution/purchase/list-leads.ts';
import { duplicateQuery } from '../../src/lead/store-person.ts';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import type { OpenApp } from '../../src/platform/open-app.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { startPartner } from '../support/deliveries.ts';
import { engine } from '../support/lead.ts';
import { payIn } from '../support/market.ts';

/** Plans of statements that run for every lead, at a size where a wrong one shows. */
let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database);
  await app.db.tx(engine, async (tx) => {
    const market = await seedMarket(tx, { levels: 1, subscriptions: 5, slug: 'hot' });
    await addLeads(tx, market, 5_000);
  });
  const sql = openAdminSql(database.superuserUrl);
  await sql`analyze`;
  await sql.end();
});
afterAll(async () => {
  await app.close();
  await database[Symbol.asyncDispose]();
});

type Plan = { 'Node Type': string; 'Relation Name'?: string; 'Index Name'?: string; Plans?: Plan[] };
const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

it('intake finds a person by two index look-ups, whatever the number of leads', async () => {
  const person = {
    emails: ['00'.repeat(32)],
    phones: ['11'.repeat(32)],
    nicheGroup: 'general',
    windowDays: 30,
    test: false,
    exceptLeadId: null,
  };
  const all = await app.db.tx(engine, async (tx) => {
    await tx`set local plan_cache_mode = force_generic_plan`;
    const [row] = await tx<
      { 'QUERY PLAN': { Plan: Plan }[] }[]
    >`explain (format json) ${duplicateQuery(tx, person)}`;
    return nodes(row!['QUERY PLAN'][0]!.Plan);
  });
  const read = (table: string) => all.filter((node) => node['Relation Name'] === table);
  expect(read('lead_contacts').map((node) => node['Node Type'])).not.toContain('Seq Scan');
  expect(read('leads').map((node) => node['Index Name'])).toEqual(['leads_pkey']);
});

/** Connections of the program: each has plans of its own, and all of them must have made theirs. */
const CONNECTIONS = 2;

/** Has every connection hand over what it counted; each waits in its transaction until all have one. */
async function flushCounts(of: OpenApp): Promise<void> {
  let open = 0;
  let allOpen: () => void;
  const all = new Promise<void>((resolve) => {
    allOpen = resolve;
  });
  const flush = () =>
    of.db.tx(engine, async (tx) => {
      await tx`select pg_stat_force_next_flush()`;
      open += 1;
      if (open === CONNECTIONS) allOpen();
      await all;
    });
  await Promise.all(Array.from({ length: CONNECTIONS }, flush));
}

/** Rows that were read by going through a whole table, of the tables that grow with the leads. */
async function rowsScanned(superuser: Sql): Promise<Record<string, number>> {
  const rows = await superuser<{ name: string; read: number }[]>`
    select relname as name, seq_tup_read::int as read from pg_stat_user_tables
    where relname = any(array['leads', 'lead_contacts', 'lead_attribution', 'consents', 'assignments', 'deliveries',
        'transfers', 'decisions']) or relname like 'attempts%' or relname like 'audit_log%'
    order by relname`;
  return Object.fromEntries(rows.map(({ name, read }) => [name, read]));
}

it('plans that were made while tables were small read no table whole when it has grown', async () => {
  await using fresh = await freshDatabase();
  await using receiver = await startPartner();
  const superuser = openAdminSql(fresh.superuserUrl);
  const small = await testApp(fresh, { DB_POOL_MAX: String(CONNECTIONS) });
  const market = await small.db.tx(engine, (tx) =>
    seedMarket(tx, { levels: 1, subscriptions: 5, slug: 'grows' }),
  );
  await small.db.tx(engine, (tx) => pointEndpoints(tx, small.secrets, market, () => receiver.url));
  const providers = await superuser<{ id: string }[]>`select id from providers`;
  for (const { id } of providers) await payIn(small, id, 100_000_000n);
  const distributor = openDistributor(small);
  const work = async (batches: number, size: number) => {
    for (let batch = 0; batch < batches; batch += 1) {
      await distributeBatch(distributor, { nicheId: market.nicheId, limit: size });
      for (let round = 0; round < 100 && (await runDeliveries(small)) > 0; round += 1);
    }
  };
  await small.db.tx(engine, (tx) => addLeads(tx, market, 300));
  await work(12, 25);
  await small.db.tx(engine, (tx) => addLeads(tx, market, 2_000));
  await flushCounts(small);
  const before = await rowsScanned(superuser);
  await work(5, 40);
  await flushCounts(small);
  const after = await rowsScanned(superuser);
  expect(receiver.calls.length).toBeGreaterThan(400);
  expect(after).toEqual(before);
  await small.close();
  await superuser.end();
});

it('what is for sale is found without reading a table whole, among thousands of unsold leads', async () => {
  await using fresh = await freshDatabase();
  const superuser = openAdminSql(fresh.superuserUrl);
  const small = await testApp(fresh, { DB_POOL_MAX: String(CONNECTIONS) });
  const market = await small.db.tx(engine, async (tx) => {
    const made = await seedMarket(tx, { levels: 1, subscriptions: 5, slug: 'sale' });
    await tx`update campaigns set purchase = 'open_seats' where niche_id = ${made.nicheId}`;
    return made;
  });
  const providers = await superuser<{ id: string }[]>`select id from providers`;
  // Some of them take every lead, some a part.
  let buyer = providers[0]!.id;
  const list = (providerId = buyer) => listLeads(small, { providerId, nicheId: null });
  const distributor = openDistributor(small);
  for (const leads of [200, 3_000]) {
    await small.db.tx(engine, (tx) => addLeads(tx, market, leads));
    // Nobody has money, so nobody takes them.
    for (let left = leads; left > 0; left -= 200)
      await distributeBatch(distributor, { nicheId: market.nicheId, limit: 200 });
    const lists = new Map<string, number>();
    for (const { id } of providers) lists.set(id, (await list(id)).length);
    buyer = providers.toSorted((a, b) => lists.get(b.id)! - lists.get(a.id)!)[0]!.id;
  }
  await superuser`analyze`;
  await flushCounts(small);
  const before = await rowsScanned(superuser);
  const found = await list();
  expect(found).toHaveLength(500);
  expect(found[0]!.offers[0]).toMatchObject({ obstacle: 'Your money does not reach: pay in, then buy.' });
  await flushCounts(small);
  expect(await rowsScanned(superuser)).toEqual(before);
  await small.close();
  await superuser.end();
});
