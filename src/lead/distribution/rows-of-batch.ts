import { newId } from '../../kernel/ids.ts';
import { nextOpening } from '../../kernel/time.ts';
import type { NewTransfer } from '../../money/ledger/index.ts';
import { priceKey } from '../../money/wallet/index.ts';
import type { Decision } from './decide.ts';
import type { Decided } from './decide-all.ts';
import type { Batch } from './distribute-batch.ts';
import type { Made } from './moves.ts';
import { noLines, otherLooks } from './next-look.ts';
import { encodeRecord, recordHash } from './record.ts';
import { lowestPriceOf, type Rules } from './rules.ts';
import type { Handover } from './store.ts';
import type { AssignmentRow, DecisionRow, DeliveryRow, Outcome } from './store-write.ts';

/** What a decided batch becomes, row by row; nothing here asks the database. */

/** The decisions with their numbers and hashes; one that is not written down has none. */
export function chainOf(batch: Batch, decided: Decided) {
  const { rules, turn } = batch;
  const rows: DecisionRow[] = [];
  let { chainSeq: seq, chainHash: hash } = turn;
  decided.decisions.forEach((decision, place) => {
    const written = decided.written[place];
    if (!written) return;
    seq += 1n;
    const record = encodeRecord(decision, rules, written.facts, written.full);
    const prevHash = hash;
    hash = recordHash({ nicheId: rules.nicheId, seq, leadId: decision.lead.id, prevHash, record });
    const sold = decision.chosen.length > 0;
    rows.push({
      seq,
      leadId: decision.lead.id,
      kind: decision.lead.offer?.kind ?? 'auto',
      outcome: sold ? 'sold' : 'unsold',
      nAssigned: decision.chosen.length,
      retryAt: decision.retryAtMs === null ? null : new Date(decision.retryAtMs),
      record,
      prevHash,
      hash,
    });
  });
  return { rows, seq, hash, seqOf: new Map(rows.map(({ leadId, seq }) => [leadId, seq])) };
}

export const providersOf = (decisions: readonly Decision[]): string[] => [
  ...new Set(decisions.flatMap(({ chosen }) => chosen.map(({ subscription }) => subscription.providerId))),
];

export const subscriptionsOf = (decisions: readonly Decision[]): string[] => [
  ...new Set(decisions.flatMap(({ chosen }) => chosen.map(({ subscription }) => subscription.id))),
];

export function assignmentsOf(decisions: readonly Decision[], chain: ReturnType<typeof chainOf>): Made[] {
  return decisions.flatMap((decision) =>
    decision.chosen.map((chosen): Made => {
      const { subscription, level, price, receiptNo, maxShared } = chosen;
      const { test } = decision.lead;
      const row: AssignmentRow = {
        id: newId(),
        leadId: decision.lead.id,
        providerId: subscription.providerId,
        subscriptionId: subscription.id,
        levelId: level.id,
        decisionSeq: chain.seqOf.get(decision.lead.id)!,
        // Without an endpoint nobody accepts: the lead is in the portal, so it is charged.
        state: level.billOn === 'accepted' && subscription.endpointId !== null && !test ? 'held' : 'charged',
        amount: test ? 0n : price,
        maxShared,
        receiptNo,
        test,
      };
      return { chosen, decision, row };
    }),
  );
}

/** A test lead moves no money. */
export const transfersOf = (made: readonly Made[], rules: Rules): NewTransfer[] =>
  made
    .filter(({ row }) => !row.test)
    .map(({ row }) => {
      const kind = row.state === 'held' ? 'hold' : 'charge';
      return {
        kind,
        cause: `${kind}:${row.id}`,
        amount: row.amount,
        currency: rules.currency,
        providerId: row.providerId,
        leadId: row.leadId,
        assignmentId: row.id,
        subscriptionId: row.subscriptionId,
      };
    });

/** What each charged provider pays at least for a lead of this niche: below it, its subscriptions show no money. */
export function lowestPrices(made: readonly Made[], rules: Rules): Map<string, bigint> {
  const lowest = new Map<string, bigint>();
  for (const providerId of new Set(made.map(({ row }) => row.providerId))) {
    for (const place of rules.byProvider.get(providerId) ?? []) {
      const price = lowestPriceOf(rules, rules.subscriptions[place]!);
      const key = priceKey(providerId, rules.currency);
      if (price < (lowest.get(key) ?? price + 1n)) lowest.set(key, price);
    }
  }
  return lowest;
}

/** A test lead goes only to endpoints that switched test deliveries on. */
export function deliveriesOf(made: readonly Made[], told: Map<string, Handover>, at: Date): DeliveryRow[] {
  return made.flatMap(({ chosen: { subscription }, row }) => {
    if (subscription.endpointId === null) return [];
    if (row.test && !told.get(subscription.id)?.acceptsTest) return [];
    const opening = subscription.offHours === 'hold' ? nextOpening(subscription.schedule, at) : at;
    return {
      id: newId(),
      assignmentId: row.id,
      leadId: row.leadId,
      providerId: row.providerId,
      endpointId: subscription.endpointId,
      dueAt: opening ?? at,
    };
  });
}

/** Who has the lead keeps it: it stays distributed, whatever becomes of a further seat. */
export function outcomesOf({ distributor, rules, turn }: Batch, decided: Decided): Outcome[] {
  const lines = distributor.lines?.get(rules.nicheId) ?? noLines();
  distributor.lines?.set(rules.nicheId, lines);
  const looks = otherLooks(lines, { rules, decided, clockMs: turn.clock.getTime() });
  return decided.decisions.map(({ lead, chosen, retryAtMs }) => {
    const nAssigned = lead.had.size + chosen.length;
    const state = nAssigned > 0 ? ('distributed' as const) : ('unsold' as const);
    const lookAtMs = looks.get(lead.id) ?? retryAtMs;
    return {
      id: lead.id,
      state,
      nAssigned,
      dueAt: lookAtMs === null || nAssigned > 0 ? null : new Date(lookAtMs),
    };
  });
}
