import { z } from 'zod';
import { isId } from '../../kernel/ids.ts';
import { textProblem } from '../../kernel/text.ts';
import { adminOnlyMemo } from '../schema.ts';

const REASON_MAX = 500;
const TOKEN_MAX = 1_000;

export const confirmInput = z.looseObject({ token: z.string().min(1).max(TOKEN_MAX) });
export const confirmQuery = z.object({ token: z.string().max(TOKEN_MAX).optional() });
/** Nothing of the lead: who holds the link learns only that it worked. */
export const confirmAnswer = z.object({ confirmed: z.literal(true) });
export type ConfirmAnswer = z.infer<typeof confirmAnswer>;

export const resendInput = z.looseObject({ receipt: z.string().max(60) });
export const resendAnswer = z.object({ accepted: z.literal(true) });

export const leadParams = z.object({ id: z.string().refine(isId, { message: 'This is no id.' }) });

const words = z
  .string()
  .trim()
  .min(1, 'Write a reason.')
  .max(REASON_MAX)
  .refine((text) => textProblem(text, { maxLength: REASON_MAX, plain: true }) === null, {
    message: 'Leave out control characters and line breaks.',
  });

export const rejectInput = z.strictObject({ reason: words, admin_only_memo: adminOnlyMemo });
export const releaseInput = z.strictObject({
  /** Name of the check to override; without it the one that stopped the lead. */
  check: z.string().max(60).nullish(),
  admin_only_memo: adminOnlyMemo,
});
export const decidedAnswer = z.object({ lead_id: z.string(), state: z.string() });
export type DecidedAnswer = z.infer<typeof decidedAnswer>;

const CONTACT_MAX = 254;
export const correctionInput = z
  .strictObject({
    name: z.string().max(CONTACT_MAX),
    email: z.string().max(CONTACT_MAX * 2),
    phone: z.string().max(CONTACT_MAX).nullable(),
    country: z.string().max(2),
  })
  .partial()
  .extend({ version: z.int().min(1).optional() })
  .refine(({ version: _, ...edit }) => Object.values(edit).some((value) => value !== undefined), {
    message: 'Name at least one of name, email, phone and country.',
  });
export const correctedAnswer = z.object({ lead_id: z.string(), version: z.number() });
