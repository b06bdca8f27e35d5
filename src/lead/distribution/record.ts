import { createHash } from 'node:crypto';
import type { Decision } from './decide.ts';
import { NOT_A_CANDIDATE, type SubscriptionFacts, VERDICT_NAMES, type Verdict } from './facts.ts';
import { type Rules, STATIC_CHECKS, type StaticCheck } from './rules.ts';

/**
 * The binary record of a decision: enough to explain it and, with the configuration of its version, to run it again.
 * Numbers are big-endian. It names a subscription by its place among the configuration's subscriptions sorted by id.
 *
 * Facts are written only where they differ from what the chain already says (the facts before the previous record,
 * moved along by what that record chose), and in full every FULL_FACTS_EVERY records. In a flood that is a few bytes.
 */
export const RECORD_VERSION = 1;
export const FULL_FACTS_EVERY = 100;

/** The facts of one candidate before the decision, as written down. */
export type RecordedFacts = {
  index: number;
  paused: boolean;
  endpointHealthy: boolean;
  receiptNo: number | null;
  receivedToday: number;
  available: bigint;
  creditLimit: bigint;
  /** Use of each cap, in the order of the subscription's caps. */
  used: bigint[];
};

export type DecisionRecord = {
  version: number;
  test: boolean;
  premium: boolean;
  fullFacts: boolean;
  configVersion: number;
  clockMs: number;
  turnBefore: number | null;
  turnAfter: number | null;
  seats: { level: number; seats: number }[];
  excluded: Record<StaticCheck, number>;
  verdicts: { index: number; verdict: Verdict }[];
  chosen: { index: number; price: bigint; receiptNo: number | null; maxShared: number }[];
  facts: RecordedFacts[];
};

const NONE = 255;
const HEADER_BYTES = 1 + 1 + 4 + 6 + 2 + 1 + 1 + 1;
const CHOSEN_BYTES = 2 + 8 + 6 + 1;
const FACTS_BYTES = 2 + 1 + 6 + 4 + 8 + 8 + 1;

/** What is compared to know whether a fact changed. */
export function recordedFacts(
  index: number,
  facts: SubscriptionFacts,
  money: { available: bigint; creditLimit: bigint },
  capKeys: readonly string[],
): RecordedFacts {
  return {
    index,
    paused: facts.paused,
    endpointHealthy: facts.endpointHealthy,
    receiptNo: facts.receiptNo,
    receivedToday: facts.receivedToday,
    available: money.available,
    creditLimit: money.creditLimit,
    used: capKeys.map((key) => facts.used.get(key) ?? 0n),
  };
}

export function encodeRecord(
  decision: Decision,
  rules: Rules,
  facts: readonly RecordedFacts[],
  full: boolean,
): Buffer {
  const levelAt = new Map(rules.levels.map(({ id }, place) => [id, place]));
  const place = (id: string | null) => (id === null ? NONE : (levelAt.get(id) ?? NONE));
  const bitmapBytes = Math.ceil(rules.subscriptions.length / 8);
  const size =
    HEADER_BYTES + decision.seats.length * 2 + STATIC_CHECKS.length * 2 + bitmapBytes + candidateCount(decision.verdicts) +
    1 + decision.chosen.length * CHOSEN_BYTES + 2 + facts.reduce((sum, { used }) => sum + FACTS_BYTES + used.length * 8, 0); // biome-ignore format: follows the layout
  const out = Buffer.alloc(size);
  let at = out.writeUInt8(RECORD_VERSION, 0);
  at = out.writeUInt8(
    (decision.lead.test ? 1 : 0) | (full ? 2 : 0) | (decision.lead.leadType === 'premium' ? 4 : 0),
    at,
  );
  at = out.writeUInt32BE(rules.configVersion, at);
  at = out.writeUIntBE(decision.clockMs, at, 6);
  at = out.writeUInt16BE(rules.subscriptions.length, at);
  at = out.writeUInt8(place(decision.turnBefore), at);
  at = out.writeUInt8(place(decision.turnAfter), at);
  at = out.writeUInt8(decision.seats.length, at);
  for (const { levelId, seats } of decision.seats) {
    at = out.writeUInt8(place(levelId), at);
    at = out.writeUInt8(Math.min(seats, NONE), at);
  }
  for (const check of STATIC_CHECKS) at = out.writeUInt16BE(decision.excluded[check], at);

  const bitmapAt = at;
  at += bitmapBytes;
  const { verdicts } = decision;
  for (let index = 0; index < verdicts.length; index += 1) {
    const verdict = verdicts[index]!;
    if (verdict === NOT_A_CANDIDATE) continue;
    out[bitmapAt + (index >> 3)]! |= 1 << (index & 7);
    out[at++] = verdict;
  }
  at = out.writeUInt8(decision.chosen.length, at);
  for (const { subscription, price, receiptNo, maxShared } of decision.chosen) {
    at = out.writeUInt16BE(subscription.index, at);
    at = out.writeBigInt64BE(price, at);
    at = out.writeUIntBE(receiptNo ?? 0, at, 6);
    at = out.writeUInt8(Math.min(maxShared, NONE), at);
  }
  at = out.writeUInt16BE(facts.length, at);
  for (const fact of facts) at = writeFacts(out, at, fact);
  return out;
}

function candidateCount(verdicts: Uint8Array): number {
  let count = 0;
  for (let index = 0; index < verdicts.length; index += 1)
    if (verdicts[index] !== NOT_A_CANDIDATE) count += 1;
  return count;
}

function writeFacts(out: Buffer, start: number, facts: RecordedFacts): number {
  let at = out.writeUInt16BE(facts.index, start);
  at = out.writeUInt8((facts.paused ? 1 : 0) | (facts.endpointHealthy ? 2 : 0), at);
  at = out.writeUIntBE(facts.receiptNo === null ? 0 : facts.receiptNo + 1, at, 6);
  at = out.writeUInt32BE(facts.receivedToday, at);
  at = out.writeBigInt64BE(facts.available, at);
  at = out.writeBigInt64BE(facts.creditLimit, at);
  at = out.writeUInt8(facts.used.length, at);
  for (const used of facts.used) at = out.writeBigInt64BE(used, at);
  return at;
}

/** Reads a record. Throws on a version that this program does not know. */
export function decodeRecord(bytes: Buffer): DecisionRecord {
  let at = 0;
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

  const version = u8();
  if (version !== RECORD_VERSION)
    throw new Error(`decision record version ${version} is not known to this program`);
  const flags = u8();
  const configVersion = u32();
  const clockMs = u48();
  const subscriptions = u16();
  const turnBefore = place();
  const turnAfter = place();
  const seats = times(u8(), () => ({ level: u8(), seats: u8() }));
  const excluded = Object.fromEntries(STATIC_CHECKS.map((check) => [check, u16()])) as Record<
    StaticCheck,
    number
  >;
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
    return {
      index,
      paused: (bits & 1) !== 0,
      endpointHealthy: (bits & 2) !== 0,
      receiptNo: receipt === 0 ? null : receipt - 1,
      receivedToday: u32(),
      available: i64(),
      creditLimit: i64(),
      used: times(u8(), i64),
    };
  });
  return {
    version, test: (flags & 1) !== 0, fullFacts: (flags & 2) !== 0, premium: (flags & 4) !== 0,
    configVersion, clockMs, turnBefore, turnAfter, seats, excluded, verdicts, chosen, facts,
  }; // biome-ignore format: in the order of the layout
}

/** Verdicts as one comparable text. */
export const verdictText = (verdicts: readonly { index: number; verdict: Verdict }[]): string =>
  verdicts.map(({ index, verdict }) => `${index}:${verdict}`).join(',');

const idBytes = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');

/** The link of the chain: sha256(1, niche, seq, lead, previous hash, record). */
export function recordHash(of: {
  nicheId: string;
  seq: bigint;
  leadId: string;
  prevHash: Buffer;
  record: Buffer;
}): Buffer {
  const seq = Buffer.alloc(8);
  seq.writeBigUInt64BE(of.seq);
  return createHash('sha256')
    .update(Buffer.of(1))
    .update(idBytes(of.nicheId))
    .update(seq)
    .update(idBytes(of.leadId))
    .update(of.prevHash)
    .update(of.record)
    .digest();
}
