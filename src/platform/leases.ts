import { randomUUID } from 'node:crypto';
import type { Tx } from './db.ts';

/**
 * Work and how it is claimed; there is no queue beside the rows themselves. Three ways, and no fourth:
 *
 * - **Lease** (here): claim commits, the work runs outside any transaction, the finish checks the token. Taken over
 *   when the lease has ended. For checks, messages, side jobs.
 * - **Row lock**: claim, work and commit are one transaction (`for no key update skip locked`); a crash frees the row
 *   at once. For distribution, review, returns. It needs no code of its own.
 * - **Slots**: at most n in flight per endpoint (src/lead/delivery/store.ts).
 *
 * Times are those of the database, so a worker's clock changes nothing.
 */

/** Tables whose rows can be leased; each has lease_token, lease_until and due_at. */
export type LeasedTable = 'jobs' | 'messages' | 'leads';

export type Lease = { id: string; token: string };

/** Rows one claim takes at most. */
export const CLAIM_MAX = 200;

/**
 * Claims up to `limit` due rows that nobody holds. `where` narrows the rows (state, kind); it is SQL of the calling
 * store. The time is that of the statement: an index cannot be asked with a clock that moves. Work that is claimed
 * again after a crash has `tries` as it was: the caller counts.
 */
export async function claimLeases(
  tx: Tx,
  claim: { table: LeasedTable; where: ReturnType<Tx>; leaseMs: number; limit: number },
): Promise<Lease[]> {
  const token = randomUUID();
  const rows = await tx<{ id: string }[]>`
    update ${tx(claim.table)} as t
    set lease_token = ${token}, lease_until = clock_timestamp() + ${claim.leaseMs} * interval '1 ms'
    where t.id in (
      select id from ${tx(claim.table)}
      where due_at <= statement_timestamp() and (lease_until is null or lease_until < statement_timestamp()) and ${claim.where}
      order by due_at
      limit ${Math.min(claim.limit, CLAIM_MAX)}
      for no key update skip locked
    )
    returning t.id`;
  return rows.map(({ id }) => ({ id, token }));
}

/** Prolongs leases that this token still holds; returns the ids that are still ours. */
export async function renewLeases(
  tx: Tx,
  renew: { table: LeasedTable; ids: string[]; token: string; leaseMs: number },
): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    update ${tx(renew.table)}
    set lease_until = clock_timestamp() + ${renew.leaseMs} * interval '1 ms'
    where id = any(${renew.ids}::uuid[]) and lease_token = ${renew.token}
    returning id`;
  return rows.map(({ id }) => id);
}

/** A loop that does work while there is some, and rests in between. */
export type Loop = {
  name: string;
  /** Looks for work now instead of at the next poll. */
  wake(): void;
  /** Ends after the round that is running. */
  stop(): Promise<void>;
};

export type LoopOptions = {
  name: string;
  /** One round; returns how many things it did. Tests call it by hand. */
  runOnce: () => Promise<number>;
  /** Rest after an empty round: shortly after work was found, and when there has been none for 10 s. */
  busyMs: number;
  idleMs: number;
  onError: (error: unknown) => void;
};

/** After a failed round (database away) the loop waits this long, doubling up to the limit. */
const ERROR_REST_MS = 200;
const ERROR_REST_MAX_MS = 5_000;
const BUSY_FOR_MS = 10_000;

export function startLoop(options: LoopOptions): Loop {
  let stopped = false;
  let woken = false;
  let rest: { end: () => void } | undefined;
  let errorRestMs = ERROR_REST_MS;
  let lastWorkAt = Number.NEGATIVE_INFINITY;

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      rest = {
        end: () => {
          clearTimeout(timer);
          resolve();
        },
      };
    });

  const run = async () => {
    while (!stopped) {
      woken = false;
      let restMs: number;
      try {
        const done = await options.runOnce();
        if (done > 0) lastWorkAt = performance.now();
        const quiet = performance.now() - lastWorkAt > BUSY_FOR_MS;
        restMs = done > 0 ? 0 : quiet ? options.idleMs : options.busyMs;
        errorRestMs = ERROR_REST_MS;
      } catch (error) {
        options.onError(error);
        restMs = errorRestMs;
        errorRestMs = Math.min(errorRestMs * 2, ERROR_REST_MAX_MS);
      }
      if (!stopped && !woken && restMs > 0) await pause(restMs);
    }
  };
  const ended = run();

  return {
    name: options.name,
    wake() {
      woken = true;
      rest?.end();
    },
    async stop() {
      stopped = true;
      rest?.end();
      await ended;
    },
  };
}
