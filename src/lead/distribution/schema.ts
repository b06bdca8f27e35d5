import { z } from 'zod';
import { isId } from '../../kernel/ids.ts';
import { textProblem } from '../../kernel/text.ts';

const REASON_MAX = 500;
const KEY_MAX = 255;
const id = z.string().refine(isId, { message: 'This is no id.' });
const reason = z
  .string()
  .trim()
  .min(1, 'Write a reason; staff read it beside the decision.')
  .max(REASON_MAX)
  .refine((text) => textProblem(text, { maxLength: REASON_MAX, plain: true }) === null, {
    message: 'Leave out control characters and line breaks.',
  });

export const leadParams = z.object({ id });
export const blockParams = z.object({ id, provider_id: id });
export const blockBody = z.strictObject({ provider_id: id, reason });
export const blockView = z.object({
  provider_id: z.string(),
  provider_name: z.string(),
  reason: z.string(),
  by: z.string().nullable(),
  at: z.string(),
});
export type BlockView = z.infer<typeof blockView>;
export const unblocked = z.object({ provider_id: z.string(), already: z.boolean() });

export const assignBody = z.strictObject({ subscription_id: id, reason });
export const assignHeaders = z.object({
  'idempotency-key': z
    .string({
      error: 'Send a new key with each request that moves money, and the same key when you repeat it.',
    })
    .max(KEY_MAX),
});
export const assigned = z.object({
  assignment_id: z.string(),
  lead_id: z.string(),
  provider_id: z.string(),
  subscription_id: z.string(),
  state: z.enum(['held', 'charged']),
  /** Decimal text in the currency; 0 for a test lead. */
  charged_amount: z.string(),
  currency: z.string(),
  decision_seq: z.string(),
});

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
  /** auto; by_hand: an operator chose; second: a freed seat was offered again; purchase: a provider bought. */
  kind: z.enum(['auto', 'by_hand', 'second', 'purchase']),
  /** By hand: who, and why. */
  given: z.object({ by: z.string(), reason: z.string() }).nullable(),
  outcome: z.enum(['sold', 'unsold']),
  test: z.boolean(),
  retry_at: z.string().nullable(),
  summary: z.string(),
  groups: z.array(z.object({ reason: z.string(), word: z.string(), count: z.number() })),
  levels: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      strategy: z.string(),
      seats: z.number(),
      taken: z.number(),
    }),
  ),
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
  /** Left out of the two lists; `provider_id` asks for one company alone. */
  not_shown: z.object({ candidates: z.number(), excluded: z.number() }),
});
export type Explanation = z.infer<typeof explanation>;

export const explainQuery = z.object({ provider_id: id.optional() });
export const explainedLead = z.object({ lead_id: z.string(), decisions: z.array(explanation) });
export type ExplainedLead = z.infer<typeof explainedLead>;
