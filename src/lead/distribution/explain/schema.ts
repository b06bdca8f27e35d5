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

const counted = z.array(z.object({ reason: z.string(), sentence: z.string(), count: z.number() }));

/** Why a provider did not get more leads; about others nothing but their number. */
export const whyView = z.object({
  from: z.string(),
  to: z.string(),
  subscriptions: z.array(
    z.object({
      subscription_id: z.string(),
      niche_name: z.string(),
      level_name: z.string(),
      answer: z.string(),
      /** Leads that were decided while the subscription was there. */
      came: z.number(),
      /** Those that its rules matched. */
      matched: z.number(),
      /** Those that it could have taken at that moment. */
      able: z.number(),
      received: z.number(),
      reasons: counted,
      days: z.array(z.object({ day: z.string(), came: z.number(), received: z.number(), reasons: counted })),
      seats: z.number(),
      /** Its place among those who wait at its level now. */
      place: z.object({ position: z.number(), of: z.number() }).nullable(),
      what_if: z.array(z.object({ id: z.string(), sentence: z.string(), more: z.number() })),
      /** When fewer decisions were read than the period holds: until when. */
      read_until: z.string().nullable(),
      tried_until: z.string().nullable(),
    }),
  ),
  basis: z.string(),
});
export type WhyView = z.infer<typeof whyView>;

/** Why a provider got one lead. */
export const ownLeadWhy = z.object({
  lead_id: z.string(),
  decided_at: z.string(),
  answer: z.string(),
  level_name: z.string(),
  seats: z.number(),
  taken: z.number(),
  /** Providers that could have taken it at this level, itself included. */
  eligible: z.number(),
  position: z.number().nullable(),
  shared_with: z.number(),
});
export type OwnLeadWhy = z.infer<typeof ownLeadWhy>;
