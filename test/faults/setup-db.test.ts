import { afterAll, beforeAll, expect, test } from 'vitest';
import { setupDb } from '../../src/cli/setup-db.ts';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import { withDatabase, withLogin } from '../../src/platform/database-url.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { assertSafeLogin } from '../../src/platform/roles.ts';
import { clean, openFolder } from '../support/embedded.ts';

/** A server of another owner: no superuser at hand, only a login that may make roles and databases. */
const ROLES = ['app', 'owner', 'provider', 'operator', 'engine', 'auditor'].map((name) => `fairlead_${name}`);
let folder: string;
let server: EmbeddedPostgres;
let superuser: Sql;

beforeAll(async () => {
  folder = await openFolder();
  server = await startEmbeddedPostgres({ dataDir: folder, settings: { fsync: 'off' } });
  await server.dropDatabase('fairlead');
  superuser = openAdminSql(withDatabase(server.superuserUrl, 'postgres'));
  for (const role of ROLES) await superuser`drop role ${superuser(role)}`;
  await superuser`create role renter login createrole createdb password 'a-password-for-tests'`;
});

afterAll(async () => {
  await superuser.end();
  await server.stop();
  await clean(folder);
});

test('on a rented server, what only a superuser may do is named, and the rest needs none', async () => {
  const url = withLogin(withDatabase(server.superuserUrl, 'leads'), 'renter', 'a-password-for-tests');
  await expect(setupDb({ url })).rejects.toMatchObject({
    code: 'auditor_not_allowed',
    message: expect.stringContaining('create role fairlead_auditor nologin bypassrls'),
  });
  await superuser`create role fairlead_auditor nologin bypassrls`;
  await superuser`grant fairlead_auditor to renter with admin option`;
  await setupDb({ url });
  const { databaseUrl, databaseOwnerUrl } = await setupDb({ url });
  expect((await migrate(databaseOwnerUrl)).applied.length).toBeGreaterThan(0);
  const app = openAdminSql(databaseUrl);
  await assertSafeLogin(app, { unsafeAllowed: false });
  await app.end();
});
