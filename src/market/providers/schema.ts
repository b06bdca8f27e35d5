import { z } from 'zod';
import { countryOf } from '../../kernel/contact.ts';
import type { CamelKeys } from '../../kernel/names.ts';
import {
  capShape,
  capView,
  country,
  currency,
  defaultValues,
  fieldMap,
  fieldName,
  filters,
  id,
  percent,
  shownText,
  time,
  timeOrNull,
  timezone,
  version,
} from '../schema.ts';

const email = z.email().max(254);
const website = z.url({ protocol: /^https?$/, hostname: z.regexes.domain }).max(300);
/** Minor units are meant for every currency alike: a whole number, 10000 is 100.00 EUR. */
const threshold = z.int().min(0).max(1_000_000_000_000);
const preferences = z.strictObject({
  new_lead: z.boolean(),
  bad_lead_decision: z.boolean(),
  low_balance: z.boolean(),
  /** A cap is used by 80 % or used up: to the provider; not set means yes. */
  cap_warning: z.boolean().optional(),
  /** The same to the staff. */
  cap_warning_staff: z.boolean().optional(),
  /** The root of each day, as witness; not set means yes. */
  daily_proof: z.boolean().optional(),
});

const terms = {
  company_name: shownText(200),
  contact_email: email,
  website: website.nullable(),
  country,
  timezone,
  low_balance_threshold: threshold,
  low_balance_alert_email: email.nullable(),
  notification_preferences: preferences.partial(),
};

export const newProvider = z.strictObject({
  ...terms,
  website: terms.website.default(null),
  timezone: terms.timezone.default('Europe/Berlin'),
  low_balance_threshold: threshold.default(10_000),
  low_balance_alert_email: terms.low_balance_alert_email.default(null),
  notification_preferences: terms.notification_preferences.default({}),
  status: z.enum(['pending', 'active']).default('active'),
});
export type NewProvider = CamelKeys<z.infer<typeof newProvider>>;

const CAPS_MAX = 20;
/** Over all subscriptions of a provider. An amount names its currency, where its niches have several. */
const providerCap = capShape.extend({ currency: currency.optional() });

export const providerEdit = z
  .strictObject({ ...terms, caps: z.array(providerCap).max(CAPS_MAX) })
  .partial()
  .extend({ version });
export type ProviderEdit = CamelKeys<z.infer<typeof providerEdit>>;

/** The whole of a new partner in one form. */
export const newPartner = z.strictObject({
  name: shownText(200),
  email,
  /** Two letters, or its name: "germany", "uk". */
  country: z
    .string()
    .max(60)
    .transform((name) => countryOf(name) ?? name)
    .pipe(country),
  niche_id: id,
  /** Left out: the niche's default level, else its first. */
  level_id: id.optional(),
  daily_limit: z.int().min(1).max(1_000_000).default(50),
  premium_ratio: percent.default(70),
  timezone: timezone.default('Europe/Berlin'),
  webhook_url: z.string().trim().min(1).max(2_000),
  /** One of ours, or written as in the form: "International (+1234567890)". */
  phone_format: z.string().max(60).default('International (+1234567890)'),
  /** A list, or names separated by commas. */
  required_fields: z
    .union([z.array(fieldName).max(100), z.string().max(2_000)])
    .default('name,email,phone,country')
    .transform((names) =>
      Array.isArray(names)
        ? names
        : names
            .split(',')
            .map((name) => name.trim())
            .filter((name) => name !== ''),
    )
    .pipe(z.array(fieldName).max(100)),
  field_map: fieldMap.default({}),
  default_values: defaultValues.default({}),
  filters: filters.default([]),
  save_unreachable: z.boolean().optional(),
});
/** The same key again gives the same partner, not a second one. */
export const partnerHeaders = z.object({ 'idempotency-key': z.string().max(255).optional() });
export type NewPartner = CamelKeys<z.infer<typeof newPartner>>;

export const walletView = z.object({
  currency: z.string(),
  available: z.string(),
  held: z.string(),
  credit_limit: z.string(),
});

export const providerView = z.object({
  id: z.string(),
  company_name: z.string(),
  contact_email: z.string(),
  website: z.string().nullable(),
  country: z.string(),
  timezone: z.string(),
  status: z.string(),
  paused: z.boolean(),
  paused_until: timeOrNull,
  /** Whose pause it is; only an operator ends an operator's. */
  paused_by: z.enum(['operator', 'provider']).nullable(),
  /** The operator has stopped it: no new leads, and deliveries wait. Why is the operator's to tell. */
  stopped: z.boolean(),
  low_balance_threshold: z.number(),
  low_balance_alert_email: z.string().nullable(),
  notification_preferences: z.record(z.string(), z.boolean()),
  /** Over all its subscriptions. */
  caps: z.array(capView.extend({ currency: z.string().optional() })),
  version: z.number(),
  created_at: time,
  updated_at: time,
});
export type ProviderView = z.infer<typeof providerView>;

export const providerListView = providerView.extend({
  subscriptions: z.number(),
  wallets: z.array(walletView),
});
export const pauseBody = z.strictObject({ until: z.iso.datetime({ offset: true }).nullable().default(null) });

export const providerQuery = z.object({
  search: z.string().max(100).optional(),
  status: z.enum(['pending', 'active', 'inactive']).optional(),
  country: country.optional(),
  niche_id: id.optional(),
  paused: z.enum(['true', 'false']).optional(),
  /** `down`: one of its endpoints is switched off or does not take leads. */
  endpoints: z.enum(['down']).optional(),
});

/** All accounts of one currency together; `owed` is what accounts below zero lack. */
export const walletTotals = z.object({
  currency: z.string(),
  accounts: z.number(),
  available: z.string(),
  held: z.string(),
  owed: z.string(),
});
export type WalletTotals = z.infer<typeof walletTotals>;
