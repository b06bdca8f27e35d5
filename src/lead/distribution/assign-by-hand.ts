import type { AuditActor } from '../../journal/audit/index.ts';
import { type Currency, formatMoney } from '../../kernel/money.ts';
import type { Db, Tx } from '../../platform/db.ts';
import { idempotent } from '../../platform/idempotency.ts';
import { findCandidates, verdictsOf } from './decide.ts';
import type { Decided } from './decide-all.ts';
import { decideSeat, openSeat, type Seat } from './decide-offer.ts';
import type { Kept } from './distribute-batch.ts';
import { refusals } from './errors.ts';
import type { FactsMemory } from './facts-memory.ts';
import { providerPlaces } from './record.ts';
import { priceOf, type Subscription, staticFailure } from './rules.ts';
import { lockTurn } from './store.ts';
import {
  assignmentOf,
  claimOffered,
  type GivenAssignment,
  type OfferedLead,
  whereIsLead,
} from './store-offers.ts';
import { sayStatic, sayVerdict } from './words.ts';

export type ByHandInput = {
  leadId: string;
  subscriptionId: string;
  /** Staff read it beside the decision; the provider does not. */
  reason: string;
  idempotencyKey: string;
};

export type GivenByHand = Omit<GivenAssignment, 'charged_minor'> & { charged_amount: string };

/**
 * Gives a lead to one subscription, by an operator's word. It is a decision like any other: the same checks, money,
 * caps, order of receipt, record and chain; only the candidate is given, and no level's turn moves. Who has the lead
 * keeps the promise that was made, so a lead that was distributed is given to one more only while a seat is open.
 * The same key again gets the same answer and gives nothing.
 * @throws Refusal `lead_not_found`, `lead_not_assignable`, `lead_parked_first`, `lead_time_over`, `niche_not_selling`,
 *   `distribution_stopped`, `subscription_not_offered`, `no_open_seat`, `assignment_refused`; and those of the key
 */
export async function assignByHand(
  db: Db,
  kept: Kept,
  input: ByHandInput,
  who: AuditActor,
): Promise<GivenByHand> {
  const { idempotencyKey: key, ...rest } = input;
  let memory: { nicheId: string; is: FactsMemory } | undefined;
  const done = await db.tx({ role: 'engine' }, (tx) => {
    memory = undefined;
    return idempotent(tx, { scope: `${who.id}:lead.assign`, key, input: rest }, async () => {
      const given = await give(tx, kept, input, who);
      if (given.memory) memory = { nicheId: given.nicheId, is: given.memory };
      return { status: 201, answer: given.answer };
    });
  });
  if (memory) kept.memory.set(memory.nicheId, memory.is);
  return done.answer;
}

async function give(tx: Tx, kept: Kept, input: ByHandInput, who: AuditActor) {
  const { leadId, subscriptionId, reason } = input;
  // 1. The niche's turn, then the lead: the order of locks of every decision.
  const where = await whereIsLead(tx, leadId);
  if (!where) throw refusals.lead_not_found();
  const { nicheId } = where;
  const turn = await lockTurn(tx, nicheId, { patient: true });
  if (!turn) throw new Error(`niche ${nicheId} has no turn row`);
  const row = await claimOffered(tx, { nicheId, leadId });
  if (!row) throw refusals.lead_not_assignable();
  refuseShut(row, turn.clock);
  // 2. The one candidate, and a seat for it.
  const seat = await openSeat(tx, {
    distributor: kept,
    nicheId,
    turn,
    row,
    kind: 'by_hand',
    to: { subscriptionId },
  });
  const subscription = seat?.rules.subscriptions.find(({ id }) => id === subscriptionId);
  if (!seat || !subscription) throw refusals.subscription_not_offered();
  refuseStatic(seat, subscription);
  // 3. Decided, and undone when a check fails.
  const inspect = (decided: Decided) => refuseDynamic(seat, subscription, decided);
  const written = await decideSeat(tx, seat, {
    distributor: kept,
    turn,
    last: row.state === 'unsold' ? '' : undefined,
    byHand: { who, reason },
    inspect,
  });
  const { charged_minor: minor, ...given } = (await assignmentOf(tx, { leadId, subscriptionId }))!;
  const amount = { amount: BigInt(minor), currency: given.currency as Currency };
  return { answer: { ...given, charged_amount: formatMoney(amount) }, memory: written.memory, nicheId };
}

function refuseShut(row: OfferedLead, clock: Date): void {
  if (row.parked) throw refusals.lead_parked_first();
  if (row.erased || row.expiresAt <= clock) throw refusals.lead_time_over();
  if (row.open === 'niche_off') throw refusals.niche_not_selling();
  if (row.open === 'stopped' || row.open === 'source_stopped') throw refusals.distribution_stopped();
}

const refused = (sentence: string) =>
  refusals.assignment_refused({
    message: `This subscription ${sentence}.`,
    details: [{ field: 'subscription_id', message: `It ${sentence}.` }],
  });

function refuseStatic({ rules, lead }: Seat, subscription: Subscription): void {
  if (findCandidates(rules, lead).places.length > 0) return;
  const failure = staticFailure(subscription, lead);
  if (failure) throw refused(sayStatic(failure, subscription, lead).sentence);
}

/** The verdict, in the words of the explanation, with the facts that were compared. */
function refuseDynamic(
  { rules, lead, level, seats }: Seat,
  subscription: Subscription,
  decided: Decided,
): void {
  const [decision] = decided.decisions;
  if (decision!.chosen.length > 0) return;
  const verdict = verdictsOf(decision!)[0]!.verdict;
  if (verdict === 'no_seat') throw refusals.no_open_seat();
  if (verdict === 'already_has_lead') throw refused('has or had this lead already');
  const { known } = decided.memory;
  const { sentence } = sayVerdict(verdict, {
    subscription,
    level,
    seats,
    price: priceOf(rules, subscription, lead.campaignId),
    facts: known.subscriptions.get(subscription.index),
    money: known.providers.get(providerPlaces(rules).placeOf.get(subscription.providerId)!),
    providerCaps: rules.providerCaps.get(subscription.providerId),
    currency: rules.currency,
    lead,
    clockMs: decision!.clockMs,
  });
  throw refused(sentence);
}
