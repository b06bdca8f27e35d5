import { VERDICT_NAMES } from './facts.ts';
import type { DecisionRecord } from './record.ts';
import type { StaticCheck } from './rules.ts';

/**
 * Records of version 1, which are read and no longer written. They keep too little to run a decision again: no order of
 * receipt of the niche, no pauses' ends, not who was suppressed. So chain and arithmetic are all that is proven of them.
 */
const NONE = 255;
const CHECKS: readonly StaticCheck[] = ['country', 'campaign', 'filter', 'required_fields'];

/** Numbers are big-endian; the first byte, the version, has been read. */
export function decodeVersion1(bytes: Buffer): DecisionRecord {
  let at = 1;
  const take = (size: number) => {
    at += size;
    return at - size;
  };
  const u8 = () => bytes.readUInt8(take(1));
  const u16 = () => bytes.readUInt16BE(take(2));
  const u32 = () => bytes.readUInt32BE(take(4));
  const u48 = () => bytes.readUIntBE(take(6), 6);
  const i64 = () => bytes.readBigInt64BE(take(8));
  const place = () => {
    const value = u8();
    return value === NONE ? null : value;
  };
  const times = <T>(count: number, read: () => T): T[] => Array.from({ length: count }, read);

  const flags = u8();
  const configVersion = u32();
  const clockMs = u48();
  const subscriptions = u16();
  const turnBefore = place();
  const turnAfter = place();
  const seats = times(u8(), () => ({ level: u8(), seats: u8() }));
  const excluded: DecisionRecord['excluded'] = {};
  for (const check of CHECKS) excluded[check] = u16();
  const bitmapAt = at;
  at += Math.ceil(subscriptions / 8);
  const verdicts: DecisionRecord['verdicts'] = [];
  for (let index = 0; index < subscriptions; index += 1) {
    if ((bytes[bitmapAt + (index >> 3)]! & (1 << (index & 7))) === 0) continue;
    verdicts.push({ index, verdict: VERDICT_NAMES.get(u8())! });
  }
  const chosen = times(u8(), () => ({
    index: u16(),
    price: i64(),
    receiptNo: u48() || null,
    maxShared: u8(),
  }));
  const facts = times(u16(), () => {
    const index = u16();
    const bits = u8();
    const receipt = u48();
    const receivedToday = u32();
    const money = { available: i64(), creditLimit: i64() };
    return {
      index,
      paused: (bits & 1) !== 0,
      pausedUntilMs: null,
      endpointHealthy: (bits & 2) !== 0,
      endpointRetryAtMs: null,
      receiptNo: receipt === 0 ? null : receipt - 1,
      recentTypes: '',
      receivedToday,
      used: times(u8(), i64),
      money,
    };
  });
  return {
    version: 1, test: (flags & 1) !== 0, fullFacts: (flags & 2) !== 0, premium: (flags & 4) !== 0, configVersion,
    clockMs, subscriptions, turnBefore, turnAfter, seats, excluded, verdicts, chosen, missed: [], facts, providers: [], lead: null,
  }; // biome-ignore format: in the order of the layout
}
