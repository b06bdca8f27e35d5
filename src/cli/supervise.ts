import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { StartupError } from '../platform/startup-error.ts';

/**
 * Keeps child processes of this program running: one that ends unasked is started again after a pause that doubles.
 * A child hangs on us by its message channel: when we are killed it notices and stops by itself.
 */

/** What a child says once, when it is up. */
export type Ready = { ready: true; address?: string };

export type Child = { name: string; pid: () => number | undefined; ready: Promise<Ready> };

export type Supervisor = {
  children: Child[];
  /** Asks all children to stop and waits; who has not ended in time is killed. */
  stop(): Promise<void>;
};

export type SuperviseOptions = {
  names: readonly string[];
  env: Record<string, string | undefined>;
  /** Where the children's lines go; default: ours. */
  output?: number;
  stopTimeoutMs: number;
  say: (line: string) => void;
};

const MAIN = join(import.meta.dirname, '..', 'main.ts');
const REST_MIN_MS = 200;
const REST_MAX_MS = 10_000;
/** Who lived this long starts with the short pause again. */
const HEALTHY_MS = 30_000;
/** On top of the child's own limit: closing connections, writing the last line. */
const STOP_GRACE_MS = 2_000;

/** Starts one child per name (`api`, `worker`). `ready` of a child fails when it ends before it was ever up. */
export function supervise(options: SuperviseOptions): Supervisor {
  const kept = options.names.map((name) => keep(name, options));
  return {
    children: kept.map(({ child }) => child),
    stop: async () => void (await Promise.all(kept.map(({ stop }) => stop()))),
  };
}

function keep(name: string, options: SuperviseOptions): { child: Child; stop: () => Promise<void> } {
  const stopping = new AbortController();
  const { promise: ready, resolve: up, reject: failed } = Promise.withResolvers<Ready>();
  ready.catch(() => {});
  let running: ChildProcess | undefined;
  let wasUp = false;

  const run = async () => {
    let restMs = REST_MIN_MS;
    while (!stopping.signal.aborted) {
      const startedAt = performance.now();
      const child = start(name, options);
      running = child;
      child.once('message', (message) => {
        wasUp = true;
        up(message as Ready);
      });
      const how = await endOf(child);
      running = undefined;
      if (stopping.signal.aborted) return;
      if (!wasUp) {
        // It has said why itself; its exit code is ours.
        const exitCode = how.code ?? 1;
        failed(new StartupError('child_failed', `The ${name} did not start.`, { exitCode }));
        return;
      }
      if (performance.now() - startedAt > HEALTHY_MS) restMs = REST_MIN_MS;
      options.say(`The ${name} ended unexpectedly (${how.text}). It starts again in ${restMs} ms.`);
      await wait(restMs, undefined, { signal: stopping.signal }).catch(() => {});
      restMs = Math.min(restMs * 2, REST_MAX_MS);
    }
  };
  const ended = run();

  const stop = async () => {
    stopping.abort();
    running?.kill('SIGTERM');
    const late = setTimeout(() => running?.kill('SIGKILL'), options.stopTimeoutMs + STOP_GRACE_MS);
    await ended.finally(() => clearTimeout(late));
  };
  return { child: { name, pid: () => running?.pid, ready }, stop };
}

function start(name: string, options: SuperviseOptions): ChildProcess {
  const output = options.output ?? 'inherit';
  return spawn(process.execPath, [MAIN, name], {
    env: options.env as NodeJS.ProcessEnv,
    // A process group of its own: Ctrl-C reaches us alone, and we stop everything in its order.
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
  });
}

function endOf(child: ChildProcess): Promise<{ code: number | null; text: string }> {
  return new Promise((done) => {
    child.once('error', (error) => done({ code: 1, text: error.message }));
    child.once('exit', (code, signal) => done({ code, text: signal ?? `exit code ${code}` }));
  });
}
