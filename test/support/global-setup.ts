import { existsSync, rmSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openAdminSql } from '../../src/platform/admin-sql.ts';
import { withDatabase } from '../../src/platform/database-url.ts';
import { lockDataDir } from '../../src/platform/embedded-lock.ts';
import { stopOrphan } from '../../src/platform/embedded-orphan.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { codeOf } from '../../src/platform/startup-error.ts';
import { fastFolder } from './fast-folder.ts';
import { TEMPLATE } from './template.ts';

/**
 * One PostgreSQL for the whole run, in a temporary folder, with a migrated database that every test file copies
 * (`database.ts`). Two projects name this file; the second gets what the first started.
 */

const FOLDER = 'fairlead-test-';
const YOUNG_MS = 60_000;

/** The data of a test run are worth nothing: nothing is forced to disk. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  shared_buffers: '128MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '256MB',
  autovacuum_naptime: '10min',
};

type Shared = { users: number; server: Promise<{ postgres: EmbeddedPostgres; dataDir: string }> };
// Each project loads this file anew, in the same process.
const held = globalThis as { fairleadTestServer?: Shared | undefined };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  held.fairleadTestServer ??= { users: 0, server: start() };
  const shared = held.fairleadTestServer;
  shared.users += 1;
  const { postgres, dataDir } = await shared.server;
  const { appUrl, ownerUrl, superuserUrl } = postgres;
  const onExit = () => removeNow(postgres.pid, dataDir);
  if (shared.users === 1) process.once('exit', onExit);
  project.provide('testServer', { appUrl, ownerUrl, superuserUrl });
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    held.fairleadTestServer = undefined;
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}

async function start(): Promise<{ postgres: EmbeddedPostgres; dataDir: string }> {
  await sweep();
  const dataDir = await mkdtemp(join(await fastFolder(), FOLDER));
  // As root the server runs as another user, who must reach it.
  await chmod(dataDir, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir, settings: SETTINGS });
  try {
    await postgres.createDatabase(TEMPLATE);
    await migrate(withDatabase(postgres.ownerUrl, TEMPLATE));
    const sql = openAdminSql(postgres.superuserUrl);
    // Nobody may connect to the template: a copy needs it to itself.
    await sql`alter database ${sql(TEMPLATE)} with allow_connections false is_template true`;
    await sql.end();
    return { postgres, dataDir };
  } catch (error) {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
}

/** The run was interrupted: there is no time to wait, and nothing worth keeping. */
function removeNow(pid: number, dataDir: string): void {
  if (!existsSync(dataDir)) return;
  try {
    process.kill(pid, 'SIGQUIT');
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

/** A run that was killed leaves its server behind: it is stopped and its folder removed. */
async function sweep(): Promise<void> {
  const parent = await fastFolder();
  for (const folder of await readdir(parent)) {
    if (!folder.startsWith(FOLDER)) continue;
    const dataDir = join(parent, folder);
    try {
      // A folder without a lock may belong to a run that is just beginning.
      const locked = (await readdir(dataDir)).includes('fairlead.lock');
      if (!locked && Date.now() - (await stat(dataDir)).ctimeMs < YOUNG_MS) continue;
      const lock = await lockDataDir(dataDir);
      await stopOrphan(join(dataDir, 'postgres'), () => {});
      await lock.release();
      await rm(dataDir, { recursive: true, force: true });
    } catch (error) {
      // In use by another run, or swept by one at this moment.
      if (!['data_dir_in_use', 'ENOENT'].includes(codeOf(error))) throw error;
    }
  }
}
