import type { App } from '../../platform/app.ts';
import { holdSealer, insertSeal, nextRange } from './store.ts';

/** Seals of one round; the next round goes on. */
const SEALS_MAX = 20;

/**
 * Seals what is not sealed yet and answers with the number of rows. Nothing in a business transaction waits for it:
 * rows go in plain, and only those whose transaction has certainly ended are sealed. Any number of workers may run
 * it; one at a time does the work, the others answer 0.
 */
export async function sealAudit(app: Pick<App, 'db'>): Promise<number> {
  let sealed = 0;
  for (let seals = 0; seals < SEALS_MAX; seals += 1) {
    const rows = await app.db.tx({ role: 'engine' }, async (tx) => {
      if (!(await holdSealer(tx))) return 0;
      const range = await nextRange(tx);
      return range ? insertSeal(tx, range) : 0;
    });
    if (rows === 0) break;
    sealed += rows;
  }
  return sealed;
}
