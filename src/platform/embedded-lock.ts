import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf, EXIT_IN_USE, StartupError } from './startup-error.ts';

/**
 * One program per data folder. `fairlead.lock` names the holder by process id and the moment that process was
 * started, because process ids come round again; a lock whose holder is gone is taken over. A holder on another
 * machine or in another container cannot be looked up, so it also touches the file and counts as alive while it does.
 */

const LOCK_FILE = 'fairlead.lock';
const HEARTBEAT_MS = 3_000;
const HEARTBEAT_STALE_MS = 12_000;
const TAKE_OVER_TRIES_MAX = 5;

type Holder = { pid: number; startedAt: string; host: string };

export type DataLock = { release: () => Promise<void> };

/** Takes the lock of `dataDir`. Refuses with `data_dir_in_use` while a live program holds it. */
export async function lockDataDir(dataDir: string): Promise<DataLock> {
  const path = join(dataDir, LOCK_FILE);
  const mine: Holder = { pid: process.pid, startedAt: startOf(process.pid) ?? '', host: hostname() };
  const text = JSON.stringify(mine);
  for (let tries = 0; tries < TAKE_OVER_TRIES_MAX; tries++) {
    if (await create(path, text)) return hold(path, text);
    const found = await readFile(path, 'utf8').catch(() => undefined);
    if (found === undefined) continue;
    const holder = readHolder(found);
    if (holder !== undefined && (await isAlive(holder, path))) throw inUse(dataDir, holder);
    // Move the stale lock aside instead of deleting it: of two that try, one gets the file it judged.
    const aside = `${path}.${process.pid}.stale`;
    await rename(path, aside).catch(() => undefined);
    const moved = await readFile(aside, 'utf8').catch(() => found);
    if (moved !== found) await link(aside, path).catch(() => undefined);
    await rm(aside, { force: true });
  }
  throw inUse(dataDir, undefined);
}

/** The moment a process was started, in a form that is equal only for the same process; undefined when it is gone. */
export function startOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      // Field 3 is the state (a zombie is gone), field 22 the start in ticks since the machine was started.
      if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
      return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`;
    }
    if (process.platform === 'win32') return process.kill(pid, 0) ? 'running' : undefined;
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

async function create(path: string, text: string): Promise<boolean> {
  // Written beside and linked, so that nobody ever reads half a lock.
  const draft = `${path}.${process.pid}.new`;
  await writeFile(draft, text, { mode: 0o600 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return false;
  } finally {
    await rm(draft, { force: true });
  }
}

function hold(path: string, text: string): DataLock {
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  beat.unref();
  return {
    release: async () => {
      clearInterval(beat);
      if ((await readFile(path, 'utf8').catch(() => '')) === text) await rm(path, { force: true });
    },
  };
}

function readHolder(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Holder;
    return typeof holder.pid === 'number' ? holder : undefined;
  } catch {
    return undefined;
  }
}

async function isAlive(holder: Holder, path: string): Promise<boolean> {
  if (holder.host === hostname()) return startOf(holder.pid) === holder.startedAt;
  // A container that was started again has a new host name: give its predecessor time to show that it lives.
  const touchedAt = async () => (await stat(path).catch(() => undefined))?.mtimeMs;
  const first = await touchedAt();
  if (first === undefined || Date.now() - first > HEARTBEAT_STALE_MS) return false;
  await wait(HEARTBEAT_MS * 2);
  const second = await touchedAt();
  return second !== undefined && second !== first;
}

function inUse(dataDir: string, holder: Holder | undefined): StartupError {
  const who = holder === undefined ? 'Another program' : `Process ${holder.pid} on ${holder.host}`;
  return new StartupError(
    'data_dir_in_use',
    `${who} is using ${dataDir}. Stop it first, or set FAIRLEAD_DATA to another folder for a second installation.`,
    { exitCode: EXIT_IN_USE },
  );
}
