import { z } from 'zod';
import { explanation } from '../schema.ts';

/** Looks back and dry runs as the API answers them. Times are ISO texts, money a decimal text with its currency. */

const share = z.object({
  /** Turns that were got, and those that were due: the sum over leads of seats / those who could have had it. */
  received: z.number(),
  expected: z.number(),
  /** 0.25: a quarter more than was due; null: nothing was due. */
  skew: z.number().nullable(),
});

export const fairnessView = z.object({
  niche_id: z.string(),
  niche_name: z.string(),
  from: z.string(),
  to: z.string(),
  decisions: z.number(),
  /** When fewer decisions were read than the period holds: until when. */
  read_until: z.string().nullable(),
  threshold: z.object({ skew: z.number(), turns: z.number() }),
  /** Of each level's shares. Ask with the same `from` and `to` for the next page. */
  page: z.number(),
  limit: z.number(),
  levels: z.array(
    z.object({
      level_id: z.string(),
      level_name: z.string(),
      strategy: z.string(),
      /** Its subscriptions with a turn due or got, and those far from what was due: these come first. */
      total: z.number(),
      skewed: z.number(),
      shares: z.array(
        share.extend({
          subscription_id: z.string(),
          provider_id: z.string(),
          provider_name: z.string(),
          skewed: z.boolean(),
        }),
      ),
    }),
  ),
  basis: z.string(),
});
export type FairnessView = z.infer<typeof fairnessView>;

export const fairnessAlertView = z.object({
  value: z.number(),
  basis: z.string(),
  niches: z.array(z.object({ id: z.string(), name: z.string(), skewed: z.number() })),
});
export type FairnessAlertView = z.infer<typeof fairnessAlertView>;

/** The same for a provider: its own share among others who have no name. */
export const ownFairnessView = z.object({
  from: z.string(),
  to: z.string(),
  levels: z.array(
    z.object({
      subscription_id: z.string(),
      niche_name: z.string(),
      level_name: z.string(),
      own: share,
      /** How many took part; of more than 100 some are shown, spread evenly over what they got. */
      of: z.number(),
      /** In no order that tells who they are: by what they got. */
      shares: z.array(share.extend({ mine: z.boolean() })),
    }),
  ),
  basis: z.string(),
});
export type OwnFairnessView = z.infer<typeof ownFairnessView>;

/** Who would get a lead now. */
export const dryRunView = z.object({
  niche_id: z.string(),
  niche_name: z.string(),
  lead_id: z.string().nullable(),
  explanation,
  /** What was taken as given, in plain sentences. */
  assumed: z.array(z.string()),
});
export type DryRunView = z.infer<typeof dryRunView>;

const outcome = z.object({ leads: z.number(), sold: z.number(), unsold: z.number(), revenue: z.string() });
const side = share.extend({ spend: z.string() });

/** A draft against the configuration of that time, on the same leads. */
export const comparisonView = z.object({
  niche_id: z.string(),
  niche_name: z.string(),
  currency: z.string(),
  /** The draft was tried against this configuration; publish names it. */
  base_config_version: z.number(),
  from: z.string(),
  to: z.string(),
  decisions: z.number(),
  /** When fewer decisions were read than the period holds: until when. */
  read_until: z.string().nullable(),
  /** Decisions that were not taken again. */
  left_out: z.number(),
  control: outcome,
  draft: outcome,
  /** Leads that would have gone to others. */
  moved: z.number(),
  moved_examples: z.array(
    z.object({ lead_id: z.string(), before: z.array(z.string()), after: z.array(z.string()) }),
  ),
  subscriptions: z.array(
    z.object({
      subscription_id: z.string(),
      provider_id: z.string(),
      provider_name: z.string(),
      level_name: z.string(),
      control: side,
      draft: side,
    }),
  ),
  assumed: z.array(z.string()),
});
export type ComparisonView = z.infer<typeof comparisonView>;

export const publishedView = z.object({ config_version: z.number() });
