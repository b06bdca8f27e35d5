import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { connectionOptions, withDatabase } from './database-url.ts';
import { codeOf } from './startup-error.ts';

/**
 * Connections for the work around the program: set-up, migration, schema dump, tests. The program itself never uses
 * them: its door is `db.ts`, where every transaction has a role.
 */

export type Sql = postgres.Sql;
export type Tx = postgres.TransactionSql;

const CONNECT_TIMEOUT_S = 10;
/** Another session in the template, or in the database that is to go, leaves within this time or never. */
const IN_USE_TRIES_MAX = 60;
const IN_USE_WAIT_MS = 100;
const OBJECT_IN_USE = '55006';
const DUPLICATE_DATABASE = '42P04';

/** Opens up to `max` connections (default 1). The caller ends them with `sql.end()`, or `await using`. */
export function openAdminSql(url: string, options: { max?: number; name?: string } = {}): Sql {
  return postgres({
    ...connectionOptions(url),
    max: options.max ?? 1,
    connect_timeout: CONNECT_TIMEOUT_S,
    onnotice: () => {},
    connection: { application_name: options.name ?? 'fairlead-admin', TimeZone: 'UTC' },
  });
}

/** Creates a database, as a copy of `template` if one is named; waits while somebody is connected to the template. */
export async function createDatabase(
  superuserUrl: string,
  name: string,
  options: { template?: string; owner?: string; unlessExists?: boolean } = {},
): Promise<void> {
  const sql = openAdminSql(withDatabase(superuserUrl, 'postgres'));
  try {
    // Copying the files of a small template takes 20 ms; through the log, the default, 200 ms.
    const template =
      options.template === undefined ? sql`` : sql`template ${sql(options.template)} strategy file_copy`;
    const owner = options.owner === undefined ? sql`` : sql`owner ${sql(options.owner)}`;
    await whileInUse(() => sql`create database ${sql(name)} ${template} ${owner}`);
  } catch (error) {
    if (!(options.unlessExists && codeOf(error) === DUPLICATE_DATABASE)) throw error;
  } finally {
    await sql.end();
  }
}

/** Removes a database with everything in it and ends the sessions that use it. */
export async function dropDatabase(superuserUrl: string, name: string): Promise<void> {
  const sql = openAdminSql(withDatabase(superuserUrl, 'postgres'));
  try {
    await whileInUse(() => sql`drop database if exists ${sql(name)} with (force)`);
  } finally {
    await sql.end();
  }
}

async function whileInUse(statement: () => PromiseLike<unknown>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await statement();
      return;
    } catch (error) {
      if (codeOf(error) !== OBJECT_IN_USE || tries >= IN_USE_TRIES_MAX) throw error;
      await wait(IN_USE_WAIT_MS);
    }
  }
}
