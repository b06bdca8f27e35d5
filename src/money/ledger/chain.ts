import { hash } from 'node:crypto';
import { writeIdBytes } from '../../kernel/ids.ts';
import { ACCOUNTS, type Account, KINDS, type Kind } from './transfer.ts';

/**
 * The hash of a transfer, chained per wallet. Layout 1, big-endian; what is not there is zeros:
 *
 *     32 hash of the wallet's transfer before (zeros for the first)
 *      1 layout   1 kind   1 from   1 to
 *     16 id   16 wallet   16 provider   3 currency (ASCII)
 *      8 seq   8 amount   8 available after   8 held after   8 credit limit   8 created at (ms since 1970)
 *     16 lead   16 assignment   16 subscription   16 created by
 *      2 + n cause (length, UTF-8)   4 + n memo (length or ffffffff for none, UTF-8)
 *
 * `audit.ts` computes the same in SQL; docs/sample-events/ledger-vectors.json holds examples for other languages.
 */
export type Hashed = {
  id: string;
  kind: Kind;
  from: Account;
  to: Account;
  walletId: string;
  providerId: string;
  currency: string;
  seq: bigint;
  amount: bigint;
  availableAfter: bigint;
  heldAfter: bigint;
  creditLimit: bigint;
  /** Whole milliseconds since 1970. */
  createdAtMs: number;
  leadId: string | null;
  assignmentId: string | null;
  subscriptionId: string | null;
  createdBy: string | null;
  cause: string;
  memo: string | null;
};

const LAYOUT = 1;
const HEAD_BYTES = 199;
const NO_MEMO = 0xffffffff;
export const HASH_BYTES = 32;
const KIND_NUMBERS = new Map<Kind, number>(KINDS.map((kind, at) => [kind, at + 1]));
const ACCOUNT_NUMBERS = new Map<Account, number>(ACCOUNTS.map((account, at) => [account, at + 1]));

/** The bytes that are hashed. `prevHash` is empty or 32 bytes; empty counts as zeros. */
export function bytesOf(transfer: Hashed, prevHash: Uint8Array): Buffer {
  const causeBytes = Buffer.byteLength(transfer.cause);
  const memoBytes = transfer.memo === null ? 0 : Buffer.byteLength(transfer.memo);
  const bytes = Buffer.alloc(HEAD_BYTES + 2 + causeBytes + 4 + memoBytes);
  bytes.set(prevHash, 0);
  let at = bytes.writeUInt8(LAYOUT, HASH_BYTES);
  at = bytes.writeUInt8(KIND_NUMBERS.get(transfer.kind)!, at);
  at = bytes.writeUInt8(ACCOUNT_NUMBERS.get(transfer.from)!, at);
  at = bytes.writeUInt8(ACCOUNT_NUMBERS.get(transfer.to)!, at);
  for (const id of [transfer.id, transfer.walletId, transfer.providerId]) at = writeId(bytes, id, at);
  at += bytes.write(transfer.currency, at, 3, 'latin1');
  at = bytes.writeBigInt64BE(transfer.seq, at);
  at = bytes.writeBigInt64BE(transfer.amount, at);
  at = bytes.writeBigInt64BE(transfer.availableAfter, at);
  at = bytes.writeBigInt64BE(transfer.heldAfter, at);
  at = bytes.writeBigInt64BE(transfer.creditLimit, at);
  at = bytes.writeBigInt64BE(BigInt(transfer.createdAtMs), at);
  at = writeId(bytes, transfer.leadId, at);
  at = writeId(bytes, transfer.assignmentId, at);
  at = writeId(bytes, transfer.subscriptionId, at);
  at = writeId(bytes, transfer.createdBy, at);
  at = bytes.writeUInt16BE(causeBytes, at);
  at += bytes.write(transfer.cause, at, 'utf8');
  at = bytes.writeUInt32BE(transfer.memo === null ? NO_MEMO : memoBytes, at);
  if (transfer.memo !== null) bytes.write(transfer.memo, at, 'utf8');
  return bytes;
}

/** SHA-256 over the layout. */
export const hashTransfer = (transfer: Hashed, prevHash: Uint8Array): Buffer =>
  hash('sha256', bytesOf(transfer, prevHash), 'buffer');

const writeId = (bytes: Buffer, id: string | null, at: number): number =>
  id === null ? at + 16 : writeIdBytes(bytes, id, at);
