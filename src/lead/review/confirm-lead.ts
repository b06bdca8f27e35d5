import type { AuditActor } from '../../journal/audit/index.ts';
import { isId } from '../../kernel/ids.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { passChecks } from '../advance.ts';
import { confirmHash, readConfirmToken } from '../confirm-token.ts';
import { leadMoved } from '../events.ts';
import type { LeadState } from '../lead.ts';
import { moveLeads } from '../store.ts';
import { type CourseLead, lastVerdicts, lockCourses, setConfirmed } from '../store-advance.ts';
import { refusals } from './errors.ts';
import { findPersonOf, lockPersonOf } from './lock-person.ts';
import type { ConfirmingPerson } from './store.ts';

export type Confirmed = { leadId: string; state: LeadState; already: boolean };

/**
 * The person confirms by the link in the mail. Of several forms of one person the first confirmed one goes on; the
 * others are quarantined as duplicates. A second click changes nothing and says the same.
 * @throws Refusal `confirmation_invalid`, `confirmation_expired`
 */
export async function confirmLead(
  app: App,
  input: { token: string },
  who: AuditActor = { id: null, role: 'submitter' },
): Promise<Confirmed> {
  const read = readConfirmToken(app.secrets, input.token, new Date());
  if (read === null || !isId(read.leadId)) throw refusals.confirmation_invalid();
  return app.db.tx({ role: 'engine' }, async (tx) => {
    const { lead, person } = await lockForConfirmation(tx, read.leadId);
    if (!lead || !person) throw refusals.confirmation_invalid();
    if (lead.confirmedAt !== null) return { leadId: lead.id, state: lead.state, already: true };
    const late = read.expired || lead.state !== 'pending_confirmation';
    const replaced = lead.confirmationTokenHash?.equals(confirmHash(input.token)) !== true;
    if (late || replaced) {
      throw refusals.confirmation_expired({
        ...(late ? {} : { message: 'We have sent you a newer link since: please use that one.' }),
        details: [{ field: 'token', message: `Ask again at /${lead.nicheSlug}.` }],
      });
    }
    const state = await confirmAs(app, tx, lead, person, { who, by: 'submitter' });
    return { leadId: lead.id, state, already: false };
  });
}

/**
 * An operator attests that the person agreed, in campaigns that work that way.
 * @throws Refusal `review_lead_not_found`, `lead_not_waiting`
 */
export async function attestLead(app: App, input: { leadId: string }, who: AuditActor): Promise<Confirmed> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const { lead, person } = await lockForConfirmation(tx, input.leadId);
    if (!lead || !person) throw refusals.review_lead_not_found();
    if (lead.state !== 'pending_confirmation' || lead.confirmation !== 'admin_attested') {
      throw refusals.lead_not_waiting({
        message: `Only the person can confirm this lead, or it is confirmed already (it is ${lead.state}).`,
      });
    }
    const state = await confirmAs(app, tx, lead, person, { who, by: `operator ${who.id ?? ''}`.trim() });
    return { leadId: lead.id, state, already: false };
  });
}

/** The person's locks come before the lead's row, as everywhere. */
async function lockForConfirmation(
  tx: Tx,
  leadId: string,
): Promise<{ lead: CourseLead | undefined; person: ConfirmingPerson | null }> {
  const person = await lockPersonOf(tx, leadId);
  const [lead] = await lockCourses(tx, [leadId]);
  return { lead, person };
}

async function confirmAs(
  app: App,
  tx: Tx,
  lead: CourseLead,
  person: ConfirmingPerson,
  by: { who: AuditActor; by: string },
): Promise<LeadState> {
  await setConfirmed(tx, { leadId: lead.id, by: by.by });
  const confirmed = { ...lead, confirmedAt: lead.now, readyAt: lead.now, waitsFrom: lead.now };
  const stopped = await stoppedNow(app, tx, lead, person);
  const move = { ids: [lead.id], from: 'pending_confirmation', who: by.who } as const;
  if (stopped !== null) {
    await moveLeads(tx, {
      ...move,
      to: 'quarantined',
      stoppedAt: 'checking',
      reason: stopped,
      dueAt: new Date(lead.now.getTime() + app.config.QUARANTINE_EXPIRY_MS),
      description: 'The person confirmed, but was found to have asked before or not to be contacted.',
    });
    leadMoved(tx, { ...eventOf(lead), state: 'quarantined', reason: stopped });
    return 'quarantined';
  }
  await moveLeads(tx, { ...move, to: 'checking', dueAt: lead.now, description: 'The person confirmed.' });
  const state: LeadState = app.config.MX_CHECK
    ? 'checking'
    : await passChecks(tx, app.config, confirmed, lead.score);
  leadMoved(tx, { ...eventOf(lead), state });
  return state;
}

const eventOf = (lead: CourseLead) => ({
  leadId: lead.id,
  nicheId: lead.nicheId,
  stage: 'confirmation',
  test: lead.test,
});

/** Under the person's locks: whether somebody was faster, or the person asked not to be contacted since. */
async function stoppedNow(
  app: App,
  tx: Tx,
  lead: CourseLead,
  person: ConfirmingPerson,
): Promise<string | null> {
  const found = await findPersonOf(app, tx, lead, person);
  if (found.suppressed) return 'suppressed';
  if (found.duplicateOf === null) return null;
  const verdicts = await lastVerdicts(tx, lead.id);
  const overridden = verdicts.some(({ check, reason }) => check === 'duplicate' && reason === 'overridden');
  return overridden ? null : 'duplicate';
}
