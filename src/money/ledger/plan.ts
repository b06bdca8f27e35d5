import { newId } from '../../kernel/ids.ts';
import { AMOUNT_MAX, AMOUNT_MIN, isCurrency } from '../../kernel/money.ts';
import { HASH_BYTES, type Hashed, hashTransfer } from './chain.ts';
import { refusals } from './errors.ts';
import { accountsOf, effectOf, type Kind, type NewTransfer, SPENDING } from './transfer.ts';

/**
 * The arithmetic of the ledger, without a database: transfer by transfer, each on what the ones before it left. Both
 * the wallets and the known transfers are read under the lock of the providers.
 */

/** A wallet while a batch is planned; changed in place. */
export type Wallet = {
  walletId: string;
  providerId: string;
  currency: string;
  available: bigint;
  held: bigint;
  creditLimit: bigint;
  seq: bigint;
  lastHash: Uint8Array;
};

/** An earlier transfer that matters to one of the batch, by its cause. */
export type Known = { amount: bigint; currency: string; providerId: string };

export type Planned = Hashed & { prevHash: Uint8Array; hash: Uint8Array; availableBefore: bigint };

export const walletKey = (providerId: string, currency: string): string => `${providerId} ${currency}`;

/** What must have been posted before (one of them), and what must not, for the same assignment. */
const ORIGINS: Partial<Record<Kind, { one: Kind[]; none: Kind[] }>> = {
  capture: { one: ['hold'], none: ['release'] },
  release: { one: ['hold'], none: ['capture'] },
  refund: { one: ['charge', 'capture'], none: [] },
};

const causeOf = (kind: Kind, of: NewTransfer): string => `${kind}:${of.cause.slice(of.kind.length + 1)}`;

/** Every cause whose transfer must be known before `plan` runs. */
export function causesToRead(transfers: NewTransfer[]): string[] {
  return transfers.flatMap((transfer) => {
    const origin = ORIGINS[transfer.kind];
    if (!origin) return [transfer.cause];
    return [transfer.cause, ...[...origin.one, ...origin.none].map((kind) => causeOf(kind, transfer))];
  });
}

type Refusing = (transfer: NewTransfer, wallet: Wallet, known: Map<string, Known>) => boolean;

const originOf = (transfer: NewTransfer, known: Map<string, Known>): Known | undefined =>
  ORIGINS[transfer.kind]?.one.map((kind) => known.get(causeOf(kind, transfer))).find((found) => found);

/** The refusals that need the wallet, in order; those before them are checked when the wallets are read. */
const CHECKS: [code: keyof typeof refusals, refused: Refusing][] = [
  ['cause_already_posted', (transfer, _wallet, known) => known.has(transfer.cause)],
  [
    'origin_missing',
    (transfer, _wallet, known) =>
      transfer.kind in ORIGINS && originOf(transfer, known)?.providerId !== transfer.providerId,
  ],
  [
    'currency_mismatch',
    (transfer, _wallet, known) =>
      (originOf(transfer, known)?.currency ?? transfer.currency) !== transfer.currency,
  ],
  [
    'amount_mismatch',
    (transfer, _wallet, known) => (originOf(transfer, known)?.amount ?? transfer.amount) !== transfer.amount,
  ],
  [
    'hold_ended',
    (transfer, _wallet, known) =>
      ORIGINS[transfer.kind]?.none.some((kind) => known.has(causeOf(kind, transfer))) ?? false,
  ],
  [
    'insufficient_funds',
    (transfer, wallet) =>
      SPENDING.has(transfer.kind) && wallet.available - transfer.amount < -wallet.creditLimit,
  ],
  [
    'balance_too_large',
    (transfer, wallet) => {
      const [from, to] = accountsOf(transfer);
      const { available } = effectOf(from, to, transfer.amount);
      return wallet.available + available > AMOUNT_MAX || wallet.available + available < AMOUNT_MIN;
    },
  ],
];

/** Refuses what is wrong without looking at any wallet. A cause that does not begin with its kind is a bug. */
export function checkInput(transfers: NewTransfer[]): void {
  for (const [index, transfer] of transfers.entries()) {
    if (!transfer.cause.startsWith(`${transfer.kind}:`) || transfer.cause.length > 300) {
      throw new RangeError(`the cause of a ${transfer.kind} begins with "${transfer.kind}:"`);
    }
    if (transfer.amount <= 0n || transfer.amount > AMOUNT_MAX) refuse('transfer_amount_not_positive', index);
    if (!isCurrency(transfer.currency)) refuse('currency_unknown', index);
  }
}

/**
 * Works out sequence, balances and hashes of a batch, in the order given, and moves `wallets` and `known` on. Throws
 * the first refusal; nothing may be written then.
 */
export function plan(
  transfers: NewTransfer[],
  wallets: Map<string, Wallet>,
  known: Map<string, Known>,
  at: Date,
): Planned[] {
  const createdAtMs = at.getTime();
  return transfers.map((transfer, index) => {
    const wallet = wallets.get(walletKey(transfer.providerId, transfer.currency));
    if (!wallet) refuse('wallet_missing', index);
    const failed = CHECKS.find(([, refused]) => refused(transfer, wallet, known));
    if (failed) refuse(failed[0], index);
    known.set(transfer.cause, transfer);
    return move(transfer, wallet, createdAtMs);
  });
}

function move(transfer: NewTransfer, wallet: Wallet, createdAtMs: number): Planned {
  const [from, to] = accountsOf(transfer);
  const effect = effectOf(from, to, transfer.amount);
  const availableBefore = wallet.available;
  const prevHash = wallet.lastHash.length === HASH_BYTES ? wallet.lastHash : new Uint8Array(HASH_BYTES);
  wallet.available += effect.available;
  wallet.held += effect.held;
  wallet.seq += 1n;
  const hashed: Hashed = {
    id: newId(),
    kind: transfer.kind,
    from,
    to,
    walletId: wallet.walletId,
    providerId: transfer.providerId,
    currency: transfer.currency,
    seq: wallet.seq,
    amount: transfer.amount,
    availableAfter: wallet.available,
    heldAfter: wallet.held,
    creditLimit: wallet.creditLimit,
    createdAtMs,
    leadId: transfer.leadId ?? null,
    assignmentId: transfer.assignmentId ?? null,
    subscriptionId: transfer.subscriptionId ?? null,
    createdBy: transfer.createdBy ?? null,
    cause: transfer.cause,
    memo: transfer.memo ?? null,
  };
  wallet.lastHash = hashTransfer(hashed, prevHash);
  return { ...hashed, prevHash, hash: wallet.lastHash, availableBefore };
}

function refuse(code: keyof typeof refusals, index: number): never {
  const message = refusals[code]().message;
  throw refusals[code]({ details: [{ field: `transfers.${index}`, message }] });
}
