import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAdminSql } from '../../src/platform/admin-sql.ts';
import type { Actor, Tx } from '../../src/platform/db.ts';
import type { OpenApp } from '../../src/platform/open-app.ts';
import { APP_LOGIN } from '../../src/platform/roles.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { seedEndpoint, seedNiche, seedProvider, seedSubscription } from '../support/market.ts';

let database: FreshDatabase;
let app: OpenApp;
let sql: ReturnType<typeof openAdminSql>;
beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database);
  sql = openAdminSql(database.superuserUrl);
});
afterAll(async () => {
  await sql?.end();
  await app?.close();
  await database?.[Symbol.asyncDispose]();
});

const names = (rows: Iterable<object>): string[] => [...rows].map((row) => String(Object.values(row)[0]));

describe('the catalogue of the database', () => {
  test('every table with rows of a provider has row-level security, enabled and forced', async () => {
    const owned = await sql`
      select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as kept from pg_class c
        join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
      where c.relkind in ('r', 'p') and (c.relname = 'providers' or exists (
        select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'provider_id' and not a.attisdropped))
      order by 1`;
    const kept = owned.filter((row) => row.kept).map((row) => row.name);
    expect(owned.length).toBeGreaterThan(10);
    expect(owned.map((row) => row.name)).toEqual(kept);
  });

  test('a policy for providers reads app_provider_id(), which raises when nobody set it', async () => {
    const policies = await sql`
      select tablename || '.' || policyname as name, coalesce(qual, '') || coalesce(with_check, '') as said
      from pg_policies where schemaname = 'public' and roles && array['fairlead_provider']::name[] order by 1`;
    expect(policies.length).toBeGreaterThan(8);
    const open = policies.filter(({ said }) => !said.includes('app_provider_id()'));
    // A provider writes audit rows as a provider and never reads one.
    expect(names(open)).toEqual(['audit_log.audit_log_provider']);
    const nullable = policies.filter(({ said }) => /is null|coalesce/i.test(said));
    expect(names(nullable)).toEqual([]);
  });

  test('the roles of transactions have policies of their own, and none is for everybody', async () => {
    const open = await sql`
      select tablename || '.' || policyname as name from pg_policies
      where schemaname = 'public' and 'public' = any(roles) order by 1`;
    expect(names(open)).toEqual([]);
  });

  test('the login of the program has no grant of its own and owns nothing', async () => {
    const granted = await sql`
      select distinct table_name as name from information_schema.role_table_grants
      where grantee in (${APP_LOGIN}, 'PUBLIC') and table_schema = 'public'
      union all
      select column_name from information_schema.column_privileges
      where grantee in (${APP_LOGIN}, 'PUBLIC') and table_schema = 'public'
      union all
      select c.relname from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = ${APP_LOGIN}`;
    expect(names(granted)).toEqual([]);
    const rights =
      await sql`select rolsuper or rolbypassrls as strong from pg_roles where rolname = ${APP_LOGIN}`;
    expect([...rights]).toEqual([{ strong: false }]);
  });

  test('no view hides whose rights are asked for, and no function may look past a policy', async () => {
    const views = await sql`
      select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and (c.relkind = 'm'
        or (c.relkind = 'v' and not coalesce(c.reloptions::text, '') like '%security_invoker=true%'))`;
    expect(names(views)).toEqual([]);
    const leaky = await sql`
      select p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = 'public' and p.proleakproof`;
    expect(names(leaky)).toEqual([]);
  });

  test('ensure_partitions is the only function with the rights of the owner, and its search path is fixed', async () => {
    const definers = await sql`
      select p.proname as name, p.proconfig as config from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = 'public' and p.prosecdef`;
    expect([...definers]).toEqual([
      { name: 'ensure_partitions', config: ['search_path=pg_catalog, public'] },
    ]);
  });

  test('partitions made later have row-level security too', async () => {
    await app.db.tx({ role: 'engine' }, (tx) => tx`select ensure_partitions(2)`);
    const bare = await sql`
      select c.relname as name from pg_class c join pg_inherits i on i.inhrelid = c.oid
        join pg_class parent on parent.oid = i.inhparent
      where parent.relrowsecurity and c.relname ~ '_[0-9]{4}_[0-9]{2}$'
        and not (c.relrowsecurity and c.relforcerowsecurity)`;
    expect(names(bare)).toEqual([]);
  });
});

describe('two providers', () => {
  const OWNED = [
    'providers',
    'endpoints',
    'subscriptions',
    'subscription_versions',
    'cap_counters',
    'wallets',
    'transfers',
  ];
  let mine: Actor;
  let ids: { mine: string; other: string };

  beforeAll(async () => {
    const { level } = await seedNiche(app);
    const made: string[] = [];
    for (let count = 0; count < 2; count += 1) {
      const provider = await seedProvider(app, { balance: 5_000n });
      const { endpoint } = await seedEndpoint(app, {
        providerId: provider.id,
        url: 'http://127.0.0.1:9/leads',
      });
      const terms = { providerId: provider.id, levelId: level.id, endpointId: endpoint.id };
      const subscription = await seedSubscription(app, terms);
      await app.db.tx(
        { role: 'engine' },
        (tx) => tx`
          insert into cap_counters (scope_id, provider_id, kind, window_key, used)
          values (${subscription.id}, ${provider.id}, 'count', 'day:2026-11-20', 3)`,
      );
      made.push(provider.id);
    }
    ids = { mine: made[0]!, other: made[1]! };
    mine = { role: 'provider', providerId: ids.mine };
  });

  const owners = (tx: Tx, table: string) =>
    table === 'providers'
      ? tx<{ owner: string }[]>`select id as owner from providers`
      : tx<{ owner: string }[]>`select provider_id as owner from ${tx(table)}`;

  test.each(OWNED)('each sees its own rows of %s and none of the other', async (table) => {
    const seen = await app.db.tx(mine, (tx) => owners(tx, table));
    expect(new Set(seen.map((row) => row.owner))).toEqual(new Set([ids.mine]));
    const all = await app.db.tx({ role: 'operator' }, (tx) => owners(tx, table));
    expect(new Set(all.map((row) => row.owner))).toEqual(new Set([ids.mine, ids.other]));
  });

  test('neither can change a row of the other, nor make one in its name', async () => {
    const touched = await app.db.tx(mine, async (tx) => [
      (await tx`update endpoints set name = 'taken' where provider_id = ${ids.other}`).count,
      (await tx`update subscriptions set paused = true where provider_id = ${ids.other}`).count,
      (await tx`update providers set paused = true where id = ${ids.other}`).count,
    ]);
    expect(touched).toEqual([0, 0, 0]);
    const forged = app.db.tx(
      mine,
      (tx) => tx`
        insert into endpoints (id, provider_id, name, url, secret_enc)
        values (${crypto.randomUUID()}, ${ids.other}, 'forged', 'https://example.com', '\\x00')`,
    );
    await expect(forged).rejects.toMatchObject({ code: '42501' });
    const given = app.db.tx(
      mine,
      (tx) => tx`update endpoints set provider_id = ${ids.other} where provider_id = ${ids.mine}`,
    );
    // Nobody gives an endpoint away (refuse_removal); that is asked before the policy.
    await expect(given).rejects.toMatchObject({ code: '23503' });
  });

  test('a provider cannot read what is not for providers: sources, decisions, audit', async () => {
    for (const table of ['sources', 'decisions', 'audit_log', 'suppressions', 'api_keys']) {
      const read = app.db.tx(mine, (tx) => tx`select * from ${tx(table)} limit 1`);
      await expect(read, table).rejects.toMatchObject({ code: '42501' });
    }
  });
});
