import type { App } from '../../platform/app.ts';
import { startLoop } from '../../platform/leases.ts';
import { type Claimed, claimDeliveries } from './claim-deliveries.ts';
import { attemptSeconds, oldestDueSeconds } from './events.ts';
import type { Job } from './job.ts';
import { type Result, recordResults } from './record-results.ts';
import { scheduleProblem } from './retry-schedule.ts';
import { type Sender, sendDelivery, sendPing } from './send-delivery.ts';
import { renewSending } from './store.ts';
import { oldestDue } from './store-list.ts';

/**
 * Claim (transaction), call (none), record (transaction), without waiting for slow receivers: each call under way holds
 * one of DELIVERY_CONCURRENCY_MAX places, results are recorded together, and whoever is free is claimed anew.
 */

/** Results wait this long for company, at most; during a flood a batch fills while the one before is written. */
const RECORD_WAIT_MS = 2;
const RECORD_BATCH_MAX = 100;
/** A result that cannot be written (database away) is tried again; after that its lease ends and the try is lost. */
const RECORD_TRIES_MAX = 3;
const RECORD_RETRY_MS = 500;
const MEASURE_EVERY_MS = 5_000;

type Runner = {
  app: App;
  sender: Sender;
  /** Calls under way and results not yet recorded. */
  flying: Set<Job | object>;
  leased: Set<Job>;
  waiting: Result[];
  timer: NodeJS.Timeout | undefined;
  renewal: NodeJS.Timeout | undefined;
  recording: Promise<void> | undefined;
  /** The database refused for good what was to be recorded. */
  failure: unknown;
  onFree: () => void;
};

/** One round for tests, demo and benches: claims, sends, and returns when all of it is recorded. */
export async function runDeliveries(app: App, sender: Sender = app.outbound.request): Promise<number> {
  const runner = openRunner(app, sender);
  const claimed = await claimDeliveries(app, app.config.DELIVERY_CONCURRENCY_MAX);
  await Promise.all(send(runner, claimed));
  await settled(runner);
  if (runner.failure !== undefined) throw runner.failure;
  return claimed.jobs.length + claimed.pings.length;
}

export type Deliveries = {
  /** Looks for due deliveries now instead of at the next poll. */
  wake(): void;
  /** Takes no more, waits for what is under way up to STOP_TIMEOUT_MS; the leases of what is left simply end. */
  stop(): Promise<void>;
};

/** Delivers until it is stopped. */
export function startDeliveries(app: App, sender: Sender = app.outbound.request): Deliveries {
  const runner = openRunner(app, sender);
  let freed: (() => void) | undefined;
  let stopping = false;
  let measuredAt = Number.NEGATIVE_INFINITY;
  const measure = async () => {
    if (performance.now() - measuredAt < MEASURE_EVERY_MS) return;
    measuredAt = performance.now();
    oldestDueSeconds.set(await app.db.tx({ role: 'engine' }, oldestDue));
  };
  const loop = startLoop({
    name: 'deliveries',
    busyMs: app.config.POLL_BUSY_MS,
    idleMs: app.config.POLL_IDLE_MS,
    onError: (error) => app.log.error({ err: error }, 'deliveries.failed'),
    runOnce: async () => {
      const room = app.config.DELIVERY_CONCURRENCY_MAX - runner.flying.size;
      if (room <= 0) {
        await new Promise<void>((resolve) => {
          freed = resolve;
          if (stopping) resolve();
        });
        return 1;
      }
      await measure();
      const claimed = await claimDeliveries(app, room);
      for (const call of send(runner, claimed)) void call;
      return claimed.jobs.length + claimed.pings.length;
    },
  });
  runner.onFree = () => {
    freed?.();
    freed = undefined;
    loop.wake();
  };
  return {
    wake: loop.wake,
    async stop() {
      stopping = true;
      freed?.();
      await loop.stop();
      await within(settled(runner), app.config.STOP_TIMEOUT_MS);
      clearInterval(runner.renewal);
    },
  };
}

/** @throws Error when the configured retry times cannot be kept */
function openRunner(app: App, sender: Sender): Runner {
  const problem = scheduleProblem(app.config.DELIVERY_RETRY_OFFSETS_MS);
  if (problem !== null) throw new Error(`DELIVERY_RETRY_OFFSETS_MS: ${problem}`);
  return {
    app,
    sender,
    flying: new Set(),
    leased: new Set(),
    waiting: [],
    timer: undefined,
    renewal: undefined,
    recording: undefined,
    failure: undefined,
    onFree: () => undefined,
  };
}

/** Starts the calls; each promise ends when its result waits to be recorded. */
function send(runner: Runner, { jobs, pings }: Claimed): Promise<void>[] {
  const limits = { timeoutMs: runner.app.config.DELIVERY_TIMEOUT_MS };
  const calls = [
    ...jobs.map((job) => track(runner, job, () => sendDelivery(job, runner.sender, limits))),
    ...pings.map((ping) => track(runner, ping, () => sendPing(ping, runner.sender, limits))),
  ];
  for (const job of jobs) runner.leased.add(job);
  if (runner.leased.size > 0) renewWhileFlying(runner);
  return calls;
}

async function track(runner: Runner, held: object, call: () => Promise<Result>): Promise<void> {
  runner.flying.add(held);
  try {
    const result = await call();
    countTime(result);
    runner.waiting.push(result);
    recordSoon(runner);
  } catch (error) {
    // The client answers with values; what is thrown is a bug. The lease ends, and the try counts as lost.
    runner.app.log.error({ err: error }, 'delivery.call_failed');
    release(runner, [held]);
  }
}

function countTime(result: Result): void {
  const exchange = 'job' in result ? result.sent?.exchange : result.exchange;
  if (exchange && exchange.outcome !== 'refused') attemptSeconds.observe(exchange.durationMs / 1000);
}

/** A lease outlives a call that hangs: it is prolonged as long as the call is under way. */
function renewWhileFlying(runner: Runner): void {
  runner.renewal ??= setInterval(() => {
    const rows = [...runner.leased].map(({ deliveryId: id, token }) => ({ id, token }));
    if (rows.length === 0) {
      clearInterval(runner.renewal);
      runner.renewal = undefined;
      return;
    }
    const { db, config, log } = runner.app;
    db.tx({ role: 'engine' }, (tx) => renewSending(tx, { leaseMs: config.LEASE_MS, rows })).catch(
      (error: unknown) => log.warn({ err: error }, 'deliveries.renewal_failed'),
    );
  }, runner.app.config.LEASE_RENEW_MS);
}

function recordSoon(runner: Runner): void {
  if (runner.recording !== undefined) return;
  if (runner.waiting.length >= RECORD_BATCH_MAX) recordNow(runner);
  else runner.timer ??= setTimeout(() => recordNow(runner), RECORD_WAIT_MS);
}

/** One batch at a time; the next one fills meanwhile. */
function recordNow(runner: Runner): void {
  clearTimeout(runner.timer);
  runner.timer = undefined;
  const batch = runner.waiting.splice(0, RECORD_BATCH_MAX);
  runner.recording = recordBatch(runner, batch).then(() => {
    runner.recording = undefined;
    release(
      runner,
      batch.map((result) => ('job' in result ? result.job : result.ping)),
    );
    if (runner.waiting.length > 0) recordSoon(runner);
  });
}

async function recordBatch(runner: Runner, batch: Result[]): Promise<void> {
  for (let tries = 1; tries <= RECORD_TRIES_MAX; tries += 1) {
    try {
      return await recordResults(runner.app, batch);
    } catch (error) {
      if (tries === RECORD_TRIES_MAX) runner.failure = error;
      runner.app.log.error({ err: error, results: batch.length, tries }, 'deliveries.record_failed');
      // One result that cannot be written must not take the others with it.
      if (batch.length > 1) return recordOneByOne(runner, batch);
      await new Promise((resolve) => setTimeout(resolve, RECORD_RETRY_MS));
    }
  }
}

async function recordOneByOne(runner: Runner, batch: Result[]): Promise<void> {
  for (const result of batch) await recordBatch(runner, [result]);
}

function release(runner: Runner, held: readonly object[]): void {
  for (const one of held) {
    runner.flying.delete(one);
    runner.leased.delete(one as Job);
  }
  if (runner.leased.size === 0) {
    clearInterval(runner.renewal);
    runner.renewal = undefined;
  }
  runner.onFree();
}

/** Until everything under way is recorded. */
async function settled(runner: Runner): Promise<void> {
  while (runner.flying.size > 0) {
    await new Promise<void>((resolve) => {
      const before = runner.onFree;
      runner.onFree = () => {
        before();
        runner.onFree = before;
        resolve();
      };
    });
  }
}

async function within(work: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)))]);
  clearTimeout(timer);
}
