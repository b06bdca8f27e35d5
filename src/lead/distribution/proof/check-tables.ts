import type { Tx } from '../../../platform/db.ts';
import { leadPlaces } from '../lead-places.ts';
import { providerPlaces } from '../record.ts';
import { checkErased, checkLead, type Places } from './check-lead.ts';
import type { Session } from './report.ts';
import { type BilledRow, billedOf, leadsOf } from './store-chain.ts';
import type { Step } from './walk-day.ts';

/** Decisions against the tables around them: leads, assignments, transfers. */
export type Waiting = { step: Step; money: Map<number, bigint> };

/** What each provider that pays has left after it, by the facts of the chain; by place of its subscription. */
export function moneyAfter({ read }: Step): Waiting['money'] {
  const left = new Map<number, bigint>();
  if (!read?.whole || read.record.test) return left;
  const { record, rules, known } = read;
  const { placeOf } = providerPlaces(rules);
  for (const { index, price } of record.chosen) {
    const provider = rules.subscriptions[index]?.providerId;
    const money = provider === undefined ? undefined : known.providers.get(placeOf.get(provider)!);
    if (money) left.set(index, money.available - price);
  }
  return left;
}

/** Who was a candidate, by the lead as it is; and the assignments and transfers that the decisions brought about. */
export async function checkTables(
  session: Session,
  nicheId: string,
  steps: readonly Waiting[],
): Promise<void> {
  if (steps.length === 0) return;
  const { tx, report } = session;
  const ids = [...new Set(steps.map(({ step }) => step.row.leadId))];
  const leads = new Map((await leadsOf(tx, ids)).map((lead) => [lead.id, lead]));
  const billed = Map.groupBy(await billedOf(tx, nicheId, ids), ({ seq }) => seq);
  const placesFor = openPlaces(tx, ids);
  for (const one of steps) {
    const { step } = one;
    const lead = leads.get(step.row.leadId);
    if (lead?.erased) {
      report.erased += 1;
      checkErased(session, nicheId, step);
    } else if (lead) checkLead(session, nicheId, step, lead, await placesFor(step));
    checkBilled(session, nicheId, one, billed.get(step.row.seq) ?? []);
  }
}

/** Where the leads are, asked once and only when some configuration asks for it. */
function openPlaces(tx: Tx, ids: readonly string[]) {
  let places: Promise<Places> | undefined;
  return async ({ read }: Step): Promise<Places> => {
    if (!read?.rules.asksPlace) return new Map();
    places ??= leadPlaces(tx, read.rules, ids);
    return places;
  };
}

function checkBilled(session: Session, nicheId: string, one: Waiting, billed: readonly BilledRow[]): void {
  const { row, seq, read } = one.step;
  if (!read) return;
  const { record, rules } = read;
  const where = { nicheId, seq, leadId: row.leadId };
  const bySubscription = new Map(billed.map((one) => [one.subscriptionId, one]));
  for (const { index, price, receiptNo, maxShared } of record.chosen) {
    const subscription = rules.subscriptions[index];
    if (!subscription) continue;
    const { id, providerId, levelId } = subscription;
    const say = (what: string, expected: unknown, found: unknown) => {
      if (String(expected) === String(found)) return;
      const about = {
        what: `${what} of subscription ${id}`,
        expected: String(expected),
        found: String(found),
      };
      session.add(where, { ...about, providerId });
    };
    const stored = bySubscription.get(id);
    bySubscription.delete(id);
    session.report.assignments += 1;
    if (!stored) {
      say('assignment', 'there', 'missing');
      continue;
    }
    say('provider of the assignment', providerId, stored.providerId);
    say('level of the assignment', levelId, stored.levelId);
    say('charged amount', record.test ? 0n : price, stored.amount);
    say('receipt number in the assignment', receiptNo ?? 'none', stored.receiptNo ?? 'none');
    say('competition promise in the assignment', maxShared, stored.maxShared);
    say('number of transfers', record.test ? 0 : 1, stored.transfers.length);
    for (const { amount, available, subscription: owner } of stored.transfers) {
      say('amount of the transfer', price, amount);
      say('subscription of the transfer', id, owner);
      say('money after the transfer', one.money.get(index) ?? available, available);
    }
  }
  for (const { subscriptionId, providerId } of bySubscription.values()) {
    const what = `assignment of subscription ${subscriptionId}`;
    session.add(where, { what, expected: 'none', found: 'one that the decision does not know', providerId });
  }
}
