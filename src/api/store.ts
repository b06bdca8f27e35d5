import type { Tx } from '../platform/db.ts';

/** Seconds since a worker last moved its heartbeat on; null when none ever did. */
export async function heartbeatAge(tx: Tx): Promise<number | null> {
  const [row] = await tx<{ seconds: number | null }[]>`
    select extract(epoch from clock_timestamp() - last_enqueued_at)::float8 as seconds
    from schedules where name = 'worker.heartbeat'`;
  return row?.seconds ?? null;
}
