import { SYSTEM } from '../../journal/audit/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { leadMoved } from '../events.ts';
import { moveLeads } from '../store.ts';
import { claimOverdue, claimUnoffered, wakeOverdue } from './store.ts';

/** Leads one round ends at most; the loop comes back at once while there are more. */
const BATCH_MAX = 200;

/** Ends what nobody confirmed in time. One round; returns how many. */
export function expireConfirmations(app: App): Promise<number> {
  return app.db.tx({ role: 'engine' }, async (tx) => {
    const ids = await claimOverdue(tx, 'pending_confirmation', BATCH_MAX);
    return expire(tx, ids, 'pending_confirmation', 'not_confirmed', 'Nobody confirmed the lead in time.');
  });
}

/** Ends what stayed in quarantine, and what nobody bought or decided about, when their time is up. Returns how many. */
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
  await app.db.tx({ role: 'engine' }, (tx) => wakeOverdue(tx, BATCH_MAX));
  const unsold = await app.db.tx({ role: 'engine' }, async (tx) => {
    const ids = await claimUnoffered(tx, 'unsold', BATCH_MAX);
    return expire(tx, ids, 'unsold', 'not_sold', 'Nobody took the lead until its time was up.');
  });
  const undecided = await app.db.tx({ role: 'engine' }, async (tx) => {
    const ids = await claimUnoffered(tx, 'approved', BATCH_MAX);
    const description = 'The niche was not open until the time of the lead was up.';
    return expire(tx, ids, 'approved', 'not_sold', description);
  });
  return quarantined + unsold + undecided;
}

async function expire(
  tx: Tx,
  ids: string[],
  from: 'pending_confirmation' | 'quarantined' | 'unsold' | 'approved',
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
