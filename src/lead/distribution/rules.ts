import type { Schedule } from '../../kernel/time.ts';
import { type Answers, type CompiledFilter, compileFilter, type Filter, failingFilter } from './filters.ts';

/**
 * A niche's configuration at one config_version, compiled for deciding. The static group of checks is answered here:
 * it depends on the configuration and the lead only, so it can be run again at any time on the pinned version.
 */
export const RULES_VERSION = 2;

export type Strategy = 'longest_waiting' | 'least_loaded_today' | 'weighted' | 'priority';
export type CapWindow = 'hour' | 'day' | 'week' | 'month' | 'total';
export type Cap = { window: CapWindow; kind: 'count' | 'spend'; value: bigint };

export type Level = {
  id: string;
  name: string;
  price: bigint;
  maxProviders: number;
  priorityOrder: number;
  strategy: Strategy;
  billOn: 'assigned' | 'accepted';
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
  maxAgeMs: number;
  /** What this subscription pays for a lead: its own price, else the level's. */
  price: bigint;
  priority: number;
};

export type Campaign = { id: string; recipientsTold: number; countries: ReadonlySet<string> | null };

export type Rules = {
  nicheId: string;
  configVersion: number;
  currency: string;
  levelRotation: 'rotate' | 'fixed';
  fillMode: 'cascade' | 'fill_all';
  defaultLevelId: string | null;
  /** Active levels by priority_order: the ring. */
  levels: readonly Level[];
  subscriptions: readonly Subscription[];
  /** Places of each provider's subscriptions: they share one wallet. */
  byProvider: ReadonlyMap<string, readonly number[]>;
  campaigns: ReadonlyMap<string, Campaign>;
  /** Fields of the niche's forms that ask for a country: the lead's own country stands for an answer not given. */
  countryFields: readonly string[];
  /** Whether some filter asks where the lead is. */
  asksPlace: boolean;
};

/** Configuration as the market hands it over (src/market/subscriptions `nicheRules`). */
export type NicheConfiguration = {
  nicheId: string;
  configVersion: number;
  currency: string;
  levelRotation: 'rotate' | 'fixed';
  fillMode: 'cascade' | 'fill_all';
  defaultLevelId: string | null;
  levels: readonly (Level & { active: boolean })[];
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
    caps: readonly { window: CapWindow; kind: 'count' | 'spend'; value: string }[];
    schedule: Schedule | null;
    timezone: string;
    offHours: 'skip' | 'hold';
    premiumRatio: number | null;
    ratioMode: 'soft' | 'hard';
    maxAgeMs: number;
    priceOverride: bigint | null;
    priority: number;
  }[];
  campaigns: readonly { id: string; recipientsTold: number; countries: readonly string[] }[];
  /** Ids of all fields of type country that the niche's forms ever had. */
  countryFields: readonly string[];
};

const setOrAll = (values: readonly string[]): ReadonlySet<string> | null =>
  values.length === 0 ? null : new Set(values);

/** One cap per window and kind, the smallest: use is counted once per window, so two caps must not count it twice. */
function strictestCaps(caps: NicheConfiguration['subscriptions'][number]['caps']): Cap[] {
  const strictest = new Map<string, Cap>();
  for (const { window, kind, value } of caps) {
    const known = strictest.get(`${kind}:${window}`);
    if (!known || BigInt(value) < known.value)
      strictest.set(`${kind}:${window}`, { window, kind, value: BigInt(value) });
  }
  return [...strictest.values()];
}

/** Compiles a configuration; subscriptions of inactive levels are left out, they cannot receive anything. */
export function compileRules(from: NicheConfiguration): Rules {
  const levels = from.levels
    .filter((level) => level.active)
    .toSorted((a, b) => a.priorityOrder - b.priorityOrder || (a.id < b.id ? -1 : 1));
  const levelOf = new Map(levels.map((level) => [level.id, level]));
  const subscriptions = from.subscriptions
    .filter((subscription) => levelOf.has(subscription.levelId))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(
      (subscription, index): Subscription => ({
        index,
        id: subscription.id,
        providerId: subscription.providerId,
        endpointId: subscription.endpointId,
        levelId: subscription.levelId,
        createdAtMs: subscription.createdAt.getTime(),
        countries: setOrAll(subscription.countries),
        campaigns: setOrAll(subscription.campaignIds),
        filters: subscription.filters.map(compileFilter),
        requiredFields: subscription.requiredFields,
        caps: strictestCaps(subscription.caps),
        schedule: subscription.schedule,
        timezone: subscription.timezone,
        offHours: subscription.offHours,
        premiumRatio: subscription.premiumRatio,
        ratioMode: subscription.ratioMode,
        maxAgeMs: Number(subscription.maxAgeMs),
        price: subscription.priceOverride ?? levelOf.get(subscription.levelId)!.price,
        priority: subscription.priority,
      }),
    );
  const campaigns = new Map(
    from.campaigns.map(({ id, recipientsTold, countries }) => [
      id,
      { id, recipientsTold, countries: setOrAll(countries) },
    ]),
  );
  return {
    nicheId: from.nicheId,
    configVersion: from.configVersion,
    currency: from.currency,
    levelRotation: from.levelRotation,
    fillMode: from.fillMode,
    defaultLevelId: from.defaultLevelId,
    levels,
    subscriptions,
    byProvider: placesByProvider(subscriptions),
    campaigns,
    countryFields: from.countryFields,
    asksPlace: subscriptions.some(({ filters }) => filters.some(({ filter }) => filter.kind === 'geo')),
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
