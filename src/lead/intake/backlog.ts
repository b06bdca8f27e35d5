import type { App } from '../../platform/app.ts';
import type { Db } from '../../platform/db.ts';
import { refusals } from './errors.ts';
import { readBacklog } from './store.ts';

/**
 * Back-pressure: while work has stopped, intake says so instead of taking what nobody will look at. The figure is
 * read at most once a second per process, beside the requests and not in them.
 */
const REFRESH_MS = 1_000;
const RETRY_AFTER_S = 30;

type Figure = { waiting: number; oldestMs: number; readAt: number };
const figures = new WeakMap<Db, { figure: Figure | null; reading: Promise<void> | null }>();

/** @throws Refusal 503 `intake_backlog` with Retry-After */
export async function requireRoom(app: App): Promise<void> {
  const known = figures.get(app.db) ?? { figure: null, reading: null };
  figures.set(app.db, known);
  const stale = known.figure === null || performance.now() - known.figure.readAt > REFRESH_MS;
  if (stale && known.reading === null) {
    known.reading = refresh(app, known).finally(() => {
      known.reading = null;
    });
  }
  // Only the first request of a process waits for the figure.
  if (known.figure === null) await known.reading;
  const figure = known.figure;
  if (figure === null) return;
  const { INTAKE_BACKLOG_MAX, INTAKE_BACKLOG_AGE_MS } = app.config;
  if (figure.waiting > INTAKE_BACKLOG_MAX || figure.oldestMs > INTAKE_BACKLOG_AGE_MS) {
    throw refusals.intake_backlog({ headers: { 'retry-after': String(RETRY_AFTER_S) } });
  }
}

/** A figure that cannot be read stops nobody: the request itself will say that the database is away. */
async function refresh(app: App, known: { figure: Figure | null }): Promise<void> {
  try {
    const countMax = app.config.INTAKE_BACKLOG_MAX + 1;
    const read = await app.db.tx({ role: 'engine' }, (tx) => readBacklog(tx, countMax));
    known.figure = { ...read, readAt: performance.now() };
  } catch (error) {
    app.log.warn({ err: error }, 'intake.backlog_unknown');
  }
}
