import type { AuditActor } from '../../journal/audit/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { approve } from '../advance.ts';
import { leadMoved } from '../events.ts';
import { FINAL_STATES, type LeadState, REJECTABLE_STATES } from '../lead.ts';
import { moveLeads } from '../store.ts';
import { type CourseLead, lockCourses } from '../store-advance.ts';
import { refusals } from './errors.ts';

export type Decided = { leadId: string; state: LeadState };

/**
 * An operator approves a lead that waits for it: it may be sold from now on.
 * @throws Refusal `review_lead_not_found`, `lead_already_distributed`, `lead_ended`, `lead_not_waiting`
 */
export async function approveLead(app: App, input: { leadId: string }, who: AuditActor): Promise<Decided> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const lead = await lockLead(tx, input.leadId);
    refuseEnded(lead);
    if (lead.state !== 'pending_approval') throw notWaiting(lead, 'approval');
    await approve(tx, app.config, lead, who, 'An operator approved the lead.');
    leadMoved(tx, {
      leadId: lead.id,
      nicheId: lead.nicheId,
      stage: 'review',
      state: 'approved',
      test: lead.test,
    });
    return { leadId: lead.id, state: 'approved' };
  });
}

/**
 * An operator ends a lead for good; it is never distributed. Possible as long as nobody has it. The reason stays with the
 * lead, the memo in the audit log.
 * @throws Refusal `review_lead_not_found`, `lead_already_distributed`, `lead_ended`, `lead_not_waiting`
 */
export async function rejectLead(
  app: App,
  input: { leadId: string; reason: string; adminOnlyMemo?: string | null },
  who: AuditActor,
): Promise<Decided> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const lead = await lockLead(tx, input.leadId);
    refuseEnded(lead);
    if (!REJECTABLE_STATES.includes(lead.state)) throw notWaiting(lead, 'a verdict');
    await moveLeads(tx, {
      ids: [lead.id],
      from: lead.state,
      to: 'rejected',
      who,
      dueAt: null,
      reason: input.reason,
      description: 'An operator rejected the lead.',
      adminOnlyMemo: input.adminOnlyMemo,
    });
    leadMoved(tx, {
      leadId: lead.id,
      nicheId: lead.nicheId,
      stage: 'review',
      state: 'rejected',
      test: lead.test,
    });
    return { leadId: lead.id, state: 'rejected' };
  });
}

export async function lockLead(tx: Tx, leadId: string): Promise<CourseLead> {
  const [lead] = await lockCourses(tx, [leadId]);
  if (!lead) throw refusals.review_lead_not_found();
  return lead;
}

export function refuseEnded(lead: CourseLead): void {
  if (lead.nAssigned > 0) throw refusals.lead_already_distributed();
  if (FINAL_STATES.has(lead.state))
    throw refusals.lead_ended({ message: `The lead is ${lead.state} already.` });
}

export const notWaiting = (lead: CourseLead, what: string) =>
  refusals.lead_not_waiting({ message: `The lead does not wait for ${what}: it is ${lead.state}.` });
