import { createHash } from 'node:crypto';
import type { Decision } from './decide.ts';
import { EVERYBODY, NOT_A_CANDIDATE, VERDICT_NAMES, type Verdict } from './facts.ts';
import { type Offer, type OfferKind, toldAtMost } from './offer.ts';
import { openPacker, openUnpacker, type Packer, packedSize } from './packed.ts';
import { asksPins, type Pins, packPins, unpackPins } from './pins.ts';
import {
  packFacts,
  packProviders,
  type RecordedFacts,
  type RecordedProvider,
  unpackFacts,
  unpackProviders,
} from './record-facts.ts';
import { decodeVersion1 } from './record-v1.ts';
import type { Rules, StaticCheck } from './rules.ts';

/**
 * The binary record of a decision: with the configuration of its version it is enough to run the decision again and to
 * come to the same bytes. It names a subscription by its place among the configuration's subscriptions sorted by id, a
 * provider by its place among their providers in that order, a level by its place in the ring.
 *
 * Facts are written only where they differ from what the chain already says (the facts before the previous record,
 * moved along by what that record chose), and in full every FULL_FACTS_EVERY records. In a flood that is a few bytes.
 *
 * Layout of version 3; numbers as in packed.ts, `n x` means n of them:
 *   3, flags, [an offer: kind, level, seats, competition promise (flag)], configuration version, clock, subscriptions,
 *             turn before, turn after, receipt number before the decision
 *   lead      clock - ready, expires - clock, told (0 = no limit), providers that had it, n x provider place, n x
 *             suppressed provider place, n x blocked provider place, n x subscription with the same person, campaign,
 *             retry - clock (flag), country and place as they were (flag; pins.ts)
 *   levels    n x (place, seats)
 *   excluded  n x (check, subscriptions)
 *   verdicts  n, who (gaps or one bit per subscription: flag), n x verdict
 *   chosen    n x (subscription, price, receipt number or 0, competition promise)
 *   missed    n x subscription whose turn it was while its endpoint was down
 *   providers n x (gap and whether special, [bits, [pause end], [credit]], available)
 *   facts     n x (gap, number of caps and whether special, [bits, ...], receipt number, received today, use of each cap)
 *
 * Version 2 is the same without country and place: it is read, and run again, as ever.
 */
export const RECORD_VERSION = 3;
/** Versions that say enough to run a decision again. */
const WHOLE_VERSIONS: readonly number[] = [2, RECORD_VERSION];
export const FULL_FACTS_EVERY = 100;

/** What a decision rests on beside the facts of the candidates; version 1 kept none of it. */
export type RecordedLead = {
  receiptBefore: number;
  readyAtMs: number;
  expiresAtMs: number;
  /** At most so many providers, the smaller of form and campaign; null: no limit. */
  told: number | null;
  /** How many providers had the lead before, and which of them are in the niche. */
  hadCount: number;
  had: number[];
  suppressed: number[];
  everybodySuppressed: boolean;
  /** Providers that an operator kept from it, and subscriptions whose provider had the person a short time ago. */
  blocked: number[];
  samePerson: number[];
  /** Place among the configuration's campaigns by id; null: it is not there any more. */
  campaign: number | null;
  retryAtMs: number | null;
} & Pins;

export type DecisionRecord = {
  version: number;
  test: boolean;
  premium: boolean;
  fullFacts: boolean;
  configVersion: number;
  clockMs: number;
  subscriptions: number;
  turnBefore: number | null;
  turnAfter: number | null;
  seats: { level: number; seats: number }[];
  excluded: Partial<Record<StaticCheck, number>>;
  verdicts: { index: number; verdict: Verdict }[];
  chosen: { index: number; price: bigint; receiptNo: number | null; maxShared: number }[];
  missed: number[];
  facts: RecordedFacts[];
  providers: RecordedProvider[];
  lead: RecordedLead | null;
  /** What was offered, when it was not the whole lead: its level by place. The candidates say to whom. */
  offer?: RecordedOffer;
};

export type RecordedOffer = { kind: OfferKind; level: number; seats: number; maxShared: number };

export type FactsToWrite = {
  subscriptions: readonly RecordedFacts[];
  providers: readonly RecordedProvider[];
};
export const NO_FACTS: FactsToWrite = { subscriptions: [], providers: [] };

const FLAG = { test: 1, full: 2, premium: 4, gaps: 8, retry: 16, everybody: 32, offer: 64, pins: 128 };
/** A kind's number never changes its meaning. */
const OFFER_KINDS: Record<OfferKind, number> = { by_hand: 1, second: 2, purchase: 3 };
const OFFER_OF = new Map(Object.entries(OFFER_KINDS).map(([kind, number]) => [number, kind as OfferKind]));
/** A check's number never changes its meaning; a new check takes the next one. */
const CHECK_NUMBERS: Record<StaticCheck, number> = { country: 0, campaign: 1, filter: 2, required_fields: 3 };
const CHECKS = Object.entries(CHECK_NUMBERS) as [StaticCheck, number][];
const CHECK_OF = new Map(CHECKS.map(([check, number]) => [number, check]));

/** The providers of a configuration in the order by which records name them. */
const places = new WeakMap<Rules, { ids: string[]; placeOf: Map<string, number> }>();
export function providerPlaces(rules: Rules): { ids: string[]; placeOf: Map<string, number> } {
  let found = places.get(rules);
  if (!found) {
    const ids = [...rules.byProvider.keys()];
    found = { ids, placeOf: new Map(ids.map((id, place) => [id, place])) };
    places.set(rules, found);
  }
  return found;
}

/**
 * @param version an older one only to come to the same bytes again
 * @throws when a number does not fit, which no input of the program can bring about
 */
export function encodeRecord(
  decision: Decision,
  rules: Rules,
  facts: FactsToWrite,
  full: boolean,
  version: number = RECORD_VERSION,
): Buffer {
  const levelAt = new Map(rules.levels.map(({ id }, place) => [id, place]));
  const turn = (id: string | null) => (id === null ? 0 : (levelAt.get(id) ?? -1) + 1);
  const { lead, clockMs, retryAtMs } = decision;
  const candidates = candidatesOf(decision.verdicts);
  const bitmapBytes = Math.ceil(rules.subscriptions.length / 8);
  // A gap takes at least a byte, so that many candidates need no counting.
  const gaps = candidates.length < bitmapBytes ? gapsOf(candidates) : [];
  const asGaps =
    candidates.length < bitmapBytes && gaps.reduce((sum, gap) => sum + packedSize(gap), 0) < bitmapBytes;
  const pinned = version >= 3 && asksPins(rules);

  const out = openPacker();
  out.byte(version);
  out.byte(
    (lead.test ? FLAG.test : 0) | (full ? FLAG.full : 0) | (lead.leadType === 'premium' ? FLAG.premium : 0) |
      (asGaps ? FLAG.gaps : 0) | (retryAtMs === null ? 0 : FLAG.retry) | (lead.suppressed.has(EVERYBODY) ? FLAG.everybody : 0) |
      (lead.offer ? FLAG.offer : 0) | (pinned ? FLAG.pins : 0),
  ); // biome-ignore format: one flag after the other
  if (lead.offer) {
    const { kind, levelId, seats, maxShared } = lead.offer;
    for (const one of [OFFER_KINDS[kind], levelAt.get(levelId)!, seats, maxShared]) out.count(one);
  }
  for (const one of [rules.configVersion, clockMs, rules.subscriptions.length]) out.count(one);
  for (const one of [turn(decision.turnBefore), turn(decision.turnAfter), decision.receiptBefore])
    out.count(one);
  packLead(out, decision, rules);
  if (pinned) packPins(out, rules, lead);
  out.count(decision.seats.length);
  for (const { levelId, seats } of decision.seats) {
    out.count(levelAt.get(levelId)!);
    out.count(seats);
  }
  const excluded = CHECKS.filter(([check]) => decision.excluded[check] > 0);
  out.count(excluded.length);
  for (const [check, number] of excluded) {
    out.count(number);
    out.count(decision.excluded[check]);
  }
  out.count(candidates.length);
  if (asGaps) for (const gap of gaps) out.count(gap);
  else out.bytes(bitmapOf(candidates, bitmapBytes));
  out.bytes(Uint8Array.from(candidates, (index) => decision.verdicts[index]!));
  out.count(decision.chosen.length);
  for (const { subscription, price, receiptNo, maxShared } of decision.chosen) {
    out.count(subscription.index);
    out.amount(price);
    out.count(receiptNo ?? 0);
    out.count(maxShared);
  }
  const missed = decision.missed.map(({ index }) => index).sort((a, b) => a - b);
  out.count(missed.length);
  for (const gap of gapsOf(missed)) out.count(gap);
  packProviders(out, facts.providers, clockMs);
  packFacts(out, facts.subscriptions, clockMs, decision.receiptBefore);
  return out.packed();
}

function packLead(out: Packer, decision: Decision, rules: Rules): void {
  const { lead, clockMs, retryAtMs } = decision;
  const { placeOf } = providerPlaces(rules);
  const placesOf = (ids: ReadonlySet<string>) =>
    [...ids].flatMap((id) => placeOf.get(id) ?? []).sort((a, b) => a - b);
  const told = toldAtMost(rules, lead);
  out.signed(clockMs - lead.readyAtMs);
  out.signed(lead.expiresAtMs - clockMs);
  out.count(told === null ? 0 : told + 1);
  out.count(lead.had.size);
  const persons = [...lead.samePerson].flatMap((id) => subscriptionAt(rules, id) ?? []).sort((a, b) => a - b);
  for (const list of [placesOf(lead.had), placesOf(lead.suppressed), placesOf(lead.blocked), persons]) {
    out.count(list.length);
    for (const gap of gapsOf(list)) out.count(gap);
  }
  out.count([...rules.campaigns.keys()].indexOf(lead.campaignId) + 1);
  if (retryAtMs !== null) out.signed(retryAtMs - clockMs);
}

const subscriptionAt = (rules: Rules, id: string): number | undefined =>
  rules.subscriptions.find((subscription) => subscription.id === id)?.index;

function candidatesOf(verdicts: Uint8Array): number[] {
  const found: number[] = [];
  for (let index = 0; index < verdicts.length; index += 1)
    if (verdicts[index] !== NOT_A_CANDIDATE) found.push(index);
  return found;
}

/** Of ascending numbers: how many are left out before each. */
const gapsOf = (ascending: readonly number[]): number[] =>
  ascending.map((value, at) => value - (at === 0 ? -1 : ascending[at - 1]!) - 1);

function bitmapOf(ascending: readonly number[], size: number): Uint8Array {
  const bits = new Uint8Array(size);
  for (const value of ascending) bits[value >> 3]! |= 1 << (value & 7);
  return bits;
}

/** Reads a record. Throws on a version that this program does not know, and on bytes that are no record. */
export function decodeRecord(bytes: Buffer): DecisionRecord {
  const version = bytes[0];
  if (version === 1) return decodeVersion1(bytes);
  if (version === undefined || !WHOLE_VERSIONS.includes(version))
    throw new Error(`decision record version ${version} is not known to this program`);
  const from = openUnpacker(bytes);
  const times = <T>(count: number, read: () => T): T[] => {
    const found: T[] = [];
    for (let done = 0; done < count; done += 1) found.push(read());
    return found;
  };
  const ascending = (count: number): number[] => {
    let next = 0;
    return times(count, () => {
      next += from.count() + 1;
      return next - 1;
    });
  };
  const turn = () => {
    const place = from.count();
    return place === 0 ? null : place - 1;
  };

  from.byte();
  const flags = from.byte();
  const offer = (flags & FLAG.offer) === 0 ? null : unpackOffer(from);
  const [configVersion, clockMs, subscriptions] = [from.count(), from.count(), from.count()];
  const [turnBefore, turnAfter, receiptBefore] = [turn(), turn(), from.count()];
  const readyAtMs = clockMs - from.signed();
  const expiresAtMs = clockMs + from.signed();
  const told = turn();
  const hadCount = from.count();
  const had = ascending(from.count());
  const suppressed = ascending(from.count());
  const blocked = ascending(from.count());
  const samePerson = ascending(from.count());
  const campaign = turn();
  const retryAtMs = (flags & FLAG.retry) === 0 ? null : clockMs + from.signed();
  if (flags & FLAG.pins && version === 2)
    throw new Error('a record of version 2 pins no country and no place');
  const pins = flags & FLAG.pins ? unpackPins(from) : {};
  const seats = times(from.count(), () => ({ level: from.count(), seats: from.count() }));
  const excluded: DecisionRecord['excluded'] = {};
  for (const [number, many] of times(from.count(), () => [from.count(), from.count()] as const)) {
    const check = CHECK_OF.get(number);
    if (!check) throw new Error(`static check ${number} is not known to this program`);
    excluded[check] = many;
  }
  const candidates = from.count();
  const who =
    (flags & FLAG.gaps) === 0 ? setBits(from.bytes(Math.ceil(subscriptions / 8))) : ascending(candidates);
  if (who.length !== candidates) throw new Error('the candidates are not as many as they should be');
  const verdicts = who.map((index) => ({ index, verdict: verdictOf(from.byte()) }));
  const chosen = times(from.count(), () => ({
    index: from.count(),
    price: from.amount(),
    receiptNo: from.count() || null,
    maxShared: from.count(),
  }));
  const missed = ascending(from.count());
  const providers = unpackProviders(from, clockMs);
  const facts = unpackFacts(from, clockMs, receiptBefore);
  from.end();
  const everybodySuppressed = (flags & FLAG.everybody) !== 0;
  return {
    version, test: (flags & FLAG.test) !== 0, fullFacts: (flags & FLAG.full) !== 0, premium: (flags & FLAG.premium) !== 0,
    configVersion, clockMs, subscriptions, turnBefore, turnAfter, seats, excluded, verdicts, chosen, missed, facts, providers, ...(offer ? { offer } : {}),
    lead: { receiptBefore, readyAtMs, expiresAtMs, told, hadCount, had, suppressed, everybodySuppressed, blocked, samePerson, campaign, retryAtMs, ...pins },
  }; // biome-ignore format: in the order of the layout
}

function unpackOffer(from: ReturnType<typeof openUnpacker>): RecordedOffer {
  const kind = OFFER_OF.get(from.count());
  if (!kind) throw new Error('an offer of this kind is not known to this program');
  return { kind, level: from.count(), seats: from.count(), maxShared: from.count() };
}

/** The offer that a record holds, as the engine takes it; undefined: the whole lead was offered. */
export function offerIn(
  { offer, verdicts }: Pick<DecisionRecord, 'offer' | 'verdicts'>,
  rules: Rules,
): Offer | undefined {
  if (!offer) return undefined;
  const { kind, level, seats, maxShared } = offer;
  const index = kind === 'second' ? undefined : verdicts[0]?.index;
  const subscriptionId = index === undefined ? null : (rules.subscriptions[index]?.id ?? `number ${index}`);
  return { kind, levelId: rules.levels[level]?.id ?? `level ${level}`, subscriptionId, seats, maxShared };
}

function verdictOf(byte: number): Verdict {
  const verdict = VERDICT_NAMES.get(byte);
  if (!verdict) throw new Error(`verdict ${byte} is not known to this program`);
  return verdict;
}

function setBits(bits: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = 0; at < bits.length * 8; at += 1) if (bits[at >> 3]! & (1 << (at & 7))) found.push(at);
  return found;
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
