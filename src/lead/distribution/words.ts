import { distanceKm, type Place } from '../../kernel/distance.ts';
import { type Currency, formatMoney } from '../../kernel/money.ts';
import { type FullCap, fullCapOf, type Verdict } from './facts.ts';
import { type Answers, answerKey, type Filter, failingFilter, postcodeIn, unanswered } from './filters.ts';
import type { RecordedFacts, RecordedProvider } from './record-facts.ts';
import type { Cap, DecidedLead, Level, ProviderCaps, StaticCheck, Subscription } from './rules.ts';

/** Verdicts and failed checks in plain words, with the facts that were compared. */

export type Spoken = { reason: string; sentence: string };

const amount = (minor: bigint, currency: string): string =>
  `${formatMoney({ amount: minor, currency: currency as Currency })} ${currency}`;

const list = (values: Iterable<string>): string => [...values].join(', ');

const WINDOW_WORDS = {
  hour: 'hourly',
  day: 'daily',
  week: 'weekly',
  month: 'monthly',
  total: 'total',
} as const;

/** What a verdict is said with. `facts` are those before the decision, as the chain tells them. */
type Said = {
  subscription: Subscription;
  level: Level;
  /** That the level had for this lead, after the levels before it. */
  seats: number;
  /** What the lead cost or would have cost this subscription. */
  price: bigint;
  facts: RecordedFacts | undefined;
  money: RecordedProvider | undefined;
  /** Caps over all subscriptions of its provider. */
  providerCaps: ProviderCaps | undefined;
  currency: string;
  lead: DecidedLead;
  /** Of the decision: which caps hold on that day, and which window they count in. */
  clockMs: number;
};

/** What a dynamic verdict says about one candidate. */
export const sayVerdict = (verdict: Verdict, of: Said): Spoken => ({
  reason: verdict,
  sentence: SENTENCES[verdict](of),
});

const SENTENCES: Record<Verdict, (of: Said) => string> = {
  chosen: ({ lead, price, currency }) =>
    lead.test ? 'took the test lead, free of charge' : `took the lead for ${amount(price, currency)}`,
  no_seat: ({ seats }) =>
    seats === 0
      ? 'was eligible, but other levels had taken every seat'
      : `was eligible, but others stood before it for the ${seats === 1 ? 'only seat' : `${seats} seats`} of its level`,
  stopped: () => 'was stopped by the operator',
  already_has_lead: () => 'already gets this lead at another level',
  blocked: () => 'was kept from this lead by the operator',
  same_person: ({ subscription }) =>
    `had this person less than ${subscription.personWindowDays ?? 0} days ago and asks for no second lead`,
  suppressed: () => 'does not want this person (its own suppression list)',
  provider_inactive: () => 'is not active',
  provider_paused: () => 'was paused',
  subscription_paused: () => 'had paused this subscription',
  away: () => 'was away',
  too_old: ({ subscription }) =>
    `takes leads up to ${Math.round(subscription.maxAgeMs / 3_600_000)} hours old; this one was older`,
  endpoint_down: () => 'could not be reached: its endpoint was failing, so it attracted no paid leads',
  outside_hours: () => 'was outside its business hours',
  cap_reached: sayCap,
  paced: sayCap,
  provider_cap_reached: (of) => {
    const full = of.providerCaps && fullIn(of.providerCaps, of.money?.used, of);
    return full ? `${sayFull(full, of.currency)} over all its subscriptions` : NO_ROOM;
  },
  ratio: ({ subscription, lead }) =>
    `wants ${subscription.premiumRatio} % premium leads; this ${lead.leadType} one would have moved it away from that`,
  insufficient_funds: ({ price, money, currency }) =>
    `needed ${amount(price, currency)}${money ? ` and had ${amount(money.available + money.creditLimit, currency)}` : ''}`,
};

const NO_ROOM = 'had used its cap';

function sayCap(of: Said): string {
  const full = fullIn(of.subscription, of.facts?.used, of);
  return full ? sayFull(full, of.currency) : NO_ROOM;
}

/** The cap that had no room, found as the engine finds it. `used` stands in the order of the caps. */
function fullIn(
  of: { caps: readonly Cap[]; timezone: string },
  used: readonly bigint[] | undefined,
  { price, clockMs }: Said,
): FullCap | undefined {
  return fullCapOf(of, (cap) => used?.[of.caps.indexOf(cap)] ?? 0n, price, clockMs);
}

function sayFull({ cap, used, roomAtMs }: FullCap, currency: string): string {
  const word = `${WINDOW_WORDS[cap.window]} ${cap.kind === 'count' ? 'cap' : 'budget'}`;
  const use =
    cap.kind === 'count'
      ? `${used} of ${cap.value} leads`
      : `${amount(used, currency)} of ${amount(cap.value, currency)}`;
  if (roomAtMs === null) return `had used its ${word}: ${use}`;
  const due = new Date(roomAtMs).toISOString().slice(0, 16).replace('T', ' ');
  return `spreads its ${word} evenly: ${use} were used, the next one is due at ${due} UTC`;
}

/** Why a subscription was no candidate, with the lead's answer against its rule. */
export function sayStatic(check: StaticCheck, subscription: Subscription, lead: DecidedLead): Spoken {
  switch (check) {
    case 'country':
      return {
        reason: check,
        sentence: `takes leads from ${list(subscription.countries ?? [])}; this one is from ${lead.country ?? 'an unknown country'}`,
      };
    case 'campaign':
      return { reason: check, sentence: 'does not take leads of this campaign' };
    case 'filter': {
      const filter = failingFilter(subscription.filters, lead.answers);
      return {
        reason: check,
        sentence: filter ? sayFilter(filter, lead.answers) : 'has a filter that did not match',
      };
    }
    case 'required_fields': {
      const missing = subscription.requiredFields.filter((field) => !lead.present.has(field));
      return { reason: check, sentence: `needs ${list(missing)}, which this lead does not have` };
    }
  }
}

function sayFilter(filter: Filter, answers: Answers): string {
  const answer = answers[answerKey(filter)];
  const name = filter.field.replaceAll('_', ' ');
  if (filter.kind === 'geo') return sayCircle(filter, answer);
  if (filter.kind === 'postcodes') return sayArea(filter, answer);
  if (unanswered(answer)) return `filters on ${name}, which was not answered`;
  const given = Array.isArray(answer) ? list(answer.map(String)) : String(answer);
  switch (filter.kind) {
    case 'range':
      if (filter.min !== undefined && Number(answer) < filter.min)
        return `${name} ${given} is below its minimum ${filter.min}`;
      return `${name} ${given} is above its maximum ${filter.max}`;
    case 'set':
      return filter.match === 'any'
        ? `${name} ${given} is not among ${list(filter.values)}`
        : `${name} ${given} is among those it does not take: ${list(filter.values)}`;
    case 'boolean':
      return `${name} is ${given}; it wants ${filter.value}`;
    case 'text':
      return filter.op === 'equals'
        ? `${name} is not "${filter.value}"`
        : `${name} does not contain "${filter.value}"`;
  }
}

function sayCircle(filter: Extract<Filter, { kind: 'geo' }>, place: unknown): string {
  if (unanswered(place)) return 'filters on the distance, but nobody knows where this lead is';
  const km = distanceKm(filter, place as Place);
  // Near the limit whole kilometres would read as equal.
  const shown = Math.abs(km - filter.radius_km) < 1 ? km.toFixed(2) : km.toFixed(0);
  return `${shown} km away, its limit is ${filter.radius_km} km`;
}

function sayArea(filter: Extract<Filter, { kind: 'postcodes' }>, answer: unknown): string {
  const code = postcodeIn(answer);
  if (code === null) return 'filters on the postcode, which was not answered';
  return filter.areas.lookUp(code) === 'excluded'
    ? `postcode ${code} is excluded`
    : `postcode ${code} is outside its area (a list of ${filter.areas.size})`;
}

const GROUP_WORDS: Partial<Record<Verdict | StaticCheck, string>> = {
  no_seat: 'no seat left',
  already_has_lead: 'has it already',
  provider_inactive: 'not active',
  provider_paused: 'paused',
  subscription_paused: 'paused',
  endpoint_down: 'endpoint failing',
  outside_hours: 'closed',
  cap_reached: 'cap used up',
  ratio: 'premium ratio',
  insufficient_funds: 'not enough money',
  country: 'other country',
  campaign: 'other campaign',
  filter: 'filter',
  required_fields: 'missing field',
  too_old: 'too old',
  suppressed: 'suppressed',
  stopped: 'stopped',
  blocked: 'blocked for this lead',
  same_person: 'same person',
  away: 'away',
  paced: 'cap spread evenly',
  provider_cap_reached: 'cap used up',
};

export const groupWord = (reason: Verdict | StaticCheck): string => GROUP_WORDS[reason] ?? reason;

/** "Offered to 14 subscriptions; 3 took it; 11 did not: 6 filter, 3 cap used up, 2 not enough money." */
export function summarize(groups: readonly { reason: Verdict | StaticCheck; count: number }[]): string {
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  const took = groups.find(({ reason }) => reason === 'chosen')?.count ?? 0;
  const rest = groups.filter(({ reason, count }) => reason !== 'chosen' && count > 0);
  const merged = new Map<string, number>();
  for (const { reason, count } of rest)
    merged.set(groupWord(reason), (merged.get(groupWord(reason)) ?? 0) + count);
  const words = [...merged].sort((a, b) => b[1] - a[1]).map(([word, count]) => `${count} ${word}`);
  const others = total - took;
  return `Offered to ${total} subscription${total === 1 ? '' : 's'}; ${took} took it${
    others > 0 ? `; ${others} did not: ${words.join(', ')}` : ''
  }.`;
}
