import { z } from 'zod';

/** What explanations for people answer. Times are ISO texts, money a decimal text with its currency. */

export const preflightView = z.object({
  subscription_id: z.string(),
  checked_at: z.string(),
  /** Whether nothing keeps every lead away at this moment. */
  ready: z.boolean(),
  /** How many checks are `bad`. */
  blockers: z.number(),
  checks: z.array(
    z.object({
      check: z.string(),
      /** bad: keeps every lead away now; unsure: it may, or nobody can say yet. */
      state: z.enum(['good', 'unsure', 'bad']),
      title: z.string(),
      sentence: z.string(),
      place: z.enum(['niche', 'form', 'provider', 'subscription', 'money', 'endpoint']),
      /** The portal's page where it is put right; null when the asker cannot. */
      link: z.string().nullable(),
      /** When it passes by itself. */
      passes_at: z.string().nullable(),
    }),
  ),
});
export type PreflightView = z.infer<typeof preflightView>;

/** All that a provider is told: one number, rounded. */
export const estimateView = z.object({
  /** null: fewer than three a week. */
  per_week: z.number().nullable(),
  sentence: z.string(),
  basis: z.string(),
});
export type EstimateView = z.infer<typeof estimateView>;

export const estimateForStaff = estimateView.extend({
  looked_at: z.number(),
  matching: z.number(),
  days: z.number(),
  kept_away: z.object({
    country: z.number(),
    campaign: z.number(),
    filter: z.number(),
    required_fields: z.number(),
  }),
  /** By the filter's place: leads that this filter alone keeps away. */
  by_filter: z.array(z.object({ field: z.string(), kept_away: z.number() })),
});
export type EstimateForStaff = z.infer<typeof estimateForStaff>;
