import { type CandidateIndex, type Candidates, compileIndex, hasBit } from './candidate-index.ts';
import {
  capKey,
  dynamicFailure,
  type Facts,
  fullCap,
  isHardRatio,
  movesRatioAway,
  NOT_A_CANDIDATE,
  passesAgainAt,
  type SubscriptionFacts,
  VERDICT_NAMES,
  VERDICTS,
  type Verdict,
} from './facts.ts';
import { type Among, type LevelQueue, openQueue } from './order.ts';
import type { DecidedLead, Level, Rules, StaticCheck, Subscription } from './rules.ts';

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
  return input.leads.map((lead) => decideOne(lead, input, queues, candidatesOf(lead)));
}

export type { Candidates } from './candidate-index.ts';

/** One index per configuration version, made when its first lead comes. */
const indexes = new WeakMap<Rules, CandidateIndex>();

/** Runs the static group over all subscriptions of the niche. */
export function findCandidates(rules: Rules, lead: DecidedLead): Candidates {
  let index = indexes.get(rules);
  if (!index) {
    index = compileIndex(rules.subscriptions);
    indexes.set(rules, index);
  }
  return index.find(lead);
}

/** The candidates of a lead are needed twice, when its facts are read and when it is decided: found once. */
const remembered = new WeakMap<DecidedLead, { rules: Rules; found: Candidates }>();
export function rememberCandidates(rules: Rules): (lead: DecidedLead) => Candidates {
  return (lead) => {
    const kept = remembered.get(lead);
    if (kept?.rules === rules) return kept.found;
    const found = findCandidates(rules, lead);
    remembered.set(lead, { rules, found });
    return found;
  };
}

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

function decideOne(
  lead: DecidedLead,
  input: DecideInput,
  queues: Map<string, LevelQueue>,
  candidates: Candidates,
): Decision {
  const { rules, turn, clockMs } = input;
  const ring = ringFrom(rules, turn);
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
  };
  // The smaller of what the form said to this person and what the campaign says today.
  const campaignTold = rules.campaigns.get(lead.campaignId)?.recipientsTold ?? Number.MAX_SAFE_INTEGER;
  const told = Math.min(campaignTold, lead.told ?? Number.MAX_SAFE_INTEGER) - lead.had.size;
  const chosenProviders = new Set<string>();
  let smallestMax = Number.MAX_SAFE_INTEGER;
  const byLevel = Map.groupBy(
    candidates.places.map((place) => rules.subscriptions[place]!),
    ({ levelId }) => levelId,
  );
  const has = ({ index }: Subscription): boolean => hasBit(candidates.bits, index);

  for (const level of ring) {
    const own =
      rules.fillMode === 'cascade'
        ? Math.min(level.maxProviders, smallestMax) - decision.chosen.length
        : level.maxProviders;
    const seats = Math.max(0, Math.min(own, told - decision.chosen.length));
    decision.seats.push({ levelId: level.id, seats });
    const taken = serveLevel({
      level,
      seats,
      lead,
      input,
      queue: queues.get(level.id)!,
      among: { list: byLevel.get(level.id) ?? [], has },
      decision,
      chosenProviders,
    });
    if (taken > 0) smallestMax = Math.min(smallestMax, level.maxProviders);
  }
  promise(decision, rules, smallestMax, told);
  if (!lead.test) advance(decision, input, queues, ring);
  if (decision.chosen.length === 0) decision.retryAtMs = retryAt(decision, input);
  return decision;
}

type Service = {
  level: Level;
  seats: number;
  lead: DecidedLead;
  input: DecideInput;
  queue: LevelQueue;
  among: Among;
  decision: Decision;
  chosenProviders: Set<string>;
};

/** Fills one level's seats in its order and notes the verdict of each of its candidates. Returns the seats taken. */
function serveLevel(service: Service): number {
  const { level, seats, lead, input, queue, among, decision, chosenProviders } = service;
  const { facts, clockMs, seed } = input;
  const willing: Subscription[] = [];
  const steered: Subscription[] = [];
  for (const subscription of queue.ordered({ seed, leadKey: lead.id }, among)) {
    const own = facts.subscriptions[subscription.index]!;
    const provider = facts.providers.get(subscription.providerId)!;
    const failure = dynamicFailure(subscription, lead, own, provider, chosenProviders, clockMs);
    if (failure) decision.verdicts[subscription.index] = VERDICTS[failure];
    else if (steersAway(subscription, own, lead)) steered.push(subscription);
    else willing.push(subscription);
  }
  let taken = 0;
  for (const subscription of [...willing, ...steered]) {
    // Two subscriptions of one provider can stand in one level's order only through a second level; checked again.
    const free = taken < seats && !chosenProviders.has(subscription.providerId);
    decision.verdicts[subscription.index] = free ? VERDICTS.chosen : VERDICTS.no_seat;
    if (!free) continue;
    chosenProviders.add(subscription.providerId);
    decision.chosen.push({ subscription, level, price: subscription.price, receiptNo: null, maxShared: 0 });
    taken += 1;
  }
  return taken;
}

/** A soft premium ratio: who would move away from it is served after those who would not. */
const steersAway = (subscription: Subscription, facts: SubscriptionFacts, lead: DecidedLead): boolean =>
  subscription.premiumRatio !== null &&
  !isHardRatio(subscription) &&
  movesRatioAway(subscription.premiumRatio, facts.recentTypes, lead.leadType);

/** What every chosen provider is told: with how many others it shares the lead at most. */
function promise(decision: Decision, rules: Rules, smallestMax: number, told: number): void {
  const all = rules.levels.reduce((sum, { maxProviders }) => sum + maxProviders, 0);
  const max = Math.min(rules.fillMode === 'cascade' ? smallestMax : all, told);
  for (const chosen of decision.chosen) chosen.maxShared = max;
}

/** Moves turn, order, counts and money along. A test lead moves nothing; an unsold one gave no level its turn. */
function advance(
  decision: Decision,
  input: DecideInput,
  queues: Map<string, LevelQueue>,
  ring: Level[],
): void {
  if (decision.chosen.length === 0) return;
  const { rules, facts, turn, clockMs } = input;
  if (rules.levelRotation === 'rotate' && ring.length > 0) {
    turn.nextLevelId = ring[1 % ring.length]!.id;
    decision.turnAfter = turn.nextLevelId;
  }
  const type = decision.lead.leadType === 'premium' ? 'p' : 'r';
  for (const chosen of decision.chosen) {
    const { subscription, level, price } = chosen;
    const own = facts.subscriptions[subscription.index]!;
    turn.receiptNo += 1;
    chosen.receiptNo = turn.receiptNo;
    own.receiptNo = turn.receiptNo;
    own.receivedToday += 1;
    own.recentTypes = (own.recentTypes + type).slice(-RECENT_TYPES_KEPT);
    for (const cap of subscription.caps) {
      const key = capKey(cap, clockMs, subscription.timezone);
      own.used.set(key, (own.used.get(key) ?? 0n) + (cap.kind === 'count' ? 1n : price));
    }
    own.capFull = fullCap(subscription, own, clockMs) !== undefined;
    facts.providers.get(subscription.providerId)!.available -= price;
    queues.get(level.id)!.received(subscription);
  }
}

/** Kept per subscription; the ratio looks back on fewer. */
const RECENT_TYPES_KEPT = 40;

function retryAt(decision: Decision, { rules, facts, clockMs }: DecideInput): number {
  let soonest = decision.lead.expiresAtMs;
  for (const { index, verdict } of verdictsOf(decision)) {
    const subscription = rules.subscriptions[index]!;
    const provider = facts.providers.get(subscription.providerId)!;
    const at = passesAgainAt(verdict, subscription, facts.subscriptions[index]!, provider, clockMs);
    if (at !== null) soonest = Math.min(soonest, Math.max(at, clockMs + RETRY_MIN_MS));
  }
  return Math.min(soonest, Math.max(decision.lead.expiresAtMs, clockMs));
}
