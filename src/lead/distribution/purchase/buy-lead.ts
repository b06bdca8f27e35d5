import type { AuditActor } from '../../../journal/audit/index.ts';
import { type Currency, formatMoney, parseMoney } from '../../../kernel/money.ts';
import { lockProviders } from '../../../money/ledger/index.ts';
import type { Db, Tx } from '../../../platform/db.ts';
import { idempotent } from '../../../platform/idempotency.ts';
import { findCandidates, verdictsOf } from '../decide.ts';
import type { Decided } from '../decide-all.ts';
import { decideSeat, openSeat, type Seat } from '../decide-offer.ts';
import type { Kept } from '../distribute-batch.ts';
import type { FactsMemory } from '../facts-memory.ts';
import { priceOf, type Subscription } from '../rules.ts';
import { lockTurn } from '../store.ts';
import {
  assignmentOf,
  claimOffered,
  type GivenAssignment,
  type OfferedLead,
  whereIsLead,
} from '../store-offers.ts';
import { pausedByOperator, purchaseMode } from '../store-sale.ts';
import { refusals } from './errors.ts';
import { leadBought } from './events.ts';
import { obstacleOf, sellsBy } from './for-sale.ts';

export type BuyInput = {
  leadId: string;
  providerId: string;
  subscriptionId: string;
  /** What the buyer saw: "12.50". Nobody pays another price than that. */
  price: string;
  idempotencyKey: string;
};

export type BoughtLead = Omit<GivenAssignment, 'charged_minor' | 'provider_id'> & { charged_amount: string };

/**
 * A provider buys one seat of a lead for one of its subscriptions. It is a decision like any other, with one candidate:
 * the niche's turn makes two buyers of one seat follow each other, and the second finds none. The turn of the levels
 * does not move, nobody's promise is broken, and nobody gets a lead that it had. The same key again gets the same
 * answer and buys nothing.
 * @throws Refusal those of errors.ts, and those of the key
 */
export async function buyLead(db: Db, kept: Kept, input: BuyInput, who: AuditActor): Promise<BoughtLead> {
  const { idempotencyKey: key, ...rest } = input;
  let memory: { nicheId: string; is: FactsMemory } | undefined;
  const done = await db.tx({ role: 'engine' }, (tx) => {
    memory = undefined;
    return idempotent(tx, { scope: `${who.id}:lead.buy`, key, input: rest }, async () => {
      const bought = await buy(tx, kept, input, who);
      if (bought.memory) memory = { nicheId: bought.nicheId, is: bought.memory };
      return { status: 201, answer: bought.answer };
    });
  });
  if (memory) kept.memory.set(memory.nicheId, memory.is);
  return done.answer;
}

async function buy(tx: Tx, kept: Kept, input: BuyInput, who: AuditActor) {
  const { leadId, providerId, subscriptionId } = input;
  // 1. The niche's turn, then the lead: the order of locks of every decision.
  const where = await whereIsLead(tx, leadId);
  if (!where) throw refusals.lead_not_for_sale();
  const { nicheId } = where;
  const turn = await lockTurn(tx, nicheId, { patient: true });
  if (!turn) throw new Error(`niche ${nicheId} has no turn row`);
  const row = await claimOffered(tx, { nicheId, leadId });
  if (!row) throw refusals.lead_not_for_sale();
  await refuseShut(tx, row, { clock: turn.clock, providerId });
  // 2. The buyer's subscription, and a seat for it.
  const to = { subscriptionId };
  const seat = await openSeat(tx, { distributor: kept, nicheId, turn, row, kind: 'purchase', to });
  const subscription = seat?.rules.subscriptions.find((one) => one.id === subscriptionId);
  if (!seat || subscription?.providerId !== providerId) throw refusals.purchase_subscription_not_found();
  await lockProviders(tx, [providerId]);
  if ((await pausedByOperator(tx, [subscriptionId])).has(subscriptionId)) {
    throw refused('The operator has paused this subscription: ask the operator.');
  }
  if (findCandidates(seat.rules, seat.lead).places.length === 0) throw refusals.lead_not_for_sale();
  refusePrice(seat, subscription, input.price);
  if (seat.seats === 0) throw refusals.seat_taken();
  // 3. Decided, and undone when a check fails.
  const { memory } = await decideSeat(tx, seat, {
    distributor: kept,
    turn,
    last: row.state === 'unsold' ? '' : undefined,
    byHand: { who, reason: null },
    inspect: refuseVerdict,
  });
  const given = (await assignmentOf(tx, { leadId, subscriptionId }))!;
  const { charged_minor: minor, provider_id: _, ...rest } = given;
  const amount = { amount: BigInt(minor), currency: given.currency as Currency };
  leadBought(tx, { leadId, nicheId, providerId, subscriptionId, amountMinor: amount.amount });
  return { answer: { ...rest, charged_amount: formatMoney(amount) }, memory, nicheId };
}

const refused = (message: string) => refusals.purchase_refused({ message });

async function refuseShut(tx: Tx, row: OfferedLead, of: { clock: Date; providerId: string }): Promise<void> {
  if (row.had.includes(of.providerId)) throw refusals.lead_yours_already();
  const over = row.parked || row.erased || row.expiresAt <= of.clock;
  const mode = row.test || over || row.open === 'niche_off' ? 'off' : await purchaseMode(tx, row.campaignId);
  // Before it was offered to everybody, nobody buys a lead out of turn.
  if (mode === 'off' || row.state === 'approved') throw refusals.lead_not_for_sale();
  if (row.open === 'stopped') throw refusals.sales_stopped();
  if (!sellsBy(mode, row.state)) throw refusals.seat_taken();
}

function refusePrice({ rules, lead }: Seat, subscription: Subscription, seen: string): void {
  const price = priceOf(rules, subscription, lead.campaignId);
  const read = parseMoney(seen, rules.currency);
  if (read.ok && read.money.amount === price) return;
  const now = formatMoney({ amount: price, currency: rules.currency as Currency });
  throw refusals.price_changed({
    details: [{ field: 'price', message: `It costs ${now} ${rules.currency}.` }],
  });
}

/** Who may not meet this person hears nothing more than that. */
function refuseVerdict({ decisions: [decision] }: Decided): void {
  if (decision!.chosen.length > 0) return;
  const { verdict } = verdictsOf(decision!)[0]!;
  if (verdict === 'no_seat') throw refusals.seat_taken();
  const obstacle = obstacleOf(verdict);
  throw obstacle === undefined ? refusals.lead_not_for_sale() : refused(obstacle);
}
