import type { Areas } from '../../kernel/postcode-areas.ts';
import type { Schedule } from '../../kernel/time.ts';
import type { AnswerMove } from '../catalog/index.ts';
import type { HolidayChoice, Pinned } from '../holidays/index.ts';

/** The rules of a niche at one config_version, as the distribution engine reads them. Amounts are minor units. */
export type Filter =
  | { field: string; kind: 'range'; min?: number; max?: number; missing: 'fail' | 'pass' }
  | { field: string; kind: 'set'; values: string[]; match: 'any' | 'none'; missing: 'fail' | 'pass' }
  | { field: string; kind: 'boolean'; value: boolean; missing: 'fail' | 'pass' }
  | { field: string; kind: 'text'; op: 'equals' | 'contains'; value: string; missing: 'fail' | 'pass' }
  | AreaFilter
  | GeoFilter;
/** An area: the list with this hash (hex), of `count` entries. */
export type AreaFilter = {
  field: string;
  kind: 'postcodes';
  hash: string;
  count: number;
  missing: 'fail' | 'pass';
};
/** A circle. `postcode` and `country` say what its middle was given by, if not by coordinates. */
export type GeoFilter = {
  field: string;
  kind: 'geo';
  lat: number;
  lon: number;
  radius_km: number;
  postcode?: string;
  country?: string;
  missing: 'fail' | 'pass';
};
/** A filter as the engine reads it: with the list itself. */
export type RuleFilter = Exclude<Filter, AreaFilter> | (AreaFilter & { areas: Areas });

export type CapWindow = 'hour' | 'day' | 'week' | 'month' | 'total';
/** `value` is a whole number as text: leads for `count`, minor units for `spend`. */
export type Cap = {
  window: CapWindow;
  kind: 'count' | 'spend';
  value: string;
  /** With the window `day` only: holds on this weekday, instead of the day's other cap. 1 is Monday. */
  weekday?: number;
  /** `even`: spread over the window, so that not all of it goes in its first hour. */
  pace?: 'even';
  /** A refunded lead gives its place in the window back. */
  gives_back?: boolean;
  /** Of an amount over all subscriptions of a provider, which may have several currencies. */
  currency?: string;
};
/** Caps over all subscriptions of a provider, and the zone in which their days begin. */
export type ProviderCaps = { providerId: string; caps: Cap[]; timezone: string };
/** Instants between which nothing is taken, ISO 8601. */
export type Away = { from: string; to: string };

/** What a subscription asks for; versioned with the niche's configuration. */
export type Terms = {
  /** Alpha-2; empty: every country. */
  countries: string[];
  /** Empty: every campaign of the niche. */
  campaignIds: string[];
  filters: Filter[];
  /** Fields that a lead must have for this provider. */
  requiredFields: string[];
  caps: Cap[];
  /** null: always open. */
  schedule: Schedule | null;
  /** Closed on the public holidays of a country; null: on none. */
  holidays: HolidayChoice | null;
  /** The zone of the caps' windows. */
  timezone: string;
  offHours: 'skip' | 'hold';
  /** Wanted share of premium leads in percent; null: no wish. */
  premiumRatio: number | null;
  ratioMode: 'soft' | 'hard';
  /** The leads that the ratio looks back on. */
  ratioWindow: number;
  away: Away[];
  /** No second lead of the same person within so many days, for the whole provider; null: no such wish. */
  personWindowDays: number | null;
  maxAgeMs: number;
  /** This provider's own price, in minor units; null: the level's. */
  priceOverride: bigint | null;
  weight: number;
  priority: number;
};

export type RuleLevel = {
  id: string;
  name: string;
  price: bigint;
  maxProviders: number;
  priorityOrder: number;
  strategy: 'longest_waiting' | 'least_loaded_today' | 'weighted' | 'priority';
  billOn: 'assigned' | 'accepted';
  refundUndelivered: boolean;
  /** Who buys here shares the lead with nobody of another level either. */
  exclusive: boolean;
  active: boolean;
};

/**
 * `requiredFields` are its own and those of its endpoint that have no default value; `schedule` is closed on the holidays it
 * chose.
 */
export type RuleSubscription = Omit<Terms, 'filters'> & {
  filters: RuleFilter[];
  id: string;
  providerId: string;
  levelId: string;
  endpointId: string | null;
  active: boolean;
  createdAt: Date;
};

/** The days of a country as the niche keeps them. */
export type PinnedDays = Pinned[number];

export type NicheRules = {
  nicheId: string;
  configVersion: number;
  currency: string;
  /** False while the niche is switched off or archived. */
  active: boolean;
  levelRotation: 'rotate' | 'fixed';
  fillMode: 'cascade' | 'fill_all';
  defaultLevelId: string | null;
  /** Turns that a subscription whose endpoint is down may keep. */
  missedTurnsMax: number;
  /** In order; archived ones are left out. */
  levels: RuleLevel[];
  /** Those not cancelled, by id. */
  subscriptions: RuleSubscription[];
  campaigns: {
    id: string;
    isDefault: boolean;
    countries: string[];
    recipientsTold: number;
    /** Level id to minor units: instead of the level's price for leads of this campaign. */
    levelPrices: Record<string, bigint>;
    active: boolean;
  }[];
  /** Fields of type country of all forms that were in use up to this version. */
  countryFields: string[];
  /** Answers of older forms under the names of the present one, in the order in which they became that. */
  answerMoves: AnswerMove[];
  /** Those that have any. */
  providerCaps: ProviderCaps[];
};
