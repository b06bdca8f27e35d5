import type { App } from '../../platform/app.ts';
import { deleteOldRepeats } from './store.ts';

/** At 300 leads a second an hour leaves a million rows; steps of this size end them, and none is long. */
export const SWEEP_ROWS_MAX = 10_000;

/** Forgets inputs that were remembered for a minute only: one bounded step. Returns how many went. */
export function sweepRepeats(app: App, limit: number = SWEEP_ROWS_MAX): Promise<number> {
  return app.db.tx({ role: 'engine' }, (tx) => deleteOldRepeats(tx, limit));
}
