import { distanceKm, type Place } from '../../../kernel/distance.ts';
import { answerKey, type CompiledFilter } from '../filters.ts';
import { type DecidedLead, type Subscription, staticFailure } from '../rules.ts';

/**
 * Leads that one filter alone kept away: everything else of the subscription's rules let them pass. Pure. Whatever is
 * changed about a filter brings no more than these.
 */
export type Lost = {
  leads: number;
  /** Of these without an answer that counts. */
  unanswered: number;
  /** What was answered: numbers of a range, distances in km of a circle. */
  numbers: number[];
  /** Leads by what was answered to a set; a lead may have several answers. */
  values: Map<string, number>;
};

export type FilterLosses = {
  subscription: Subscription;
  /** The same without its filters. */
  otherwise: Subscription;
  seen: Set<string>;
  /** By the filter's place. */
  lost: Lost[];
};

export const openLosses = (subscription: Subscription): FilterLosses => ({
  subscription,
  otherwise: { ...subscription, filters: [] },
  seen: new Set(),
  lost: subscription.filters.map(() => ({ leads: 0, unanswered: 0, numbers: [], values: new Map() })),
});

/** Looks at a lead; one that was decided several times counts once. */
export function addLoss({ subscription, otherwise, seen, lost }: FilterLosses, lead: DecidedLead): void {
  if (seen.has(lead.id) || subscription.filters.length === 0) return;
  seen.add(lead.id);
  if (staticFailure(otherwise, lead)) return;
  const keepers = subscription.filters.flatMap((one, place) => (keeps(one, lead) ? [place] : []));
  if (keepers.length !== 1) return;
  const [place] = keepers as [number];
  const { filter, test } = subscription.filters[place]!;
  const answer = lead.answers[answerKey(filter)];
  const own = lost[place]!;
  own.leads += 1;
  if (test(answer) === 'unknown') own.unanswered += 1;
  else if (filter.kind === 'range') own.numbers.push(answer as number);
  else if (filter.kind === 'geo') own.numbers.push(distanceKm(filter, answer as Place));
  else if (filter.kind === 'set') {
    const given = new Set((Array.isArray(answer) ? answer : [answer]).map(String));
    for (const value of given) own.values.set(value, (own.values.get(value) ?? 0) + 1);
  }
}

function keeps({ filter, test }: CompiledFilter, lead: DecidedLead): boolean {
  const match = test(lead.answers[answerKey(filter)]);
  return match === 'no' || (match === 'unknown' && filter.missing === 'fail');
}
