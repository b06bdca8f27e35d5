import { createHmac } from 'node:crypto';
import type { SubscriptionFacts } from './facts.ts';
import type { Level, Subscription } from './rules.ts';

/**
 * The order in which a level serves its subscriptions. Only a lead's candidates are put in order, so the work follows
 * their number; `longest_waiting` walks a queue that is sorted once and moved along when most members are candidates.
 */
type FactsOf = (subscription: Subscription) => SubscriptionFacts;

/** Never served first, then the longest ago; equal: who joined first; last resort: the id. */
export const byWaiting =
  (factsOf: (subscription: Subscription) => Pick<SubscriptionFacts, 'receiptNo'>) =>
  (a: Subscription, b: Subscription): number =>
    (factsOf(a).receiptNo ?? -1) - (factsOf(b).receiptNo ?? -1) ||
    a.createdAtMs - b.createdAtMs ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Those of a level's members that a lead may go to. */
export type Among = {
  count: number;
  list(): readonly Subscription[];
  has(subscription: Subscription): boolean;
};

export type LevelQueue = {
  /** The candidates in the order in which this lead is offered to them. */
  ordered(tie: Tie, among: Among): readonly Subscription[];
  /** Tells the queue that this member received a lead, and is the last one now. */
  received(subscription: Subscription): void;
  /** Tells the queue that somebody has another place, wherever that is. */
  changed(): void;
};

/** What breaks ties for one lead: secret of the day, then a text that differs per lead. */
export type Tie = { seed: Buffer; leadKey: string };

/** Random in effect, replayable in fact: HMAC(day seed, lead, subscription). */
export const tieRank = (tie: Tie, subscriptionId: string): string =>
  createHmac('sha256', tie.seed).update(`${tie.leadKey}|${subscriptionId}`).digest('hex');

export function openQueue(level: Level, members: readonly Subscription[], factsOf: FactsOf): LevelQueue {
  switch (level.strategy) {
    case 'least_loaded_today':
      return leastLoaded(factsOf);
    case 'priority':
      return sortedEachTime((a, b) => b.priority - a.priority || byWaiting(factsOf)(a, b));
    // Who gets the seat is chosen by `pickWeighted`; among equals it is who waited longest.
    case 'weighted':
    case 'longest_waiting':
      return waitingQueue(members, factsOf);
  }
}

/** A comparison costs about as much as this many steps of a walk along the queue. */
const STEPS_PER_COMPARISON = 8;

function waitingQueue(members: readonly Subscription[], factsOf: FactsOf): LevelQueue {
  let queue: Subscription[] | undefined;
  return {
    ordered(_tie, { count, list, has }) {
      const comparisons = count * Math.log2(count + 1);
      if (comparisons * STEPS_PER_COMPARISON < members.length) return list().toSorted(byWaiting(factsOf));
      queue ??= members.toSorted(byWaiting(factsOf));
      return count === members.length ? queue : queue.filter(has);
    },
    received(subscription) {
      if (!queue) return;
      queue.splice(queue.indexOf(subscription), 1);
      queue.push(subscription);
    },
    changed() {
      queue = undefined;
    },
  };
}

function sortedEachTime(compare: (a: Subscription, b: Subscription) => number): LevelQueue {
  return { ordered: (_tie, { list }) => list().toSorted(compare), received: () => {}, changed: () => {} };
}

/** Fewest leads today first. Only candidates with equal counts need their tie rank: it is computed for those alone. */
function leastLoaded(factsOf: FactsOf): LevelQueue {
  return {
    ordered(tie, { list }) {
      const ranks = new Map<string, string>();
      const rank = ({ id }: Subscription) => {
        let found = ranks.get(id);
        if (found === undefined) {
          found = tieRank(tie, id);
          ranks.set(id, found);
        }
        return found;
      };
      return list().toSorted((a, b) => {
        const load = factsOf(a).receivedToday - factsOf(b).receivedToday;
        if (load !== 0) return load;
        return rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0;
      });
    },
    received: () => {},
    changed: () => {},
  };
}

/**
 * Weighted round robin: before each seat everybody gains its weight, the one whose share is due first takes the seat
 * and pays what all gained. Over any stretch in which the same ones take part in one seat a lead, each has its share,
 * less than one lead off at every moment; who does not take part neither gains nor pays. `state` sums to zero and is
 * what the next lead begins with.
 * @param members in the order that decides among equals
 * @returns the chosen in the order of their seats, and the new state of everybody who took part
 */
export function pickWeighted(
  members: readonly Subscription[],
  seats: number,
  stateOf: (member: Subscription) => number,
): { chosen: Subscription[]; states: Map<Subscription, number> } {
  const states = new Map(members.map((member) => [member, stateOf(member)]));
  const left = [...members];
  const chosen: Subscription[] = [];
  while (chosen.length < seats && left.length > 0) {
    let total = 0;
    for (const member of left) {
      total += member.weight;
      states.set(member, states.get(member)! + member.weight);
    }
    const next = firstDue(left, total, (member) => states.get(member)!);
    states.set(next, states.get(next)! - total);
    chosen.push(next);
    left.splice(left.indexOf(next), 1);
  }
  return { chosen, states };
}

/**
 * Who has gained most is not always who would first fall a whole lead behind: with weights such as 87, 1, 1, 17, 1, 1,
 * 1, 1, 87 the most deserving one would be 1.27 leads off. So of those who are owed a certain part of a lead, the one
 * takes the seat whose deadline comes first. In whole numbers, because it must come out the same everywhere.
 * R. Tijdeman, "The chairman assignment problem" (Discrete Mathematics 32, 1980).
 */
function firstDue(
  members: readonly Subscription[],
  total: number,
  stateOf: (member: Subscription) => number,
): Subscription {
  const parts = 2 * members.length - 2;
  const deadline = (member: Subscription) => (parts - 1) * total - parts * stateOf(member);
  let due: Subscription | undefined;
  let most = members[0]!;
  for (const member of members) {
    const state = stateOf(member);
    if (state > stateOf(most)) most = member;
    const isOwed = parts * state >= total;
    if (isOwed && (!due || deadline(member) * due.weight < deadline(due) * member.weight)) due = member;
  }
  // Members who were not always the same may all be ahead of their share.
  return due ?? most;
}

/** Two subscriptions of one provider cannot stand on one level today; a provider is served once all the same. */
export function firstOfEachProvider(ordered: readonly Subscription[], seats: number): Subscription[] {
  const served: Subscription[] = [];
  const providers = new Set<string>();
  for (const subscription of ordered) {
    if (served.length >= seats) break;
    if (providers.has(subscription.providerId)) continue;
    providers.add(subscription.providerId);
    served.push(subscription);
  }
  return served;
}
