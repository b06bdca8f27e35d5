import { z } from 'zod';
import { isId } from '../../kernel/ids.ts';
import { textProblem } from '../../kernel/text.ts';
import { adminOnlyMemo } from '../schema.ts';

const REASON_MAX = 500;

export const returnParams = z.object({ id: z.string().refine(isId, { message: 'This is no id.' }) });
export const reasonInput = z.strictObject({
  reason: z
    .string()
    .trim()
    .min(1, 'Write a reason; the providers read it.')
    .max(REASON_MAX)
    .refine((text) => textProblem(text, { maxLength: REASON_MAX, plain: true }) === null, {
      message: 'Leave out control characters and line breaks.',
    }),
  admin_only_memo: adminOnlyMemo,
});
export const badLeadAnswer = z.object({
  lead_id: z.string(),
  state: z.literal('bad_lead'),
  refunded: z.number(),
  released: z.number(),
  deliveries_cancelled: z.number(),
  /** It was marked before; nothing moved now. */
  already: z.boolean(),
});
export type BadLeadAnswer = z.infer<typeof badLeadAnswer>;
export const refundAnswer = z.object({
  assignment_id: z.string(),
  lead_id: z.string(),
  state: z.literal('refunded'),
  already: z.boolean(),
});
export type RefundAnswer = z.infer<typeof refundAnswer>;
