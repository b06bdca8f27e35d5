/**
 * Numbers in as few bytes as they need: seven bits a byte, the lowest first, the high bit says that more follow. Signed
 * numbers fold their sign into the lowest bit (0, -1, 1, -2 ... become 0, 1, 2, 3 ...). The same number is always the
 * same bytes, so two records that say the same are equal byte for byte.
 */
export type Packer = {
  byte(value: number): void;
  /** A whole number from 0 to 2^53 - 1. */
  count(value: number): void;
  /** A whole number, also below zero. */
  signed(value: number): void;
  amount(value: bigint): void;
  /** A whole number of up to 105 bits, from 0 on; up to 2^53 - 1 the same bytes as `count`. */
  wide(value: bigint): void;
  bytes(value: Uint8Array): void;
  packed(): Buffer;
};

const FIRST_BYTES = 512;
/** The longest number: 10 bytes hold 70 bits. */
const NUMBER_BYTES_MAX = 10;
/** The longest wide one: 15 bytes hold 105 bits. */
const WIDE_BYTES_MAX = 15;
const BIGINT_MAX = 1n << 62n;
/** Up to here a folded sign still fits a number exactly. */
const FOLDABLE = 2 ** 52;

export function openPacker(): Packer {
  let out = Buffer.allocUnsafe(FIRST_BYTES);
  let at = 0;
  const room = (size: number) => {
    if (at + size <= out.length) return;
    const larger = Buffer.allocUnsafe(Math.max(out.length * 2, at + size));
    out.copy(larger, 0, 0, at);
    out = larger;
  };
  const count = (value: number) => {
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${value} is no count`);
    room(NUMBER_BYTES_MAX);
    let rest = value;
    while (rest >= 128) {
      out[at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    out[at++] = rest;
  };
  const signed = (value: number) => {
    if (!Number.isSafeInteger(value) || Math.abs(value) >= FOLDABLE) throw new Error(`${value} is too large`);
    count(value < 0 ? -value * 2 - 1 : value * 2);
  };
  const large = (value: bigint) => {
    room(WIDE_BYTES_MAX);
    let rest = value;
    for (; rest >= 128n; rest >>= 7n) out[at++] = Number(rest & 127n) | 128;
    out[at++] = Number(rest);
  };
  return {
    byte(value) {
      room(1);
      out[at++] = value;
    },
    count,
    signed,
    amount(value) {
      if (value > -BigInt(FOLDABLE) && value < BigInt(FOLDABLE)) return signed(Number(value));
      if (value >= BIGINT_MAX || value <= -BIGINT_MAX) throw new Error(`${value} is too large an amount`);
      large(value < 0n ? -value * 2n - 1n : value * 2n);
    },
    wide(value) {
      if (value < 0n || value >> BigInt(7 * WIDE_BYTES_MAX) !== 0n) throw new Error(`${value} is too wide`);
      large(value);
    },
    bytes(value) {
      room(value.length);
      out.set(value, at);
      at += value.length;
    },
    packed: () => Buffer.from(out.subarray(0, at)),
  };
}

/** Bytes needed for a number as `count` writes it. */
export const packedSize = (value: number): number => {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size += 1;
  return size;
};

export type Unpacker = {
  byte(): number;
  count(): number;
  signed(): number;
  amount(): bigint;
  wide(): bigint;
  bytes(size: number): Buffer;
  /** Throws when bytes are left over: a record that says more than it should is no record. */
  end(): void;
};

export function openUnpacker(from: Buffer): Unpacker {
  let at = 0;
  const byte = () => {
    const value = from[at++];
    if (value === undefined) throw new Error('the bytes end in the middle');
    return value;
  };
  const large = (bytesMax = NUMBER_BYTES_MAX) => {
    let value = 0n;
    for (let place = 0n; place < bytesMax; place += 1n) {
      const next = byte();
      value |= BigInt(next & 127) << (7n * place);
      if (next < 128) {
        if (next === 0 && place > 0n) throw new Error('a number is written longer than it needs');
        return value;
      }
    }
    throw new Error('a number does not end');
  };
  const count = () => {
    const first = byte();
    if (first < 128) return first;
    at -= 1;
    const value = large();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error('a count is too large');
    return Number(value);
  };
  const unfold = (value: bigint) => ((value & 1n) === 1n ? -((value + 1n) >> 1n) : value >> 1n);
  return {
    byte,
    count,
    signed: () => {
      const value = count();
      return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
    },
    amount: () => unfold(large()),
    wide: () => large(WIDE_BYTES_MAX),
    bytes(size) {
      if (at + size > from.length) throw new Error('the bytes end in the middle');
      at += size;
      return from.subarray(at - size, at);
    },
    end() {
      if (at !== from.length) throw new Error(`${from.length - at} bytes follow the end`);
    },
  };
}
