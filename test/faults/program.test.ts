import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { clean, openFolder } from '../support/embedded.ts';
import {
  eventually,
  isAlive,
  processesBelow,
  runProgram,
  type Started,
  stopPrograms,
} from '../support/program.ts';

/** The whole program as people start it: one command on an empty folder. */

const STOP_TIMEOUT_MS = 5_000;
const folders: string[] = [];

async function emptyFolder(): Promise<string> {
  const folder = await openFolder();
  folders.push(folder);
  return folder;
}

const startOn = (folder: string, env: Record<string, string> = {}): Started =>
  runProgram(['start'], {
    FAIRLEAD_DATA: folder,
    PORT: '0',
    STOP_TIMEOUT_MS: String(STOP_TIMEOUT_MS),
    ...env,
  });

/** Pids of the api and the worker. */
const partsOf = ({ child }: Started, name = '(api|worker)'): number[] =>
  processesBelow(child.pid!)
    .filter(({ args }) => new RegExp(`main\\.ts ${name}$`).test(args))
    .map(({ pid }) => pid);

afterEach(async () => {
  await stopPrograms();
  for (const folder of folders.splice(0)) await clean(folder);
});

describe('fairlead start', () => {
  it('comes up on an empty folder, shows the first link, answers, and leaves nothing behind when it stops', async () => {
    const program = startOn(await emptyFolder());
    const [, address] = await program.line(/^Fairlead runs at (\S+)/);
    await program.line(
      new RegExp(`^Make the first administrator here: ${address}/first-admin\\?token=fl_lnk_`),
    );
    await program.line(/worker\.started/);
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
    expect((await fetch(`${address}/readyz`)).status).toBe(200);

    const pids = processesBelow(program.child.pid!).map(({ pid }) => pid);
    expect(pids.length).toBeGreaterThanOrEqual(3);
    const startedAt = performance.now();
    expect(await program.ends('SIGTERM')).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(STOP_TIMEOUT_MS + 5_000);
    expect(pids.filter(isAlive)).toEqual([]);
    // First who takes requests and works, then the database.
    const order = program.lines.filter((line) => /api\.stopped|worker\.stopped|^Stopped\.$/.test(line));
    expect(order).toHaveLength(3);
    expect(order.at(-1)).toBe('Stopped.');
  });

  it('starts a killed worker again and says so, and starts again on the same data', async () => {
    const folder = await emptyFolder();
    const program = startOn(folder);
    const [, address] = await program.line(/^Fairlead runs at (\S+)/);
    const [worker] = partsOf(program, 'worker');
    process.kill(worker!, 'SIGKILL');
    await program.line(/^The worker ended unexpectedly \(SIGKILL\)/);
    await eventually(() => program.lines.filter((line) => line.includes('worker.started')).length === 2);
    expect(partsOf(program, 'worker').filter((pid) => pid !== worker)).toHaveLength(1);
    expect((await fetch(`${address}/readyz`)).status).toBe(200);
    expect(await program.ends('SIGINT')).toBe(0);

    const second = startOn(folder);
    await second.line(/^Ctrl-C stops it/);
    expect(second.lines.filter((line) => line.includes('schema was brought'))).toEqual([]);
    expect(await second.ends('SIGTERM')).toBe(0);
  });

  it('is audited while it runs, and stops api and worker when it is killed, so that the next start is free', async () => {
    const folder = await emptyFolder();
    const program = startOn(folder);
    await program.line(/^Ctrl-C stops it/);
    const audit = runProgram(['audit'], { FAIRLEAD_DATA: folder });
    expect(await audit.ended).toBe(0);
    expect(audit.lines.at(-1)).toBe('Nothing is wrong.');

    const parts = partsOf(program);
    expect(parts).toHaveLength(2);
    await program.ends('SIGKILL');
    await eventually(() => !parts.some(isAlive));
    const second = startOn(folder);
    await second.line(/^Ctrl-C stops it/);
    expect(await second.ends('SIGTERM')).toBe(0);
  });

  it('says in one sentence, without a stack, that a port is taken or a setting is wrong', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    const folder = await emptyFolder();
    const taken = startOn(folder, { PORT: String(port) });
    expect(await taken.ended).toBe(1);
    holder.close();
    expect(taken.lines).toEqual([expect.stringMatching(/^port_in_use: Port \d+ on 127\.0\.0\.1 is taken/)]);

    const wrong = startOn(folder, { PORT: 'three', POLL_BUSY_MS: 'often' });
    expect(await wrong.ended).toBe(1);
    expect(wrong.lines.join('\n')).toMatch(/PORT must be .*\n.*POLL_BUSY_MS must be/);
    expect(wrong.lines.join('\n')).not.toMatch(/^\s+at /m);
  });

  it('refuses to run a part without a database, and names the way out', async () => {
    const worker = runProgram(['worker'], { FAIRLEAD_DATA: await emptyFolder() });
    expect(await worker.ended).toBe(1);
    expect(worker.lines).toEqual(['database_url_missing: Set DATABASE_URL']);
  });
});
