import { openAdminSql } from '../platform/admin-sql.ts';
import type { Config } from '../platform/config.ts';
import { runningOwnerUrl } from '../platform/embedded-attach.ts';
import { type EmbeddedOptions, startEmbeddedPostgres } from '../platform/embedded-postgres.ts';
import { migrate, pendingMigrations } from '../platform/migrate.ts';
import { assertSafeLogin } from '../platform/roles.ts';
import { codeOf, StartupError } from '../platform/startup-error.ts';

/** The database of this start: the one that DATABASE_URL names, or our own below the data folder. */
export type Database = {
  appUrl: string;
  /** Owns the schema; undefined when only DATABASE_URL is known. */
  ownerUrl: string | undefined;
  embedded: boolean;
  /** Resolves when our own server has ended, whoever ended it; never for one that is not ours. */
  ended: Promise<void>;
  stop(): Promise<void>;
};

/** Opens it without touching the schema. @throws StartupError of `startEmbeddedPostgres` */
export async function openDatabase(
  config: Config,
  options: Pick<EmbeddedOptions, 'settings' | 'log'> = {},
): Promise<Database> {
  if (config.DATABASE_URL !== undefined) {
    const ended = new Promise<void>(() => {});
    const stop = async () => {};
    const { DATABASE_URL: appUrl, DATABASE_OWNER_URL: ownerUrl } = config;
    return { appUrl, ownerUrl, embedded: false, ended, stop };
  }
  const server = await startEmbeddedPostgres({ dataDir: config.dataDir, ...options });
  const { appUrl, ownerUrl, ended, stop } = server;
  return { appUrl, ownerUrl, embedded: true, ended, stop };
}

/** Brings the schema up to this program where we may, and answers with what was applied. */
export async function prepareDatabase(database: Database, log?: (line: string) => void): Promise<string[]> {
  if (database.ownerUrl === undefined) return [];
  const { applied } = await migrate(database.ownerUrl, log ? { log } : {});
  return applied;
}

/**
 * Runs `work` with the owner's address: of DATABASE_OWNER_URL, of our own server that `start` runs in this folder, or
 * of our own server, started for this.
 * @throws StartupError `owner_url_missing`
 */
export async function withOwner<T>(config: Config, work: (ownerUrl: string) => Promise<T>): Promise<T> {
  if (config.DATABASE_OWNER_URL !== undefined) return work(config.DATABASE_OWNER_URL);
  if (config.DATABASE_URL !== undefined) {
    throw new StartupError(
      'owner_url_missing',
      'Set DATABASE_OWNER_URL beside DATABASE_URL: this needs the login that owns the tables.',
    );
  }
  let database: Database | undefined;
  try {
    database = await openDatabase(config);
  } catch (error) {
    if (codeOf(error) !== 'data_dir_in_use') throw error;
    const ownerUrl = await runningOwnerUrl(config.dataDir).catch(() => undefined);
    if (ownerUrl === undefined) throw error;
    return work(ownerUrl);
  }
  try {
    return await work(database.ownerUrl!);
  } finally {
    await database.stop();
  }
}

/**
 * What every process looks at before it works: a login for which the rules between providers hold, and a schema that
 * fits this program.
 * @throws StartupError `unsafe_database_login`, `database_unreachable`, `migrations_missing` and those of the schema
 */
export async function checkDatabase(config: Config): Promise<void> {
  if (config.DATABASE_URL === undefined) throw new StartupError('database_url_missing', 'Set DATABASE_URL');
  const sql = openAdminSql(config.DATABASE_URL, { name: 'fairlead-check' });
  try {
    await sql`select 1`.catch((cause: Error) => {
      throw new StartupError(
        'database_unreachable',
        `The database does not answer (${cause.message}). Look at DATABASE_URL, and whether the server runs.`,
        { cause },
      );
    });
    await assertSafeLogin(sql, { unsafeAllowed: config.FAIRLEAD_UNSAFE_DB });
    const pending = await pendingMigrations(sql);
    if (pending.length === 0) return;
    throw new StartupError(
      'migrations_missing',
      `The database lacks ${pending.join(', ')}. Run "fairlead migrate" with DATABASE_OWNER_URL set.`,
    );
  } finally {
    await sql.end();
  }
}
