import type { Distributor } from './distribute-batch.ts';
import { lockTurn } from './store.ts';
import { restLeads, wakeResting } from './store-rest.ts';

/**
 * Leads of a stopped source rest outside the queue of their niche. How many they are costs nobody anything while the
 * stop holds; when it ends they are back in their places.
 */

/** Leads that one transaction moves, so that nobody waits long for the niche's turn, and how many such steps in a row. */
const STEP_LEADS = 1_000;
const STEPS_MAX = 100;

/** Puts the niche's due leads of stopped sources to rest; when its turn is taken, the next round does it. */
export async function restStopped({ app }: Distributor, nicheId: string): Promise<number> {
  return inSteps(() =>
    app.db.tx({ role: 'engine' }, async (tx) => {
      const turn = await lockTurn(tx, nicheId);
      return turn ? restLeads(tx, { nicheId, clock: turn.clock, limit: STEP_LEADS }) : 0;
    }),
  );
}

/** Brings back what rested for a stop that has ended. */
export async function wakeReleased({ app }: Distributor, sourceId: string): Promise<number> {
  return inSteps(() =>
    app.db.tx({ role: 'engine' }, (tx) => wakeResting(tx, { sourceId, limit: STEP_LEADS })),
  );
}

/** Repeats a step until it moves fewer leads than it could. Returns how many were moved. */
async function inSteps(step: () => Promise<number>): Promise<number> {
  let moved = 0;
  for (let steps = 0; steps < STEPS_MAX; steps += 1) {
    const now = await step();
    moved += now;
    if (now < STEP_LEADS) break;
  }
  return moved;
}
