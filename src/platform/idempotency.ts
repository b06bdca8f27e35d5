import { createHash } from 'node:crypto';
import type { Tx } from './db.ts';
import { idempotencyRefusals as refusals } from './errors.ts';

/**
 * Idempotency of requests that create or move money: the answer is kept in the transaction of the work. Answers hold
 * ids and codes only, so nothing of a person outlives the person's data here.
 */
export { idempotencyRefusals as refusals } from './errors.ts';

export type Idempotent = {
  /** Who and what: `<principal>:<route>`. */
  scope: string;
  key: string;
  /** The input as it will be hashed; the same key with another input is refused. */
  input: unknown;
};

export type Answer<T> = { status: number; answer: T; replayed: boolean };

const KEY = /^[\x21-\x7e]{1,255}$/;

/** Stable text of an input: keys sorted, so that two spellings of one object are one input. */
function canonical(value: unknown): string {
  if (value === undefined) return 'null';
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value).filter(([, held]) => held !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, held]) => `${JSON.stringify(name)}:${canonical(held)}`).join(',')}}`;
}

export const inputHash = (input: unknown): Buffer => createHash('sha256').update(canonical(input)).digest();

/**
 * Runs `work` once per key. A repeat gets the kept answer; while the first is still running it gets 409 with
 * Retry-After; the same key with another input gets 422.
 */
export async function idempotent<T>(
  tx: Tx,
  request: Idempotent,
  work: () => Promise<{ status: number; answer: T }>,
): Promise<Answer<T>> {
  if (!KEY.test(request.key)) throw refusals.idempotency_key_invalid();
  const lock = createHash('sha256').update(`${request.scope}\n${request.key}`).digest().readBigInt64BE(0);
  const [granted] = await tx<{ granted: boolean }[]>`select pg_try_advisory_xact_lock(${lock}) as granted`;
  if (!granted?.granted) throw refusals.request_in_flight({ headers: { 'retry-after': '1' } });

  const hash = inputHash(request.input);
  const [kept] = await tx<{ input_hash: Buffer; status: number; answer: T }[]>`
    select input_hash, status, answer from idempotency_keys where scope = ${request.scope} and key = ${request.key}`;
  if (kept) {
    if (!hash.equals(kept.input_hash)) throw refusals.idempotency_key_reused();
    return { status: kept.status, answer: kept.answer, replayed: true };
  }
  const { status, answer } = await work();
  await tx`
    insert into idempotency_keys (scope, key, input_hash, status, answer)
    values (${request.scope}, ${request.key}, ${hash}, ${status}, ${tx.json(answer as never)})`;
  return { status, answer, replayed: false };
}
