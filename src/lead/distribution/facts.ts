import { isOpen, nextOpening, windowAt, windowKey } from '../../kernel/time.ts';
import type { Cap, DecidedLead, Subscription } from './rules.ts';

/** Stands among a lead's suppressed providers for all of them. */
export const EVERYBODY = '*';

/** The facts that change from decision to decision, as one transaction read them, and the checks over them. */

/** Facts of one subscription. The engine moves them along as it decides, lead by lead. */
export type SubscriptionFacts = {
  paused: boolean;
  pausedUntilMs: number | null;
  /** Order of receipt; null: never received. */
  receiptNo: number | null;
  /** Types of the last leads, newest last: 'p' and 'r'. */
  recentTypes: string;
  /**
   * What `least_loaded_today` compares at a level of that strategy: leads received on the UTC day, with the head start
   * of who joined or came back in it. At other levels the leads of the subscription's own day, for the explanation.
   */
  receivedToday: number;
  /** What was used of each cap window: `count:day:2026-11-20` to a number. */
  used: Map<string, bigint>;
  /** Whether some cap has no room for one more lead: kept up to date, because it is asked for every lead. */
  capFull: boolean;
  endpointHealthy: boolean;
  /** When a closed endpoint is tried again. */
  endpointRetryAtMs: number | null;
};

/** Facts of one provider: money in the niche's currency, and whether it takes part at all. */
export type ProviderFacts = {
  active: boolean;
  paused: boolean;
  pausedUntilMs: number | null;
  available: bigint;
  creditLimit: bigint;
};

export type Facts = {
  /** By Subscription.index; undefined for those that are no candidate of any lead of the batch. */
  subscriptions: (SubscriptionFacts | undefined)[];
  providers: Map<string, ProviderFacts>;
  /** By Subscription.index: the load that somebody new at a level begins with, given by this batch. */
  joined?: ReadonlyMap<number, number>;
};

/**
 * The verdicts of the dynamic group, in the order in which they are checked: the FIRST that fails is the stored
 * reason. The number is the byte in the decision record and never changes its meaning.
 */
export const VERDICTS = {
  chosen: 0,
  no_seat: 1,
  already_has_lead: 10,
  suppressed: 11,
  provider_inactive: 12,
  provider_paused: 13,
  subscription_paused: 14,
  too_old: 15,
  endpoint_down: 16,
  outside_hours: 17,
  cap_reached: 18,
  ratio: 19,
  insufficient_funds: 20,
} as const;
export type Verdict = keyof typeof VERDICTS;
/** The byte of a subscription that the static checks kept away. */
export const NOT_A_CANDIDATE = 255;
export const VERDICT_NAMES: ReadonlyMap<number, Verdict> = new Map(
  Object.entries(VERDICTS).map(([name, byte]) => [byte, name as Verdict]),
);

/** The key under which a cap's use is counted, for instance `spend:day:2026-11-20`. */
export const capKey = (cap: Pick<Cap, 'window' | 'kind'>, clockMs: number, zone: string): string =>
  cap.window === 'total' ? `${cap.kind}:total` : `${cap.kind}:${windowKey(cap.window, clockMs, zone)}`;

/** The counter of `least_loaded_today`: one calendar for all, because days that end at other hours cannot be compared. */
export const loadKey = (clockMs: number): string => `load:${windowKey('day', clockMs, 'UTC')}`;

/** The leads a ratio looks back on. */
export const RATIO_WINDOW = 20;

/**
 * Whether accepting this lead would take the share of premium leads further away from what was agreed, and one of the
 * other type would end nearer to it. Whoever stands exactly on its ratio moves off it with any lead: without the second
 * half it would never get one again. So there is no moment at which both types are kept away.
 */
export function movesRatioAway(ratio: number, recentTypes: string, leadType: 'premium' | 'raw'): boolean {
  if (ratio === 100) return leadType === 'raw';
  if (ratio === 0) return leadType === 'premium';
  const recent = recentTypes.slice(-RATIO_WINDOW);
  if (recent.length === 0) return false;
  const [mine, other] = leadType === 'premium' ? (['p', 'r'] as const) : (['r', 'p'] as const);
  const [now, withMine, withOther] = [recent, recent + mine, recent + other].map(offBy(ratio));
  return isMore(withMine!, now!) && isMore(withMine!, withOther!);
}

/** How far a share is off the ratio, as a fraction of whole numbers: `off / of` percent. */
const offBy = (ratio: number) => (types: string) => {
  const counted = types.slice(-RATIO_WINDOW);
  const premium = counted.split('p').length - 1;
  return { off: Math.abs(100 * premium - ratio * counted.length), of: counted.length };
};
const isMore = (a: { off: number; of: number }, b: { off: number; of: number }): boolean =>
  a.off * b.of > b.off * a.of;

/** Whether a sale made room in a hard ratio for a type of lead that it kept away before. */
export function ratioOpened(subscription: Subscription, before: string, after: string): boolean {
  const { premiumRatio } = subscription;
  if (premiumRatio === null || !isHardRatio(subscription)) return false;
  return (['premium', 'raw'] as const).some(
    (type) => movesRatioAway(premiumRatio, before, type) && !movesRatioAway(premiumRatio, after, type),
  );
}

/** A ratio of 0 or 100 is a promise, not a direction. */
export const isHardRatio = ({ premiumRatio, ratioMode }: Subscription): boolean =>
  ratioMode === 'hard' || premiumRatio === 0 || premiumRatio === 100;

const paused = (flag: boolean, untilMs: number | null, clockMs: number): boolean =>
  flag && (untilMs === null || untilMs > clockMs);

/** The first cap that has no room for one more lead at this price. */
export function fullCap(
  subscription: Subscription,
  facts: SubscriptionFacts,
  clockMs: number,
): { cap: Cap; used: bigint } | undefined {
  for (const cap of subscription.caps) {
    const used = facts.used.get(capKey(cap, clockMs, subscription.timezone)) ?? 0n;
    const more = cap.kind === 'count' ? 1n : subscription.price;
    if (used + more > cap.value) return { cap, used };
  }
  return undefined;
}

/** Runs the dynamic group; undefined: eligible. `chosen` holds the providers that this lead already goes to. */
export function dynamicFailure(
  subscription: Subscription,
  lead: DecidedLead,
  facts: SubscriptionFacts,
  provider: ProviderFacts,
  chosen: ReadonlySet<string>,
  clockMs: number,
): Verdict | undefined {
  const { providerId } = subscription;
  if (lead.had.has(providerId) || chosen.has(providerId)) return 'already_has_lead';
  if (lead.suppressed.has(providerId) || lead.suppressed.has(EVERYBODY)) return 'suppressed';
  if (!provider.active) return 'provider_inactive';
  if (paused(provider.paused, provider.pausedUntilMs, clockMs)) return 'provider_paused';
  if (paused(facts.paused, facts.pausedUntilMs, clockMs)) return 'subscription_paused';
  if (clockMs - lead.readyAtMs > subscription.maxAgeMs) return 'too_old';
  if (!facts.endpointHealthy) return 'endpoint_down';
  if (subscription.schedule && subscription.offHours === 'skip' && !isOpen(subscription.schedule, clockMs)) {
    return 'outside_hours';
  }
  if (facts.capFull) return 'cap_reached';
  if (
    subscription.premiumRatio !== null &&
    isHardRatio(subscription) &&
    movesRatioAway(subscription.premiumRatio, facts.recentTypes, lead.leadType)
  ) {
    return 'ratio';
  }
  if (provider.available + provider.creditLimit < subscription.price) return 'insufficient_funds';
  return undefined;
}

/** Whether a subscription takes leads at all at this moment; what a single lead decides is left out. */
export function takesPart(
  subscription: Subscription,
  facts: SubscriptionFacts,
  provider: ProviderFacts,
  clockMs: number,
): boolean {
  const { schedule, offHours, price } = subscription;
  return (
    provider.active &&
    !paused(provider.paused, provider.pausedUntilMs, clockMs) &&
    !paused(facts.paused, facts.pausedUntilMs, clockMs) &&
    facts.endpointHealthy &&
    !(schedule && offHours === 'skip' && !isOpen(schedule, clockMs)) &&
    !facts.capFull &&
    provider.available + provider.creditLimit >= price
  );
}

/** When a candidate that failed only by time would pass; null: only an event can change it. */
export function passesAgainAt(
  verdict: Verdict,
  subscription: Subscription,
  facts: SubscriptionFacts,
  provider: ProviderFacts,
  clockMs: number,
): number | null {
  switch (verdict) {
    case 'provider_paused':
      return provider.pausedUntilMs;
    case 'subscription_paused':
      return facts.pausedUntilMs;
    case 'endpoint_down':
      return facts.endpointRetryAtMs;
    case 'outside_hours':
      return nextOpening(subscription.schedule, clockMs)?.getTime() ?? null;
    case 'cap_reached': {
      const window = fullCap(subscription, facts, clockMs)?.cap.window;
      return window === undefined || window === 'total'
        ? null
        : windowAt(window, clockMs, subscription.timezone).endMs;
    }
    default:
      return null;
  }
}
