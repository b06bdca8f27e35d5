import type { Candidates } from './candidate-index.ts';
import {
  afterMissedTurn,
  type Check,
  countedKeys,
  dynamicFailure,
  type Facts,
  fullCap,
  NOT_A_CANDIDATE,
  passesAgainAt,
  providerCapKey,
  type SubscriptionFacts,
  steersAway,
  VERDICT_NAMES,
  VERDICTS,
  type Verdict,
} from './facts.ts';
import { candidatesByLevel, findCandidates, rememberCandidates } from './find-candidates.ts';
import { toldAtMost } from './offer.ts';
import { type Among, firstOfEachProvider, type LevelQueue, openQueue, pickWeighted } from './order.ts';
import {
  type DecidedLead,
  type Level,
  priceOf,
  type Rules,
  type StaticCheck,
  type Subscription,
} from './rules.ts';
import { type LeadChecks, openStanding, PASSES, type Standing } from './standing.ts';

/**
 * The distribution engine: a pure function from leads, rules, facts, clock and seed to decisions. It decides lead by
 * lead, on the facts as the leads before it left them, and moves `facts` and `turn` along. No other code assigns.
 */

/** What the niche's turn remembers between decisions. */
export type Turn = { nextLevelId: string | null; receiptNo: number };

export type Chosen = {
  subscription: Subscription;
  level: Level;
  price: bigint;
  receiptNo: number | null;
  /** The competition promise: at most this many providers in all. */
  maxShared: number;
};

export type Decision = {
  lead: DecidedLead;
  clockMs: number;
  turnBefore: string | null;
  turnAfter: string | null;
  /** The niche's last receipt number before this decision. */
  receiptBefore: number;
  chosen: Chosen[];
  /** Seats that each level of the ring had, in ring order from the start. */
  seats: { levelId: string; seats: number }[];
  /** One byte per subscription of the niche: its verdict (VERDICTS), or NOT_A_CANDIDATE. */
  verdicts: Uint8Array;
  /** How many subscriptions each static check kept away. */
  excluded: Record<StaticCheck, number>;
  /** For an unsold lead: when it is worth another look; never after the lead's expiry. */
  retryAtMs: number | null;
  /** What the weights of the levels that served become when the lead was sold. */
  weightStates: Map<Subscription, number>;
  /** Those whose turn it was while their endpoint was down. */
  missed: Subscription[];
};

/** The candidates with their verdicts by name, in order of index. */
export function verdictsOf({ verdicts }: Pick<Decision, 'verdicts'>): { index: number; verdict: Verdict }[] {
  const found: { index: number; verdict: Verdict }[] = [];
  for (let index = 0; index < verdicts.length; index += 1) {
    if (verdicts[index] !== NOT_A_CANDIDATE)
      found.push({ index, verdict: VERDICT_NAMES.get(verdicts[index]!)! });
  }
  return found;
}

export type DecideInput = {
  leads: readonly DecidedLead[];
  rules: Rules;
  facts: Facts;
  turn: Turn;
  clockMs: number;
  /** Secret of the day for ties. */
  seed: Buffer;
  /** Who passed the static checks, when that is known already; else they are run. */
  candidates?: (lead: DecidedLead) => Candidates;
  /** Of a batch that is decided in several calls. */
  persons?: Persons;
};

/** An unsold lead is looked at again at the earliest after this time, however soon a window opens. */
export const RETRY_MIN_MS = 1_000;

/**
 * Decides leads in the order given. Mutates `facts` and `turn`, which the caller has made for this call; the same
 * input gives the same output.
 */
export function decide(input: DecideInput): Decision[] {
  const { rules, facts } = input;
  const factsOf = (subscription: Subscription): SubscriptionFacts => facts.subscriptions[subscription.index]!;
  const read = rules.subscriptions.filter(({ index }) => facts.subscriptions[index] !== undefined);
  const queues = new Map(
    rules.levels.map((level) => [
      level.id,
      openQueue(
        level,
        read.filter(({ levelId }) => levelId === level.id),
        factsOf,
      ),
    ]),
  );
  const candidatesOf = input.candidates ?? rememberCandidates(rules);
  const run: Run = {
    ...input,
    queues,
    standing: openStanding(rules, facts, input.clockMs),
    persons: input.persons ?? new Map(),
  };
  return input.leads.map((lead) => decideOne(lead, run, candidatesOf(lead)));
}

/** Providers that got a lead of this person within this batch. */
export type Persons = Map<string, Set<string>>;
type Run = DecideInput & { queues: Map<string, LevelQueue>; standing: Standing; persons: Persons };

export type { Candidates } from './candidate-index.ts';
export { findCandidates, rememberCandidates };

/** The ring of active levels from the one that starts: the turn's (rotate), or the default or first (fixed). */
export function ringFrom(rules: Rules, turn: Turn): Level[] {
  const { levels } = rules;
  const startId = rules.levelRotation === 'rotate' ? turn.nextLevelId : rules.defaultLevelId;
  const start = Math.max(
    0,
    levels.findIndex(({ id }) => id === startId),
  );
  return [...levels.slice(start), ...levels.slice(0, start)];
}

function decideOne(given: DecidedLead, run: Run, candidates: Candidates): Decision {
  const { rules, turn, clockMs, queues } = run;
  const lead = withOwnPerson(given, rules, run.persons);
  const { offer } = lead;
  const ring = offer ? rules.levels.filter(({ id }) => id === offer.levelId) : ringFrom(rules, turn);
  const decision: Decision = {
    lead,
    clockMs,
    turnBefore: turn.nextLevelId,
    turnAfter: turn.nextLevelId,
    receiptBefore: turn.receiptNo,
    chosen: [],
    seats: [],
    verdicts: new Uint8Array(rules.subscriptions.length).fill(NOT_A_CANDIDATE),
    excluded: candidates.excluded,
    retryAtMs: null,
    weightStates: new Map(),
    missed: [],
  };
  const told = (toldAtMost(rules, lead) ?? Number.MAX_SAFE_INTEGER) - lead.had.size;
  const chosenProviders = new Set<string>();
  let smallestMax = Number.MAX_SAFE_INTEGER;
  // Sold alone: from then on no other level has a seat, and none that is sold alone joins others.
  let alone = false;
  const among = candidatesByLevel(rules, candidates);
  const checks = run.standing.forLead(lead);

  for (const level of ring) {
    const own =
      rules.fillMode === 'cascade'
        ? Math.min(level.maxProviders, smallestMax) - decision.chosen.length
        : level.maxProviders;
    const shut = alone || (level.exclusive && decision.chosen.length + lead.had.size > 0);
    const open = shut ? 0 : Math.max(0, Math.min(own, told - decision.chosen.length));
    const seats = offer ? offer.seats : open;
    decision.seats.push({ levelId: level.id, seats });
    const taken = serveLevel({
      level,
      seats,
      lead,
      input: run,
      queue: queues.get(level.id)!,
      among: among(level),
      checks,
      decision,
      chosenProviders,
    });
    if (taken > 0) smallestMax = Math.min(smallestMax, level.maxProviders);
    if (taken > 0 && level.exclusive) alone = true;
  }
  if (offer) for (const chosen of decision.chosen) chosen.maxShared = offer.maxShared;
  else promise(decision, rules, alone ? smallestMax : null, { smallestMax, told });
  if (!lead.test) advance(decision, run, ring);
  if (decision.chosen.length === 0) decision.retryAtMs = retryAt(decision, run);
  return decision;
}

/** Who got this person a moment ago, in the same batch, has it within every window too. */
function withOwnPerson(lead: DecidedLead, rules: Rules, persons: Persons): DecidedLead {
  const providers = lead.personKeys.flatMap((key) => [...(persons.get(key) ?? [])]);
  if (providers.length === 0) return lead;
  const samePerson = new Set(lead.samePerson);
  for (const providerId of providers) {
    for (const place of rules.byProvider.get(providerId) ?? []) {
      const { id, personWindowDays } = rules.subscriptions[place]!;
      if (personWindowDays !== null) samePerson.add(id);
    }
  }
  return { ...lead, samePerson };
}

type Service = {
  level: Level;
  seats: number;
  lead: DecidedLead;
  input: Run;
  queue: LevelQueue;
  among: Among;
  checks: LeadChecks;
  decision: Decision;
  chosenProviders: Set<string>;
};

export const checkOf = (
  subscription: Subscription,
  lead: DecidedLead,
  { rules, facts, clockMs }: Pick<DecideInput, 'rules' | 'facts' | 'clockMs'>,
  chosen: ReadonlySet<string>,
): Check => ({
  subscription,
  lead,
  facts: facts.subscriptions[subscription.index]!,
  provider: facts.providers.get(subscription.providerId)!,
  chosen,
  providerCaps: rules.providerCaps.get(subscription.providerId),
  currency: rules.currency,
  price: priceOf(rules, subscription, lead.campaignId),
  clockMs,
});

/** What would keep one subscription from a lead now, beside the static checks and the seats; undefined: nothing. */
export const failureNow = (
  subscription: Subscription,
  lead: DecidedLead,
  of: Pick<DecideInput, 'rules' | 'facts' | 'clockMs'>,
): Verdict | undefined => dynamicFailure(checkOf(subscription, lead, of, NOBODY));

/** Fills one level's seats in its order and notes the verdict of each of its candidates. Returns the seats taken. */
function serveLevel(service: Service): number {
  const { level, seats, lead, input, queue, among, checks, decision, chosenProviders } = service;
  const willing: Subscription[] = [];
  const steered: Subscription[] = [];
  const down: Subscription[] = [];
  const ordered = queue.ordered({ seed: input.seed, leadKey: lead.id }, among);
  for (const subscription of ordered) {
    const { index } = subscription;
    const failure = checks.failureOf(subscription);
    if (failure !== PASSES) decision.verdicts[index] = failure;
    else if (steersAway(subscription, input.facts.subscriptions[index]!, lead.leadType))
      steered.push(subscription);
    else willing.push(subscription);
    if (
      failure === VERDICTS.endpoint_down &&
      wouldPass(checkOf(subscription, lead, input, chosenProviders))
    ) {
      down.push(subscription);
    }
  }
  const eligible = steered.length === 0 ? willing : [...willing, ...steered];
  const served = new Set(
    level.strategy === 'weighted'
      ? weighted([willing, steered], seats, service)
      : firstOfEachProvider(eligible, seats),
  );
  for (const { index } of eligible) decision.verdicts[index] = VERDICTS.no_seat;
  for (const subscription of served) {
    decision.verdicts[subscription.index] = VERDICTS.chosen;
    chosenProviders.add(subscription.providerId);
    checks.goesTo(subscription.providerId);
    const price = priceOf(input.rules, subscription, lead.campaignId);
    decision.chosen.push({ subscription, level, price, receiptNo: null, maxShared: 0 });
  }
  if (down.length > 0 && level.strategy === 'longest_waiting') {
    const last = ordered.findLastIndex((subscription) => served.has(subscription));
    decision.missed.push(...down.filter((subscription) => ordered.indexOf(subscription) < last));
  }
  return served.size;
}

/** Whether nothing but its endpoint keeps this subscription from the lead. */
const wouldPass = (check: Check): boolean =>
  dynamicFailure({ ...check, facts: { ...check.facts, endpointHealthy: true } }) === undefined;

/** Seats by weight: first among those whose ratio would not move away, then among the others. */
function weighted(groups: Subscription[][], seats: number, { input, decision }: Service): Subscription[] {
  const served: Subscription[] = [];
  for (const group of groups) {
    const { chosen, states } = pickWeighted(
      group,
      seats - served.length,
      ({ index }) => input.facts.subscriptions[index]!.weightState,
    );
    served.push(...chosen);
    if (chosen.length > 0) for (const [member, state] of states) decision.weightStates.set(member, state);
  }
  return served;
}

/** What every chosen provider is told: with how many others it shares the lead at most. */
function promise(
  decision: Decision,
  rules: Rules,
  alone: number | null,
  of: { smallestMax: number; told: number },
): void {
  const all = rules.levels.reduce((sum, { maxProviders }) => sum + maxProviders, 0);
  const max = Math.min(alone ?? (rules.fillMode === 'cascade' ? of.smallestMax : all), of.told);
  for (const chosen of decision.chosen) chosen.maxShared = max;
}

/**
 * Moves turn, order, counts and money along. A test lead moves nothing; an unsold one gave no level its turn, and an
 * offer is nobody's turn.
 */
function advance(decision: Decision, run: Run, ring: Level[]): void {
  if (decision.chosen.length === 0) return;
  const { rules, facts, turn } = run;
  if (rules.levelRotation === 'rotate' && ring.length > 0 && !decision.lead.offer) {
    turn.nextLevelId = ring[1 % ring.length]!.id;
    decision.turnAfter = turn.nextLevelId;
  }
  for (const [{ index }, state] of decision.weightStates) facts.subscriptions[index]!.weightState = state;
  for (const { index, levelId } of decision.missed) {
    const own = facts.subscriptions[index]!;
    Object.assign(own, afterMissedTurn(own, rules.missedTurnsMax, turn.receiptNo + 1));
    run.queues.get(levelId)!.changed();
  }
  for (const chosen of decision.chosen) {
    turn.receiptNo += 1;
    chosen.receiptNo = turn.receiptNo;
    receive(chosen, decision.lead, run);
  }
}

/** One receipt. A turn that is owed is made up for: the place in the order stays as it is. */
function receive(chosen: Chosen, lead: DecidedLead, run: Run): void {
  const { rules, facts, clockMs, queues, standing, persons } = run;
  const { subscription, level, price } = chosen;
  const own = facts.subscriptions[subscription.index]!;
  const provider = facts.providers.get(subscription.providerId)!;
  if (own.missedTurns > 0) own.missedTurns -= 1;
  else own.receiptNo = chosen.receiptNo;
  own.receivedToday += 1;
  own.recentTypes = (own.recentTypes + (lead.leadType === 'premium' ? 'p' : 'r')).slice(-RECENT_TYPES_KEPT);
  for (const [key, kind] of countedKeys(subscription.caps, clockMs, subscription.timezone)) {
    own.used.set(key, (own.used.get(key) ?? 0n) + (kind === 'count' ? 1n : price));
  }
  own.capFull = fullCap(subscription, own, clockMs) !== undefined;
  const over = rules.providerCaps.get(subscription.providerId);
  for (const key of new Set(
    over?.caps.map((cap) => providerCapKey(cap, clockMs, over.timezone, rules.currency)),
  )) {
    provider.used.set(key, (provider.used.get(key) ?? 0n) + (key.startsWith('count') ? 1n : price));
  }
  provider.available -= price;
  standing.moved(subscription.providerId);
  if (own.receiptNo === chosen.receiptNo) queues.get(level.id)!.received(subscription);
  for (const key of lead.personKeys) {
    const had = persons.get(key);
    if (had) had.add(subscription.providerId);
    else persons.set(key, new Set([subscription.providerId]));
  }
}

/** Kept per subscription: as many as a ratio may look back on. */
const RECENT_TYPES_KEPT = 100;

function retryAt(decision: Decision, input: DecideInput): number {
  const { rules, clockMs } = input;
  let soonest = decision.lead.expiresAtMs;
  for (const { index, verdict } of verdictsOf(decision)) {
    const at = passesAgainAt(verdict, checkOf(rules.subscriptions[index]!, decision.lead, input, NOBODY));
    if (at !== null) soonest = Math.min(soonest, Math.max(at, clockMs + RETRY_MIN_MS));
  }
  return soonest;
}

const NOBODY: ReadonlySet<string> = new Set();
