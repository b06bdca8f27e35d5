import type { Schedule } from '../../kernel/time.ts';
import { type Answers, type CompiledFilter, compileFilter, type Filter, failingFilter } from './filters.ts';
import type { Offer } from './offer.ts';
import type { AnswerMove } from './present.ts';

/**
 * A niche's configuration at one config_version, compiled for deciding. The static group of checks is answered here:
 * it depends on the configuration and the lead only, so it can be run again at any time on the pinned version.
 */
export const RULES_VERSION = 3;

export type Strategy = 'longest_waiting' | 'least_loaded_today' | 'weighted' | 'priority';
export type CapWindow = 'hour' | 'day' | 'week' | 'month' | 'total';
export type Cap = {
  window: CapWindow;
  kind: 'count' | 'spend';
  value: bigint;
  /** 1 is Monday: holds on this weekday instead of the day's other cap of its kind. null: on every day. */
  weekday: number | null;
  /** Spread over its window, so that not all of it goes in the first hour. */
  even: boolean;
};
/** Caps over all subscriptions of a provider. */
export type ProviderCaps = { caps: readonly Cap[]; timezone: string };
/** A time in which nothing is taken. */
export type Away = { fromMs: number; toMs: number };

export type Level = {
  id: string;
  name: string;
  price: bigint;
  maxProviders: number;
  priorityOrder: number;
  strategy: Strategy;
  billOn: 'assigned' | 'accepted';
  /** Who buys here shares the lead with nobody of another level either. */
  exclusive: boolean;
};

export type Subscription = {
  /** Place in `Rules.subscriptions`, which is sorted by id: what a decision record refers to. */
  index: number;
  id: string;
  providerId: string;
  endpointId: string | null;
  levelId: string;
  createdAtMs: number;
  countries: ReadonlySet<string> | null;
  campaigns: ReadonlySet<string> | null;
  filters: readonly CompiledFilter[];
  /** Its own and those of its endpoint that have no default value. */
  requiredFields: readonly string[];
  caps: readonly Cap[];
  schedule: Schedule | null;
  timezone: string;
  offHours: 'skip' | 'hold';
  premiumRatio: number | null;
  ratioMode: 'soft' | 'hard';
  /** The leads that the ratio looks back on. */
  ratioWindow: number;
  away: readonly Away[];
  /** No second lead of the same person within so many days, for the whole provider; null: no such wish. */
  personWindowDays: number | null;
  maxAgeMs: number;
  /** What this subscription pays for a lead where its campaign says nothing else: its own price, else the level's. */
  price: bigint;
  /** A price of its own goes before that of a campaign. */
  ownPrice: boolean;
  weight: number;
  priority: number;
};

export type Campaign = {
  id: string;
  recipientsTold: number;
  countries: ReadonlySet<string> | null;
  /** By level: instead of the level's price. */
  levelPrices: ReadonlyMap<string, bigint>;
  /** Leads still come in through it. */
  active: boolean;
};

export type Rules = {
  nicheId: string;
  configVersion: number;
  currency: string;
  levelRotation: 'rotate' | 'fixed';
  fillMode: 'cascade' | 'fill_all';
  defaultLevelId: string | null;
  /** Turns that a subscription whose endpoint is down may keep. */
  missedTurnsMax: number;
  /** Active levels by priority_order: the ring. */
  levels: readonly Level[];
  subscriptions: readonly Subscription[];
  /** Places of each provider's subscriptions: they share one wallet. */
  byProvider: ReadonlyMap<string, readonly number[]>;
  campaigns: ReadonlyMap<string, Campaign>;
  /** By provider; those without any are left out. */
  providerCaps: ReadonlyMap<string, ProviderCaps>;
  /** Fields of the niche's forms that ask for a country: the lead's own country stands for an answer not given. */
  countryFields: readonly string[];
  /** Answers of older forms under the names of the present one, in the order in which they became that. */
  answerMoves: readonly AnswerMove[];
  /** Whether some filter asks where the lead is. */
  asksPlace: boolean;
  /** Whether somebody takes leads of some countries only, or filters by an answer that the lead's country stands for. */
  asksCountry: boolean;
};

type ConfiguredCap = {
  window: CapWindow;
  kind: 'count' | 'spend';
  value: string;
  weekday?: number;
  pace?: 'even';
};

/** Configuration as the market hands it over (src/market/subscriptions `nicheRules`). */
export type NicheConfiguration = {
  nicheId: string;
  configVersion: number;
  currency: string;
  levelRotation: 'rotate' | 'fixed';
  fillMode: 'cascade' | 'fill_all';
  defaultLevelId: string | null;
  missedTurnsMax?: number;
  levels: readonly (Omit<Level, 'exclusive'> & { active: boolean; exclusive?: boolean })[];
  subscriptions: readonly {
    id: string;
    providerId: string;
    levelId: string;
    endpointId: string | null;
    createdAt: Date;
    countries: readonly string[];
    campaignIds: readonly string[];
    filters: readonly Filter[];
    requiredFields: readonly string[];
    caps: readonly ConfiguredCap[];
    schedule: Schedule | null;
    timezone: string;
    offHours: 'skip' | 'hold';
    premiumRatio: number | null;
    ratioMode: 'soft' | 'hard';
    ratioWindow?: number;
    away?: readonly { from: string; to: string }[];
    personWindowDays?: number | null;
    maxAgeMs: number;
    priceOverride: bigint | null;
    weight?: number;
    priority: number;
  }[];
  campaigns: readonly {
    id: string;
    recipientsTold: number;
    countries: readonly string[];
    levelPrices?: Readonly<Record<string, bigint>>;
    active?: boolean;
  }[];
  providerCaps?: readonly { providerId: string; caps: readonly ConfiguredCap[]; timezone: string }[];
  /** Ids of all fields of type country that the niche's forms ever had. */
  countryFields: readonly string[];
  answerMoves?: readonly AnswerMove[];
};

const setOrAll = (values: readonly string[]): ReadonlySet<string> | null =>
  values.length === 0 ? null : new Set(values);

/** One cap per window, kind and weekday, the smallest. */
function strictestCaps(caps: readonly ConfiguredCap[]): Cap[] {
  const strictest = new Map<string, Cap>();
  for (const { window, kind, value, weekday = null, pace } of caps) {
    const key = `${kind}:${window}:${weekday ?? ''}`;
    const known = strictest.get(key);
    if (known && known.value <= BigInt(value)) continue;
    strictest.set(key, { window, kind, value: BigInt(value), weekday, even: pace === 'even' });
  }
  return [...strictest.values()];
}

/** The leads that a ratio looks back on, the turns kept, and the weight, where the configuration does not say. */
const RATIO_WINDOW = 20;
const MISSED_TURNS_MAX = 3;
const WEIGHT = 1;

function compileSubscription(
  from: NicheConfiguration['subscriptions'][number],
  index: number,
  levelPrice: bigint,
): Subscription {
  return {
    index,
    id: from.id,
    providerId: from.providerId,
    endpointId: from.endpointId,
    levelId: from.levelId,
    createdAtMs: from.createdAt.getTime(),
    countries: setOrAll(from.countries),
    campaigns: setOrAll(from.campaignIds),
    filters: from.filters.map(compileFilter),
    requiredFields: from.requiredFields,
    caps: strictestCaps(from.caps),
    schedule: from.schedule,
    timezone: from.timezone,
    offHours: from.offHours,
    premiumRatio: from.premiumRatio,
    ratioMode: from.ratioMode,
    ratioWindow: from.ratioWindow ?? RATIO_WINDOW,
    away: (from.away ?? []).map((away) => ({ fromMs: Date.parse(away.from), toMs: Date.parse(away.to) })),
    personWindowDays: from.personWindowDays ?? null,
    maxAgeMs: Number(from.maxAgeMs),
    price: from.priceOverride ?? levelPrice,
    ownPrice: from.priceOverride !== null,
    weight: from.weight ?? WEIGHT,
    priority: from.priority,
  };
}

/** Compiles a configuration; subscriptions of inactive levels are left out, they cannot receive anything. */
export function compileRules(from: NicheConfiguration): Rules {
  const levels = from.levels
    .filter((level) => level.active)
    .map((level) => ({ ...level, exclusive: level.exclusive ?? false }))
    .toSorted((a, b) => a.priorityOrder - b.priorityOrder || (a.id < b.id ? -1 : 1));
  const levelOf = new Map(levels.map((level) => [level.id, level]));
  const subscriptions = from.subscriptions
    .filter((subscription) => levelOf.has(subscription.levelId))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((subscription, index) =>
      compileSubscription(subscription, index, levelOf.get(subscription.levelId)!.price),
    );
  const campaigns = new Map(
    from.campaigns.map(({ id, recipientsTold, countries, levelPrices = {}, active = true }) => [
      id,
      {
        id,
        recipientsTold,
        countries: setOrAll(countries),
        levelPrices: new Map(Object.entries(levelPrices)),
        active,
      },
    ]),
  );
  return {
    nicheId: from.nicheId,
    configVersion: from.configVersion,
    currency: from.currency,
    levelRotation: from.levelRotation,
    fillMode: from.fillMode,
    defaultLevelId: from.defaultLevelId,
    missedTurnsMax: from.missedTurnsMax ?? MISSED_TURNS_MAX,
    levels,
    subscriptions,
    byProvider: placesByProvider(subscriptions),
    campaigns,
    providerCaps: new Map(
      (from.providerCaps ?? []).map(({ providerId, caps, timezone }) => [
        providerId,
        { caps: strictestCaps(caps), timezone },
      ]),
    ),
    countryFields: from.countryFields,
    answerMoves: from.answerMoves ?? [],
    asksPlace: subscriptions.some(({ filters }) => filters.some(({ filter }) => filter.kind === 'geo')),
    asksCountry: subscriptions.some(
      ({ countries, filters }) =>
        countries !== null || filters.some(({ filter }) => from.countryFields.includes(filter.field)),
    ),
  };
}

function placesByProvider(subscriptions: readonly Subscription[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const { providerId, index } of subscriptions) {
    const own = places.get(providerId);
    if (own) own.push(index);
    else places.set(providerId, [index]);
  }
  return places;
}

/** What a subscription pays for a lead of this campaign. */
export function priceOf(rules: Rules, subscription: Subscription, campaignId: string): bigint {
  if (subscription.ownPrice) return subscription.price;
  return rules.campaigns.get(campaignId)?.levelPrices.get(subscription.levelId) ?? subscription.price;
}

const lowest = new WeakMap<Rules, Map<string, bigint>>();

/** The least that a lead costs a subscription now: the cheapest of the campaigns that it takes may be below its level. */
export function lowestPriceOf(rules: Rules, subscription: Subscription): bigint {
  const { id, campaigns: taken, ownPrice, price } = subscription;
  if (ownPrice) return price;
  let known = lowest.get(rules);
  if (!known) {
    known = new Map();
    lowest.set(rules, known);
  }
  let least = known.get(id);
  if (least === undefined) {
    const open = [...rules.campaigns.values()].filter((one) => one.active && (taken?.has(one.id) ?? true));
    const [first = price, ...others] = open.map((one) => priceOf(rules, subscription, one.id));
    least = others.reduce((low, one) => (one < low ? one : low), first);
    known.set(id, least);
  }
  return least;
}

/** A lead as the engine sees it: no name, no address; answers for filters, and which contact fields are there. */
export type DecidedLead = {
  id: string;
  campaignId: string;
  country: string | null;
  /** Answers of the form; a country that was not asked or not answered is the lead's (`countryFields`). */
  answers: Answers;
  leadType: 'premium' | 'raw';
  test: boolean;
  readyAtMs: number;
  expiresAtMs: number;
  /** Names of fields that have a value (present.ts): name, email, city, utm_source, budget ... */
  present: ReadonlySet<string>;
  /** How many providers this person was told of at most; null: not kept, the campaign's number counts. */
  told: number | null;
  /** Providers that had this lead before. */
  had: ReadonlySet<string>;
  /** Providers that must not get this person. */
  suppressed: ReadonlySet<string>;
  /** Providers that an operator keeps from this lead. */
  blocked: ReadonlySet<string>;
  /** Subscriptions whose provider had this person within the window that they ask for. */
  samePerson: ReadonlySet<string>;
  /** When each of those windows ends. No verdict and no record rests on it: it says when a look is worth it. */
  personUntilMs?: ReadonlyMap<string, number>;
  /** Of the address and of the number: leads that share one are of one person. Empty: not asked for by anybody. */
  personKeys: readonly string[];
  /** What the record says of the place among its answers (pins.ts); left out: nobody knows it, or nobody asks. */
  placeHash?: Buffer | null | undefined;
  /** Given by hand, or one seat offered again; else its seats are filled from the start. */
  offer?: Offer | undefined;
};

/** The static group, in the order in which it is checked; the first that fails is the reason. */
export const STATIC_CHECKS = ['country', 'campaign', 'filter', 'required_fields'] as const;
export type StaticCheck = (typeof STATIC_CHECKS)[number];

/** The first static check that keeps this subscription from this lead; undefined: it is a candidate. */
export function staticFailure(subscription: Subscription, lead: DecidedLead): StaticCheck | undefined {
  if (subscription.countries && (lead.country === null || !subscription.countries.has(lead.country)))
    return 'country';
  if (subscription.campaigns && !subscription.campaigns.has(lead.campaignId)) return 'campaign';
  if (subscription.filters.length > 0 && failingFilter(subscription.filters, lead.answers)) return 'filter';
  for (const field of subscription.requiredFields) if (!lead.present.has(field)) return 'required_fields';
  return undefined;
}
