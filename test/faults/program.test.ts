import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { clean, openFolder } from '../support/embedded.ts';

/** The whole program as people start it: one command on an empty folder. */

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const STOP_TIMEOUT_MS = 5_000;
const PATIENCE_MS = 60_000;

type Started = { child: ChildProcess; lines: string[]; line: (pattern: RegExp) => Promise<RegExpExecArray> };
const folders: string[] = [];
const running: ChildProcess[] = [];

function run(command: string, env: Record<string, string>): Started {
  const child = spawn(process.execPath, [MAIN, command], {
    cwd: '/',
    env: { PATH: process.env.PATH ?? '', STOP_TIMEOUT_MS: String(STOP_TIMEOUT_MS), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  const lines: string[] = [];
  const hearers = new Set<() => void>();
  for (const stream of [child.stdout!, child.stderr!]) {
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
  return { child, lines, line };
}

async function startOn(folder: string, env: Record<string, string> = {}): Promise<Started> {
  return run('start', { FAIRLEAD_DATA: folder, PORT: '0', LOG_LEVEL: 'info', ...env });
}

async function emptyFolder(): Promise<string> {
  const folder = await openFolder();
  folders.push(folder);
  return folder;
}

/** Pids below a process, with what they run. */
function below(pid: number): { pid: number; args: string }[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row))
    .filter((row) => row !== null)
    .map(([, own, parent, args]) => ({ pid: Number(own), parent: Number(parent), args: args ?? '' }));
  const children = rows.filter(({ parent }) => parent === pid);
  return children.flatMap((child) => [child, ...below(child.pid)]);
}

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function ends({ child }: Started, signal: NodeJS.Signals): Promise<number | null> {
  const exit = once(child, 'exit');
  child.kill(signal);
  const [code] = await exit;
  return code as number | null;
}

async function eventually(holds: () => boolean): Promise<void> {
  for (let waitedMs = 0; !holds(); waitedMs += 50) {
    if (waitedMs > PATIENCE_MS) throw new Error('it never came to be');
    await wait(50);
  }
}

afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  }
  for (const folder of folders.splice(0)) await clean(folder);
});

describe('fairlead start', () => {
  it('comes up on an empty folder, shows the first link, answers, and leaves nothing behind when it stops', async () => {
    const program = await startOn(await emptyFolder());
    const [, address] = await program.line(/^Fairlead runs at (\S+)/);
    await program.line(
      new RegExp(`^Make the first administrator here: ${address}/first-admin\\?token=fl_lnk_`),
    );
    await program.line(/worker\.started/);
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
    expect((await fetch(`${address}/readyz`)).status).toBe(200);

    const pids = below(program.child.pid!).map(({ pid }) => pid);
    expect(pids.length).toBeGreaterThanOrEqual(3);
    const startedAt = performance.now();
    expect(await ends(program, 'SIGTERM')).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(STOP_TIMEOUT_MS + 5_000);
    expect(pids.filter(alive)).toEqual([]);
    // First who takes requests and works, then the database.
    const order = program.lines.filter((line) => /api\.stopped|worker\.stopped|^Stopped\.$/.test(line));
    expect(order.at(-1)).toBe('Stopped.');
    expect(order).toHaveLength(3);
  });

  it('starts a killed worker again and says so, and starts again on the same data', async () => {
    const folder = await emptyFolder();
    const program = await startOn(folder);
    const [, address] = await program.line(/^Fairlead runs at (\S+)/);
    const workers = () => below(program.child.pid!).filter(({ args }) => args.endsWith('main.ts worker'));
    const [worker] = workers();
    process.kill(worker!.pid, 'SIGKILL');
    await program.line(/^The worker ended unexpectedly \(SIGKILL\)/);
    await eventually(() => program.lines.filter((line) => line.includes('worker.started')).length === 2);
    expect(workers()).toHaveLength(1);
    expect(workers()[0]!.pid).not.toBe(worker!.pid);
    expect((await fetch(`${address}/readyz`)).status).toBe(200);
    expect(await ends(program, 'SIGINT')).toBe(0);

    const second = await startOn(folder);
    await second.line(/^Ctrl-C stops it/);
    expect(second.lines.filter((line) => line.includes('schema was brought'))).toEqual([]);
    expect(await ends(second, 'SIGTERM')).toBe(0);
  });

  it('stops api and worker by themselves when it is killed, so that the next start finds nobody in its way', async () => {
    const folder = await emptyFolder();
    const program = await startOn(folder);
    await program.line(/^Ctrl-C stops it/);
    const parts = below(program.child.pid!).filter(({ args }) => /main\.ts (api|worker)$/.test(args));
    expect(parts).toHaveLength(2);
    await ends(program, 'SIGKILL');
    await eventually(() => parts.every(({ pid }) => !alive(pid)));
    const second = await startOn(folder);
    await second.line(/^Ctrl-C stops it/);
    expect(await ends(second, 'SIGTERM')).toBe(0);
  });

  it('says in one sentence, without a stack, that a port is taken or a setting is wrong', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    const folder = await emptyFolder();
    const taken = await startOn(folder, { PORT: String(port) });
    const [code] = await once(taken.child, 'exit');
    holder.close();
    expect(code).toBe(1);
    expect(taken.lines).toEqual([expect.stringMatching(/^port_in_use: Port \d+ on 127\.0\.0\.1 is taken/)]);

    const wrong = await startOn(folder, { PORT: 'three', POLL_BUSY_MS: 'often' });
    expect((await once(wrong.child, 'exit'))[0]).toBe(1);
    expect(wrong.lines.join('\n')).toMatch(/PORT must be .*\n.*POLL_BUSY_MS must be/);
    expect(wrong.lines.join('\n')).not.toMatch(/^\s+at /m);
  });

  it('refuses to run a part without a database, and names the way out', async () => {
    const worker = run('worker', { FAIRLEAD_DATA: await emptyFolder() });
    expect((await once(worker.child, 'exit'))[0]).toBe(1);
    expect(worker.lines).toEqual(['database_url_missing: Set DATABASE_URL']);
  });
});
