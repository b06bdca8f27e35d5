import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openAdminSql, type Sql, type Tx } from './admin-sql.ts';
import { APP_LOGIN, ENGINE_ROLE, OWNER_LOGIN } from './roles.ts';
import { codeOf, EXIT_SCHEMA_CHANGED, EXIT_SCHEMA_TOO_NEW, StartupError } from './startup-error.ts';

/**
 * Brings the database to the schema of this program: runs `migrations/NNNN_words.sql` in order, each once, each in
 * one transaction, as the owner. Forward only: an applied file never changes, and a mistake is mended by a new file.
 */

export const MIGRATIONS_DIR = resolve(import.meta.dirname, '../../migrations');

const LOCK_TIMEOUT_MS = 2_000;
/** A migration that waits for a lock makes everybody behind it wait too: give up early and try again. */
const LOCK_TRIES_MAX = 10;
const LOCK_WAIT_MS = 500;
/** Another program that migrates the same database is waited for this long. */
const TURN_TRIES_MAX = 600;
const TURN_WAIT_MS = 100;
const LOCK_NOT_AVAILABLE = '55P03';
const UNDEFINED_TABLE = '42P01';
const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;

export type Migration = {
  /** File name without `.sql`. */
  name: string;
  text: string;
  checksum: string;
  /** Oldest release that can work with the schema after it (`-- min-app: 1.2.0`); undefined: every release. */
  minApp: string | undefined;
  /** `-- no transaction`: holds one repeatable statement, such as `create index concurrently if not exists`. */
  alone: boolean;
};

type Applied = { name: string; checksum: string; min_app: string | null };

/**
 * Applies what is missing and answers with the names. Refuses with `migration_changed`, `migration_out_of_order`,
 * `schema_too_new`, `migration_busy`, `not_the_owner` and `migration_failed`.
 */
export async function migrate(
  ownerUrl: string,
  options: { dir?: string; log?: (line: string) => void } = {},
): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(options.dir);
  const sql = openAdminSql(ownerUrl, { name: 'fairlead-migrate' });
  try {
    await becomeOwner(sql);
    await sql`set lock_timeout = ${sql.unsafe(String(LOCK_TIMEOUT_MS))}`;
    await takeTurn(sql);
    await sql`
      create table if not exists public.schema_migrations (
        name text constraint schema_migrations_pkey primary key,
        checksum text not null,
        min_app text,
        applied_at timestamptz(3) not null default now()
      )`;
    // Every start compares the schema with the program.
    await sql`grant select on public.schema_migrations to ${sql(ENGINE_ROLE)}`;
    const applied: string[] = [];
    for (const migration of missing(migrations, await readApplied(sql), await appVersion())) {
      await apply(sql, migration);
      options.log?.(`Applied ${migration.name}`);
      applied.push(migration.name);
    }
    return { applied };
  } finally {
    await sql.end();
  }
}

/**
 * Names of the migrations that this program needs and the database lacks; none means that the two fit. Refuses like
 * `migrate`. For the login of the program and for the owner.
 */
export async function pendingMigrations(sql: Sql, options: { dir?: string } = {}): Promise<string[]> {
  const applied = await readAppliedAsEngine(sql).catch((error: unknown) => {
    if (codeOf(error) === UNDEFINED_TABLE) return [];
    throw error;
  });
  const pending = missing(await readMigrations(options.dir), applied, await appVersion());
  return pending.map((migration) => migration.name);
}

/** Reads the files in their order. Refuses with `migration_name_unfit` and `migration_number_taken`. */
export async function readMigrations(dir: string = MIGRATIONS_DIR): Promise<Migration[]> {
  const files = (await readdir(dir)).filter((file) => file.endsWith('.sql') && file !== 'schema.sql').sort();
  const numbers = new Set<string>();
  return Promise.all(
    files.map(async (file) => {
      const number = FILE_NAME.exec(file)?.[1];
      if (number === undefined) {
        throw new StartupError('migration_name_unfit', `Rename ${file}: 0001_words_in_lower_case.sql`);
      }
      if (numbers.has(number)) {
        throw new StartupError(
          'migration_number_taken',
          `Two migrations are numbered ${number}: renumber one`,
        );
      }
      numbers.add(number);
      return parseMigration(file.slice(0, -'.sql'.length), await readFile(resolve(dir, file), 'utf8'));
    }),
  );
}

/** Reads the headings of a file: comment lines before the first statement. */
export function parseMigration(name: string, text: string): Migration {
  const heading = /^(?:--[^\n]*\n|\s*\n)*/.exec(text)?.[0] ?? '';
  return {
    name,
    text,
    // Line ends differ between checkouts on Windows and elsewhere.
    checksum: createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex'),
    minApp: /^-- min-app: (\S+)$/m.exec(heading)?.[1],
    alone: /^-- no transaction$/m.test(heading),
  };
}

function missing(migrations: Migration[], applied: Applied[], version: string): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, checksum, min_app } of applied) {
    const migration = known.get(name);
    if (migration !== undefined && migration.checksum !== checksum) {
      const message =
        `migrations/${name}.sql was changed after it was applied. Put the old text back and write the change as ` +
        'a new migration.';
      throw new StartupError('migration_changed', message, { exitCode: EXIT_SCHEMA_CHANGED });
    }
    if (migration === undefined && min_app !== null && isOlder(version, min_app)) {
      const message =
        `The database has the migration ${name}, which needs Fairlead ${min_app}; this is ${version}. ` +
        'Start the newer release.';
      throw new StartupError('schema_too_new', message, { exitCode: EXIT_SCHEMA_TOO_NEW });
    }
  }
  const done = new Set(applied.map((row) => row.name));
  const last = [...done].sort().at(-1) ?? '';
  const pending = migrations.filter((migration) => !done.has(migration.name));
  const early = pending.find((migration) => migration.name < last);
  if (early === undefined) return pending;
  throw new StartupError(
    'migration_out_of_order',
    `migrations/${early.name}.sql comes before ${last}, which is applied already. Give it the next free number.`,
    { exitCode: EXIT_SCHEMA_CHANGED },
  );
}

async function apply(sql: Sql, migration: Migration): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      if (migration.alone) {
        await sql.unsafe(migration.text).simple();
        await sql`insert into public.schema_migrations ${sql(rowOf(migration))}`;
      } else {
        await sql.begin(async (tx) => {
          await tx.unsafe(migration.text).simple();
          await tx`insert into public.schema_migrations ${tx(rowOf(migration))}`;
        });
      }
      return;
    } catch (error) {
      if (codeOf(error) === LOCK_NOT_AVAILABLE && tries < LOCK_TRIES_MAX) {
        await wait(LOCK_WAIT_MS * tries);
        continue;
      }
      throw failure(migration, error);
    }
  }
}

function rowOf(migration: Migration): { name: string; checksum: string; min_app: string | null } {
  return { name: migration.name, checksum: migration.checksum, min_app: migration.minApp ?? null };
}

function failure(migration: Migration, error: unknown): StartupError {
  const file = `migrations/${migration.name}.sql`;
  if (codeOf(error) === LOCK_NOT_AVAILABLE) {
    const message = `${file} got no lock in ${LOCK_TRIES_MAX} tries. Repeat it when there is less going on.`;
    return new StartupError('migration_busy', message, { cause: error });
  }
  const { message, position } = error as { message?: string; position?: string };
  const line = position ? ` at line ${migration.text.slice(0, Number(position)).split('\n').length}` : '';
  const sentence = `${file} failed${line}: ${message}. Nothing of it was applied; the files before it were.`;
  return new StartupError('migration_failed', sentence, { cause: error });
}

/** Tables must belong to the owner, whoever logged in: a superuser's tables would be open to nobody. */
async function becomeOwner(sql: Sql): Promise<void> {
  const [login] = await sql`select current_user as name`;
  if (login?.name === OWNER_LOGIN) return;
  try {
    await sql`set role ${sql(OWNER_LOGIN)}`;
  } catch (cause) {
    const message = `The user ${login?.name} is not ${OWNER_LOGIN}. Use the DATABASE_OWNER_URL that "fairlead setup-db" prints.`;
    throw new StartupError('not_the_owner', message, { cause });
  }
}

async function takeTurn(sql: Sql): Promise<void> {
  for (let tries = 1; tries <= TURN_TRIES_MAX; tries++) {
    const [turn] = await sql`select pg_try_advisory_lock(hashtextextended('fairlead.migrate', 0)) as mine`;
    if (turn?.mine) return;
    await wait(TURN_WAIT_MS);
  }
  throw new StartupError(
    'migration_busy',
    'Another program is migrating this database. Repeat when it is done.',
  );
}

async function readApplied(sql: Sql | Tx): Promise<Applied[]> {
  return sql<Applied[]>`select name, checksum, min_app from public.schema_migrations order by name`;
}

async function appVersion(): Promise<string> {
  const text = await readFile(resolve(import.meta.dirname, '../../package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The login of the program reads nothing before it takes a role. */
async function readAppliedAsEngine(sql: Sql): Promise<Applied[]> {
  return sql.begin(async (tx) => {
    const [login] = await tx`select session_user as name`;
    if (login?.name === APP_LOGIN) await tx`set local role ${tx(ENGINE_ROLE)}`;
    return readApplied(tx);
  });
}

/** Compares `1.10.0` by its numbers. */
function isOlder(version: string, than: string): boolean {
  const parts = (text: string) => text.split('.').map((part) => Number.parseInt(part, 10));
  const [left, right] = [parts(version), parts(than)];
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
