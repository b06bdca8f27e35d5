import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openAdminSql } from '../../src/platform/admin-sql.ts';
import { fastFolder } from './fast-folder.ts';

/** For the tests of the embedded server: throw-away folders and programs of their own. */

/** A folder that another user may enter: run by root, the server is another user. */
export async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(await fastFolder(), 'fl-faults-'));
  await chmod(folder, 0o755);
  return folder;
}

/** Runs one statement and answers with the first value of its first row. */
export async function value(url: string, statement: string): Promise<unknown> {
  const sql = openAdminSql(url);
  try {
    const rows = await sql.unsafe(statement);
    return Object.values(rows[0] ?? {})[0];
  } finally {
    await sql.end();
  }
}

type Said = { ownerUrl: string; pid: number; clusterDir: string; code?: string; message?: string };
export type Program = { child: ChildProcess; said: Said; kill: (signal: NodeJS.Signals) => Promise<void> };

const children: ChildProcess[] = [];

/** Starts a program of its own on a data folder; resolves with what it says first. */
export async function program(args: string[], user?: { uid: number; gid: number }): Promise<Program> {
  const script = join(import.meta.dirname, 'embedded-program.ts');
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const child = spawn(process.execPath, [script, ...args], { ...user, cwd: '/', stdio: [...stdio] });
  children.push(child);
  if (child.stdout === null) throw new Error('no stdout');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, said: JSON.parse(line as string) as Said, kill: (signal) => end(child, signal) };
}

/** Ends what a failed test left running, then removes its folder. */
export async function clean(folder: string): Promise<void> {
  for (const child of children.splice(0)) await end(child, 'SIGTERM');
  await rm(folder, { recursive: true, force: true });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
