import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../src/platform/config.ts';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { createLog } from '../src/platform/log.ts';
import { migrate } from '../src/platform/migrate.ts';
import { type OpenApp, openApp } from '../src/platform/open-app.ts';

/** One data key for all processes of a bench. */
export const BENCH_KEY = 'be'.repeat(32);

/**
 * The server of the benches: the embedded PostgreSQL as an installation runs it (fsync on), with ours and the baseline
 * in the same database, so that both meet the same disk, cache and checkpoints.
 */
export type BenchServer = {
  app: OpenApp;
  appUrl: string;
  superuserUrl: string;
  /** Where the cluster lies; gone afterwards. */
  folder: string;
  [Symbol.asyncDispose](): Promise<void>;
};

export async function startBenchServer(overrides: Record<string, string> = {}): Promise<BenchServer> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-bench-'));
  // Root hands the server to another user, who has to enter: else the cluster would lie elsewhere and stay there.
  await chmod(folder, 0o755);
  const server = await startEmbeddedPostgres({ dataDir: folder });
  await migrate(server.ownerUrl);
  const config = loadConfig({
    NODE_ENV: 'test',
    FAIRLEAD_DEV: '1',
    SESSION_SECRET: 'the session secret of the benches, long enough',
    FAIRLEAD_DATA: folder,
    DB_POOL_MAX: '16',
    MX_CHECK: '0',
    ...overrides,
    DATABASE_URL: server.appUrl,
  });
  const app = await openApp(config, {
    name: 'bench',
    log: createLog(process.env.BENCH_LOG ?? 'silent'),
    keys: [{ id: 'bench', key: Buffer.from(BENCH_KEY, 'hex') }],
  });
  return {
    app,
    appUrl: server.appUrl,
    superuserUrl: server.superuserUrl,
    folder,
    async [Symbol.asyncDispose]() {
      await app.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
