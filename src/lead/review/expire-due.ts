import { SYSTEM } from '../../journal/audit/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { leadMoved } from '../events.ts';
import { moveLeads } from '../store.ts';
import { reviewOverdue } from './events.ts';
import { claimOverdue, claimUnreviewed, claimUnsold, setDue } from './store.ts';

/** Leads one round ends at most; the loop comes back at once while there are more. */
const BATCH_MAX = 200;
const MINUTE_MS = 60_000;
/** After this time without an approval the operator is alarmed, and again every hour. */
const ALARM_AFTER_MS = 25 * MINUTE_MS;
const ALARM_AGAIN_MS = 60 * MINUTE_MS;

/** Ends what nobody confirmed in time. One round; returns how many. */
export function expireConfirmations(app: App): Promise<number> {
  return app.db.tx({ role: 'engine' }, async (tx) => {
    const ids = await claimOverdue(tx, 'pending_confirmation', BATCH_MAX);
    return expire(tx, ids, 'pending_confirmation', 'not_confirmed', 'Nobody confirmed the lead in time.');
  });
}

/** Ends what stayed in quarantine, and what nobody bought, when their time is up. One round; returns how many. */
export async function expireDue(app: App): Promise<number> {
  const quarantined = await app.db.tx({ role: 'engine' }, async (tx) => {
    const ids = await claimOverdue(tx, 'quarantined', BATCH_MAX);
    return expire(
      tx,
      ids,
      'quarantined',
      'quarantine_ended',
      'The lead stayed in quarantine until its time was up.',
    );
  });
  const unsold = await app.db.tx({ role: 'engine' }, async (tx) => {
    const ids = await claimUnsold(tx, BATCH_MAX);
    return expire(tx, ids, 'unsold', 'not_sold', 'Nobody took the lead until its time was up.');
  });
  return quarantined + unsold;
}

async function expire(
  tx: Tx,
  ids: string[],
  from: 'pending_confirmation' | 'quarantined' | 'unsold',
  reason: string,
  description: string,
): Promise<number> {
  if (ids.length === 0) return 0;
  const moved = await moveLeads(tx, {
    ids,
    from,
    to: 'expired',
    who: SYSTEM,
    dueAt: null,
    reason,
    description,
  });
  for (const leadId of moved) leadMoved(tx, { leadId, stage: 'review', state: 'expired', reason });
  return moved.length;
}

/** Reminds of leads that wait for an approval while the 30 minutes run: a warning, then an alarm. */
export function remindOfApprovals(app: App): Promise<number> {
  return app.db.tx({ role: 'engine' }, async (tx) => {
    const waiting = await claimUnreviewed(tx, BATCH_MAX);
    await setDue(
      tx,
      waiting.map(({ id, waitedMs }) => ({
        id,
        inMs: waitedMs < ALARM_AFTER_MS ? ALARM_AFTER_MS - waitedMs : ALARM_AGAIN_MS,
      })),
    );
    for (const { id, nicheId, waitedMs } of waiting) {
      reviewOverdue(tx, { leadId: id, nicheId, waitedMs, alarm: waitedMs >= ALARM_AFTER_MS });
    }
    return waiting.length;
  });
}

/** One round of everything review does by the clock. */
export async function runReview(app: App): Promise<number> {
  return (await expireDue(app)) + (await remindOfApprovals(app));
}
