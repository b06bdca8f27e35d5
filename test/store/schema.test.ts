import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openAdminSql } from '../../src/platform/admin-sql.ts';
import { dumpSchema } from '../../src/platform/dump-schema.ts';
import { MIGRATIONS_DIR } from '../../src/platform/migrate.ts';
import { freshDatabase } from '../support/database.ts';

test('migrations/schema.sql shows the schema as the migrations leave it', async () => {
  await using database = await freshDatabase();
  const sql = openAdminSql(database.ownerUrl);
  const found = await dumpSchema(sql);
  await sql.end();
  const written = await readFile(join(MIGRATIONS_DIR, 'schema.sql'), 'utf8');
  expect(found, 'run `node src/cli/dump-schema.ts` and commit migrations/schema.sql').toBe(written);
});

test('a new column, grant, policy, index or trigger shows in the dump, and a monthly partition does not', async () => {
  await using database = await freshDatabase({ empty: true });
  const sql = openAdminSql(database.ownerUrl);
  await sql`create table parcels (id uuid, sent_at timestamptz(3) not null) partition by range (sent_at)`;
  const before = await dumpSchema(sql);
  await sql`create table parcels_2026_11 partition of parcels for values from ('2026-11-01') to ('2026-12-01')`;
  expect(await dumpSchema(sql)).toBe(before);
  for (const [change, shows] of [
    ['alter table parcels add column weight int default 1', 'weight integer default 1'],
    [
      'alter table parcels add constraint parcels_weight_positive check (weight > 0)',
      'parcels_weight_positive',
    ],
    ['create index parcels_sent on parcels (sent_at)', 'INDEX parcels_sent'],
    ['alter table parcels enable row level security', 'parcels enable row level security'],
    [
      'create policy parcels_own on parcels to fairlead_provider using (weight = 1)',
      'create policy parcels_own',
    ],
    [
      'grant update (weight) on parcels to fairlead_provider',
      'grant update (weight) on parcels to fairlead_provider',
    ],
    ['grant select on parcels to fairlead_engine', 'grant select on parcels to fairlead_engine'],
    [
      "create function f() returns trigger language plpgsql as 'begin return new; end'",
      'FUNCTION public.f()',
    ],
    [
      'create trigger parcels_t before insert on parcels for each row execute function f()',
      'TRIGGER parcels_t',
    ],
    ['create view heavy with (security_invoker) as select id from parcels', 'create view heavy'],
  ] as const) {
    expect(await dumpSchema(sql)).not.toContain(shows);
    await sql.unsafe(change);
    expect(await dumpSchema(sql)).toContain(shows);
  }
  await sql.end();
});
