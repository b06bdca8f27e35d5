import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startOf } from './embedded-lock.ts';
import { codeOf } from './startup-error.ts';

/** What the last program may have left in the cluster's folder: a running server, or a process id of yesterday. */

/** Larger than any process id that a system gives out, so it never names a living process. */
const NOBODYS_PID = 2 ** 22 + 1;
const STOP_FAST_MS = 20_000;
const STOP_AT_ONCE_MS = 5_000;
const POLL_MS = 20;

type Orphan = { pid: number; isAlive: () => boolean; signal: (signal: NodeJS.Signals) => void };

/** Stops the server of `clusterDir` whose program is gone; only for who holds the lock of the data folder. */
export async function stopOrphan(clusterDir: string, log: (line: string) => void): Promise<void> {
  const orphan = await orphanOf(clusterDir);
  if (orphan === undefined) return;
  log(`Stopping the server ${orphan.pid} that an ended program left behind`);
  await endProcess(orphan.signal, async (timeoutMs) => {
    for (let waitedMs = 0; waitedMs < timeoutMs && orphan.isAlive(); waitedMs += POLL_MS) await wait(POLL_MS);
    return !orphan.isAlive();
  });
}

/** Fast shutdown (ends sessions, writes a checkpoint), then immediate (recovers at the next start), then kill. */
export async function endProcess(
  send: (signal: NodeJS.Signals) => void,
  hasEnded: (timeoutMs: number) => Promise<boolean>,
): Promise<void> {
  for (const [signal, timeoutMs] of [
    ['SIGINT', STOP_FAST_MS],
    ['SIGQUIT', STOP_AT_ONCE_MS],
    ['SIGKILL', STOP_AT_ONCE_MS],
  ] as const) {
    send(signal);
    if (await hasEnded(timeoutMs)) return;
  }
}

/**
 * After a reboot the process id in postmaster.pid may belong to somebody else, and PostgreSQL would refuse to start
 * for as long as that process lives. The id is replaced and the file kept, because PostgreSQL also finds in it the
 * shared memory of a server that is not quite gone.
 */
export async function quietStrangerPid(clusterDir: string): Promise<void> {
  const pid = await pidOf(clusterDir);
  if (pid === undefined || startOf(pid) === undefined || isServerOf(pid, clusterDir)) return;
  const path = join(clusterDir, 'postmaster.pid');
  const lines = (await readFile(path, 'utf8')).split('\n');
  await writeFile(path, [String(NOBODYS_PID), ...lines.slice(1)].join('\n'));
}

/** The server that runs on `clusterDir` although its program is gone; its process is checked to be that server. */
async function orphanOf(clusterDir: string): Promise<Orphan | undefined> {
  const pid = await pidOf(clusterDir);
  if (pid === undefined || !isServerOf(pid, clusterDir)) return undefined;
  const startedAt = startOf(pid);
  if (startedAt === undefined) return undefined;
  const isAlive = () => startOf(pid) === startedAt;
  return {
    pid,
    isAlive,
    signal: (signal) => {
      if (!isAlive()) return;
      try {
        process.kill(pid, signal);
      } catch (error) {
        if (codeOf(error) !== 'ESRCH') throw error;
      }
    },
  };
}

async function pidOf(clusterDir: string): Promise<number | undefined> {
  const text = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  });
  const pid = Number(text.split('\n')[0]);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

function isServerOf(pid: number, clusterDir: string): boolean {
  const command = commandOf(pid);
  return command.includes('postgres') && command.includes(clusterDir);
}

function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    if (process.platform === 'win32') return '';
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
