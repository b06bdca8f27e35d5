import { capKey, countedKeys, loadKey, providerCapKey } from '../facts.ts';
import {
  factsOf,
  type Known,
  type Moved,
  moveAlong,
  movedByRecord,
  nothingKnown,
  remember,
} from '../facts-memory.ts';
import { type DecisionRecord, providerPlaces } from '../record.ts';
import type { RecordedFacts, RecordedProvider } from '../record-facts.ts';
import type { Rules, Subscription } from '../rules.ts';
import type { Switches } from './run.ts';

/**
 * What really was, as a niche's chain tells it: everybody's order, counters, types and weights, moved along by what was
 * decided. Where a record says something else, it came from outside (a refund that gave a cap back, leads of another
 * niche, somebody new), and every run is told the same. Pure.
 */

/** What a subscription brings along. */
export type Standing = {
  receiptNo: number | null;
  recentTypes: string;
  weightState: number;
  missedTurns: number;
  /** Leads of the UTC day, as `least_loaded_today` counts them. */
  load: number;
  /** Use of each cap by its key. */
  used: Map<string, bigint>;
};
export type Uses = readonly (readonly [key: string, amount: bigint])[];

/** What came from outside before a decision. Counters move by amounts; all else is what it became. */
export type Outside = {
  subscriptions: { id: string; used: Uses; load: number; became: Partial<Standing> }[];
  providers: { id: string; used: Uses }[];
};
export const NOTHING_OUTSIDE: Outside = { subscriptions: [], providers: [] };

/** What a decision moved that is not taken again. */
export type Given = {
  leadId: string;
  chosen: { id: string; providerId: string; price: bigint }[];
  premium: boolean;
  missed: string[];
  /** Parts that a weight moved by. */
  weights: { id: string; by: number }[];
  /** It gave its level the turn: a lead that came its usual way. */
  turns: boolean;
};

export type Track = {
  /** The configuration from the next decision on. */
  enter(rules: Rules): void;
  take(record: DecisionRecord, rules: Rules): Outside;
  move(record: DecisionRecord, rules: Rules): void;
  /** Moves along, and says what it moved. */
  give(leadId: string, record: DecisionRecord, rules: Rules): Given;
  /** Whom the chain told nothing about, as it was found elsewhere. */
  seed(subscription: Subscription, standing: Standing, clockMs: number): void;
  seedProvider(id: string, used: ReadonlyMap<string, bigint>): void;
  standings(clockMs: number): {
    subscriptions: Map<string, Standing>;
    providers: Map<string, Map<string, bigint>>;
  };
  now(): {
    stopped: Map<string, { paused: boolean; endpointHealthy: boolean }>;
    switches: Map<string, Switches>;
  };
};

/** What is known by the places of the present configuration, and counters by id: those outlive every configuration. */
type State = {
  rules: Rules | undefined;
  known: Known;
  /** Of subscriptions that the present configuration does not have, by id: it may have them again. */
  absent: Map<string, RecordedFacts>;
  /** When the chain last said or confirmed a subscription's counters; of providers, when they were last compared. */
  seen: Map<number, number>;
  compared: Map<string, number>;
  /** By id of a subscription or of a provider: by key. */
  uses: Map<string, Map<string, bigint>>;
  loads: Map<string, { day: string; count: number }>;
  clockMs: number;
};

export function openTrack(): Track {
  const state: State = {
    rules: undefined,
    known: nothingKnown(),
    absent: new Map(),
    seen: new Map(),
    compared: new Map(),
    uses: new Map(),
    loads: new Map(),
    clockMs: 0,
  };
  const enter = (rules: Rules) => enterRules(state, rules);
  return {
    enter,
    take(record, rules) {
      enter(rules);
      state.clockMs = record.clockMs;
      const outside = record.version === 1 ? NOTHING_OUTSIDE : outsideOf(state, record, rules);
      remember(state.known, rules, factsOf(record));
      for (const { index } of [...record.facts, ...record.verdicts]) state.seen.set(index, record.clockMs);
      return outside;
    },
    move: (record, rules) => void moveState(state, record, rules),
    give(leadId, record, rules) {
      const weightOf = (index: number) => state.known.subscriptions.get(index)?.weightState ?? 0;
      const before = new Map([...state.known.subscriptions.keys()].map((index) => [index, weightOf(index)]));
      const moved = moveState(state, record, rules);
      const idOf = (index: number) => rules.subscriptions[index]!.id;
      const weighed = moved.weighed.flatMap(({ eligible }) => eligible);
      const weights = weighed.map((index) => ({
        id: idOf(index),
        by: weightOf(index) - (before.get(index) ?? 0),
      }));
      return { leadId, ...givenBy(moved), missed: moved.missed.map(idOf), weights, turns: !record.offer };
    },
    seed: (subscription, standing, clockMs) => seed(state, subscription, standing, clockMs),
    seedProvider: (id, used) => void state.uses.set(id, new Map(used)),
    standings: (clockMs) => standingsOf(state, clockMs),
    now: () => nowOf(state),
  };
}

const givenBy = ({ chosen, premium }: Moved): Pick<Given, 'chosen' | 'premium'> => ({
  premium,
  chosen: chosen.map(({ subscription: { id, providerId }, price }) => ({ id, providerId, price })),
});

/** Places mean something under one configuration only: what is known goes along by id. */
function enterRules(state: State, rules: Rules): void {
  const { rules: before, known } = state;
  state.rules = rules;
  if (!before || before === rules || before.configVersion === rules.configVersion) return;
  Object.assign(state, { known: nothingKnown(), seen: new Map() });
  for (const own of known.subscriptions.values()) state.absent.set(before.subscriptions[own.index]!.id, own);
  for (const { id, index, caps } of rules.subscriptions) {
    const own = state.absent.get(id);
    if (!own) continue;
    state.absent.delete(id);
    // Whatever its counters are, the next record says so: facts are written in full under a new configuration.
    state.known.subscriptions.set(index, { ...own, index, used: caps.map(() => 0n) });
  }
  const [old, now] = [providerPlaces(before), providerPlaces(rules)];
  for (const { used: _, ...own } of known.providers.values()) {
    const place = now.placeOf.get(old.ids[own.place] ?? '');
    if (place !== undefined) state.known.providers.set(place, { ...own, place });
  }
}

/** Moves along as every run does. */
function moveState(state: State, record: DecisionRecord, rules: Rules): Moved {
  const moved = movedByRecord(rules, record);
  moveAlong(state.known, rules, moved);
  const { clockMs } = record;
  const day = loadKey(clockMs);
  for (const { subscription, price } of moved.chosen) {
    const { id, providerId, caps, timezone } = subscription;
    const uses = usesOf(state, id);
    for (const [key, kind] of countedKeys(caps, clockMs, timezone))
      uses.set(key, (uses.get(key) ?? 0n) + (kind === 'count' ? 1n : price));
    const over = usesOf(state, providerId);
    for (const key of new Set(providerKeys(rules, providerId, clockMs)))
      over.set(key, (over.get(key) ?? 0n) + (key.startsWith('count') ? 1n : price));
    state.loads.set(id, { day, count: loadOf(state, id, clockMs) + 1 });
  }
  return moved;
}

function usesOf({ uses }: State, id: string): Map<string, bigint> {
  const own = uses.get(id) ?? new Map<string, bigint>();
  uses.set(id, own);
  return own;
}

function loadOf({ loads }: State, id: string, clockMs: number): number {
  const own = loads.get(id);
  return own?.day === loadKey(clockMs) ? own.count : 0;
}

/** Places of the candidates' providers that have caps of their own. */
function cappedProviders({ verdicts }: DecisionRecord, rules: Rules): number[] {
  if (rules.providerCaps.size === 0) return [];
  const { placeOf } = providerPlaces(rules);
  const ids = new Set(verdicts.flatMap(({ index }) => rules.subscriptions[index]?.providerId ?? []));
  return [...ids].filter((id) => rules.providerCaps.has(id)).map((id) => placeOf.get(id)!);
}

function outsideOf(state: State, record: DecisionRecord, rules: Rules): Outside {
  const { clockMs } = record;
  const subscriptions = record.facts.flatMap((facts): Outside['subscriptions'] => {
    const subscription = rules.subscriptions[facts.index];
    const change = subscription && changeOf(state, subscription, facts, rules, clockMs);
    return change ? [{ id: subscription.id, ...change }] : [];
  });
  const { ids } = providerPlaces(rules);
  const written = new Map(record.providers.map((one) => [one.place, one]));
  const providers = [...new Set([...written.keys(), ...cappedProviders(record, rules)])].flatMap((place) => {
    const id = ids[place] ?? '';
    const used = providerMoves(state, { id, place, now: written.get(place), rules, clockMs });
    return used.length > 0 ? [{ id, used }] : [];
  });
  return { subscriptions, providers };
}

/** Windows turn at quarters of an hour at the most often: between them no key needs to be made. */
const QUARTER_MS = 900_000;
const sameQuarter = (a: number, b: number): boolean =>
  Math.floor(a / QUARTER_MS) === Math.floor(b / QUARTER_MS);
const same = (a: readonly bigint[], b: readonly bigint[]): boolean =>
  a.length === b.length && a.every((one, at) => one === b[at]);

function changeOf(
  state: State,
  { id, index, caps, timezone, levelId }: Subscription,
  facts: RecordedFacts,
  rules: Rules,
  clockMs: number,
): Omit<Outside['subscriptions'][number], 'id'> | undefined {
  const before = state.known.subscriptions.get(index);
  const unmoved =
    before && same(before.used, facts.used) && sameQuarter(state.seen.get(index) ?? NaN, clockMs);
  const keys = unmoved ? [] : caps.map((cap) => capKey(cap, clockMs, timezone));
  const used = movesTo(usesOf(state, id), keys, facts.used);
  const counts = rules.levels.find((level) => level.id === levelId)?.strategy === 'least_loaded_today';
  const load = counts ? facts.receivedToday - loadOf(state, id, clockMs) : 0;
  if (load !== 0) state.loads.set(id, { day: loadKey(clockMs), count: facts.receivedToday });
  const became: Partial<Standing> = {};
  if (facts.receiptNo !== (before?.receiptNo ?? null)) became.receiptNo = facts.receiptNo;
  if (facts.recentTypes !== (before?.recentTypes ?? '')) became.recentTypes = facts.recentTypes;
  if ((facts.weightState ?? 0) !== (before?.weightState ?? 0)) became.weightState = facts.weightState ?? 0;
  if ((facts.missedTurns ?? 0) !== (before?.missedTurns ?? 0)) became.missedTurns = facts.missedTurns ?? 0;
  if (used.length === 0 && load === 0 && Object.keys(became).length === 0) return undefined;
  return { used, load, became };
}

/** Sets the counters to what they are, and says by how much each moved. */
function movesTo(uses: Map<string, bigint>, keys: readonly string[], now: readonly bigint[]): Uses {
  const moves = new Map<string, bigint>();
  for (const [at, key] of keys.entries()) {
    const used = now[at] ?? 0n;
    const by = used - (uses.get(key) ?? 0n);
    if (by !== 0n) moves.set(key, by);
    uses.set(key, used);
  }
  return [...moves];
}

const providerKeys = (rules: Rules, id: string, clockMs: number): string[] => {
  const over = rules.providerCaps.get(id);
  return over?.caps.map((cap) => providerCapKey(cap, clockMs, over.timezone, rules.currency)) ?? [];
};

function providerMoves(
  state: State,
  of: { id: string; place: number; now: RecordedProvider | undefined; rules: Rules; clockMs: number },
): Uses {
  const { id, place, rules, clockMs } = of;
  // What a record leaves out is as it was: also when the window is another one and another niche used as much of it.
  const used = of.now?.used ?? state.known.providers.get(place)?.used;
  if (!used || (!of.now && sameQuarter(state.compared.get(id) ?? NaN, clockMs))) return [];
  state.compared.set(id, clockMs);
  return movesTo(usesOf(state, id), providerKeys(rules, id, clockMs), used);
}

function seed(state: State, subscription: Subscription, standing: Standing, clockMs: number): void {
  const { known } = state;
  const { id, index, caps, premiumRatio, ratioWindow } = subscription;
  const { receiptNo, load, weightState, missedTurns } = standing;
  const recentTypes = premiumRatio === null ? '' : standing.recentTypes.slice(-ratioWindow);
  const alive = { paused: false, pausedUntilMs: null, endpointHealthy: true, endpointRetryAtMs: null };
  const counted = {
    receiptNo,
    recentTypes,
    receivedToday: load,
    used: caps.map(() => 0n),
    weightState,
    missedTurns,
  };
  known.subscriptions.set(index, { index, ...alive, ...counted });
  state.uses.set(id, new Map(standing.used));
  state.loads.set(id, { day: loadKey(clockMs), count: load });
}

function standingsOf(state: State, clockMs: number): ReturnType<Track['standings']> {
  const { rules, known } = state;
  const subscriptions = new Map<string, Standing>();
  const providers = new Map<string, Map<string, bigint>>();
  if (!rules) return { subscriptions, providers };
  const all = [...known.subscriptions.values()].map(
    (own) => [rules.subscriptions[own.index]!.id, own] as const,
  );
  for (const [id, own] of [...all, ...state.absent]) {
    const { receiptNo, recentTypes, weightState = 0, missedTurns = 0 } = own;
    const used = new Map(usesOf(state, id));
    subscriptions.set(id, {
      receiptNo,
      recentTypes,
      weightState,
      missedTurns,
      load: loadOf(state, id, clockMs),
      used,
    });
  }
  for (const id of state.compared.keys()) providers.set(id, new Map(usesOf(state, id)));
  return { subscriptions, providers };
}

/** Pauses, endpoints and companies, as they were said last. */
function nowOf({ rules, known, clockMs }: State): ReturnType<Track['now']> {
  const runs = (one: { paused: boolean; pausedUntilMs: number | null }): boolean =>
    one.paused && (one.pausedUntilMs === null || one.pausedUntilMs > clockMs);
  const stopped: ReturnType<Track['now']>['stopped'] = new Map();
  const switches: ReturnType<Track['now']>['switches'] = new Map();
  if (!rules) return { stopped, switches };
  const { ids } = providerPlaces(rules);
  for (const own of known.subscriptions.values()) {
    const { id } = rules.subscriptions[own.index] ?? {};
    if (id) stopped.set(id, { paused: runs(own), endpointHealthy: own.endpointHealthy });
  }
  for (const own of known.providers.values()) {
    const id = ids[own.place];
    const { active, creditLimit, stopped: halted } = own;
    if (id) switches.set(id, { active, paused: runs(own), creditLimit, stopped: halted ?? false });
  }
  return { stopped, switches };
}
