import type { ProviderFacts, SubscriptionFacts } from './facts.ts';
import type { Packer, Unpacker } from './packed.ts';
import type { Subscription } from './rules.ts';

/** The facts in a record of version 2: what they are, and how they are packed (layout: record.ts). */

/** The facts of one subscription before the decision, as written down. */
export type RecordedFacts = {
  index: number;
  paused: boolean;
  pausedUntilMs: number | null;
  endpointHealthy: boolean;
  endpointRetryAtMs: number | null;
  receiptNo: number | null;
  /** The types its ratio looks back on; empty when it has no ratio. */
  recentTypes: string;
  receivedToday: number;
  /** Use of each cap, in the order of the subscription's caps. */
  used: bigint[];
  /** What `weighted` owes it; left out: nothing. */
  weightState?: number;
  /** Turns to make up for; left out: none. */
  missedTurns?: number | undefined;
  /** Version 1 kept the money of the provider here. */
  money?: { available: bigint; creditLimit: bigint };
};

/** The facts of one provider before the decision. */
export type RecordedProvider = Omit<ProviderFacts, 'stopped' | 'used'> & {
  place: number;
  /** Left out: no. */
  stopped?: true;
  /** Use of each cap over all its subscriptions, in their order; left out: it has none. */
  used?: bigint[];
};

const SPECIAL = { paused: 1, until: 2, down: 4, retry: 8, never: 16, types: 32, owed: 64 };
const MONEY = { inactive: 1, paused: 2, until: 4, credit: 8, stopped: 16, caps: 32 };
/** From so many caps on their number is written out. */
const CAPS_IN_HEAD = 3;

/** What is compared to know whether a fact changed: only what a verdict or an order can rest on. */
export function recordedFacts(
  { index, premiumRatio, ratioWindow }: Subscription,
  facts: SubscriptionFacts,
  capKeys: readonly string[],
): RecordedFacts {
  return {
    index,
    paused: facts.paused,
    pausedUntilMs: facts.pausedUntilMs,
    endpointHealthy: facts.endpointHealthy,
    endpointRetryAtMs: facts.endpointRetryAtMs,
    receiptNo: facts.receiptNo,
    recentTypes: premiumRatio === null ? '' : facts.recentTypes.slice(-ratioWindow),
    receivedToday: facts.receivedToday,
    used: capKeys.map((key) => facts.used.get(key) ?? 0n),
    ...(facts.weightState === 0 ? {} : { weightState: facts.weightState }),
    ...(facts.missedTurns === 0 ? {} : { missedTurns: facts.missedTurns }),
  };
}

export function packProviders(out: Packer, providers: readonly RecordedProvider[], clockMs: number): void {
  out.count(providers.length);
  let next = 0;
  for (const one of providers) {
    const bits =
      (one.active ? 0 : MONEY.inactive) | (one.paused ? MONEY.paused : 0) |
      (one.pausedUntilMs === null ? 0 : MONEY.until) | (one.creditLimit === 0n ? 0 : MONEY.credit) |
      (one.stopped ? MONEY.stopped : 0) | (one.used === undefined ? 0 : MONEY.caps); // biome-ignore format: as above
    out.count((one.place - next) * 2 + (bits === 0 ? 0 : 1));
    next = one.place + 1;
    if (bits !== 0) out.byte(bits);
    if (one.pausedUntilMs !== null) out.signed(one.pausedUntilMs - clockMs);
    if (one.creditLimit !== 0n) out.amount(one.creditLimit);
    out.amount(one.available);
    if (one.used === undefined) continue;
    out.count(one.used.length);
    for (const used of one.used) out.amount(used);
  }
}

export function packFacts(
  out: Packer,
  facts: readonly RecordedFacts[],
  clockMs: number,
  receipts: number,
): void {
  out.count(facts.length);
  let next = 0;
  for (const one of facts) {
    const bits =
      (one.paused ? SPECIAL.paused : 0) | (one.pausedUntilMs === null ? 0 : SPECIAL.until) |
      (one.endpointHealthy ? 0 : SPECIAL.down) | (one.endpointRetryAtMs === null ? 0 : SPECIAL.retry) |
      (one.receiptNo === null ? SPECIAL.never : 0) | (one.recentTypes === '' ? 0 : SPECIAL.types) |
      (one.weightState === undefined && one.missedTurns === undefined ? 0 : SPECIAL.owed); // biome-ignore format: as above
    const caps = Math.min(one.used.length, CAPS_IN_HEAD);
    out.count((one.index - next) * 8 + caps * 2 + (bits === 0 ? 0 : 1));
    next = one.index + 1;
    if (bits !== 0) out.byte(bits);
    if (caps === CAPS_IN_HEAD) out.count(one.used.length);
    if (one.pausedUntilMs !== null) out.signed(one.pausedUntilMs - clockMs);
    if (one.endpointRetryAtMs !== null) out.signed(one.endpointRetryAtMs - clockMs);
    if (one.recentTypes !== '') packTypes(out, one.recentTypes);
    if (bits & SPECIAL.owed) {
      out.signed(one.weightState ?? 0);
      out.count(one.missedTurns ?? 0);
    }
    if (one.receiptNo !== null) out.signed(receipts - one.receiptNo);
    out.count(one.receivedToday);
    for (const used of one.used) out.amount(used);
  }
}

/** More bits than this are more than a number holds exactly. */
const EXACT_TYPES = 52;

/** One bit a lead, premium is set; above them a bit that says where they begin. A ratio may look back on 100 leads. */
function packTypes(out: Packer, types: string): void {
  if (types.length > EXACT_TYPES) {
    out.wide(BigInt(`0b1${types.replaceAll('p', '1').replaceAll('r', '0')}`));
    return;
  }
  let bits = 1;
  for (const type of types) bits = bits * 2 + (type === 'p' ? 1 : 0);
  out.count(bits);
}
const typesOf = (bits: bigint): string => bits.toString(2).slice(1).replaceAll('1', 'p').replaceAll('0', 'r');

export function unpackProviders(from: Unpacker, clockMs: number): RecordedProvider[] {
  const found: RecordedProvider[] = [];
  let next = 0;
  for (let left = from.count(); left > 0; left -= 1) {
    const head = from.count();
    const place = next + Math.floor(head / 2);
    next = place + 1;
    const bits = head % 2 === 1 ? from.byte() : 0;
    const pausedUntilMs = bits & MONEY.until ? clockMs + from.signed() : null;
    const creditLimit = bits & MONEY.credit ? from.amount() : 0n;
    const [active, paused] = [(bits & MONEY.inactive) === 0, (bits & MONEY.paused) !== 0];
    const one: RecordedProvider = {
      place,
      active,
      paused,
      pausedUntilMs,
      creditLimit,
      available: from.amount(),
    };
    if (bits & MONEY.stopped) one.stopped = true;
    if (bits & MONEY.caps) one.used = Array.from({ length: from.count() }, () => from.amount());
    found.push(one);
  }
  return found;
}

export function unpackFacts(from: Unpacker, clockMs: number, receipts: number): RecordedFacts[] {
  const found: RecordedFacts[] = [];
  let next = 0;
  for (let left = from.count(); left > 0; left -= 1) {
    const head = from.count();
    const index = next + Math.floor(head / 8);
    next = index + 1;
    const bits = head % 2 === 1 ? from.byte() : 0;
    const inHead = Math.floor(head / 2) % 4;
    const caps = inHead === CAPS_IN_HEAD ? from.count() : inHead;
    const pausedUntilMs = bits & SPECIAL.until ? clockMs + from.signed() : null;
    const endpointRetryAtMs = bits & SPECIAL.retry ? clockMs + from.signed() : null;
    const recentTypes = bits & SPECIAL.types ? typesOf(from.wide()) : '';
    const weightState = bits & SPECIAL.owed ? from.signed() : 0;
    const missedTurns = bits & SPECIAL.owed ? from.count() : 0;
    const receiptNo = bits & SPECIAL.never ? null : receipts - from.signed();
    const receivedToday = from.count();
    const used: bigint[] = [];
    for (let cap = 0; cap < caps; cap += 1) used.push(from.amount());
    const [paused, endpointHealthy] = [(bits & SPECIAL.paused) !== 0, (bits & SPECIAL.down) === 0];
    found.push({
      index, paused, pausedUntilMs, endpointHealthy, endpointRetryAtMs, receiptNo, recentTypes, receivedToday, used,
      ...(weightState === 0 ? {} : { weightState }), ...(missedTurns === 0 ? {} : { missedTurns }),
    }); // biome-ignore format: in the order of the layout
  }
  return found;
}
