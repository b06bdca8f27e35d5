import { z } from 'zod';
import type { CamelKeys } from '../../kernel/names.ts';
import {
  amountText,
  countries,
  id,
  percent,
  shownText,
  slug,
  time,
  timeOrNull,
  version,
  warnings,
} from '../schema.ts';

const CONSENT_MAX = 5_000;

const policy = {
  countries,
  confirmation: z.enum(['double_opt_in', 'source_attested', 'admin_attested']),
  approval: z.enum(['manual', 'auto', 'auto_if']),
  approval_score: percent.nullable(),
  late_approval: z.enum(['alert', 'approve']),
  premium_score: percent,
  consent_text: shownText(CONSENT_MAX, { multiline: true }),
  recipients_told: z.int().min(1).max(100),
  purchase: z.enum(['off', 'unsold', 'open_seats']),
};
/** Level id to an amount such as "12.50": what its leads cost when they come through this campaign. */
const levelPrices = z
  .record(id, amountText)
  .refine((prices) => Object.keys(prices).length <= 50, 'Name at most 50 levels.');

export const newCampaign = z.strictObject({
  niche_id: id,
  name: shownText(200),
  slug,
  countries: policy.countries.default([]),
  confirmation: policy.confirmation.default('double_opt_in'),
  approval: policy.approval.default('manual'),
  approval_score: policy.approval_score.default(null),
  /** After 25 minutes without a decision: alarm the operators, or approve as `system`. */
  late_approval: policy.late_approval.default('alert'),
  premium_score: policy.premium_score.default(70),
  /** Left out: the plain text of docs/distribution.md. */
  consent_text: policy.consent_text.optional(),
  recipients_told: policy.recipients_told.default(10),
  /** What providers may buy themselves: nothing, leads that nobody took, or also seats that stayed open. */
  purchase: policy.purchase.default('off'),
});
export type NewCampaign = CamelKeys<z.infer<typeof newCampaign>>;

export const campaignEdit = z
  .strictObject({
    name: shownText(200),
    slug,
    ...policy,
    level_prices: levelPrices,
    /** All prices that it names from `from` on; null takes back what was announced. */
    coming_level_prices: z
      .strictObject({ level_prices: levelPrices, from: z.iso.datetime({ offset: true }) })
      .nullable(),
    active: z.boolean(),
  })
  .partial()
  .extend({ version });
export type CampaignEdit = CamelKeys<z.infer<typeof campaignEdit>>;

export const campaignView = z.object({
  id: z.string(),
  niche_id: z.string(),
  name: z.string(),
  slug: z.string(),
  is_default: z.boolean(),
  countries: z.array(z.string()),
  confirmation: z.string(),
  approval: z.string(),
  approval_score: z.number().nullable(),
  late_approval: z.string(),
  premium_score: z.number(),
  consent_text: z.string(),
  consent_version: z.number(),
  recipients_told: z.number(),
  purchase: z.string(),
  currency: z.string(),
  level_prices: z.record(z.string(), z.string()),
  /** The prices from a moment on, instead of all those of now; null: nothing is announced. */
  coming_level_prices: z.object({ level_prices: z.record(z.string(), z.string()), from: time }).nullable(),
  active: z.boolean(),
  archived_at: timeOrNull,
  version: z.number(),
  created_at: time,
  updated_at: time,
});
export type CampaignView = z.infer<typeof campaignView>;

export const campaignAnswer = z.object({ campaign: campaignView, warnings });

export const campaignQuery = z.object({
  niche_id: id.optional(),
  archived: z.enum(['true', 'false']).default('false'),
  search: z.string().max(100).optional(),
});
