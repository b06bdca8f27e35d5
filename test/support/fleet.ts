import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Supervisor, supervise } from '../../src/cli/supervise.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { createLog } from '../../src/platform/log.ts';
import { type OpenApp, openApp } from '../../src/platform/open-app.ts';
import { newKey } from '../../src/platform/secret-keys.ts';

/** An installation of several real processes (`main.ts api`, `main.ts worker`) over one database, and a door into it. */

export type Fleet = {
  /** The same settings and keys in this process: to seed, to look, and to audit. */
  app: OpenApp;
  env: Record<string, string>;
  address: string;
  /** Ids of the running processes of this name. */
  pids: (name: 'api' | 'worker') => number[];
  /** What the processes wrote. */
  log: () => Promise<string>;
  [Symbol.asyncDispose]: () => Promise<void>;
};

const STOP_TIMEOUT_MS = 3_000;

/** Starts the named processes and waits until each is up. One that ends, or is killed, is started again. */
export async function startFleet(of: {
  names: ('api' | 'worker')[];
  appUrl: string;
  folder: string;
  /** On top of what suits a fault test. With the `env` of another fleet it is one installation with that. */
  settings?: Record<string, string>;
}): Promise<Fleet> {
  const port = await freePort();
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    ...{ NODE_ENV: 'test', FAIRLEAD_DEV: '1', LOG_LEVEL: 'warn', MX_CHECK: '0', PORT: String(port) },
    ...{ LEASE_MS: '2000', LEASE_RENEW_MS: '500', POLL_BUSY_MS: '20', POLL_IDLE_MS: '100' },
    DELIVERY_RETRY_OFFSETS_MS: '0,100,300,700,1500,3000,5000',
    ...{ DELIVERY_TIMEOUT_MS: '3000', BREAKER_PROBE_MS: '200' },
    STOP_TIMEOUT_MS: String(STOP_TIMEOUT_MS),
    ...{ FAIRLEAD_KEYS: newKey(), SESSION_SECRET: randomBytes(32).toString('hex') },
    FAIRLEAD_DATA: of.folder,
    DATABASE_URL: of.appUrl,
    ...of.settings,
  };
  const path = join(of.folder, 'processes.log');
  const output: FileHandle = await open(path, 'a');
  const app = await openApp(loadConfig(env), { name: 'test', log: createLog('silent') });
  const supervisor: Supervisor = supervise({
    ...{ names: of.names, env, output: output.fd, stopTimeoutMs: STOP_TIMEOUT_MS },
    say: (line) => void output.write(`${line}\n`),
  });
  let disposed: Promise<void> | undefined;
  const end = async () => {
    await supervisor.stop();
    await app.close();
    await output.close();
  };
  const dispose = () => (disposed ??= end());
  const log = () => readFile(path, 'utf8');
  try {
    await Promise.all(supervisor.children.map(({ ready }) => ready));
  } catch (error) {
    await dispose();
    throw new Error(`the processes did not start:\n${await log()}`, { cause: error });
  }
  return {
    ...{ app, env, address: `http://127.0.0.1:${port}`, log },
    pids: (name) =>
      supervisor.children.filter((child) => child.name === name).flatMap((child) => child.pid() ?? []),
    [Symbol.asyncDispose]: dispose,
  };
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}
