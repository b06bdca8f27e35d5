import { z } from 'zod';
import type { CamelKeys } from '../../kernel/names.ts';
import {
  amountText,
  capShape,
  capView,
  countries,
  fieldMappings,
  fieldName,
  filterField,
  filters,
  filterView,
  formRevision,
  holidayChoice,
  id,
  missing,
  percent,
  time,
  timeOrNull,
  timezone,
  version,
} from '../schema.ts';

const FIELDS_MAX = 100;
const CAMPAIGNS_MAX = 100;
const CAPS_MAX = 20;
const MAX_AGE_MIN_MS = 60_000;
const MAX_AGE_MAX_MS = 30 * 24 * 60 * 60 * 1_000;

/** Instants between which nothing is taken: a vacation, a strike. */
export const awayShape = z.strictObject({
  from: z.iso.datetime({ offset: true }),
  to: z.iso.datetime({ offset: true }),
});
const AWAY_MAX = 50;

const openWindow = z.strictObject({ from: z.string().max(5), to: z.string().max(5) });
const windows = z.array(openWindow).max(8);
export const scheduleShape = z.strictObject({
  zone: timezone,
  weekly: z
    .strictObject({
      mon: windows,
      tue: windows,
      wed: windows,
      thu: windows,
      fri: windows,
      sat: windows,
      sun: windows,
    })
    .partial()
    .nullable(),
  exceptions: z
    .array(
      z.union([
        z.strictObject({ date: z.string().max(10), closed: z.literal(true) }),
        z.strictObject({ date: z.string().max(10), windows }),
      ]),
    )
    .max(400)
    .optional(),
});

const terms = {
  /** null: portal and mail only. */
  endpoint_id: id.nullable(),
  countries,
  campaign_ids: z.array(id).max(CAMPAIGNS_MAX),
  filters,
  required_fields: z.array(fieldName).max(FIELDS_MAX),
  caps: z.array(capShape).max(CAPS_MAX),
  schedule: scheduleShape.nullable(),
  /** Closed on the public holidays of a country, and of one region of it. */
  holidays: holidayChoice.nullable(),
  /** The zone in which the caps' days begin. */
  timezone,
  off_hours: z.enum(['skip', 'hold']),
  premium_ratio: percent.nullable(),
  ratio_mode: z.enum(['soft', 'hard']),
  ratio_window: z.int().min(5).max(100),
  away: z.array(awayShape).max(AWAY_MAX),
  /** No second lead of the same person within so many days; null: no such wish. */
  person_window_days: z.int().min(1).max(365).nullable(),
  max_age_ms: z.int().min(MAX_AGE_MIN_MS).max(MAX_AGE_MAX_MS),
};
/** Set by operators only. */
const dealt = {
  price_override: amountText.nullable(),
  weight: z.int().min(1).max(1_000),
  priority: z.int().min(0).max(1_000),
};

const newTerms = {
  level_id: id,
  endpoint_id: terms.endpoint_id.default(null),
  countries: terms.countries.default([]),
  campaign_ids: terms.campaign_ids.default([]),
  filters: terms.filters.default([]),
  required_fields: terms.required_fields.default([]),
  caps: terms.caps.default([]),
  schedule: terms.schedule.default(null),
  holidays: terms.holidays.optional(),
  /** Left out: the provider's own zone. */
  timezone: terms.timezone.optional(),
  off_hours: terms.off_hours.default('skip'),
  premium_ratio: terms.premium_ratio.default(null),
  ratio_mode: terms.ratio_mode.default('soft'),
  ratio_window: terms.ratio_window.optional(),
  away: terms.away.optional(),
  person_window_days: terms.person_window_days.optional(),
  max_age_ms: terms.max_age_ms.default(24 * 60 * 60 * 1_000),
};

/** By a provider for itself. */
export const newSubscription = z.strictObject(newTerms);
/** By an operator for a provider. */
export const newSubscriptionFor = z.strictObject({
  ...newTerms,
  provider_id: id,
  price_override: dealt.price_override.default(null),
  weight: dealt.weight.default(1),
  priority: dealt.priority.default(0),
});
export type NewSubscription = CamelKeys<z.infer<typeof newSubscriptionFor>>;

export const subscriptionEdit = z.strictObject(terms).partial().extend({ version });
export const subscriptionEditFor = z
  .strictObject({
    ...terms,
    ...dealt,
    /** Its own price from `from` on (null: what others pay); null takes back what was announced. */
    coming_price_override: z
      .strictObject({ price_override: amountText.nullable(), from: z.iso.datetime({ offset: true }) })
      .nullable(),
  })
  .partial()
  .extend({ version });
export type SubscriptionEdit = CamelKeys<z.infer<typeof subscriptionEditFor>>;

export const pauseBody = z.strictObject({ until: z.iso.datetime({ offset: true }).nullable().default(null) });

export const subscriptionView = z.object({
  id: z.string(),
  provider_id: z.string(),
  provider_name: z.string(),
  niche_id: z.string(),
  niche_name: z.string(),
  level_id: z.string(),
  level_name: z.string(),
  /** What this subscription pays for a lead now. */
  price_per_lead: z.string(),
  currency: z.string(),
  max_providers: z.number(),
  /** Why it gets nothing (`auto_deactivated`: the money does not reach for one lead), or `active`. */
  state: z.enum([
    'cancelled',
    'provider_pending',
    'provider_inactive',
    'provider_stopped',
    'paused',
    'provider_paused',
    'niche_off',
    'niche_stopped',
    'level_off',
    'endpoint_down',
    'auto_deactivated',
    'active',
  ]),
  /** Its own pause, whatever else keeps leads away. */
  paused: z.boolean(),
  /** Only an operator ends an operator's pause. */
  paused_by: z.enum(['operator', 'provider']).nullable(),
  paused_until: timeOrNull,
  endpoint_id: z.string().nullable(),
  endpoint_health: z.enum(['healthy', 'failing', 'disabled', 'none']),
  countries: z.array(z.string()),
  campaign_ids: z.array(z.string()),
  filters: z.array(filterView),
  required_fields: z.array(z.string()),
  caps: z.array(capView),
  schedule: scheduleShape.nullable(),
  holidays: z.object({ country: z.string(), region: z.string().nullable() }).nullable(),
  timezone: z.string(),
  off_hours: z.string(),
  premium_ratio: z.number().nullable(),
  ratio_mode: z.string(),
  ratio_window: z.number(),
  away: z.array(awayShape),
  person_window_days: z.number().nullable(),
  max_age_ms: z.number(),
  price_override: z.string().nullable(),
  /** Its own price from a moment on (null: what others pay); null: nothing is announced. */
  coming_price_override: z.object({ price_override: z.string().nullable(), from: time }).nullable(),
  /** What it will pay for a lead, soonest first; `campaign`: only for the leads of that campaign. */
  coming_prices: z.array(
    z.object({
      of: z.enum(['own', 'level', 'campaign']),
      campaign: z.string().nullable(),
      price_now: z.string(),
      price_per_lead: z.string(),
      from: time,
    }),
  ),
  weight: z.number(),
  priority: z.number(),
  /** Leads received in the present local day, and the cap of the day (null: none). */
  leads_today: z.number(),
  leads_per_day_max: z.number().nullable(),
  leads_received_count: z.number(),
  last_received_at: timeOrNull,
  version: z.number(),
  created_at: time,
  updated_at: time,
  cancelled_at: timeOrNull,
});
export type SubscriptionView = z.infer<typeof subscriptionView>;

const HISTORY_MAX = 100;
export const historyQuery = z.object({
  limit: z.coerce.number().int().min(1).max(HISTORY_MAX).default(20),
  cursor: z.string().max(400).optional(),
});
export const historyView = z.object({
  id: z.string(),
  at: time,
  /** created, changed, paused, resumed, cancelled, revived. */
  what: z.string(),
  by: z.enum(['operator', 'provider', 'program']),
  /** Decisions from this version of the niche's configuration on go by it. */
  config_version: z.number().nullable(),
  changes: z.array(z.object({ term: z.string(), before: z.unknown(), after: z.unknown() })),
});
export type HistoryView = z.infer<typeof historyView>;

/** Of a form version that is put in use; left out: every field keeps its name. */
export const formActivation = z
  .strictObject({
    field_mappings: fieldMappings.default([]),
    /** The version in use that the mappings start from: another one by now is a 409. */
    from_version: z.int().min(1).optional(),
    /** The revision of the new version that was on the screen: another one by now is a 409. */
    revision: formRevision.optional(),
  })
  .nullish();
const ofSubscription = {
  subscription_id: z.string(),
  provider_id: z.string(),
  provider_name: z.string(),
  level_name: z.string(),
};
export const carriedTerms = z.object({
  /** Subscriptions whose filters or required fields are carried over, and how many things of them in all. */
  changed: z.number(),
  moved_count: z.number(),
  /** The first 500 of what goes along by itself. */
  moved: z.array(
    z.object({
      ...ofSubscription,
      what: z.enum(['filter', 'required_field']),
      from: z.string(),
      to: z.string(),
    }),
  ),
  left_count: z.number(),
  /** The first 500 of what stays as it was, because nothing of the new form takes its place. */
  left: z.array(
    z.object({
      ...ofSubscription,
      what: z.enum(['filter', 'required_field', 'endpoint_field']),
      field: z.string(),
      why: z.string(),
      /** Of leads of the new form: `none_pass` gets none of them; `as_before` judges them as it did. */
      effect: z.enum(['none_pass', 'not_asked', 'as_before']),
    }),
  ),
});
export type CarriedTerms = z.infer<typeof carriedTerms>;

/** Who comes first at a level that goes by priority. */
const FIRST_MAX = 200;
const firstIds = z.array(id).max(FIRST_MAX);
export const levelPriorities = z.strictObject({
  /** Those that come before all others, the first one first. */
  subscription_ids: firstIds,
  /** The same list as it was on the screen: another one by now is a 409. Left out: whatever it is. */
  subscription_ids_seen: firstIds.optional(),
});
export const levelPrioritiesView = z.object({
  level: z.object({ id: z.string(), name: z.string(), strategy: z.string() }),
  first: z.array(
    z.object({
      subscription_id: z.string(),
      provider_id: z.string(),
      provider_name: z.string(),
      priority: z.number(),
    }),
  ),
  /** Those that come after them; they take turns. */
  others: z.number(),
});
export type LevelPriorities = z.infer<typeof levelPrioritiesView>;

export const areasQuery = z.object({ field: filterField });
export const areasEdit = areasQuery.extend({ missing });

export const subscriptionQuery = z.object({
  provider_id: id.optional(),
  niche_id: id.optional(),
  level_id: id.optional(),
  cancelled: z.enum(['true', 'false']).default('false'),
  /** A part of the name of the provider, the niche or the level. */
  search: z.string().trim().max(100).optional(),
});
