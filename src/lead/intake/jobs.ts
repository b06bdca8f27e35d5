import type { App } from '../../platform/app.ts';
import { deleteOldRepeats } from './store.ts';

/** Forgets inputs that were remembered for a minute only. Returns how many; once an hour is enough. */
export function sweepRepeats(app: App): Promise<number> {
  return app.db.tx({ role: 'engine' }, deleteOldRepeats);
}
