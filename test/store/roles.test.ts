import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { setupDb } from '../../src/cli/setup-db.ts';
import { dropDatabase, openAdminSql } from '../../src/platform/admin-sql.ts';
import { connectionOptions, withDatabase, withLogin } from '../../src/platform/database-url.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { assertSafeLogin } from '../../src/platform/roles.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

async function as<T>(url: string, work: (sql: ReturnType<typeof openAdminSql>) => Promise<T>): Promise<T> {
  const sql = openAdminSql(url);
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

test('the login of the program can do nothing until it takes a role', async () => {
  await as(database.appUrl, async (sql) => {
    await expect(sql`select from public.leads`).rejects.toMatchObject({ code: '42501' });
    await expect(sql`create table public.mine (id int)`).rejects.toMatchObject({ code: '42501' });
    await sql`set role fairlead_engine`;
    expect(await sql`select from leads`).toHaveLength(0);
  });
});

test('the login of the program cannot become the auditor, the owner can', async () => {
  await as(database.appUrl, (sql) =>
    expect(sql`set role fairlead_auditor`).rejects.toMatchObject({ code: '42501' }),
  );
  await as(database.ownerUrl, async (sql) => {
    await sql`set role fairlead_auditor`;
    expect(await sql`select from leads`).toHaveLength(0);
    await expect(sql`delete from leads`).rejects.toMatchObject({ code: '42501' });
  });
});

test('the program refuses a login that could see the leads of every provider', async () => {
  const check = (url: string) => as(url, (sql) => assertSafeLogin(sql, { unsafeAllowed: false }));
  await check(database.appUrl);
  await expect(check(database.superuserUrl)).rejects.toThrow(/is a superuser/);
  await expect(check(database.ownerUrl)).rejects.toThrow(/may become.* and owns the tables/);
  await as(database.superuserUrl, (sql) => assertSafeLogin(sql, { unsafeAllowed: true }));
});

test('setup-db makes a database ready for migration on any server and may be repeated', async () => {
  const name = `setup_${crypto.randomUUID().slice(0, 8)}`;
  const server = inject('testServer');
  // The roles belong to the server of the whole run: keep their passwords.
  const passwords = {
    ownerPassword: connectionOptions(server.ownerUrl).password,
    appPassword: connectionOptions(server.appUrl).password,
  };
  try {
    for (let round = 0; round < 2; round++) {
      const urls = await setupDb({ url: withDatabase(server.superuserUrl, name), ...passwords });
      await migrate(urls.databaseOwnerUrl);
      await as(urls.databaseUrl, (sql) => assertSafeLogin(sql, { unsafeAllowed: false }));
    }
  } finally {
    await dropDatabase(server.superuserUrl, name);
  }
});

test('setup-db by a login that may not make roles says which login to use', async () => {
  const server = inject('testServer');
  const passwords = { ownerPassword: 'a'.repeat(20), appPassword: 'b'.repeat(20) };
  await expect(setupDb({ url: database.appUrl, ...passwords })).rejects.toMatchObject({
    code: 'setup_not_allowed',
  });
  const wrong = withLogin(server.superuserUrl, 'nobody_here', 'x');
  await expect(setupDb({ url: wrong, ...passwords })).rejects.toMatchObject({ code: '28P01' });
});
