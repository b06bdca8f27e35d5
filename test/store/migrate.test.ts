import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import { migrate, pendingMigrations } from '../../src/platform/migrate.ts';
import { EXIT_SCHEMA_TOO_NEW } from '../../src/platform/startup-error.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

let database: FreshDatabase;
let dir: string;
let sql: Sql;

beforeEach(async () => {
  database = await freshDatabase({ empty: true });
  dir = await mkdtemp(join(tmpdir(), 'fairlead-migrations-'));
  sql = openAdminSql(database.ownerUrl);
});

afterEach(async () => {
  await sql.end();
  await rm(dir, { recursive: true, force: true });
  await database[Symbol.asyncDispose]();
});

const write = (file: string, text: string) => writeFile(join(dir, file), text);
const run = (url = database.ownerUrl) => migrate(url, { dir });
const tables = async () => {
  const rows = await sql`
    select relname, pg_get_userbyid(relowner) as owner from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'schema_migrations' order by 1`;
  return rows.map((row) => `${row.relname} of ${row.owner}`);
};

test('migrations are applied in order, each once, and belong to the owner whoever runs them', async () => {
  await write('0002_doors.sql', 'create table doors (house int references houses);');
  await write('0001_houses.sql', '-- why\ncreate table houses (id int primary key);');
  expect(await pendingMigrations(sql, { dir })).toEqual(['0001_houses', '0002_doors']);
  expect(await run(database.superuserUrl)).toEqual({ applied: ['0001_houses', '0002_doors'] });
  expect(await run()).toEqual({ applied: [] });
  expect(await pendingMigrations(sql, { dir })).toEqual([]);
  expect(await tables()).toEqual(['doors of fairlead_owner', 'houses of fairlead_owner']);
});

test('two programs that migrate at once apply each file once', async () => {
  await write('0001_houses.sql', 'create table houses (id int); select pg_sleep(0.1);');
  const results = await Promise.all([run(), run(), run()]);
  expect(results.flatMap((result) => result.applied)).toEqual(['0001_houses']);
});

test('a file that fails leaves nothing behind, and the message names the file and the line', async () => {
  await write('0001_houses.sql', 'create table houses (id int);');
  await write('0002_doors.sql', 'create table doors (id int);\n\nselect nothing from nowhere;');
  await expect(run()).rejects.toMatchObject({
    code: 'migration_failed',
    message: expect.stringMatching(/0002_doors\.sql failed at line 3.*nowhere/),
  });
  expect(await tables()).toEqual(['houses of fairlead_owner']);
  await write('0002_doors.sql', 'create table doors (id int);');
  expect(await run()).toEqual({ applied: ['0002_doors'] });
});

test('an applied file that was changed is refused; other line ends are no change', async () => {
  await write('0001_houses.sql', 'create table houses (\n  id int\n);\n');
  await run();
  await write('0001_houses.sql', 'create table houses (\r\n  id int\r\n);\r\n');
  expect(await run()).toEqual({ applied: [] });
  await write('0001_houses.sql', 'create table houses (id bigint);');
  await expect(run()).rejects.toMatchObject({ code: 'migration_changed' });
  await expect(pendingMigrations(sql, { dir })).rejects.toMatchObject({ code: 'migration_changed' });
});

test('an older program works with a newer schema unless a migration says that it cannot', async () => {
  await write('0001_houses.sql', 'create table houses (id int);');
  await write('0002_doors.sql', '-- More doors.\ncreate table doors (id int);');
  await run();
  await rm(join(dir, '0002_doors.sql'));
  expect(await run()).toEqual({ applied: [] });
  await write('0002_doors.sql', '-- More doors.\ncreate table doors (id int);');
  await write('0003_roofs.sql', '-- Roofs.\n-- min-app: 99.0.0\ncreate table roofs (id int);');
  await run();
  await rm(join(dir, '0003_roofs.sql'));
  await expect(run()).rejects.toMatchObject({ code: 'schema_too_new', exitCode: EXIT_SCHEMA_TOO_NEW });
});

test('a file numbered before the last applied one is refused, and so are two of one number', async () => {
  await write('0002_doors.sql', 'create table doors (id int);');
  await run();
  await write('0001_late.sql', 'create table late (id int);');
  await expect(run()).rejects.toMatchObject({ code: 'migration_out_of_order' });
  await write('0002_again.sql', 'select 1;');
  await expect(run()).rejects.toMatchObject({ code: 'migration_number_taken' });
  await rm(join(dir, '0002_again.sql'));
  await write('Houses.sql', 'select 1;');
  await expect(run()).rejects.toMatchObject({ code: 'migration_name_unfit' });
});

test('a migration that finds its table locked steps aside and is tried again', async () => {
  await write('0001_houses.sql', 'create table houses (id int);');
  await run();
  await write('0002_floors.sql', 'alter table houses add column floors int;');
  const locked = Promise.withResolvers<void>();
  const blocked = Promise.withResolvers<void>();
  const holder = openAdminSql(database.ownerUrl);
  const holding = holder.begin(async (tx) => {
    await tx`lock table houses in access exclusive mode`;
    locked.resolve();
    await blocked.promise;
  });
  await locked.promise;
  const running = run();
  // Until the runner has waited its 2 s once: then its transaction is gone and the table free of waiters.
  let waited = false;
  for (;;) {
    const [row] =
      await sql`select count(*)::int as n from pg_locks where not granted and relation = 'houses'::regclass`;
    if (row?.n > 0) waited = true;
    else if (waited) break;
  }
  blocked.resolve();
  await holding;
  await holder.end();
  expect(await running).toEqual({ applied: ['0002_floors'] });
});

test('an index on a large table is made outside a transaction', async () => {
  await write('0001_houses.sql', 'create table houses (id int);');
  await write(
    '0002_index.sql',
    '-- no transaction\ncreate index concurrently if not exists houses_id on houses (id);',
  );
  expect(await run()).toEqual({ applied: ['0001_houses', '0002_index'] });
});

test('the login of the program may not migrate, but sees whether the schema fits', async () => {
  await write('0001_houses.sql', 'create table houses (id int);');
  const app = openAdminSql(database.appUrl);
  expect(await pendingMigrations(app, { dir })).toEqual(['0001_houses']);
  await run();
  expect(await pendingMigrations(app, { dir })).toEqual([]);
  await app.end();
  await expect(run(database.appUrl)).rejects.toMatchObject({ code: 'not_the_owner' });
});
