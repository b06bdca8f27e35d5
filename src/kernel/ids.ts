import { randomFillSync } from 'node:crypto';

/** 256 ids per refill: one call of the random generator per id costs more than the id itself. */
const pool = Buffer.alloc(16 * 256);
let used = pool.length;

/**
 * A UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits. Made in the application, because PostgreSQL 16 and
 * 17 have no generator for it. New ids stay close together in an index; nothing may order by id where order matters.
 */
export function newId(nowMs: number = Date.now()): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const at = used;
  used += 16;
  pool.writeUIntBE(nowMs, at, 6);
  pool[at + 6] = 0x70 | (pool[at + 6]! & 0x0f);
  pool[at + 8] = 0x80 | (pool[at + 8]! & 0x3f);
  const hex = pool.toString('hex', at, at + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text is an id in the one spelling that we use (lower case, with dashes). */
export const isId = (text: string): boolean => uuid.test(text);

/** Value of a hexadecimal digit by its character code. */
const DIGITS = new Uint8Array(128);
for (const [value, digit] of [...'0123456789abcdef'].entries()) DIGITS[digit.charCodeAt(0)] = value;

/**
 * Writes the 16 bytes of an id; returns the place behind them. By hand, because a batch hashes 7,000 ids, and taking the
 * dashes out of a text to let it be decoded costs four times as much.
 */
export function writeIdBytes(bytes: Uint8Array, id: string, at: number): number {
  let to = at;
  for (let from = 0; from < 36; from += 2) {
    if (from === 8 || from === 13 || from === 18 || from === 23) from += 1;
    bytes[to++] = (DIGITS[id.charCodeAt(from)]! << 4) | DIGITS[id.charCodeAt(from + 1)]!;
  }
  return to;
}
