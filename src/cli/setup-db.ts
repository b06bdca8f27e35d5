import { randomBytes } from 'node:crypto';
import { createDatabase, openAdminSql } from '../platform/admin-sql.ts';
import { connectionOptions, withDatabase, withLogin } from '../platform/database-url.ts';
import { APP_LOGIN, OWNER_LOGIN, setUpRoles } from '../platform/roles.ts';
import { codeOf, StartupError } from '../platform/startup-error.ts';

const PASSWORD_BYTES = 24;
const NO_SUCH_DATABASE = '3D000';
const INSUFFICIENT_PRIVILEGE = '42501';

export type SetupDbOptions = {
  /** A login that may make roles: a superuser, or the database's owner with createrole. */
  url: string;
  /** Database to set up; the one in the URL if left out. It is created when missing and the login may do so. */
  database?: string;
  /** Passwords to set; generated when left out, which replaces those of an earlier set-up. */
  ownerPassword?: string;
  appPassword?: string;
};

export type SetupDbResult = { databaseUrl: string; databaseOwnerUrl: string };

/**
 * Makes the logins and roles of Fairlead on a PostgreSQL server and answers with the two URLs to put into the
 * environment (`DATABASE_URL`, `DATABASE_OWNER_URL`). May be repeated. Refuses with `setup_not_allowed` and with the
 * codes of `setUpRoles`.
 */
export async function setupDb(options: SetupDbOptions): Promise<SetupDbResult> {
  const database = options.database ?? connectionOptions(options.url).database;
  const url = withDatabase(options.url, database);
  const password = () => randomBytes(PASSWORD_BYTES).toString('base64url');
  const ownerPassword = options.ownerPassword ?? password();
  const appPassword = options.appPassword ?? password();
  await makeDatabase(url, database);
  const sql = openAdminSql(url, { name: 'fairlead-setup-db' });
  try {
    await setUpRoles(sql, { database, ownerPassword, appPassword });
  } catch (cause) {
    if (codeOf(cause) !== INSUFFICIENT_PRIVILEGE) throw cause;
    const { username } = connectionOptions(url);
    throw new StartupError(
      'setup_not_allowed',
      `The user ${username} may not do this (${(cause as Error).message}). Use a superuser, or a user with ` +
        `createrole and createdb who owns the database ${database}.`,
      { cause },
    );
  } finally {
    await sql.end();
  }
  return {
    databaseUrl: withLogin(url, APP_LOGIN, appPassword),
    databaseOwnerUrl: withLogin(url, OWNER_LOGIN, ownerPassword),
  };
}

async function makeDatabase(url: string, database: string): Promise<void> {
  const sql = openAdminSql(url);
  try {
    await sql`select 1`;
  } catch (error) {
    if (codeOf(error) !== NO_SUCH_DATABASE) throw error;
    await createDatabase(url, database, { unlessExists: true });
  } finally {
    await sql.end();
  }
}
