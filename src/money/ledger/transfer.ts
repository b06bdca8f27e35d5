/**
 * What a transfer is: a positive amount that moves from one account to another, so every movement is double entry by
 * construction. Accounts `wallet` and `hold` are the provider's, all others the platform's, one per currency.
 */

/** In the order of their numbers in the hashed bytes (from 1): only ever append. */
export const KINDS = [
  'deposit',
  'hold',
  'charge',
  'capture',
  'release',
  'refund',
  'credit',
  'debit',
  'sla_credit',
  'payment_reversal',
] as const;
export type Kind = (typeof KINDS)[number];

/** In the order of their numbers in the hashed bytes (from 1): only ever append. */
export const ACCOUNTS = [
  'wallet',
  'hold',
  'revenue',
  'clearing_stripe',
  'clearing_paypal',
  'clearing_bank',
  'adjustments',
  'disputes',
  'payable',
] as const;
export type Account = (typeof ACCOUNTS)[number];
export type Clearing = Extract<Account, `clearing_${string}`>;

export type NewTransfer = {
  kind: Kind;
  /** What makes the money move; unique for ever: `charge:<assignment>`, `credit:<command>` (docs/ledger.md). */
  cause: string;
  /** Minor units, above zero. */
  amount: bigint;
  currency: string;
  providerId: string;
  /** Needed by deposit and payment_reversal: through which gateway. */
  clearing?: Clearing;
  leadId?: string | null;
  assignmentId?: string | null;
  subscriptionId?: string | null;
  /** Why, in words of the operator; never person data, it cannot be erased. */
  memo?: string | null;
  /** The user who asked for it. */
  createdBy?: string | null;
};

/** A transfer as it was written, with what the wallet had before and after. */
export type Posted = {
  id: string;
  kind: Kind;
  cause: string;
  amount: bigint;
  currency: string;
  providerId: string;
  walletId: string;
  seq: bigint;
  availableBefore: bigint;
  availableAfter: bigint;
  heldAfter: bigint;
  creditLimit: bigint;
};

/** Kinds that spend: refused beyond available money plus credit. A dispute may go below, and a deposit still lands. */
export const SPENDING: ReadonlySet<Kind> = new Set(['charge', 'hold', 'debit']);

const FIXED: Partial<Record<Kind, readonly [from: Account, to: Account]>> = {
  charge: ['wallet', 'revenue'],
  hold: ['wallet', 'hold'],
  capture: ['hold', 'revenue'],
  release: ['hold', 'wallet'],
  refund: ['revenue', 'wallet'],
  credit: ['adjustments', 'wallet'],
  debit: ['wallet', 'adjustments'],
  sla_credit: ['adjustments', 'wallet'],
};

/**
 * From where to where a transfer moves. A dispute that was won (`payment_reversal:<gateway>:<id>:won`) brings the
 * money back; every other reversal takes it out. A deposit without its gateway is a bug of the caller: RangeError.
 */
export function accountsOf(
  transfer: Pick<NewTransfer, 'kind' | 'cause' | 'clearing'>,
): readonly [Account, Account] {
  const fixed = FIXED[transfer.kind];
  if (fixed) return fixed;
  if (!transfer.clearing) throw new RangeError(`${transfer.kind} needs its clearing account`);
  const inward = transfer.kind === 'deposit' || transfer.cause.endsWith(':won');
  return inward ? [transfer.clearing, 'wallet'] : ['wallet', transfer.clearing];
}

/** What a movement does to a wallet's available and held money. */
export function effectOf(from: string, to: string, amount: bigint): { available: bigint; held: bigint } {
  const on = (account: string) => (to === account ? amount : 0n) - (from === account ? amount : 0n);
  return { available: on('wallet'), held: on('hold') };
}

/**
 * The signed amount of API and CSV: the change of the balance, which is available plus held money. A hold and its
 * release change nothing there, a purchase is negative, whether it was charged at once or captured.
 */
export function signedAmount(transfer: { from: string; to: string; amount: bigint }): bigint {
  const { available, held } = effectOf(transfer.from, transfer.to, transfer.amount);
  return available + held;
}

/** Names of transfers in API and CSV; what is not listed keeps its own. */
const API_NAMES: Partial<Record<Kind, string>> = {
  charge: 'lead_purchase',
  capture: 'lead_purchase',
  credit: 'manual_credit',
  debit: 'manual_debit',
};
export const apiName = (kind: Kind): string => API_NAMES[kind] ?? kind;

/** The kinds that one name of the API stands for; empty for an unknown name. */
export const kindsOf = (name: string): Kind[] =>
  KINDS.filter((kind) => apiName(kind) === name || kind === name);
