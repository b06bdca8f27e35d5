import { sealAudit } from '../journal/audit/index.ts';
import { sendDueMessages } from '../journal/messages/index.ts';
import { FLOW } from '../lead/flow.ts';
import type { App } from '../platform/app.ts';
import { type Loop, startLoop } from '../platform/leases.ts';
import { gauge } from '../platform/metrics.ts';
import { runJobs } from './jobs.ts';
import { enqueueDueSchedules, registerSchedules } from './schedule.ts';

/**
 * The background process. It holds nothing but loops: each asks the database for due work, does it, and rests when
 * there is none. Any number of workers may run; claims decide who does what. Everything a loop calls can be called by
 * hand, and tests do.
 */

type Work = {
  name: string;
  /** Keeps going by itself; `run` is then for tests. */
  start?: ((app: App) => Pick<Loop, 'wake' | 'stop'>) | undefined;
  /** One round; returns how many things it did. */
  run: (app: App) => Promise<number>;
  /** Live topics after which it looks at once instead of at its next poll. */
  wakesOn?: readonly string[];
  /** Rest while there is nothing to do, when it is not POLL_BUSY_MS and POLL_IDLE_MS. */
  restMs?: number;
};

/** How often the schedules are looked at; they are no finer than seconds. */
const SCHEDULE_LOOK_MS = 1_000;

const lastRound = gauge('worker_last_round_timestamp_seconds', 'When each loop last ended a round', ['loop']);

/** Everything the worker does, in the order in which a lead meets it, and then what keeps the house. */
function worksOf(app: App): Work[] {
  return [
    ...FLOW.flatMap(({ name, run, start, wakesOn = [] }) => (run ? [{ name, run, start, wakesOn }] : [])),
    { name: 'messages', run: (of) => sendDueMessages(of), wakesOn: ['messages', 'leads'] },
    { name: 'audit', run: sealAudit, restMs: app.config.AUDIT_SEAL_MS },
    { name: 'schedules', run: enqueueDueSchedules, restMs: SCHEDULE_LOOK_MS },
    { name: 'jobs', run: runJobs, wakesOn: ['jobs'] },
  ];
}

/** Starts all loops. `stop` lets the round of each loop end, for at most STOP_TIMEOUT_MS. */
export async function startWorker(app: App): Promise<{ stop(): Promise<void> }> {
  await registerSchedules(app);
  const works = worksOf(app);
  const loops = works.map((work) => work.start?.(app) ?? loopOf(app, work));
  const quiet = app.live.subscribe((topics) => {
    for (const [at, work] of works.entries()) if (concerns(work, topics)) loops[at]?.wake();
  });
  app.log.info({ loops: works.map(({ name }) => name) }, 'worker.started');

  let stopping: Promise<void> | undefined;
  const stop = async () => {
    quiet();
    const late = await endsInTime(Promise.all(loops.map((loop) => loop.stop())), app.config.STOP_TIMEOUT_MS);
    // What is cut off is taken up again: its row lock is gone with us, its lease ends by itself.
    if (late) app.log.warn({ timeoutMs: app.config.STOP_TIMEOUT_MS }, 'worker.stopped_late');
    else app.log.info('worker.stopped');
  };
  return { stop: () => (stopping ??= stop()) };
}

function loopOf(app: App, work: Work): Loop {
  const { POLL_BUSY_MS, POLL_IDLE_MS } = app.config;
  return startLoop({
    name: work.name,
    busyMs: work.restMs ?? POLL_BUSY_MS,
    idleMs: work.restMs ?? POLL_IDLE_MS,
    runOnce: async () => {
      const did = await work.run(app);
      lastRound.set({ loop: work.name }, Date.now() / 1000);
      return did;
    },
    onError: (err) => app.log.error({ err, loop: work.name }, 'worker.round_failed'),
  });
}

const concerns = (work: Work, topics: string[]): boolean =>
  topics.includes('*') || (work.wakesOn ?? []).some((topic) => topics.includes(topic));

/** Whether `work` is still not done after `timeoutMs`. */
async function endsInTime(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), timeoutMs);
  });
  return Promise.race([work.then(() => false), late]).finally(() => clearTimeout(timer));
}
