import type { Tx } from '../platform/db.ts';

/**
 * Seats freed by holds that were released because the lead certainly did not arrive: the niche's next round offers each
 * to the others of its level. Not where the receiver may have the lead, not for test leads, and not for a lead that has
 * ended. Insert only, so it comes last in the order of locks.
 */
export async function offerFreedSeats(tx: Tx, assignmentIds: readonly string[]): Promise<void> {
  if (assignmentIds.length === 0) return;
  await tx`
    insert into second_offers (assignment_id, lead_id, niche_id, level_id)
    select a.id, a.lead_id, a.niche_id, a.level_id
    from assignments a join leads l on l.id = a.lead_id
    where a.id = any(${assignmentIds as string[]}::uuid[]) and a.state = 'released' and not a.test
      and a.release_reason in ('refused', 'undelivered', 'late')
      and l.state = 'distributed' and l.expires_at > clock_timestamp()
    on conflict (assignment_id) do nothing`;
}
