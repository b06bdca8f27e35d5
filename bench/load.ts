import { Pool } from 'undici';
import { percentile } from './figures.ts';

/** Posts from this process: `connections` callers, each waiting for its answer, for a time or at a rate. */
export type LoadResult = {
  perSecond: number;
  errors: number;
  sent: number;
  p50: number;
  p99: number;
  answers: Map<number, number>;
};
export type Post = { path: string; body: string; headers?: Record<string, string> };

export type Load = {
  url: string;
  connections: number;
  durationMs: number;
  /** Requests per second; undefined: as fast as it goes. */
  perSecond?: number;
  next: (n: number) => Post;
};

export async function runLoad(load: Load): Promise<LoadResult> {
  const pool = new Pool(load.url, { connections: load.connections, pipelining: 1 });
  const answers = new Map<number, number>();
  const durations: number[] = [];
  const startedAt = performance.now();
  const endsAt = startedAt + load.durationMs;
  let sent = 0;
  const caller = async () => {
    while (performance.now() < endsAt) {
      const n = sent++;
      if (load.perSecond !== undefined) {
        const due = startedAt + (n * 1000) / load.perSecond;
        const wait = due - performance.now();
        if (due >= endsAt) return;
        if (wait > 0) await new Promise((done) => setTimeout(done, wait));
      }
      const { path, body, headers } = load.next(n);
      const at = performance.now();
      const status = await pool
        .request({ method: 'POST', path, body, headers: { 'content-type': 'application/json', ...headers } })
        .then(async (answer) => {
          await answer.body.dump();
          return answer.statusCode;
        })
        .catch(() => 0);
      durations.push(performance.now() - at);
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: load.connections }, caller));
  const tookMs = performance.now() - startedAt;
  await pool.close();
  const good = [...answers]
    .filter(([status]) => status >= 200 && status < 300)
    .reduce((sum, [, count]) => sum + count, 0);
  const total = [...answers.values()].reduce((sum, count) => sum + count, 0);
  return {
    perSecond: (good / tookMs) * 1000, errors: total - good, sent: total,
    p50: percentile(durations, 0.5), p99: percentile(durations, 0.99), answers,
  }; // biome-ignore format: one line of figures
}
