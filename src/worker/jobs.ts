import type { App } from '../platform/app.ts';
import { claimLeases } from '../platform/leases.ts';
import { SCHEDULES, type Schedule } from './schedule.ts';
import * as store from './store.ts';

/** Side jobs: claimed by lease, done in bounded steps, gone when done. One that fails again and again stays, loudly. */

const JOBS_PER_ROUND = 10;
/** Steps of one job in a row; what is left waits for its next time. */
const STEPS_MAX = 200;
export const JOB_TRIES_MAX = 5;
const RETRY_MS = 60_000;

/** Runs what is due; returns how many jobs it took. */
export async function runJobs(app: App): Promise<number> {
  const leases = await app.db.tx({ role: 'engine' }, (tx) =>
    claimLeases(tx, {
      table: 'jobs',
      where: store.openJobs(tx),
      leaseMs: app.config.LEASE_MS,
      limit: JOBS_PER_ROUND,
    }),
  );
  for (const { id, token } of leases) {
    const job = await app.db.tx({ role: 'engine' }, (tx) => store.readJob(tx, { id, token }));
    if (job) await runJob(app, { ...job, token });
  }
  return leases.length;
}

async function runJob(app: App, job: store.Job & { token: string }): Promise<void> {
  const schedule = SCHEDULES.find(({ name }) => name === job.kind);
  try {
    if (!schedule) throw new Error(`no schedule is named ${job.kind}`);
    const rows = await runSteps(app, schedule, job);
    await app.db.tx({ role: 'engine' }, (tx) => store.endJob(tx, job));
    app.log[rows > 0 ? 'info' : 'debug']({ job: job.kind, rows }, 'job.done');
  } catch (error) {
    const final = job.tries + 1 >= JOB_TRIES_MAX;
    app.log.error({ err: error, job: job.kind, tries: job.tries + 1, final }, 'job.failed');
    const reason = error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 500) : 'unknown error';
    await app.db.tx({ role: 'engine' }, (tx) =>
      store.failJob(tx, { ...job, reason, final, retryMs: RETRY_MS }),
    );
  }
}

/** Step by step, each a transaction of its own, as long as one finds something and the lease is still ours. */
async function runSteps(app: App, schedule: Schedule, job: { id: string; token: string }): Promise<number> {
  let rows = 0;
  for (let steps = 0; steps < STEPS_MAX; steps += 1) {
    const did = await schedule.step(app);
    rows += did;
    if (did === 0) break;
    const ours = await app.db.tx({ role: 'engine' }, (tx) =>
      store.keepJob(tx, { ...job, leaseMs: app.config.LEASE_MS }),
    );
    if (!ours) break;
  }
  return rows;
}
