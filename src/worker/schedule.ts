import { Cron } from 'croner';
import { forgetOldSessions } from '../access/index.ts';
import { endStranded, releaseOverdue } from '../lead/delivery/index.ts';
import { makeRoot, makeSeeds, runProof, watchTraffic } from '../lead/distribution/index.ts';
import { sweepRepeats } from '../lead/intake/index.ts';
import { takeOverCampaignPrices } from '../market/campaigns/index.ts';
import { takeOverPrices } from '../market/catalog/index.ts';
import { takeOverOwnPrices } from '../market/subscriptions/index.ts';
import type { App } from '../platform/app.ts';
import type { Tx } from '../platform/db.ts';
import * as store from './store.ts';

/**
 * What runs when. The rows of `schedules` are claimed like any other work, so there is no leader: whoever moves a row
 * on to its next time enqueues the job of the time before, in the same transaction. A time that was missed (nobody was
 * running) is made up for once, not once per missed time.
 */

export type Schedule = {
  name: string;
  /** Five fields (minute first) or six (second first), in UTC. */
  rhythm: string;
  what: string;
  /** One bounded step; returns how many rows it did. It is called again until it finds none. */
  step: (app: App) => Promise<number>;
};

/** Rows that one step empties or deletes: short enough that nobody waits behind it. */
const STEP_ROWS_MAX = 1_000;
const KEPT_DAYS = 30;
const IDEMPOTENCY_KEPT_DAYS = 7;
const PARTITION_MONTHS_AHEAD = 3;

const inTx =
  (work: (tx: Tx) => Promise<number>): Schedule['step'] =>
  (app) =>
    app.db.tx({ role: 'engine' }, work);

export const SCHEDULES: readonly Schedule[] = [
  {
    name: 'worker.heartbeat',
    rhythm: '*/10 * * * * *',
    what: 'Its row says when a worker was last alive',
    step: async () => 0,
  },
  {
    name: 'partitions.ahead',
    rhythm: '7 * * * *',
    what: 'Monthly partitions stand ready three months ahead',
    step: inTx(async (tx) => {
      await store.ensurePartitions(tx, PARTITION_MONTHS_AHEAD);
      return 0;
    }),
  },
  {
    name: 'deliveries.end_stranded',
    rhythm: '* * * * *',
    what: 'What waits at endpoints that stay switched off is ended, and money held for it released',
    step: endStranded,
  },
  {
    name: 'holds.release_overdue',
    rhythm: '*/30 * * * * *',
    what: 'Money held for a lead that was certainly not accepted within half an hour is released',
    step: releaseOverdue,
  },
  {
    name: 'proof.seeds',
    rhythm: '3 * * * *',
    what: 'Secrets for ties are made two days ahead, so that their hash is known before they are used',
    step: (app) => makeSeeds(app),
  },
  {
    name: 'proof.roots',
    rhythm: '10 * * * *',
    what: 'Every day that is over has its root, published and sent to all providers',
    step: (app) => makeRoot(app),
  },
  {
    name: 'proof.runs',
    rhythm: '25 * * * *',
    what: 'Every day that has a root is run again from its records',
    step: (app) => runProof(app),
  },
  {
    name: 'traffic.watch',
    rhythm: '4 * * * *',
    what: 'The leads of the last hour are counted; who has gone quiet, or matches nobody, is told about',
    step: (app) => watchTraffic(app),
  },
  {
    name: 'levels.take_over_prices',
    rhythm: '* * * * *',
    what: 'Announced prices hold from their moment on',
    step: takeOverPrices,
  },
  {
    name: 'campaigns.take_over_prices',
    rhythm: '* * * * *',
    what: 'Announced prices of campaigns hold from their moment on',
    step: takeOverCampaignPrices,
  },
  {
    name: 'subscriptions.take_over_prices',
    rhythm: '* * * * *',
    what: 'Announced own prices of subscriptions hold from their moment on',
    step: takeOverOwnPrices,
  },
  {
    name: 'idempotency_keys.expire',
    rhythm: '17 * * * *',
    what: 'Keys older than 7 days are forgotten',
    step: inTx((tx) => store.deleteIdempotencyKeys(tx, IDEMPOTENCY_KEPT_DAYS, STEP_ROWS_MAX)),
  },
  {
    name: 'repeats.expire',
    rhythm: '22 * * * *',
    what: 'Inputs that intake remembers for a minute are forgotten',
    step: (app) => sweepRepeats(app),
  },
  {
    name: 'rate_buckets.expire',
    rhythm: '27 * * * *',
    what: 'Counts of windows that ended are forgotten',
    step: inTx((tx) => store.deleteRateBuckets(tx, STEP_ROWS_MAX)),
  },
  {
    name: 'sessions.expire',
    rhythm: '37 * * * *',
    what: 'Sessions that ended 30 days ago forget where they came from',
    step: inTx(async (tx) => {
      await forgetOldSessions(tx);
      return 0;
    }),
  },
  {
    name: 'receipts.expire',
    rhythm: '11 3 * * *',
    what: 'Raw requests of intake are emptied after 30 days',
    step: inTx((tx) => store.emptyReceipts(tx, KEPT_DAYS, STEP_ROWS_MAX)),
  },
  {
    name: 'bodies.expire',
    rhythm: '21 3 * * *',
    what: 'Bodies of ended deliveries are emptied after 30 days',
    step: inTx((tx) => store.emptyDeliveryBodies(tx, KEPT_DAYS, STEP_ROWS_MAX)),
  },
  {
    name: 'messages.expire',
    rhythm: '31 3 * * *',
    what: 'Messages that ended 30 days ago forget recipient and words',
    step: inTx((tx) => store.emptyMessages(tx, KEPT_DAYS, STEP_ROWS_MAX)),
  },
];

/** The next time of a rhythm after `after`, in UTC. */
export function nextTime(rhythm: string, after: Date): Date {
  const next = new Cron(rhythm, { timezone: 'UTC', mode: '5-or-6-parts' }).nextRun(after);
  if (next === null) throw new Error(`the rhythm "${rhythm}" has no next time`);
  return next;
}

/** Sees to a row for each schedule; a changed rhythm holds from now on. Every worker does this when it starts. */
export async function registerSchedules(app: Pick<App, 'db'>): Promise<void> {
  await app.db.tx({ role: 'engine' }, async (tx) => {
    const now = await store.now(tx);
    const rows = SCHEDULES.map(({ name, rhythm }) => ({ name, rhythm, nextDueAt: nextTime(rhythm, now) }));
    await store.putSchedules(tx, rows);
  });
}

/** Enqueues the job of every schedule whose time has come; returns how many. */
export async function enqueueDueSchedules(app: Pick<App, 'db'>): Promise<number> {
  return app.db.tx({ role: 'engine' }, async (tx) => {
    const due = await store.claimSchedules(tx);
    if (due.length === 0) return 0;
    const now = await store.now(tx);
    for (const { name, rhythm, nextDueAt } of due) {
      await store.enqueueJob(tx, { kind: name, uniqueKey: nextDueAt.toISOString() });
      await store.moveSchedule(tx, { name, nextDueAt: nextTime(rhythm, now) });
    }
    return due.length;
  });
}
