import { afterAll, beforeAll, expect, it } from 'vitest';
import { addLeads, seedMarket } from '../../bench/market.ts';
import { duplicateQuery } from '../../src/lead/store-person.ts';
import { openAdminSql } from '../../src/platform/admin-sql.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { engine } from '../support/lead.ts';

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
