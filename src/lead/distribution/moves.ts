import type { Chosen, Decision } from './decide.ts';
import type { Decided } from './decide-all.ts';
import type { Batch } from './distribute-batch.ts';
import { capKey, countedKeys, loadKey, providerCapKey, ratioOpened } from './facts.ts';
import { leavesShare } from './next-look.ts';
import { storedLoad } from './read-facts.ts';
import type { Rules, Subscription } from './rules.ts';
import type { FactRow } from './store.ts';
import type { AssignmentRow, CounterMove } from './store-write.ts';

/** What a decided batch moves of orders, weights and counters, one row each whatever the number of leads. */

/** One assignment with the decision that it comes from. */
export type Made = { chosen: Chosen; decision: Decision; row: AssignmentRow };

/** Who received, and whoever a decision left with another weight or another number of missed turns. */
export function subscriptionMoves(
  made: readonly Made[],
  batch: Batch,
  decided: Decided,
  read: Map<string, FactRow>,
) {
  const left = sharesLeft(made, batch, decided);
  const received = new Map<Subscription, number>();
  for (const { decision } of made) {
    if (decision.lead.test) continue;
    for (const subscription of [...decision.weightStates.keys(), ...decision.missed])
      received.set(subscription, 0);
  }
  for (const { chosen } of made) {
    received.set(chosen.subscription, (received.get(chosen.subscription) ?? 0) + 1);
  }
  return [...received].map(([subscription, received]) => {
    const { index, id } = subscription;
    const facts = decided.after.facts.subscriptions[index]!;
    // A hard ratio kept leads away that it would take now: only a sale can change that, so the sale wakes them.
    const opened = ratioOpened(subscription, read.get(id)!.recentTypes, facts.recentTypes) || left.has(id);
    const { receiptNo, recentTypes, weightState, missedTurns } = facts;
    return { id, received, receiptNo, recentTypes, opened, weightState, missedTurns };
  });
}

/** Those that sold a lead which had waited for a share, and have room for one more: some who wait should come now. */
function sharesLeft(made: readonly Made[], { rules, turn, unsold }: Batch, { after }: Decided): Set<string> {
  const left = made.filter(({ decision, chosen: { subscription, price } }) => {
    const last = unsold.get(decision.lead.id);
    const of = { facts: after.facts, rules, clockMs: turn.clock.getTime(), price };
    return last !== undefined && leavesShare(of, subscription, last);
  });
  return new Set(left.map(({ chosen }) => chosen.subscription.id));
}

/** The day's count is always kept; further windows where a cap asks for them. */
export function counterMoves(made: readonly Made[], rules: Rules, clockMs: number): CounterMove[] {
  const moves = new Map<string, CounterMove>();
  const count = (scopeId: string, providerId: string, key: string, price: bigint) => {
    const kind = key.slice(0, key.indexOf(':')) as 'count' | 'spend';
    const by = kind === 'count' ? 1n : price;
    const known = moves.get(`${scopeId}|${key}`);
    if (known) known.by += by;
    else
      moves.set(`${scopeId}|${key}`, {
        scopeId,
        providerId,
        kind,
        windowKey: key.slice(key.indexOf(':') + 1),
        by,
      });
  };
  for (const { chosen } of made) {
    const { subscription, price } = chosen;
    const { id, providerId, timezone } = subscription;
    const keys = new Set([
      capKey({ kind: 'count', window: 'day' }, clockMs, timezone),
      ...countedKeys(subscription.caps, clockMs, timezone).keys(),
    ]);
    for (const key of keys) count(id, providerId, key, price);
    const over = rules.providerCaps.get(providerId);
    if (!over) continue;
    const own = new Set(over.caps.map((cap) => providerCapKey(cap, clockMs, over.timezone, rules.currency)));
    for (const key of own) count(providerId, providerId, key, price);
  }
  return [...moves.values()];
}

/** At a level that serves the least loaded: the leads of the UTC day, and what somebody new begins with. */
export function loadMoves(
  made: readonly Made[],
  rules: Rules,
  of: { decided: Decided; facts: Map<string, FactRow>; at: number },
): CounterMove[] {
  const { decided, facts, at } = of;
  const loaded = new Set(decided.after.facts.joined?.keys());
  for (const { chosen } of made)
    if (chosen.level.strategy === 'least_loaded_today') loaded.add(chosen.subscription.index);
  return [...loaded].flatMap((index) => {
    const { id, providerId } = rules.subscriptions[index]!;
    const load = decided.after.facts.subscriptions[index]!.receivedToday;
    const by = BigInt(load - storedLoad(facts.get(id)!, at));
    const windowKey = loadKey(at).slice('load:'.length);
    return by === 0n ? [] : [{ scopeId: id, providerId, kind: 'load' as const, windowKey, by }];
  });
}

export const joinedOf = (rules: Rules, { after }: Decided): string[] =>
  [...(after.facts.joined?.keys() ?? [])].map((index) => rules.subscriptions[index]!.id);
