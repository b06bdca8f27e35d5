import { type AuditActor, SYSTEM } from '../journal/audit/index.ts';
import type { Config } from '../platform/config.ts';
import type { Tx } from '../platform/db.ts';
import { approvesItself, typeOf, whyApproved } from './course.ts';
import { APPROVAL_WARNING_MS, type LeadState } from './lead.ts';
import { moveLeads } from './store.ts';
import { type CourseLead, setOffered, setScore } from './store-advance.ts';

/**
 * The last steps to `approved`, which more than one stage takes: confirmation when no outside check is configured, the
 * checks when they have passed, the operator by hand. The caller holds the lead's row (`lockCourses`).
 */

/** A lead in `checking` whose checks passed: typed, and approved at once where the campaign says so. */
export async function passChecks(
  tx: Tx,
  config: Config,
  lead: CourseLead,
  score: number,
): Promise<LeadState> {
  await setScore(tx, { leadId: lead.id, score, leadType: typeOf(lead, score, lead.leadType) });
  const [moved] = await moveLeads(tx, {
    ids: [lead.id],
    from: 'checking',
    to: 'pending_approval',
    who: SYSTEM,
    dueAt: new Date((lead.waitsFrom ?? lead.now).getTime() + APPROVAL_WARNING_MS),
    description: 'All checks passed.',
  });
  if (!moved) throw new Error('the lead is not in checking');
  if (!approvesItself(lead, score)) return 'pending_approval';
  await approve(tx, config, lead, SYSTEM, whyApproved(lead));
  return 'approved';
}

/** From `pending_approval` on: due at once, offered until its time is up. */
export async function approve(
  tx: Tx,
  config: Config,
  lead: CourseLead,
  who: AuditActor,
  description: string,
): Promise<void> {
  await setOffered(tx, { leadId: lead.id, unsoldExpiryMs: lead.unsoldExpiryMs ?? config.UNSOLD_EXPIRY_MS });
  const move = { ids: [lead.id], from: 'pending_approval', to: 'approved' } as const;
  const [moved] = await moveLeads(tx, { ...move, who, dueAt: lead.now, description });
  if (!moved) throw new Error('the lead does not wait for approval');
}
