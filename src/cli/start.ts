import { createServer } from 'node:net';
import { firstAdminLink } from '../access/index.ts';
import { type Config, loadConfig } from '../platform/config.ts';
import { makeOwnSecrets, openApp } from '../platform/open-app.ts';
import { codeOf, StartupError } from '../platform/startup-error.ts';
import { type Database, openDatabase, prepareDatabase } from './database.ts';
import { buildPortalIfNeeded } from './portal.ts';
import { type Supervisor, supervise } from './supervise.ts';

/**
 * `fairlead start`: everything on one machine. Database (our own without DATABASE_URL), schema, portal, then api and
 * worker as two processes that are started again when they end. Stops in the opposite order.
 */
export type Env = Record<string, string | undefined>;

export async function start(env: Env, stopped: AbortSignal, say: (line: string) => void): Promise<void> {
  const wanted = loadConfig(env);
  const port = await freePort(wanted.HOST, wanted.PORT);
  // Where nothing is said about the address that people see, it is this machine's.
  const PUBLIC_URL = env.PUBLIC_URL || `http://127.0.0.1:${port}`;
  const settings: Env = { ...env, PORT: String(port), PUBLIC_URL };
  if (wanted.REDIS_URL !== undefined) say('REDIS_URL is set but not used: Fairlead needs no Redis.');
  const database = await openDatabase(wanted, { log: say });
  let programs: Supervisor | undefined;
  try {
    if (database.embedded) say(`PostgreSQL runs, with its data in ${wanted.dataDir}`);
    const applied = await prepareDatabase(database);
    if (applied.length > 0) say(`The database schema was brought up to date (${applied.length} steps).`);
    await buildPortalIfNeeded(say);
    if (stopped.aborted) return;
    const own = database.embedded ? makeOwnSecrets(wanted) : {};
    const childEnv = { ...settings, ...own, DATABASE_URL: database.appUrl };
    const config = loadConfig(childEnv);
    programs = supervise({
      names: ['api', 'worker'],
      env: childEnv,
      stopTimeoutMs: config.STOP_TIMEOUT_MS,
      say,
    });
    await Promise.race([Promise.all(programs.children.map(({ ready }) => ready)), aborted(stopped)]);
    if (!stopped.aborted) await greet(config, say);
    await untilStopped(database, stopped);
  } finally {
    say('Stopping ...');
    await programs?.stop();
    await database.stop();
    say('Stopped.');
  }
}

async function greet(config: Config, say: (line: string) => void): Promise<void> {
  say(`Fairlead runs at ${config.PUBLIC_URL} (API description: ${config.PUBLIC_URL}/api/docs)`);
  const app = await openApp(config, { name: 'start' });
  try {
    const link = await firstAdminLink(app);
    if (link !== null) say(`Make the first administrator here: ${link}`);
  } finally {
    await app.close();
  }
  say('Ctrl-C stops it.');
}

/** Until somebody asks to stop; ends at once with an error when our own database has ended by itself. */
async function untilStopped(database: Database, stopped: AbortSignal): Promise<void> {
  const lost = database.ended.then(() => {
    if (stopped.aborted) return;
    throw new StartupError('postgres_ended', 'PostgreSQL ended unexpectedly. Start again: nothing is lost.');
  });
  await Promise.race([aborted(stopped), lost]);
}

export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((done) => signal.addEventListener('abort', () => done(), { once: true }));
}

/** The port asked for, or a free one for 0. @throws StartupError `port_in_use` before anything else is started */
export function freePort(host: string, port: number): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', (cause) => {
      const taken = codeOf(cause) === 'EADDRINUSE';
      const reason = taken ? 'is taken' : `cannot be used (${codeOf(cause)})`;
      const message = `Port ${port} on ${host} ${reason}. Set PORT to another one, for instance PORT=3001.`;
      fail(new StartupError(taken ? 'port_in_use' : 'port_unusable', message, { cause }));
    });
    probe.listen(port, host, () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}
