import { isOpen, nextOpening, windowAt, windowKey } from '../../kernel/time.ts';
import { capKey, capsToday, providerCapKey } from '../cap-windows.ts';
import type { Cap, DecidedLead, ProviderCaps, Subscription } from './rules.ts';

export { capKey, capsToday, providerCapKey };

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
  /** What `weighted` owes this subscription, in parts of its level's weight. */
  weightState: number;
  /** Turns missed while the endpoint was down and not yet made up for. */
  missedTurns: number;
};

/** Facts of one provider: money in the niche's currency, and whether it takes part at all. */
export type ProviderFacts = {
  active: boolean;
  paused: boolean;
  pausedUntilMs: number | null;
  available: bigint;
  creditLimit: bigint;
  /** An operator's stop switch. */
  stopped: boolean;
  /** What was used of the caps over all its subscriptions: `count:day:2026-11-20` to a number. */
  used: Map<string, bigint>;
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
  stopped: 21,
  already_has_lead: 10,
  blocked: 22,
  same_person: 23,
  suppressed: 11,
  provider_inactive: 12,
  provider_paused: 13,
  subscription_paused: 14,
  away: 24,
  too_old: 15,
  endpoint_down: 16,
  outside_hours: 17,
  cap_reached: 18,
  paced: 25,
  provider_cap_reached: 26,
  ratio: 19,
  insufficient_funds: 20,
} as const;
export type Verdict = keyof typeof VERDICTS;
/** The byte of a subscription that the static checks kept away. */
export const NOT_A_CANDIDATE = 255;
export const VERDICT_NAMES: ReadonlyMap<number, Verdict> = new Map(
  Object.entries(VERDICTS).map(([name, byte]) => [byte, name as Verdict]),
);

/** The counter of `least_loaded_today`: one calendar for all, because days that end at other hours cannot be compared. */
export const loadKey = (clockMs: number): string => `load:${windowKey('day', clockMs, 'UTC')}`;

/**
 * Whether accepting this lead would take the share of premium leads further away from what was agreed, and one of the
 * other type would end nearer to it. Whoever stands exactly on its ratio moves off it with any lead: without the second
 * half it would never get one again. So there is no moment at which both types are kept away.
 */
export function movesRatioAway(
  { premiumRatio: ratio, ratioWindow }: Pick<Subscription, 'premiumRatio' | 'ratioWindow'>,
  recentTypes: string,
  leadType: 'premium' | 'raw',
): boolean {
  if (ratio === null) return false;
  if (ratio === 100) return leadType === 'raw';
  if (ratio === 0) return leadType === 'premium';
  const recent = recentTypes.slice(-ratioWindow);
  if (recent.length === 0) return false;
  const [mine, other] = leadType === 'premium' ? (['p', 'r'] as const) : (['r', 'p'] as const);
  const [now, withMine, withOther] = [recent, recent + mine, recent + other].map(offBy(ratio, ratioWindow));
  return isMore(withMine!, now!) && isMore(withMine!, withOther!);
}

/** How far a share is off the ratio, as a fraction of whole numbers: `off / of` percent. */
const offBy = (ratio: number, ratioWindow: number) => (types: string) => {
  const counted = types.slice(-ratioWindow);
  const premium = counted.split('p').length - 1;
  return { off: Math.abs(100 * premium - ratio * counted.length), of: counted.length };
};
const isMore = (a: { off: number; of: number }, b: { off: number; of: number }): boolean =>
  a.off * b.of > b.off * a.of;

/** Whether a sale made room in a hard ratio for a type of lead that it kept away before. */
export function ratioOpened(subscription: Subscription, before: string, after: string): boolean {
  if (!isHardRatio(subscription)) return false;
  return (['premium', 'raw'] as const).some(
    (type) => movesRatioAway(subscription, before, type) && !movesRatioAway(subscription, after, type),
  );
}

/** A ratio of 0 or 100 is a promise, not a direction. */
export const isHardRatio = ({ premiumRatio, ratioMode }: Subscription): boolean =>
  premiumRatio !== null && (ratioMode === 'hard' || premiumRatio === 0 || premiumRatio === 100);

/** A soft premium ratio: who would move away from it is served after those who would not. */
export const steersAway = (
  subscription: Subscription,
  facts: Pick<SubscriptionFacts, 'recentTypes'>,
  leadType: 'premium' | 'raw',
): boolean =>
  subscription.premiumRatio !== null &&
  !isHardRatio(subscription) &&
  movesRatioAway(subscription, facts.recentTypes, leadType);

const paused = (flag: boolean, untilMs: number | null, clockMs: number): boolean =>
  flag && (untilMs === null || untilMs > clockMs);

/** The keys that one more lead counts in, each once, whatever the number of caps that look at it. */
export function countedKeys(
  caps: readonly Cap[],
  clockMs: number,
  zone: string,
): Map<string, 'count' | 'spend'> {
  return new Map(caps.map((cap) => [capKey(cap, clockMs, zone), cap.kind]));
}

export type FullCap = {
  cap: Cap;
  used: bigint;
  /** Null: the window's whole value is used. Else the moment at which an evenly spread cap has room again. */
  roomAtMs: number | null;
};

/** The first cap that has no room for one more lead at this price; one that is used up goes before one that is paced. */
export function fullCapOf(
  of: { caps: readonly Cap[]; timezone: string },
  used: (cap: Cap) => bigint,
  price: bigint,
  clockMs: number,
): FullCap | undefined {
  let paced: FullCap | undefined;
  for (const cap of capsToday(of.caps, clockMs, of.timezone)) {
    const before = used(cap);
    const more = cap.kind === 'count' ? 1n : price;
    if (before + more > cap.value) return { cap, used: before, roomAtMs: null };
    const roomAtMs = cap.even ? roomAt(cap, before, clockMs, of.timezone) : null;
    if (roomAtMs !== null && roomAtMs > clockMs) paced ??= { cap, used: before, roomAtMs };
  }
  return paced;
}

/**
 * When an evenly spread cap has room for what comes after `used`: at that share of its window. So the first lead of a
 * window comes at its start, and the last one no earlier than the whole of the others allows. The whole: its end.
 */
export function roomAt(cap: Cap, used: bigint, clockMs: number, zone: string): number | null {
  if (cap.window === 'total' || cap.window === 'hour' || cap.value === 0n) return null;
  const { startMs, endMs } = windowAt(cap.window, clockMs, zone);
  return startMs + Math.ceil((Number(used) * (endMs - startMs)) / Number(cap.value));
}

/** By subscription: the keys of its caps at the moment that was last asked for. All leads of a batch have one. */
const keysAt = new WeakMap<object, { clockMs: number; keys: readonly string[] }>();

/** The keys under which the use of a subscription's caps is counted, in their order. */
export function capKeysOf(of: Pick<Subscription, 'caps' | 'timezone'>, clockMs: number): readonly string[] {
  const kept = keysAt.get(of);
  if (kept?.clockMs === clockMs) return kept.keys;
  const keys = of.caps.map((cap) => capKey(cap, clockMs, of.timezone));
  keysAt.set(of, { clockMs, keys });
  return keys;
}

/** The first cap of the subscription that has no room for one more lead. */
export const fullCap = (
  subscription: Subscription,
  facts: Pick<SubscriptionFacts, 'used'>,
  clockMs: number,
  price: bigint = subscription.price,
): FullCap | undefined =>
  fullCapOf(
    subscription,
    (cap) => facts.used.get(capKeysOf(subscription, clockMs)[subscription.caps.indexOf(cap)]!) ?? 0n,
    price,
    clockMs,
  );

/** The first cap over all subscriptions of a provider that has no room for one more lead. */
export const fullProviderCap = (
  of: { caps: ProviderCaps | undefined; currency: string; price: bigint; clockMs: number },
  provider: Pick<ProviderFacts, 'used'>,
): FullCap | undefined => {
  const { caps, currency, price, clockMs } = of;
  if (!caps) return undefined;
  const used = (cap: Cap) => provider.used.get(providerCapKey(cap, clockMs, caps.timezone, currency)) ?? 0n;
  return fullCapOf(caps, used, price, clockMs);
};

/**
 * A turn that passed while the endpoint was down: it is owed, and the place in the order is at the end, as after a
 * receipt. Who stayed in front would miss one more with every lead, and come back with more than it lost. Once as many
 * are owed as are kept, it waits where it is.
 * @param receiptNo the number of the receipt that took its turn
 */
export const afterMissedTurn = (
  own: { missedTurns?: number | undefined; receiptNo: number | null },
  missedTurnsMax: number,
  receiptNo: number,
): { missedTurns: number; receiptNo: number | null } => {
  const { missedTurns = 0 } = own;
  return missedTurns < missedTurnsMax
    ? { missedTurns: missedTurns + 1, receiptNo }
    : { missedTurns: missedTurnsMax, receiptNo: own.receiptNo };
};

/** What one candidate is checked with. */
export type Check = {
  subscription: Subscription;
  lead: DecidedLead;
  facts: SubscriptionFacts;
  provider: ProviderFacts;
  /** Providers that this lead already goes to. */
  chosen: ReadonlySet<string>;
  providerCaps: ProviderCaps | undefined;
  currency: string;
  price: bigint;
  clockMs: number;
};

const isAway = ({ away }: Subscription, clockMs: number): boolean =>
  away.some(({ fromMs, toMs }) => clockMs >= fromMs && clockMs < toMs);

/** Runs the dynamic group; undefined: eligible. */
export function dynamicFailure(check: Check): Verdict | undefined {
  const who = (check.provider.stopped ? 'stopped' : undefined) ?? personFailure(check);
  if (isBought(check.lead)) return who ?? providerAbsence(check) ?? purchaseFailure(check);
  return who ?? absence(check) ?? (isTooOld(check) ? 'too_old' : undefined) ?? roomFailure(check);
}

/**
 * The provider buys this lead itself. Its wishes on when leads come by themselves (pause of the subscription, absence,
 * age, hours, pace, ratio) do not hold it back; everything else does.
 */
export const isBought = ({ offer }: DecidedLead): boolean => offer?.kind === 'purchase';

/** Who may not have this lead or this person. */
export function personFailure({
  subscription: { id, providerId },
  lead,
  chosen,
}: Pick<Check, 'subscription' | 'lead' | 'chosen'>): Verdict | undefined {
  if (lead.had.has(providerId) || chosen.has(providerId)) return 'already_has_lead';
  if (lead.blocked.has(providerId)) return 'blocked';
  if (lead.samePerson.has(id)) return 'same_person';
  if (lead.suppressed.has(providerId) || lead.suppressed.has(EVERYBODY)) return 'suppressed';
  return undefined;
}

function providerAbsence({ provider, clockMs }: Pick<Check, 'provider' | 'clockMs'>): Verdict | undefined {
  if (!provider.active) return 'provider_inactive';
  if (paused(provider.paused, provider.pausedUntilMs, clockMs)) return 'provider_paused';
  return undefined;
}

/** Who takes no leads at all now, whatever the lead. */
export function absence(check: Omit<Check, 'lead' | 'chosen'>): Verdict | undefined {
  const { subscription, facts, clockMs } = check;
  const failure = providerAbsence(check);
  if (failure) return failure;
  if (paused(facts.paused, facts.pausedUntilMs, clockMs)) return 'subscription_paused';
  if (subscription.away.length > 0 && isAway(subscription, clockMs)) return 'away';
  return undefined;
}

export const isTooOld = ({ subscription, lead, clockMs }: Pick<Check, 'subscription' | 'lead' | 'clockMs'>) =>
  clockMs - lead.readyAtMs > subscription.maxAgeMs;

/** Checks on time, room and money: of the lead they look at its type and price alone. */
export function roomFailure(
  check: Omit<Check, 'lead' | 'chosen'> & { lead: Pick<DecidedLead, 'leadType'> },
): Verdict | undefined {
  const { subscription, lead, facts, provider, price, clockMs } = check;
  if (!facts.endpointHealthy) return 'endpoint_down';
  if (subscription.schedule && subscription.offHours === 'skip' && !isOpen(subscription.schedule, clockMs)) {
    return 'outside_hours';
  }
  if (
    price === subscription.price ? facts.capFull : fullCap(subscription, facts, clockMs, price) !== undefined
  ) {
    return fullCap(subscription, facts, clockMs, price)?.roomAtMs == null ? 'cap_reached' : 'paced';
  }
  if (check.providerCaps && fullProviderCap({ ...check, caps: check.providerCaps }, provider)) {
    return 'provider_cap_reached';
  }
  if (isHardRatio(subscription) && movesRatioAway(subscription, facts.recentTypes, lead.leadType))
    return 'ratio';
  if (provider.available + provider.creditLimit < price) return 'insufficient_funds';
  return undefined;
}

/** What is left of those for a provider that buys: the endpoint, caps that are used up, and money. */
function purchaseFailure(check: Check): Verdict | undefined {
  const { subscription, facts, provider, price, clockMs } = check;
  const usedUp = (full: FullCap | undefined): boolean => full !== undefined && full.roomAtMs === null;
  if (!facts.endpointHealthy) return 'endpoint_down';
  if (usedUp(fullCap(subscription, facts, clockMs, price))) return 'cap_reached';
  if (usedUp(fullProviderCap({ ...check, caps: check.providerCaps }, provider)))
    return 'provider_cap_reached';
  if (provider.available + provider.creditLimit < price) return 'insufficient_funds';
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
    !provider.stopped &&
    !isAway(subscription, clockMs) &&
    !paused(provider.paused, provider.pausedUntilMs, clockMs) &&
    !paused(facts.paused, facts.pausedUntilMs, clockMs) &&
    facts.endpointHealthy &&
    !(schedule && offHours === 'skip' && !isOpen(schedule, clockMs)) &&
    !facts.capFull &&
    provider.available + provider.creditLimit >= price
  );
}

/** When a candidate that failed only by time would pass; null: only an event can change it. */
export function passesAgainAt(verdict: Verdict, check: Omit<Check, 'lead' | 'chosen'>): number | null {
  const { subscription, facts, provider, price, clockMs } = check;
  switch (verdict) {
    case 'provider_paused':
      return provider.pausedUntilMs;
    case 'subscription_paused':
      return facts.pausedUntilMs;
    case 'endpoint_down':
      return facts.endpointRetryAtMs;
    case 'outside_hours':
      return nextOpening(subscription.schedule, clockMs)?.getTime() ?? null;
    case 'away':
      return subscription.away.find(({ fromMs, toMs }) => clockMs >= fromMs && clockMs < toMs)?.toMs ?? null;
    case 'cap_reached':
    case 'paced':
      return roomAgainAt(fullCap(subscription, facts, clockMs, price), clockMs, subscription.timezone);
    case 'provider_cap_reached': {
      const full = fullProviderCap({ ...check, caps: check.providerCaps }, provider);
      return roomAgainAt(full, clockMs, check.providerCaps?.timezone ?? 'UTC');
    }
    default:
      return null;
  }
}

function roomAgainAt(full: FullCap | undefined, clockMs: number, zone: string): number | null {
  if (full === undefined) return null;
  if (full.roomAtMs !== null) return full.roomAtMs;
  return full.cap.window === 'total' ? null : windowAt(full.cap.window, clockMs, zone).endMs;
}
