import { createHmac } from 'node:crypto';
import type { SubscriptionFacts } from './facts.ts';
import type { Level, Subscription } from './rules.ts';

/**
 * The order in which a level serves its subscriptions. `longest_waiting` keeps a queue: whoever receives goes to the
 * end, so the order is sorted once per batch and moved along instead of sorted per lead.
 */
type FactsOf = (subscription: Subscription) => SubscriptionFacts;

/** Never served first, then the longest ago; equal: who joined first; last resort: the id. */
const byWaiting =
  (factsOf: FactsOf) =>
  (a: Subscription, b: Subscription): number =>
    (factsOf(a).receiptNo ?? -1) - (factsOf(b).receiptNo ?? -1) ||
    a.createdAtMs - b.createdAtMs ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

export type LevelQueue = {
  /** Members in the order in which this lead is offered to them. */
  ordered(tie: Tie): readonly Subscription[];
  /** Tells the queue that this member received a lead. */
  received(subscription: Subscription): void;
};

/** What breaks ties for one lead: secret of the day, then a text that differs per lead. */
export type Tie = { seed: Buffer; leadKey: string };

/** Random in effect, replayable in fact: HMAC(day seed, lead, subscription). */
export const tieRank = (tie: Tie, subscriptionId: string): string =>
  createHmac('sha256', tie.seed).update(`${tie.leadKey}|${subscriptionId}`).digest('hex');

export function openQueue(level: Level, members: readonly Subscription[], factsOf: FactsOf): LevelQueue {
  switch (level.strategy) {
    case 'least_loaded_today':
      return leastLoaded(members, factsOf);
    case 'priority':
      return sortedEachTime(members, (a, b) => b.priority - a.priority || byWaiting(factsOf)(a, b));
    // Smooth weighted round robin arrives with the weights' own state; until then the API refuses `weighted`.
    case 'weighted':
    case 'longest_waiting':
      return waitingQueue(members, factsOf);
  }
}

function waitingQueue(members: readonly Subscription[], factsOf: FactsOf): LevelQueue {
  const queue = members.toSorted(byWaiting(factsOf));
  return {
    ordered: () => queue,
    received(subscription) {
      queue.splice(queue.indexOf(subscription), 1);
      queue.push(subscription);
    },
  };
}

function sortedEachTime(
  members: readonly Subscription[],
  compare: (a: Subscription, b: Subscription) => number,
): LevelQueue {
  return { ordered: () => members.toSorted(compare), received: () => {} };
}

/** Fewest leads today first. Only members with equal counts need their tie rank, so it is computed for those alone. */
function leastLoaded(members: readonly Subscription[], factsOf: FactsOf): LevelQueue {
  return {
    ordered(tie) {
      const ranks = new Map<string, string>();
      const rank = ({ id }: Subscription) => {
        let found = ranks.get(id);
        if (found === undefined) {
          found = tieRank(tie, id);
          ranks.set(id, found);
        }
        return found;
      };
      return members.toSorted((a, b) => {
        const load = factsOf(a).receivedToday - factsOf(b).receivedToday;
        if (load !== 0) return load;
        return rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0;
      });
    },
    received: () => {},
  };
}
