import { answerKey } from '../filters.ts';
import {
  type DecidedLead,
  STATIC_CHECKS,
  type StaticCheck,
  type Subscription,
  staticFailure,
} from '../rules.ts';

/** How many of some leads a subscription's rules match. Pure: the matcher of the engine over leads of the past. */

export type Demand = {
  looked: number;
  matching: number;
  /** Leads that each check keeps away; the first that fails counts. */
  keptAway: Record<StaticCheck, number>;
  /** By the filter's place: leads that this filter alone would keep away. */
  byFilter: number[];
};

export function demandFor(subscription: Subscription, leads: readonly DecidedLead[]): Demand {
  const keptAway = Object.fromEntries(STATIC_CHECKS.map((check) => [check, 0])) as Record<
    StaticCheck,
    number
  >;
  const byFilter = subscription.filters.map(() => 0);
  let matching = 0;
  for (const lead of leads) {
    const failure = staticFailure(subscription, lead);
    if (failure) keptAway[failure] += 1;
    else matching += 1;
    for (const [place, { filter, test }] of subscription.filters.entries()) {
      const match = test(lead.answers[answerKey(filter)]);
      if (match === 'no' || (match === 'unknown' && filter.missing === 'fail')) byFilter[place]! += 1;
    }
  }
  return { looked: leads.length, matching, keptAway, byFilter };
}

/** Fewer leads than this are not told apart: a number that small would speak of single people. */
export const TOLD_FROM = 3;

const STEPS = [1, 5, 10, 50, 100, 500] as const;
/** A step is worth at least so many leads: whoever asks again with one filter more must not see one person. */
const LEADS_PER_STEP = 3;

/**
 * Leads a week, rounded so that one person more or less does not show: to 1 below 20, to 5 below 100, to 10 above, and
 * to more where the leads that were looked at cover a few days only, so that each stands for several a week.
 * null: fewer than TOLD_FROM in a week, or in the whole time.
 */
export function weeklyRounded(matching: number, days: number): number | null {
  const perWeek = (matching * 7) / days;
  const least = Math.max(perWeek < 20 ? 1 : perWeek < 100 ? 5 : 10, (LEADS_PER_STEP * 7) / days);
  const step = STEPS.find((one) => one >= least) ?? STEPS.at(-1)!;
  const rounded = Math.round(perWeek / step) * step;
  return matching < TOLD_FROM || rounded < TOLD_FROM ? null : rounded;
}
