import type { App } from '../../../platform/app.ts';
import { explainWithin } from '../explain-decision.ts';
import type { Explanation } from '../schema.ts';
import { refusals } from './errors.ts';
import type { OwnLeadWhy } from './schema.ts';
import { ownAssignment } from './store.ts';

/**
 * Why a provider got one of its leads, told without naming or pricing anybody else.
 * @throws Refusal 404 lead_not_found, also for a lead of others; 409 decision_unexplainable
 */
export async function explainOwnLead(app: App, providerId: string, leadId: string): Promise<OwnLeadWhy> {
  const readOnly = { readOnly: true };
  const own = await app.db.tx({ role: 'provider', providerId }, (tx) => ownAssignment(tx, leadId), readOnly);
  if (!own) throw refusals.lead_not_found();
  const { decisions } = await app.db.tx(
    { role: 'operator' },
    (tx) => explainWithin(tx, leadId, { only: own.decisionSeq, most: Number.MAX_SAFE_INTEGER }),
    readOnly,
  );
  const decision = decisions.find(({ seq }) => seq === String(own.decisionSeq));
  const me = decision?.candidates.find((one) => one.subscription_id === own.subscriptionId);
  if (!decision || !me) throw refusals.lead_not_found();

  const able = decision.candidates.filter(
    ({ level_id, verdict }) => level_id === me.level_id && (verdict === 'chosen' || verdict === 'no_seat'),
  );
  const before = able.filter(({ last_receipt }) => (last_receipt ?? -1) < (me.last_receipt ?? -1));
  const level = decision.levels.find(({ id }) => id === me.level_id);
  // Elsewhere the order of receipt is not what decided.
  const waiting = level?.strategy === 'longest_waiting' && decision.kind !== 'by_hand';
  const others = decision.candidates.filter(({ verdict }) => verdict === 'chosen').length - 1;
  const rivals = able.length - 1;
  return {
    lead_id: leadId,
    decided_at: decision.decided_at,
    answer: answerOf(decision.kind, { rivals, seats: level?.seats ?? 0 }),
    level_name: me.level_name,
    seats: level?.seats ?? 0,
    taken: level?.taken ?? 0,
    eligible: able.length,
    position: waiting ? before.length + 1 : null,
    shared_with: Math.max(0, others),
  };
}

function answerOf(kind: Explanation['kind'], { rivals, seats }: { rivals: number; seats: number }): string {
  if (kind === 'by_hand') return 'You got it because the operator gave it to you.';
  if (kind === 'purchase') return 'You got it because you bought it yourself.';
  const freed = kind === 'second' ? ' It had been freed by somebody else.' : '';
  if (rivals === 0) return `You got it because nobody else at your level could take it.${freed}`;
  return `You got it: ${rivals + 1} could take it at your level, and ${seatWords(seats)}.${freed}`;
}

const seatWords = (seats: number): string =>
  seats === 1 ? 'there was one seat' : `there were ${seats} seats`;
