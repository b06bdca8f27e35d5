import type { AuditActor } from '../../journal/audit/index.ts';
import type { App } from '../../platform/app.ts';
import { leadMoved } from '../events.ts';
import { giveBack } from '../give-back.ts';
import { cancelDeliveries, lockLeads, moveLeads } from '../store.ts';
import { lockAssignments } from '../store-returned.ts';
import { refusals } from './errors.ts';
import { cancelDeliveriesOf, leadOfAssignment } from './store.ts';

/** `adminOnlyMemo` is for admins only; the reason is what providers read. */
type Verdict = { reason: string; adminOnlyMemo?: string | null | undefined };

export type MarkedBad = {
  leadId: string;
  refunded: number;
  released: number;
  cancelled: number;
  already: boolean;
};

/**
 * The operator's verdict "bad for all": every assignment that is not refunded yet is refunded, held money is freed,
 * what has not been delivered stays here, and the lead ends as `bad_lead`. One transaction, and asking again changes
 * nothing.
 * @throws Refusal `returns_lead_not_found`, `lead_not_distributed`
 */
export async function markBad(
  app: App,
  input: { leadId: string } & Verdict,
  who: AuditActor,
): Promise<MarkedBad> {
  const { leadId, reason, adminOnlyMemo } = input;
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const state = (await lockLeads(tx, [leadId])).get(leadId);
    if (state === undefined) throw refusals.returns_lead_not_found();
    if (state === 'bad_lead') return { leadId, refunded: 0, released: 0, cancelled: 0, already: true };
    if (state !== 'distributed') throw refusals.lead_not_distributed();
    const assignments = await lockAssignments(tx, leadId);
    const cancelled = await cancelDeliveries(tx, [leadId], 'bad_lead');
    const gives = assignments.map((assignment) => ({ assignment, reason, release: 'bad_lead' as const }));
    const by = { cause: 'bad_lead', who, adminOnlyMemo } as const;
    const { refunded, released } = await giveBack(app, tx, gives, by);
    await moveLeads(tx, {
      ids: [leadId],
      from: 'distributed',
      to: 'bad_lead',
      who,
      dueAt: null,
      reason,
      description: 'An operator marked the lead as bad for all; every assignment was refunded.',
    });
    leadMoved(tx, { leadId, stage: 'returns', state: 'bad_lead' });
    return { leadId, refunded: refunded.length, released: released.length, cancelled, already: false };
  });
}

export type RefundedOne = { assignmentId: string; leadId: string; state: 'refunded'; already: boolean };

/**
 * Refunds one assignment in full. The state of the lead stays as it is; the provider no longer sees the person. Asking
 * again changes nothing.
 * @throws Refusal `assignment_not_found`, `assignment_not_charged`
 */
export async function refundAssignment(
  app: App,
  input: { assignmentId: string } & Verdict,
  who: AuditActor,
): Promise<RefundedOne> {
  const { assignmentId, reason, adminOnlyMemo } = input;
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const leadId = await leadOfAssignment(tx, assignmentId);
    if (leadId === null) throw refusals.assignment_not_found();
    await lockLeads(tx, [leadId]);
    const assignments = await lockAssignments(tx, leadId);
    const assignment = assignments.find(({ id }) => id === assignmentId);
    if (assignment?.state === 'refunded') return { assignmentId, leadId, state: 'refunded', already: true };
    if (assignment?.state !== 'charged') throw refusals.assignment_not_charged();
    await cancelDeliveriesOf(tx, assignmentId, 'refunded');
    const give = { assignment, reason, release: 'bad_lead' as const };
    await giveBack(app, tx, [give], { cause: 'one', who, adminOnlyMemo });
    return { assignmentId, leadId, state: 'refunded', already: false };
  });
}
