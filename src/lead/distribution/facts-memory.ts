import { hasBit } from './candidate-index.ts';
import { type Chosen, type Decision, verdictsOf } from './decide.ts';
import {
  afterMissedTurn,
  capKeysOf,
  type Facts,
  fullCap,
  type ProviderFacts,
  providerCapKey,
  type SubscriptionFacts,
  steersAway,
  type Verdict,
} from './facts.ts';
import { byWaiting, pickWeighted } from './order.ts';
import { type DecisionRecord, type FactsToWrite, FULL_FACTS_EVERY, providerPlaces } from './record.ts';
import { type RecordedFacts, type RecordedProvider, recordedFacts } from './record-facts.ts';
import type { Rules, Subscription } from './rules.ts';

/** What a reader of a niche's chain knows at a place in it: the facts by place of subscription and of provider. */
export type Known = { subscriptions: Map<number, RecordedFacts>; providers: Map<number, RecordedProvider> };

export const nothingKnown = (): Known => ({ subscriptions: new Map(), providers: new Map() });

/**
 * What the chain of a niche already says, as the last writer of this process remembers it. Another process may have
 * written since: then the remembered sequence does not match and everything is written anew.
 */
export type FactsMemory = { seq: bigint; configVersion: number; known: Known };

export const copyOf = ({ seq, configVersion, known }: FactsMemory): FactsMemory => ({
  seq,
  configVersion,
  known: { subscriptions: new Map(known.subscriptions), providers: new Map(known.providers) },
});

const same = (a: RecordedFacts | undefined, b: RecordedFacts): boolean =>
  a !== undefined &&
  a.receiptNo === b.receiptNo &&
  a.receivedToday === b.receivedToday &&
  a.paused === b.paused &&
  a.pausedUntilMs === b.pausedUntilMs &&
  a.endpointHealthy === b.endpointHealthy &&
  a.endpointRetryAtMs === b.endpointRetryAtMs &&
  a.recentTypes === b.recentTypes &&
  a.weightState === b.weightState &&
  a.missedTurns === b.missedTurns &&
  a.used.length === b.used.length &&
  a.used.every((used, place) => used === b.used[place]);

const sameProvider = (a: RecordedProvider | undefined, b: RecordedProvider): boolean =>
  a !== undefined &&
  a.available === b.available &&
  a.creditLimit === b.creditLimit &&
  a.active === b.active &&
  a.paused === b.paused &&
  a.pausedUntilMs === b.pausedUntilMs &&
  a.stopped === b.stopped &&
  String(a.used) === String(b.used);

/** A place in the chain where everything is written: the first record, after a change of writer or rules, each 100th. */
export const isFullAt = (memory: FactsMemory | undefined, seq: bigint, configVersion: number): boolean =>
  memory === undefined ||
  memory.seq !== seq - 1n ||
  memory.configVersion !== configVersion ||
  seq % BigInt(FULL_FACTS_EVERY) === 0n;

/**
 * The facts to write before a decision: all of these candidates (full), or those the chain does not say yet.
 * @param among places of subscriptions as bits; left out: all that were read
 */
export function factsToWrite(
  rules: Rules,
  facts: Facts,
  clockMs: number,
  known: Known | null,
  among?: Uint32Array,
): { subscriptions: RecordedFacts[]; providers: RecordedProvider[] } {
  const { ids, placeOf } = providerPlaces(rules);
  const subscriptions: RecordedFacts[] = [];
  const concerned = new Uint8Array(ids.length);
  for (const subscription of rules.subscriptions) {
    const { index } = subscription;
    const own = facts.subscriptions[index];
    if (!own || (among && !hasBit(among, index))) continue;
    concerned[placeOf.get(subscription.providerId)!] = 1;
    const now = recordedFacts(subscription, own, capKeysOf(subscription, clockMs));
    if (known === null || !same(known.subscriptions.get(index), now)) subscriptions.push(now);
  }
  const providers: RecordedProvider[] = [];
  for (const [place, id] of ids.entries()) {
    const own = concerned[place] === 1 ? facts.providers.get(id) : undefined;
    if (!own) continue;
    const now = recordedProvider(place, own, providerKeys(rules, id, clockMs));
    if (known === null || !sameProvider(known.providers.get(place), now)) providers.push(now);
  }
  return { subscriptions, providers };
}

/** The keys of a provider's own caps, in their order; undefined: it has none. */
function providerKeys(rules: Rules, id: string, clockMs: number): string[] | undefined {
  const over = rules.providerCaps.get(id);
  return over?.caps.map((cap) => providerCapKey(cap, clockMs, over.timezone, rules.currency));
}

function recordedProvider(
  place: number,
  { stopped, used, ...facts }: ProviderFacts,
  keys: readonly string[] | undefined,
): RecordedProvider {
  return {
    place,
    ...facts,
    ...(stopped ? { stopped: true as const } : {}),
    ...(keys ? { used: keys.map((key) => used.get(key) ?? 0n) } : {}),
  };
}

/** What a reader of the chain knows after the facts of a record; version 1 kept a provider's money with each of its own. */
export function remember(known: Known, rules: Rules, written: FactsToWrite): void {
  const { placeOf } = providerPlaces(rules);
  for (const facts of written.subscriptions) {
    known.subscriptions.set(facts.index, facts);
    if (!facts.money) continue;
    const place = placeOf.get(rules.subscriptions[facts.index]!.providerId)!;
    known.providers.set(place, { place, active: true, paused: false, pausedUntilMs: null, ...facts.money });
  }
  for (const provider of written.providers) known.providers.set(provider.place, provider);
}

export const factsOf = ({ facts, providers }: DecisionRecord): FactsToWrite => ({
  subscriptions: facts,
  providers,
});

/** What a decision moves. A test lead moves nothing. */
export type Moved = {
  premium: boolean;
  chosen: readonly Pick<Chosen, 'subscription' | 'price' | 'receiptNo'>[];
  /** Those whose turn it was while their endpoint was down. */
  missed: readonly number[];
  /** At levels that serve by weight: who could have had a seat, and how many there were. */
  weighed: readonly { seats: number; eligible: readonly number[] }[];
};

const NOTHING_MOVED: Moved = { premium: false, chosen: [], missed: [], weighed: [] };

type Outcome = {
  test: boolean;
  premium: boolean;
  chosen: Moved['chosen'];
  missed: readonly number[];
  seats: readonly { levelId: string; seats: number }[];
  eligible: () => readonly number[];
};

function movedBy(rules: Rules, { test, premium, chosen, missed, seats, eligible }: Outcome): Moved {
  if (test || chosen.length === 0) return NOTHING_MOVED;
  const byWeight = rules.levels.filter(({ strategy }) => strategy === 'weighted');
  const all = byWeight.length === 0 ? [] : eligible();
  const weighed = byWeight.map(({ id }) => ({
    seats: seats.find(({ levelId }) => levelId === id)?.seats ?? 0,
    eligible: all.filter((index) => rules.subscriptions[index]?.levelId === id),
  }));
  return { premium, chosen, missed, weighed };
}

/** What a decision moves, as its writer knows it. */
export const movedByDecision = (rules: Rules, decision: Decision): Moved =>
  movedBy(rules, {
    test: decision.lead.test,
    premium: decision.lead.leadType === 'premium',
    chosen: decision.chosen,
    missed: decision.missed.map(({ index }) => index),
    seats: decision.seats,
    eligible: () => eligibleOf(verdictsOf(decision)),
  });

/** The same, as a reader of its record knows it. */
export const movedByRecord = (rules: Rules, record: DecisionRecord): Moved =>
  movedBy(rules, {
    test: record.test,
    premium: record.premium,
    // A record that was tampered with may name somebody whom nobody knows.
    chosen: record.chosen.flatMap(({ index, price, receiptNo }) => {
      const subscription = rules.subscriptions[index];
      return subscription ? [{ subscription, price, receiptNo }] : [];
    }),
    missed: record.missed,
    seats: record.seats.map(({ level, seats }) => ({ levelId: rules.levels[level]?.id ?? '', seats })),
    eligible: () => eligibleOf(record.verdicts),
  });

const eligibleOf = (verdicts: readonly { index: number; verdict: Verdict }[]): number[] =>
  verdicts.filter(({ verdict }) => verdict === 'chosen' || verdict === 'no_seat').map(({ index }) => index);

/** Then what was decided moves the facts along, exactly as the engine moves them. */
export function moveAlong(known: Known, rules: Rules, moved: Moved): void {
  const { placeOf } = providerPlaces(rules);
  for (const level of moved.weighed) weighAgain(known, rules, moved.premium, level);
  const firstReceipt = Math.min(...moved.chosen.map(({ receiptNo }) => receiptNo ?? Infinity));
  for (const index of moved.missed) {
    const before = known.subscriptions.get(index);
    if (!before) continue;
    const { missedTurns, receiptNo } = afterMissedTurn(before, rules.missedTurnsMax, firstReceipt);
    known.subscriptions.set(index, { ...before, missedTurns: missedTurns || undefined, receiptNo });
  }
  for (const { subscription, price, receiptNo } of moved.chosen) {
    const before = known.subscriptions.get(subscription.index);
    if (!before || receiptNo === null) continue;
    const types = before.recentTypes + (moved.premium ? 'p' : 'r');
    known.subscriptions.set(subscription.index, {
      ...before,
      ...received(before, receiptNo),
      receivedToday: before.receivedToday + 1,
      recentTypes: subscription.premiumRatio === null ? '' : types.slice(-subscription.ratioWindow),
      used: before.used.map(
        (used, place) => used + (subscription.caps[place]!.kind === 'count' ? 1n : price),
      ),
    });
    const place = placeOf.get(subscription.providerId)!;
    const money = known.providers.get(place);
    if (!money) continue;
    const over = rules.providerCaps.get(subscription.providerId)?.caps;
    const used = money.used?.map((amount, at) => amount + (over?.[at]?.kind === 'spend' ? price : 1n));
    known.providers.set(place, { ...money, available: money.available - price, ...(used ? { used } : {}) });
  }
}

/** The weights of a level after its seats: the same choice over what is known. */
function weighAgain(
  known: Known,
  rules: Rules,
  premium: boolean,
  { seats, eligible }: Moved['weighed'][number],
): void {
  const factsOf = (subscription: Subscription) => known.subscriptions.get(subscription.index)!;
  const members = eligible
    .filter((index) => known.subscriptions.has(index))
    .map((index) => rules.subscriptions[index]!)
    .sort(byWaiting(factsOf));
  const groups = Map.groupBy(members, (one) => steersAway(one, factsOf(one), premium ? 'premium' : 'raw'));
  let left = seats;
  for (const group of [groups.get(false) ?? [], groups.get(true) ?? []]) {
    const { chosen, states } = pickWeighted(group, left, (one) => factsOf(one).weightState ?? 0);
    left -= chosen.length;
    if (chosen.length === 0) continue;
    for (const [one, weightState] of states) {
      const { weightState: _, ...before } = factsOf(one);
      known.subscriptions.set(one.index, weightState === 0 ? before : { ...before, weightState });
    }
  }
}

/** A turn that was missed is made up for: it leaves the place in the order as it is. */
const received = ({ missedTurns = 0 }: RecordedFacts, number: number) =>
  missedTurns === 0 ? { receiptNo: number } : { missedTurns: missedTurns - 1 || undefined };

/** The facts of these subscriptions as the engine takes them, for running a decision again. */
export function knownFacts(rules: Rules, known: Known, clockMs: number, places: readonly number[]): Facts {
  const { ids } = providerPlaces(rules);
  const subscriptions: Facts['subscriptions'] = new Array(rules.subscriptions.length).fill(undefined);
  for (const place of places) {
    const subscription = rules.subscriptions[place];
    const own = known.subscriptions.get(place);
    if (!subscription || !own) throw new Error(`the chain says nothing about subscription number ${place}`);
    const used = new Map(capKeysOf(subscription, clockMs).map((key, place) => [key, own.used[place] ?? 0n]));
    const { paused, pausedUntilMs, receiptNo, recentTypes, receivedToday } = own;
    const { endpointHealthy, endpointRetryAtMs, weightState = 0, missedTurns = 0 } = own;
    const facts: SubscriptionFacts = {
      paused, pausedUntilMs, receiptNo, recentTypes, receivedToday, used, capFull: false, endpointHealthy, endpointRetryAtMs,
      weightState, missedTurns,
    }; // biome-ignore format: as they are called there
    facts.capFull = fullCap(subscription, facts, clockMs) !== undefined;
    subscriptions[place] = facts;
  }
  const providers = new Map(
    [...known.providers.values()].map(({ place, stopped, used, ...facts }) => {
      const keys = providerKeys(rules, ids[place]!, clockMs) ?? [];
      const uses = new Map(keys.map((key, at) => [key, used?.[at] ?? 0n]));
      return [ids[place]!, { ...facts, stopped: stopped === true, used: uses }] as const;
    }),
  );
  return { subscriptions, providers };
}
