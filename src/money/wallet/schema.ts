import { z } from 'zod';
import { textProblem } from '../../kernel/text.ts';

const REASON_MAX = 500;
const MEMO_MAX = 1_000;

const id = z.uuid();
const currency = z
  .string()
  .regex(/^[A-Z]{3}$/, 'Give the currency as three capital letters, for instance EUR.');
/** How many decimals are right is judged where the currency is known. */
const amount = z.string().regex(/^\d{1,15}(\.\d{1,3})?$/, 'Write an amount such as "12.50".');
const reason = z
  .string()
  .trim()
  .min(3, 'Say why in a few words; the provider reads it.')
  .max(REASON_MAX)
  .refine((text) => textProblem(text, { maxLength: REASON_MAX, multiline: true }) === null, {
    message: 'Leave out control characters.',
  });

/** A note that only administrators may write and read: it goes to the audit log, never to providers. */
const adminOnlyMemo = z
  .string()
  .trim()
  .min(1)
  .max(MEMO_MAX)
  .refine((text) => textProblem(text, { maxLength: MEMO_MAX, multiline: true }) === null, {
    message: 'Leave out control characters.',
  })
  .optional();

export const providerParams = z.object({ id });

/** A person who presses twice, or a client that repeats, must not pay twice: the key is not optional here. */
export const moneyHeaders = z.object({
  'idempotency-key': z
    .string({
      error: 'Send a new key with each request that moves money, and the same key when you repeat it.',
    })
    .max(255),
});

export const adjustBody = z.strictObject({
  amount,
  /** May be left out when the provider has one wallet. */
  currency: currency.optional(),
  reason,
  admin_only_memo: adminOnlyMemo,
});

export const creditLimitBody = z.strictObject({
  credit_limit: amount,
  currency: currency.optional(),
  reason,
  version: z.int().min(1).optional(),
});

/** Amounts as decimal texts of the currency. */
export const walletView = z.object({
  currency: z.string(),
  /** Available and held money together. */
  balance: z.string(),
  available: z.string(),
  held: z.string(),
  credit_limit: z.string(),
  /** What can be spent now: available money and credit, never below zero. */
  spendable: z.string(),
  low_balance_threshold: z.string(),
  /** Below the threshold. */
  low: z.boolean(),
  version: z.int(),
});
export type WalletView = z.infer<typeof walletView>;

export const balanceView = z.object({ provider_id: z.string(), wallets: z.array(walletView) });

export const ledgerQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(400).optional(),
  currency: currency.optional(),
  /** As shown: deposit, lead_purchase, refund, manual_credit, manual_debit, hold, release ... */
  type: z.string().max(40).optional(),
  lead_id: id.optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});

export const ledgerEntry = z.object({
  id: z.string(),
  /** Number of the entry in its wallet, without gaps. */
  seq: z.string(),
  type: z.string(),
  /** Change of the balance; negative when money went. */
  amount: z.string(),
  currency: z.string(),
  balance_after: z.string(),
  available_after: z.string(),
  held_after: z.string(),
  /** What was set aside or given free; only for holds, their captures and releases. */
  held_change: z.string(),
  lead_id: z.string().nullable(),
  assignment_id: z.string().nullable(),
  subscription_id: z.string().nullable(),
  memo: z.string().nullable(),
  created_at: z.string(),
  hash: z.string(),
});
/** Staff also see who did it and what made it unique. */
export const ledgerEntryOfStaff = ledgerEntry.extend({
  cause: z.string(),
  created_by: z.string().nullable(),
});

export const adjusted = z.object({
  transfer_id: z.string(),
  provider_id: z.string(),
  amount: z.string(),
  currency: z.string(),
  balance_after: z.string(),
});
export type Adjusted = z.infer<typeof adjusted>;
