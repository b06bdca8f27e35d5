import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canEnter, type ServerUser } from './embedded-binaries.ts';
import { codeOf, EXIT_DISK_FULL, StartupError } from './startup-error.ts';

/**
 * The files of the embedded server: where they lie so that the server's user reaches them, the passwords, a fresh
 * cluster, and how much room the disk has left.
 */

/** Below this much free disk the server does not start: PostgreSQL stops hard when its log cannot grow. */
export const DISK_FREE_MIN_BYTES = 512 * 1024 * 1024;
/** Longest path of a unix socket that every system takes (macOS 104, Linux 108, with the closing zero). */
export const SOCKET_PATH_MAX_BYTES = 100;
/** Where root keeps what "nobody" must reach when the data folder lies under a closed one, such as /root. */
export const SHARED_HOME = '/var/lib/fairlead';
const HOME_POINTER = 'postgres-home';
const PASSWORD_BYTES = 24;

export type Logins = { superuser: string; owner: string; app: string };
export type Settings = Record<string, string>;

/** For a machine with two cores and a few gigabytes, shared with the program itself. */
export const SETTINGS: Settings = {
  shared_buffers: '256MB',
  effective_cache_size: '768MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  max_connections: '60',
  // Parallel workers exchange rows in /dev/shm, of which a container has 64 MB, and two cores gain nothing.
  max_parallel_workers_per_gather: '0',
  random_page_cost: '1.1',
  wal_compression: 'on',
  min_wal_size: '128MB',
  max_wal_size: '1GB',
  jit: 'off',
  shared_preload_libraries: 'pg_stat_statements',
  password_encryption: 'scram-sha-256',
  log_lock_waits: 'on',
  log_timezone: 'UTC',
  timezone: 'UTC',
};

/** Refuses with `disk_almost_full` when the disk of `dir` has less than `DISK_FREE_MIN_BYTES` free. */
export async function checkDisk(dir: string, readFacts: typeof statfs = statfs): Promise<void> {
  const facts = await readFacts(dir);
  const free = facts.bavail * facts.bsize;
  if (free >= DISK_FREE_MIN_BYTES) return;
  const mib = (bytes: number) => Math.floor(bytes / 1024 / 1024);
  throw new StartupError(
    'disk_almost_full',
    `Only ${mib(free)} MiB are free on the disk of ${dir}; ${mib(DISK_FREE_MIN_BYTES)} MiB are needed. ` +
      'Free some room, or set FAIRLEAD_DATA to a folder on a larger disk.',
    { exitCode: EXIT_DISK_FULL },
  );
}

/**
 * The folder that holds the cluster: `dataDir` itself, unless the server's user cannot reach it. Then it is a folder
 * of its own under `sharedHome`, which `dataDir/postgres-home` names from then on.
 */
export async function homeOf(dataDir: string, user: ServerUser, sharedHome: string): Promise<string> {
  const pointer = join(dataDir, HOME_POINTER);
  const known = await readText(pointer);
  if (known !== undefined && (await isFolder(known))) return known;
  if (known !== undefined) {
    throw new StartupError(
      'postgres_home_missing',
      `${pointer} names ${known}, where the database was kept, but that folder is gone. Put it back, or delete ` +
        `${dataDir} to begin with an empty database.`,
    );
  }
  if (await canEnter(dataDir, user)) return dataDir;
  try {
    await mkdir(sharedHome, { recursive: true, mode: 0o755 });
    if (!(await canEnter(sharedHome, user))) throw new Error(`uid ${user?.uid} cannot enter ${sharedHome}`);
    const home = await mkdtemp(join(sharedHome, 'data-'));
    await chmod(home, 0o755);
    await writeFile(pointer, home, { mode: 0o600 });
    return home;
  } catch (cause) {
    throw new StartupError(
      'data_dir_unreachable',
      `PostgreSQL does not run as root, and the user that runs it instead (uid ${user?.uid}) can enter neither ` +
        `${dataDir} nor ${sharedHome}. Set FAIRLEAD_DATA to a folder below one that everybody may enter.`,
      { cause },
    );
  }
}

/**
 * Who runs the server of an existing cluster: PostgreSQL insists on the user that owns its files. Root becomes that
 * user (a data folder made before somebody tried `sudo`); anybody else can only be told.
 */
export async function ownerOf(clusterDir: string, user: ServerUser): Promise<ServerUser> {
  const facts = await stat(clusterDir).catch(() => undefined);
  const me = process.getuid?.();
  if (facts === undefined || me === undefined || facts.uid === (user?.uid ?? me)) return user;
  if (me === 0 && facts.uid !== 0) return { uid: facts.uid, gid: facts.gid };
  throw new StartupError(
    'data_dir_of_other_user',
    `The database in ${clusterDir} belongs to the user ${facts.uid}. Start Fairlead as that user, or as root if ` +
      `root made it, or hand it over with "chown -R ${me} ${clusterDir}".`,
  );
}

/** The passwords of the three logins, made once and kept in `dataDir/logins.json` (0600). */
export async function loginsOf(dataDir: string, clusterDir: string, given?: string): Promise<Logins> {
  const path = join(dataDir, 'logins.json');
  const text = await readText(path);
  if (text !== undefined) return JSON.parse(text) as Logins;
  if (await isFolder(clusterDir)) {
    throw new StartupError(
      'postgres_passwords_missing',
      `${path} is gone, and with it the passwords of the database in ${clusterDir}. Put the file back from a ` +
        'backup; if there is none and the data can go, delete both.',
    );
  }
  const password = () => randomBytes(PASSWORD_BYTES).toString('base64url');
  const logins = { superuser: given ?? password(), owner: password(), app: password() };
  await writeFile(`${path}.new`, JSON.stringify(logins, null, 2), { mode: 0o600 });
  await rename(`${path}.new`, path);
  return logins;
}

/**
 * Makes the cluster unless it is there. It is made beside its place and moved when it is whole, so an interrupted
 * first start leaves nothing that looks like a database.
 */
export async function makeCluster(
  binDir: string,
  clusterDir: string,
  user: ServerUser,
  options: { password: string; durable: boolean },
): Promise<void> {
  if (await isFolder(clusterDir)) return checkMajor(binDir, clusterDir);
  const fresh = `${clusterDir}.new`;
  await rm(fresh, { recursive: true, force: true });
  await makeOwned(fresh, user);
  const passwordFile = `${clusterDir}.password`;
  try {
    await writeFile(passwordFile, options.password, { mode: 0o600 });
    if (user) await chown(passwordFile, user.uid, user.gid);
    await run(join(binDir, 'initdb'), user, [
      `--pgdata=${fresh}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--data-checksums',
      '--no-instructions',
      ...(options.durable ? [] : ['--no-sync']),
    ]);
    await rename(fresh, clusterDir);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(fresh, { recursive: true, force: true });
  }
}

/** A folder for the socket whose path fits: `home/socket`, else a short one in the system's temporary folder. */
export async function makeSocketDir(home: string, port: number, user: ServerUser): Promise<string> {
  const wanted = join(home, 'socket');
  if (fits(wanted, port)) {
    await makeOwned(wanted, user);
    return wanted;
  }
  for (const parent of [tmpdir(), '/tmp']) {
    if (!fits(join(parent, 'fl-XXXXXX'), port) || !(await canEnter(parent, user).catch(() => false)))
      continue;
    const short = await mkdtemp(join(parent, 'fl-'));
    if (user) await chown(short, user.uid, user.gid);
    return short;
  }
  throw new StartupError(
    'socket_path_too_long',
    `The path of the database socket in ${wanted} is longer than ${SOCKET_PATH_MAX_BYTES} bytes, and so is one ` +
      `in ${tmpdir()}. Set FAIRLEAD_DATA or TMPDIR to a folder with a shorter path.`,
  );
}

/** Environment of the server's programs: nothing of ours, messages in English so that we can read them. */
export function serverEnv(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC', SystemRoot: process.env.SystemRoot };
}

/** Turns what the system says about starting one of the server's programs into a sentence with the way out. */
export function spawnRefusal(program: string, user: ServerUser, error: unknown): StartupError {
  const code = codeOf(error);
  const way = 'or set DATABASE_URL to a PostgreSQL server of version 16 or newer.';
  const reasons: Record<string, string> = {
    ENOENT: `It needs glibc, which Alpine lacks: use a Debian-based system or image such as node:24, ${way}`,
    EACCES: `The file may not be run (a mount with noexec?): allow it, ${way}`,
    EPERM: `Root may not switch to uid ${user?.uid} here: start Fairlead as an ordinary user, ${way}`,
    EINVAL: `Uid ${user?.uid} does not exist in this container: start Fairlead as an ordinary user, ${way}`,
  };
  const reason = reasons[code] ?? `${error instanceof Error ? error.message : error}: mend that, ${way}`;
  return new StartupError('postgres_not_runnable', `${program} cannot be started. ${reason}`, {
    cause: error,
  });
}

async function checkMajor(binDir: string, clusterDir: string): Promise<void> {
  const made = (await readText(join(clusterDir, 'PG_VERSION')))?.trim();
  const conf = join(binDir, '..', 'share', 'postgresql', 'postgres.bki');
  // The first line of postgres.bki is `# PostgreSQL 18`.
  const major = /PostgreSQL (\d+)/.exec((await readFile(conf, 'utf8')).slice(0, 40))?.[1];
  if (made === major) return;
  throw new StartupError(
    'postgres_major_changed',
    `The database in ${clusterDir} was made by PostgreSQL ${made ?? '(unknown)'}, the installed programs are ` +
      `${major}. Go back to the release of Fairlead that made it, run "fairlead export", and import it here.`,
  );
}

async function makeOwned(dir: string, user: ServerUser): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if (user) await chown(dir, user.uid, user.gid);
}

function fits(dir: string, port: number): boolean {
  // The server also writes `<socket>.lock`.
  return Buffer.byteLength(join(dir, `.s.PGSQL.${port}.lock`)) < SOCKET_PATH_MAX_BYTES;
}

function run(program: string, user: ServerUser, args: string[]): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      ...user,
      cwd: '/',
      env: serverEnv(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk).slice(-2_000);
    });
    child.once('error', (error) => fail(spawnRefusal(program, user, error)));
    child.once('close', (code) => {
      if (code === 0) return done();
      if (said.includes('could not look up effective user ID')) return fail(userUnknown(user));
      fail(new StartupError('postgres_initdb_failed', `${program} ended with code ${code}: ${said.trim()}`));
    });
  });
}

/** A container started with a bare number as its user, for instance. */
function userUnknown(user: ServerUser): StartupError {
  const uid = user?.uid ?? process.getuid?.();
  return new StartupError(
    'postgres_user_unknown',
    `The user ${uid} has no line in /etc/passwd, and PostgreSQL makes a database only for one that has. Start Fairlead ` +
      'as a user of this system, or set DATABASE_URL to a PostgreSQL server of version 16 or newer.',
  );
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}
