import { type AuditActor, audit } from '../../journal/audit/index.ts';
import { newId } from '../../kernel/ids.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { passChecks } from '../advance.ts';
import { leadMoved } from '../events.ts';
import { APPROVAL_WARNING_MS, type LeadState } from '../lead.ts';
import { moveLeads } from '../store.ts';
import { type CourseLead, insertVerdicts, lastVerdicts, type StoredVerdict } from '../store-advance.ts';
import { type Decided, lockLead, notWaiting, refuseEnded } from './decide-lead.ts';
import { refusals } from './errors.ts';
import { findPersonOf, lockPersonOf, requireSamePerson } from './lock-person.ts';
import { sendConfirmLink } from './resend-confirmation.ts';
import { type ConfirmingPerson, setReason } from './store.ts';

/**
 * An operator overrides the check that stopped a lead. It goes on where it was stopped; that is neither a confirmation
 * nor an approval. When another check failed as well, the lead stays, now for that one.
 * @param input.check its name as `lead_checks` has it; without it the one that stopped the lead
 * @throws Refusal `review_lead_not_found`, `lead_already_distributed`, `lead_ended`, `lead_not_waiting`,
 *   `lead_check_not_failed`
 */
export async function releaseLead(
  app: App,
  input: { leadId: string; check?: string | null; adminOnlyMemo?: string | null },
  who: AuditActor,
): Promise<Decided> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const person = await lockPersonOf(tx, input.leadId);
    const lead = await lockLead(tx, input.leadId);
    await requireSamePerson(tx, lead.id, person);
    refuseEnded(lead);
    if (lead.state !== 'quarantined' || lead.stoppedAt === null) throw notWaiting(lead, 'a release');
    const memo = input.adminOnlyMemo ?? null;
    const { check, verdicts } = override(lead, await lastVerdicts(tx, lead.id), input.check ?? null);
    const stage = lead.confirmedAt === null ? 'intake' : 'after_confirmation';
    await insertVerdicts(tx, { id: newId(), leadId: lead.id, stage, verdicts, score: lead.score });
    const failed = verdicts.find(({ result }) => result === 'fail');
    const next = failed
      ? (failed.reason ?? failed.check)
      : await personStops(app, tx, lead, person, verdicts);
    if (next !== null) {
      await keepStopped(tx, lead, { who, memo }, check, next);
      return { leadId: lead.id, state: 'quarantined' };
    }
    const state = await goOn(app, tx, lead, { who, memo }, check);
    leadMoved(tx, { leadId: lead.id, nicheId: lead.nicheId, stage: 'review', state, test: lead.test });
    return { leadId: lead.id, state };
  });
}

/** The verdicts with one of the failed ones overridden. Confirmation stops a lead without a verdict of its own. */
function override(
  lead: CourseLead,
  verdicts: StoredVerdict[],
  named: string | null,
): { check: string; verdicts: StoredVerdict[] } {
  const late = ['duplicate', 'suppressed'].includes(lead.reason ?? '');
  const stoppedBy = lead.reason === 'suppressed' ? 'suppression' : 'duplicate';
  const failed = verdicts.find(
    ({ check, result, reason }) =>
      result === 'fail' && (named === null ? reason === lead.reason : check === named),
  );
  const check = failed?.check ?? (late && (named ?? stoppedBy) === stoppedBy ? stoppedBy : null);
  if (check === null) {
    throw refusals.lead_check_not_failed({
      details: [{ field: 'check', message: `Name a failed check; the lead was stopped by ${lead.reason}.` }],
    });
  }
  const others = verdicts.filter((verdict) => verdict.check !== check);
  return { check, verdicts: [...others, { check, result: 'pass', reason: 'overridden', weight: 0 }] };
}

/**
 * A confirmed lead goes on to be sold without another question, and it may have waited here for weeks: whether somebody
 * was faster, or the person asked not to be contacted, is looked at again under the person's locks. One that has to be
 * confirmed is asked about then.
 */
async function personStops(
  app: App,
  tx: Tx,
  lead: CourseLead,
  person: ConfirmingPerson | null,
  verdicts: readonly StoredVerdict[],
): Promise<string | null> {
  if (lead.confirmedAt === null || !person?.email) return null;
  const found = await findPersonOf(app, tx, lead, person);
  const overridden = (check: string) =>
    verdicts.some((verdict) => verdict.check === check && verdict.reason === 'overridden');
  if (found.suppressed && !overridden('suppression')) return 'suppressed';
  return found.duplicateOf !== null && !overridden('duplicate') ? 'duplicate' : null;
}

/** Who releases, and what only admins may read about it. */
type By = { who: AuditActor; memo: string | null };

async function keepStopped(
  tx: Tx,
  lead: CourseLead,
  { who, memo }: By,
  check: string,
  reason: string,
): Promise<void> {
  await setReason(tx, { id: lead.id, reason });
  await audit(tx, [
    {
      actor: who,
      action: 'lead.check_overridden',
      entityType: 'lead',
      entityId: lead.id,
      before: { reason: lead.reason },
      after: { reason, check },
      description: `An operator overrode the check ${check}; another check stops the lead.`,
      adminOnlyMemo: memo,
    },
  ]);
}

async function goOn(
  app: App,
  tx: Tx,
  lead: CourseLead,
  { who, memo }: By,
  check: string,
): Promise<LeadState> {
  const to = lead.stoppedAt as 'pending_confirmation' | 'checking' | 'pending_approval';
  const waits = {
    pending_confirmation: app.config.CONFIRMATION_EXPIRY_MS,
    checking: 0,
    pending_approval: APPROVAL_WARNING_MS,
  };
  await moveLeads(tx, {
    ids: [lead.id],
    from: 'quarantined',
    to,
    who,
    dueAt: new Date(lead.now.getTime() + waits[to]),
    description: `An operator released the lead: the check ${check} was overridden.`,
    adminOnlyMemo: memo,
  });
  if (to === 'pending_confirmation' && lead.confirmation !== 'admin_attested') {
    await sendConfirmLink(app, tx, lead);
  }
  if (to === 'checking' && !app.config.MX_CHECK) {
    return passChecks(tx, app.config, { ...lead, waitsFrom: lead.now }, lead.score);
  }
  return to;
}
