import { z } from 'zod';
import {
  amountText,
  currency,
  id,
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
  nicheId: id,
  name: shownText(100),
  /** "12.50" in the currency of the niche. */
  pricePerLead: amountText,
  maxProviders: seats.optional(),
  strategy: strategy.optional(),
  billOn: billOn.optional(),
  refundUndelivered: z.boolean().default(false),
  active: z.boolean().default(true),
});
export type NewLevel = z.infer<typeof newLevel>;

export const levelEdit = z
  .strictObject({
    name: shownText(100),
    pricePerLead: amountText,
    maxProviders: seats,
    strategy,
    billOn,
    refundUndelivered: z.boolean(),
    active: z.boolean(),
  })
  .partial()
  .extend({ version });
export type LevelEdit = z.infer<typeof levelEdit>;

export const levelOrder = z.strictObject({ nicheId: id, levelIds: z.array(id).min(1).max(LEVELS_MAX) });

const nicheFields = {
  name: shownText(100),
  slug,
  description: noteText(2_000),
  nicheGroup: shownText(60),
  currency,
  isLocationBased: z.boolean(),
  duplicateWindowDays: z.int().min(0).max(3_650),
  unsoldExpiryMs: z
    .int()
    .min(1_000)
    .max(90 * DAY_MS)
    .nullable(),
};
const rules = {
  levelRotation: z.enum(['rotate', 'fixed']),
  fillMode: z.enum(['cascade', 'fill_all']),
};

/** What is left out comes from the preset. */
export const newNiche = z.strictObject({
  name: nicheFields.name,
  slug: nicheFields.slug,
  description: nicheFields.description.default(''),
  nicheGroup: nicheFields.nicheGroup.default('general'),
  currency: nicheFields.currency,
  isLocationBased: nicheFields.isLocationBased.default(false),
  duplicateWindowDays: nicheFields.duplicateWindowDays.default(30),
  unsoldExpiryMs: nicheFields.unsoldExpiryMs.default(null),
  preset: presetName.default('exchange'),
  levelRotation: rules.levelRotation.optional(),
  fillMode: rules.fillMode.optional(),
  levels: z
    .array(newLevel.omit({ nicheId: true }))
    .max(LEVELS_MAX)
    .default([]),
  consentText: shownText(5_000, { multiline: true }).optional(),
  recipientsTold: z.int().min(1).max(100).optional(),
});
export type NewNiche = z.infer<typeof newNiche>;

export const nicheEdit = z
  .strictObject({ ...nicheFields, ...rules, defaultLevelId: id.nullable(), active: z.boolean() })
  .partial()
  .extend({ version });
export type NicheEdit = z.infer<typeof nicheEdit>;

export const levelView = z.object({
  id: z.string(),
  nicheId: z.string(),
  name: z.string(),
  pricePerLead: z.string(),
  currency: z.string(),
  maxProviders: z.number(),
  priorityOrder: z.number(),
  strategy: z.string(),
  billOn: z.string(),
  refundUndelivered: z.boolean(),
  active: z.boolean(),
  archivedAt: timeOrNull,
  version: z.number(),
  createdAt: time,
  updatedAt: time,
});
export type LevelView = z.infer<typeof levelView>;
export const levelListView = levelView.extend({ nicheName: z.string(), subscriptions: z.number() });

export const nicheView = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  description: z.string(),
  nicheGroup: z.string(),
  currency: z.string(),
  isLocationBased: z.boolean(),
  preset: presetName,
  duplicateWindowDays: z.number(),
  unsoldExpiryMs: z.number().nullable(),
  active: z.boolean(),
  archivedAt: timeOrNull,
  configVersion: z.number(),
  levelRotation: z.string(),
  fillMode: z.string(),
  defaultLevelId: z.string().nullable(),
  version: z.number(),
  createdAt: time,
  updatedAt: time,
});
export type NicheView = z.infer<typeof nicheView>;

export const nicheAnswer = z.object({ niche: nicheView, levels: z.array(levelView), warnings });
export const levelAnswer = z.object({ level: levelView, warnings });

/** A form as it is stored: docs/distribution.md names the types; `form-schema.ts` reads them. */
export const formView = z.object({
  schemaVersion: z.number(),
  active: z.boolean(),
  fields: z.array(z.looseObject({ id: z.string(), label: z.string(), type: z.string() })),
  changeSummary: z.string(),
  createdAt: time,
  activatedAt: timeOrNull,
});
export type FormView = z.infer<typeof formView>;
export const formAnswer = z.object({ form: formView, warnings });

/** What everybody may know of a niche. */
export const publicNiche = z.object({
  name: z.string(),
  slug: z.string(),
  description: z.string(),
  isLocationBased: z.boolean(),
});
export const publicForm = z.object({
  niche: publicNiche,
  schemaVersion: z.number(),
  fields: formView.shape.fields,
  consent: z.object({
    campaignId: z.string(),
    text: z.string(),
    version: z.number(),
    recipientsTold: z.number(),
  }),
});
