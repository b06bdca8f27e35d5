import { type ChildProcess, fork } from 'node:child_process';
import { resolve } from 'node:path';

/** A server of a bench in a process of its own: it says `{ url }` when it listens and ends on SIGTERM. */
export type BenchChild = {
  url: string;
  pid: number;
  rssMb(): Promise<number>;
  /** Tells it to start, and waits until it is done. */
  go(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

const START_LIMIT_MS = 30_000;

export async function startChild(script: string, env: Record<string, string>): Promise<BenchChild> {
  const child = fork(resolve(import.meta.dirname, script), {
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  const { url } = await firstMessage(child);
  return {
    url,
    pid: child.pid!,
    async rssMb() {
      const asked = new Promise<number>((answer) =>
        child.once('message', (message) => answer((message as { rssMb: number }).rssMb)),
      );
      child.send('rss');
      return asked;
    },
    async go() {
      const done = new Promise<void>((answer, refuse) => {
        const ended = (code: number | null) => refuse(new Error(`a bench process ended with ${code}`));
        child.once('exit', ended);
        child.once('message', () => {
          child.off('exit', ended);
          answer();
        });
      });
      child.send('go');
      await done;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      const ended = new Promise<void>((done) => child.once('exit', () => done()));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function firstMessage(child: ChildProcess): Promise<{ url: string }> {
  return new Promise((answer, refuse) => {
    const timer = setTimeout(() => refuse(new Error('a bench server did not start')), START_LIMIT_MS);
    child.once('message', (message) => {
      clearTimeout(timer);
      answer(message as { url: string });
    });
    child.once('exit', (code) => refuse(new Error(`a bench server ended with ${code}`)));
  });
}

/** For the scripts: tell the parent, answer its question about memory, end when told. */
export function serve(url: string, stop: () => Promise<void>): void {
  process.send?.({ url });
  process.on('message', (message) => {
    if (message === 'rss') process.send?.({ rssMb: process.memoryUsage().rss / 1024 / 1024 });
  });
  process.once('SIGTERM', () => {
    void stop().then(() => process.exit(0));
  });
}
