import { z } from 'zod';
import type { CamelKeys } from '../../kernel/names.ts';
import {
  amountText,
  currency,
  id,
  idParams,
  noteText,
  shownText,
  slug,
  time,
  timeOrNull,
  version,
  warnings,
} from '../schema.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const LEVELS_MAX = 50;

export const presetName = z.enum(['instant', 'exchange', 'exchange_in_order', 'campaign_store']);
const strategy = z.enum(['longest_waiting', 'least_loaded_today', 'weighted', 'priority']);
const billOn = z.enum(['assigned', 'accepted']);
const seats = z.int().min(1).max(100);

/** Terms that are left out come from the preset of the niche. */
export const newLevel = z.strictObject({
  niche_id: id,
  name: shownText(100),
  /** "12.50" in the currency of the niche. */
  price_per_lead: amountText,
  max_providers: seats.optional(),
  strategy: strategy.optional(),
  bill_on: billOn.optional(),
  refund_undelivered: z.boolean().default(false),
  /** Who buys here shares the lead with nobody of another level either. */
  exclusive: z.boolean().optional(),
  active: z.boolean().default(true),
});
export type NewLevel = CamelKeys<z.infer<typeof newLevel>>;

export const levelEdit = z
  .strictObject({
    name: shownText(100),
    price_per_lead: amountText,
    max_providers: seats,
    strategy,
    bill_on: billOn,
    refund_undelivered: z.boolean(),
    exclusive: z.boolean(),
    /** The price from `from` on; null takes back what was announced. */
    coming_price: z
      .strictObject({ price_per_lead: amountText, from: z.iso.datetime({ offset: true }) })
      .nullable(),
    active: z.boolean(),
  })
  .partial()
  .extend({ version });
export type LevelEdit = CamelKeys<z.infer<typeof levelEdit>>;

const levelIds = z.array(id).min(1).max(LEVELS_MAX);
export const levelOrder = z.strictObject({
  niche_id: id,
  level_ids: levelIds,
  /** The order that was on the screen: another one by now is a 409. Left out: whatever the order is. */
  level_ids_seen: levelIds.optional(),
});

const nicheFields = {
  name: shownText(100),
  slug,
  description: noteText(2_000),
  niche_group: shownText(60),
  currency,
  is_location_based: z.boolean(),
  duplicate_window_days: z.int().min(0).max(3_650),
  unsold_expiry_ms: z
    .int()
    .min(1_000)
    .max(90 * DAY_MS)
    .nullable(),
};
const rules = {
  level_rotation: z.enum(['rotate', 'fixed']),
  fill_mode: z.enum(['cascade', 'fill_all']),
  /** Turns that a subscription may keep while only its endpoint is down; 0: none. */
  missed_turns_max: z.int().min(0).max(20),
};

/** What is left out comes from the preset. */
export const newNiche = z.strictObject({
  name: nicheFields.name,
  slug: nicheFields.slug,
  description: nicheFields.description.default(''),
  niche_group: nicheFields.niche_group.default('general'),
  currency: nicheFields.currency,
  is_location_based: nicheFields.is_location_based.default(false),
  duplicate_window_days: nicheFields.duplicate_window_days.default(30),
  unsold_expiry_ms: nicheFields.unsold_expiry_ms.default(null),
  preset: presetName.default('exchange'),
  level_rotation: rules.level_rotation.optional(),
  fill_mode: rules.fill_mode.optional(),
  missed_turns_max: rules.missed_turns_max.optional(),
  levels: z
    .array(newLevel.omit({ niche_id: true }))
    .max(LEVELS_MAX)
    .default([]),
  consent_text: shownText(5_000, { multiline: true }).optional(),
  recipients_told: z.int().min(1).max(100).optional(),
});
export type NewNiche = Omit<CamelKeys<z.infer<typeof newNiche>>, 'levels'> & {
  levels: Omit<NewLevel, 'nicheId'>[];
};

export const nicheEdit = z
  .strictObject({ ...nicheFields, ...rules, default_level_id: id.nullable(), active: z.boolean() })
  .partial()
  .extend({ version });
export type NicheEdit = CamelKeys<z.infer<typeof nicheEdit>>;

export const levelView = z.object({
  id: z.string(),
  niche_id: z.string(),
  name: z.string(),
  price_per_lead: z.string(),
  currency: z.string(),
  max_providers: z.number(),
  priority_order: z.number(),
  strategy: z.string(),
  bill_on: z.string(),
  refund_undelivered: z.boolean(),
  exclusive: z.boolean(),
  /** What a lead costs from a moment on; null: nothing is announced. */
  coming_price: z.object({ price_per_lead: z.string(), from: time }).nullable(),
  active: z.boolean(),
  archived_at: timeOrNull,
  version: z.number(),
  created_at: time,
  updated_at: time,
});
export type LevelView = z.infer<typeof levelView>;
export const levelOfferView = levelView.extend({ niche_name: z.string(), niche_slug: z.string() });
export const levelListView = levelOfferView.extend({ subscriptions: z.number() });
export const archivedLevel = z.object({ id: z.string(), archived_at: time });

export const nicheView = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  description: z.string(),
  niche_group: z.string(),
  currency: z.string(),
  is_location_based: z.boolean(),
  preset: presetName,
  duplicate_window_days: z.number(),
  unsold_expiry_ms: z.number().nullable(),
  active: z.boolean(),
  archived_at: timeOrNull,
  config_version: z.number(),
  level_rotation: z.string(),
  fill_mode: z.string(),
  missed_turns_max: z.number(),
  default_level_id: z.string().nullable(),
  version: z.number(),
  created_at: time,
  updated_at: time,
});
export type NicheView = z.infer<typeof nicheView>;

export const nicheAnswer = z.object({ niche: nicheView, levels: z.array(levelView), warnings });
export const levelAnswer = z.object({ level: levelView, warnings });

/** A form as it is stored: docs/distribution.md names the types; `form-schema.ts` reads them. */
export const formView = z.object({
  schema_version: z.number(),
  /** Changes with what the version holds; an edit of a draft and its activation name the one that was seen. */
  revision: z.string(),
  /** Fields with the name of a question that had been given up: to be named as direct when this one is put in use. */
  asked_again: z.array(z.string()),
  active: z.boolean(),
  fields: z.array(z.looseObject({ id: z.string(), label: z.string(), type: z.string() })),
  change_summary: z.string(),
  created_at: time,
  activated_at: timeOrNull,
});
export type FormView = z.infer<typeof formView>;
export const formParams = idParams.extend({ version: z.coerce.number().int().min(1).max(1_000_000) });
export const formAnswer = z.object({ form: formView, warnings });

/** What everybody may know of a niche. */
export const publicNiche = z.object({
  name: z.string(),
  slug: z.string(),
  description: z.string(),
  is_location_based: z.boolean(),
});
export const publicForm = z.object({
  niche: publicNiche,
  schema_version: z.number(),
  fields: formView.shape.fields,
  consent: z.object({
    campaign_id: z.string(),
    text: z.string(),
    version: z.number(),
    recipients_told: z.number(),
  }),
});

export const nicheQuery = z.object({
  archived: z.enum(['true', 'false']).default('false'),
  search: z.string().max(100).optional(),
});
