import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

/** The whole program as people run it, for tests that start, kill and stop it. */

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const PATIENCE_MS = 60_000;
const LOOK_MS = 50;

export type Started = {
  child: ChildProcess;
  /** What it said on stdout and stderr. */
  lines: string[];
  /** Resolves with the first line that fits, also one that was said before. */
  line: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Sends the signal and answers with the exit code. */
  ends: (signal: NodeJS.Signals) => Promise<number | null>;
  /** Answers with the exit code when it ends by itself. */
  ended: Promise<number | null>;
};

const running: Started[] = [];

/** Runs `fairlead <args>` in an environment that holds nothing but `env`. */
export function runProgram(args: string[], env: Record<string, string>): Started {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: '/',
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const lines: string[] = [];
  const hearers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (text) => {
      lines.push(text);
      for (const hear of hearers) hear();
    });
  }
  const line = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((found, failed) => {
      const late = setTimeout(() => failed(new Error(`no ${pattern} in:\n${lines.join('\n')}`)), PATIENCE_MS);
      const look = () => {
        const match = lines.map((text) => pattern.exec(text)).find((one) => one !== null);
        if (!match) return;
        clearTimeout(late);
        hearers.delete(look);
        found(match);
      };
      hearers.add(look);
      look();
    });
  const ends = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  const started = { child, lines, line, ends, ended };
  running.push(started);
  return started;
}

/** Stops what a failed test left running. */
export async function stopPrograms(): Promise<void> {
  for (const { child, ends } of running.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) await ends('SIGTERM');
  }
}

/** Processes below one, with what they run. */
export function processesBelow(pid: number): { pid: number; args: string }[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row))
    .filter((row) => row !== null)
    .map(([, own, parent, args]) => ({ pid: Number(own), parent: Number(parent), args: args ?? '' }));
  const below = (of: number): { pid: number; args: string }[] =>
    rows.filter(({ parent }) => parent === of).flatMap((child) => [child, ...below(child.pid)]);
  return below(pid);
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Looks until it holds. */
export async function eventually(holds: () => boolean): Promise<void> {
  for (let waitedMs = 0; !holds(); waitedMs += LOOK_MS) {
    if (waitedMs > PATIENCE_MS) throw new Error('it never came to be');
    await wait(LOOK_MS);
  }
}
