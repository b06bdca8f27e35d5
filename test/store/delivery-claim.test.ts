import { afterAll, beforeAll, expect, test } from 'vitest';
import { lockDueDeliveries, lockDueEndpoints, refreshDue } from '../../src/lead/delivery/store.ts';
import { openAdminSql } from '../../src/platform/admin-sql.ts';
import type { Tx } from '../../src/platform/db.ts';
import type { OpenApp } from '../../src/platform/open-app.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { engine } from '../support/lead.ts';

/** 100,000 deliveries over 1,000 endpoints: what the claim reads may not grow with what waits. */

let database: FreshDatabase;
let app: OpenApp;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database);
  const sql = openAdminSql(database.superuserUrl);
  // The rows that these refer to are left out: a plan does not ask for them.
  await sql.unsafe(`
    set session_replication_role = replica;
    insert into endpoints (id, provider_id, name, url, secret_enc, next_due_at)
    select md5('e' || n)::uuid, md5('p' || n)::uuid, 'E', 'https://example.com', '\\x00',
      case when n % 20 = 0 then now() - interval '1 minute' when n % 2 = 0 then now() + interval '1 hour' end
    from generate_series(1, 1000) n;
    insert into deliveries (id, assignment_id, lead_id, provider_id, endpoint_id, state, due_at, ended_at)
    select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), md5('p' || (n % 1000 + 1))::uuid,
      md5('e' || (n % 1000 + 1))::uuid, case when n % 4 = 0 then 'delivered' else 'pending' end,
      case when n % 4 > 0 then now() - n * interval '1 second' + interval '10 hours' end,
      case when n % 4 = 0 then now() end
    from generate_series(1, 100000) n;
    analyze endpoints; analyze deliveries`);
  await sql.end();
});
afterAll(async () => {
  await app.close();
  await database[Symbol.asyncDispose]();
});

/** Runs a function of the store, but asks for the plans of its statements. */
async function plansOf(work: (tx: Tx) => Promise<unknown>): Promise<string> {
  return app.db.tx(engine, async (tx) => {
    let plans = '';
    const explaining = async (strings: TemplateStringsArray, ...values: never[]) => {
      const text = [`explain ${strings[0]}`, ...strings.slice(1)];
      const rows = await tx(Object.assign(text, { raw: text }) as TemplateStringsArray, ...values);
      plans += rows.map((row) => row['QUERY PLAN']).join('\n');
      return [];
    };
    await work(explaining as unknown as Tx);
    return plans;
  });
}

const endpoints = Array.from({ length: 50 }, (_, at) => at);

test('the claim finds its endpoints by endpoints_due', async () => {
  const plan = await plansOf((tx) => lockDueEndpoints(tx, { limit: 64, slots: 5, only: null }));
  expect(plan).toContain('endpoints_due');
  expect(plan).not.toContain('Seq Scan');
});

test('the claim takes deliveries by deliveries_due and counts by deliveries_sending', async () => {
  const rows = endpoints.map(() => ({ id: crypto.randomUUID(), slots: 5, probe: false }));
  const plan = await plansOf((tx) => lockDueDeliveries(tx, rows));
  expect(plan).toContain('deliveries_due');
  expect(plan).toContain('deliveries_sending');
  expect(plan).not.toContain('Seq Scan');
});

test('the next due time of an endpoint is one look into an index', async () => {
  const plan = await plansOf((tx) => refreshDue(tx, { endpointIds: [crypto.randomUUID()], slots: 5 }));
  expect(plan).toContain('deliveries_due');
  expect(plan).not.toContain('Seq Scan');
});
