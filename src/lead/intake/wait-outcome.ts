import type { App } from '../../platform/app.ts';
import type { LeadState } from '../lead.ts';
import { type Outcome, readOutcome } from './store.ts';

/** States from which a lead goes on by itself within moments: worth waiting for. */
const MOVING: ReadonlySet<LeadState> = new Set(['received', 'checking', 'approved']);
const LOOK_MS = 250;
/** Requests of one process that wait at the same time; one more is answered at once with the present state. */
const WAITERS_MAX = 200;
let waiters = 0;

/**
 * The outcome of a lead, or how it stands when the time is up. No transaction is open while it waits; a live notice
 * makes it look at once, polling is the truth.
 */
export async function waitForOutcome(app: App, leadId: string, waitMs: number): Promise<Outcome> {
  const look = () => app.db.tx({ role: 'engine' }, (tx) => readOutcome(tx, leadId));
  const until = performance.now() + waitMs;
  let outcome = await look();
  if (!outcome || waiters >= WAITERS_MAX) return outcome ?? missing();
  let wake = () => {};
  const stop = app.live.subscribe((topics) => {
    if (topics.includes(`lead:${leadId}`) || topics.includes('leads') || topics.includes('*')) wake();
  });
  waiters += 1;
  try {
    while (MOVING.has(outcome.state) && performance.now() < until) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(LOOK_MS, until - performance.now()));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      outcome = (await look()) ?? missing();
    }
    return outcome;
  } finally {
    waiters -= 1;
    stop();
  }
}

function missing(): never {
  throw new Error('the lead that was just stored is not there');
}
