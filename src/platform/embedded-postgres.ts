import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readFile, rm, type statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createDatabase, dropDatabase, openAdminSql } from './admin-sql.ts';
import { databaseUrl } from './database-url.ts';
import { packageDir, type ServerUser, serverUser, usableBinDir } from './embedded-binaries.ts';
import {
  checkDisk,
  homeOf,
  type Logins,
  loginsOf,
  makeCluster,
  makeSocketDir,
  ownerOf,
  SETTINGS,
  type Settings,
  SHARED_HOME,
  serverEnv,
  spawnRefusal,
} from './embedded-cluster.ts';
import { type DataLock, lockDataDir } from './embedded-lock.ts';
import { endProcess, quietStrangerPid, stopOrphan } from './embedded-orphan.ts';
import { APP_LOGIN, OWNER_LOGIN, setUpRoles } from './roles.ts';
import { codeOf, StartupError } from './startup-error.ts';

/**
 * PostgreSQL without installing it: runs the server that npm brings, with its data in the data folder, reachable
 * through a unix socket only. One program at a time owns a data folder. The server is our direct child: when it
 * dies we know at once and a new start recovers; when we die without stopping it, the next start stops it cleanly
 * and starts its own, so that a running server always has the settings and the parent that we know.
 */

const PORT = 5432;
const DATABASE = 'fairlead';
/** Recovery after a crash replays the log; it is given up on only when nothing happens for this long. */
const READY_TIMEOUT_MS = 5 * 60_000;
const READY_POLL_MS = 20;
const START_TRIES_MAX = 20;
const START_AGAIN_MS = 250;
const LOG_TAIL_BYTES = 4_000;

export type EmbeddedOptions = {
  /** Folder of the installation (`FAIRLEAD_DATA`); created when missing. */
  dataDir: string;
  /** Only looked at when the cluster is made; otherwise generated. */
  superuserPassword?: string;
  /** PostgreSQL settings on top of `SETTINGS`. `fsync=off` is for tests only. */
  settings?: Settings;
  /** Also listen on 127.0.0.1 at this port, for tools; 0 takes a free one. Windows always does. */
  tcpPort?: number;
  log?: (line: string) => void;
  /** For tests: another package folder, home, user or disk. */
  seams?: { packageDir?: string; sharedHome?: string; user?: ServerUser; statfs?: typeof statfs };
};

export type EmbeddedPostgres = {
  socketDir: string;
  port: number;
  /** Where PostgreSQL keeps its files. */
  clusterDir: string;
  ownerUrl: string;
  appUrl: string;
  superuserUrl: string;
  pid: number;
  /** Resolves when the server has ended, whoever ended it. */
  ended: Promise<void>;
  createDatabase(name: string, template?: string): Promise<void>;
  dropDatabase(name: string): Promise<void>;
  /** Lets running statements go, writes everything down and ends. May be called again. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * Starts the server of `dataDir`, makes it on the first start, and sees to roles and the database `fairlead`.
 * Refuses with a `StartupError` that names the way out: `data_dir_in_use`, `disk_almost_full`, `data_dir_not_writable`,
 * `data_dir_of_other_user`,
 * `postgres_binaries_missing`, `postgres_not_runnable`, `postgres_major_changed`, `postgres_passwords_missing`,
 * `postgres_home_missing`, `data_dir_unreachable`, `socket_path_too_long`, `tcp_port_in_use`, `postgres_start_failed`.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => {});
  const dataDir = resolve(options.dataDir);
  const seams = options.seams ?? {};
  const newUser = 'user' in seams ? seams.user : serverUser();
  const lock = await takeFolder(dataDir);
  let server: Server | undefined;
  try {
    const home = await homeOf(dataDir, newUser, seams.sharedHome ?? SHARED_HOME);
    if (home !== dataDir) log(`The server's user cannot enter ${dataDir}: the database is kept in ${home}`);
    await checkDisk(home, seams.statfs);
    const clusterDir = join(home, 'postgres');
    const user = await ownerOf(clusterDir, newUser);
    const binDir = await usableBinDir(seams.packageDir ?? packageDir(), home, user);
    const settings = { ...SETTINGS, ...options.settings };
    const logins = await loginsOf(dataDir, clusterDir, options.superuserPassword);
    const durable = settings.fsync !== 'off';
    await makeCluster(binDir, clusterDir, user, { password: logins.superuser, durable });
    await quietStrangerPid(clusterDir);
    await stopOrphan(clusterDir, log);
    const address = await addressFor(home, user, options.tcpPort);
    server = await startServer({ binDir, clusterDir, home, user, settings, address, log });
    const urls = urlsOf(address, logins);
    await setUpDatabase(urls.superuserUrl, logins);
    return opened(server, address, clusterDir, urls, lock.release);
  } catch (error) {
    await server?.stop();
    await lock.release();
    throw error;
  }
}

async function takeFolder(dataDir: string): Promise<DataLock> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o755 });
    return await lockDataDir(dataDir);
  } catch (cause) {
    if (!['EACCES', 'EROFS', 'EPERM', 'ENOTDIR', 'EEXIST'].includes(codeOf(cause))) throw cause;
    const message = `${dataDir} cannot be written to (${codeOf(cause)}). Set FAIRLEAD_DATA to a folder of your own.`;
    throw new StartupError('data_dir_not_writable', message, { cause });
  }
}

type Address = { socketDir: string; port: number; overTcp: boolean; removeAtEnd: boolean };
type Urls = { ownerUrl: string; appUrl: string; superuserUrl: string };
type Server = { pid: number; ended: Promise<void>; stop: () => Promise<void> };
type Launch = {
  binDir: string;
  clusterDir: string;
  home: string;
  user: ServerUser;
  settings: Settings;
  address: Address;
  log: (line: string) => void;
};

function opened(
  server: Server,
  address: Address,
  clusterDir: string,
  urls: Urls,
  release: () => Promise<void>,
): EmbeddedPostgres {
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      await server.stop();
      if (address.removeAtEnd) await rm(address.socketDir, { recursive: true, force: true });
      await release();
    })();
    return stopping;
  };
  return {
    ...urls,
    clusterDir,
    socketDir: address.socketDir,
    port: address.port,
    pid: server.pid,
    ended: server.ended,
    createDatabase: (name, template) =>
      createDatabase(urls.superuserUrl, name, { owner: OWNER_LOGIN, ...(template ? { template } : {}) }),
    dropDatabase: (name) => dropDatabase(urls.superuserUrl, name),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function addressFor(home: string, user: ServerUser, tcpPort: number | undefined): Promise<Address> {
  const overTcp = process.platform === 'win32' || tcpPort !== undefined;
  const port = overTcp ? await freePort(tcpPort ?? 0) : PORT;
  if (process.platform === 'win32') return { socketDir: '', port, overTcp, removeAtEnd: false };
  const socketDir = await makeSocketDir(home, port, user);
  return { socketDir, port, overTcp, removeAtEnd: dirname(socketDir) !== home };
}

function freePort(wanted: number): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', (cause) => {
      const message = `Port ${wanted} of 127.0.0.1 is taken. Choose another for the database, or none.`;
      fail(new StartupError('tcp_port_in_use', message, { cause }));
    });
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' && address !== null ? address.port : wanted));
    });
  });
}

function urlsOf(address: Address, logins: Logins): Urls {
  const host = address.socketDir === '' ? '127.0.0.1' : address.socketDir;
  const url = (username: string, password: string) =>
    databaseUrl({ host, port: address.port, database: DATABASE, username, password });
  return {
    ownerUrl: url(OWNER_LOGIN, logins.owner),
    appUrl: url(APP_LOGIN, logins.app),
    superuserUrl: url('postgres', logins.superuser),
  };
}

async function setUpDatabase(superuserUrl: string, logins: Logins): Promise<void> {
  await createDatabase(superuserUrl, DATABASE, { unlessExists: true });
  const sql = openAdminSql(superuserUrl);
  try {
    await sql`create extension if not exists pg_stat_statements`;
    await setUpRoles(sql, { database: DATABASE, ownerPassword: logins.owner, appPassword: logins.app });
  } finally {
    await sql.end();
  }
}

/** Starts until it stays up: right after a crash, processes of the old server may still hold its memory. */
async function startServer(launch: Launch): Promise<Server> {
  for (let tries = 1; ; tries++) {
    const logPath = join(launch.home, 'postgres.log');
    const child = await spawnServer(launch, logPath);
    const ended = new Promise<void>((done) => child.once('exit', () => done()));
    // When the program ends without `stop()`, the server is asked to end too; a signal is all there is time for.
    const onExit = () => child.kill('SIGINT');
    process.once('exit', onExit);
    void ended.then(() => process.off('exit', onExit));
    if (await becomesReady(child, launch.clusterDir)) {
      return { pid: child.pid!, ended, stop: () => stopChild(child, ended) };
    }
    await stopChild(child, ended);
    const said = (await readFile(logPath, 'utf8').catch(() => '')).slice(-LOG_TAIL_BYTES);
    const passing = /pre-existing shared memory|postmaster\.pid" already exists|is being used by/i.test(said);
    if (!passing || tries >= START_TRIES_MAX) {
      throw new StartupError('postgres_start_failed', `PostgreSQL did not start. It said:\n${said.trim()}`);
    }
    launch.log('Waiting for what is left of the last server');
    await wait(START_AGAIN_MS);
  }
}

async function spawnServer(launch: Launch, logPath: string): Promise<ChildProcess> {
  const { settings, address, user, clusterDir } = launch;
  const listen = address.overTcp ? '127.0.0.1' : '';
  const all = {
    ...settings,
    listen_addresses: listen,
    port: String(address.port),
    unix_socket_directories: address.socketDir,
    unix_socket_permissions: '0700',
  };
  const args = [
    '-D',
    clusterDir,
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  // A file, not a pipe: a full pipe of a stopped parent would stop the server too.
  const logFile = await open(logPath, 'w', 0o600);
  try {
    return await new Promise<ChildProcess>((done, fail) => {
      const program = join(launch.binDir, 'postgres');
      const child = spawn(program, args, {
        ...user,
        cwd: '/',
        env: serverEnv(),
        stdio: ['ignore', logFile.fd, logFile.fd],
        // Its own process group: Ctrl-C in the terminal reaches us first, and we stop it last.
        detached: true,
      });
      child.once('spawn', () => done(child));
      child.once('error', (error) => fail(spawnRefusal(program, user, error)));
    });
  } finally {
    await logFile.close();
  }
}

/** The eighth line of postmaster.pid says `ready` once connections are taken. */
async function becomesReady(child: ChildProcess, clusterDir: string): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < READY_TIMEOUT_MS; waitedMs += READY_POLL_MS) {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    const lines = (await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (lines[0] === String(child.pid) && lines[7]?.trim() === 'ready') return true;
    await wait(READY_POLL_MS);
  }
  return false;
}

async function stopChild(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await endProcess(
    (signal) => child.kill(signal),
    async (timeoutMs) => {
      const timer = new AbortController();
      const late = wait(timeoutMs, false, { signal: timer.signal }).catch(() => false);
      const gone = await Promise.race([ended.then(() => true), late]);
      timer.abort();
      return gone;
    },
  );
}
