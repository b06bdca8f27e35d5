import { z } from 'zod';

/** Explanations of decisions, as the operator sees them. */
export const explainedCandidate = z.object({
  subscription_id: z.string(),
  provider_id: z.string(),
  provider_name: z.string(),
  level_id: z.string(),
  level_name: z.string(),
  verdict: z.string(),
  sentence: z.string(),
  /** Leads received on that day before this decision. */
  received_before: z.number().nullable(),
  /** Place in the order of receipt; null: never received. */
  last_receipt: z.number().nullable(),
});
export type ExplainedCandidate = z.infer<typeof explainedCandidate>;

export const explanation = z.object({
  seq: z.string(),
  decided_at: z.string(),
  config_version: z.number(),
  outcome: z.enum(['sold', 'unsold']),
  test: z.boolean(),
  retry_at: z.string().nullable(),
  summary: z.string(),
  groups: z.array(z.object({ reason: z.string(), word: z.string(), count: z.number() })),
  levels: z.array(z.object({ id: z.string(), name: z.string(), seats: z.number(), taken: z.number() })),
  turn_before: z.string().nullable(),
  turn_after: z.string().nullable(),
  candidates: z.array(explainedCandidate),
  excluded: z.array(
    z.object({
      subscription_id: z.string(),
      provider_id: z.string(),
      provider_name: z.string(),
      level_name: z.string(),
      check: z.string(),
      sentence: z.string(),
    }),
  ),
});
export type Explanation = z.infer<typeof explanation>;

export const explainedLead = z.object({ lead_id: z.string(), decisions: z.array(explanation) });
export type ExplainedLead = z.infer<typeof explainedLead>;
