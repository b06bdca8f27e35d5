import type { App } from '../platform/app.ts';
import { gauge, registry } from '../platform/metrics.ts';
import { heartbeatAge } from './store.ts';

/**
 * Whether a worker lives, as the API sees it: a worker that is gone cannot say so itself. It says nothing about whether
 * this process takes requests: leads are stored while no worker runs, and go on when one is back.
 */

/** Six heartbeats missed; the alert uses the same minute. */
const SILENT_AFTER_S = 60;

const ageSeconds = gauge(
  'worker_heartbeat_age_seconds',
  'Seconds since a worker was last alive; -1 when none ever was',
);

export type WorkerSeen = { alive: boolean; seen_seconds_ago: number | null };

export async function readWorker(app: App): Promise<WorkerSeen> {
  const age = await app.db.tx({ role: 'engine' }, heartbeatAge, { readOnly: true });
  ageSeconds.set(age ?? -1);
  return {
    alive: age !== null && age < SILENT_AFTER_S,
    seen_seconds_ago: age === null ? null : Math.max(0, Math.round(age)),
  };
}

/** All figures as text. Without the database the age of the heartbeat is the one seen last. */
export async function figuresOf(app: App): Promise<string> {
  await readWorker(app).catch((error: unknown) => app.log.warn({ err: error }, 'heartbeat.unread'));
  return registry.metrics();
}
