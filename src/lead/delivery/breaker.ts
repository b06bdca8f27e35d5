/**
 * Whether an endpoint is worth calling. An open breaker keeps deliveries waiting, keeps the provider from attracting
 * leads that cost money, and lets one probe out at a time until the receiver answers again.
 */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

export const FAILURES_IN_A_ROW = 5;
/** One delivery that fails five times is that lead's trouble, not yet the endpoint's. */
export const FAILING_DELIVERIES_MIN = 2;
export const RECENT_MAX = 20;
export const RECENT_FAILURES_MAX = 10;
/** Waits before the first, second ... probe; the last repeats. */
export const PROBE_WAITS_MS: readonly number[] = [
  30 * SECOND,
  1 * MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
];
export const SUCCESSES_TO_CLOSE = 2;
export const OPEN_MAX_MS = 3 * 24 * 60 * MINUTE;

/** Stored as JSON beside `state`, `openedAt` and `probeAt`, which have columns of their own. */
export type BreakerMemory = {
  failuresInRow: number;
  /** Of the present row of failures; at most two ids are needed. */
  failingDeliveries: readonly string[];
  /** Newest last; true is a failure. */
  recent: readonly boolean[];
  probes: number;
  successes: number;
};
export type Breaker = {
  /** `half_open`: one success has come, one more closes it. */
  state: 'closed' | 'open' | 'half_open';
  openedAt: Date | null;
  /** When the next probe may leave; null while closed. */
  probeAt: Date | null;
  memory: BreakerMemory;
};
/** `tick` is time passing without an attempt. `gone` is a 410. */
export type BreakerOutcome =
  | { kind: 'success' }
  | { kind: 'failure'; deliveryId: string }
  | { kind: 'gone' }
  | { kind: 'tick' };
/** What both sides are told. `disabled`: a person has to switch the endpoint on again. */
export type BreakerChange = 'opened' | 'closed' | 'disabled' | null;

export const EMPTY_MEMORY: BreakerMemory = {
  failuresInRow: 0,
  failingDeliveries: [],
  recent: [],
  probes: 0,
  successes: 0,
};
export const CLOSED_BREAKER: Breaker = {
  state: 'closed',
  openedAt: null,
  probeAt: null,
  memory: EMPTY_MEMORY,
};

/**
 * The breaker after one result. Results are applied one by one, in the order in which they are recorded. `probeMs` is
 * the wait before the first probe.
 */
export function nextBreaker(
  breaker: Breaker,
  outcome: BreakerOutcome,
  now: Date,
  probeMs: number = PROBE_WAITS_MS[0]!,
): { breaker: Breaker; change: BreakerChange } {
  if (outcome.kind === 'gone') return { breaker: CLOSED_BREAKER, change: 'disabled' };
  if (breaker.state === 'closed') return whileClosed(breaker, outcome, now, probeMs);
  const openedAt = breaker.openedAt ?? now;
  if (outcome.kind !== 'success' && now.getTime() - openedAt.getTime() >= OPEN_MAX_MS) {
    return { breaker: CLOSED_BREAKER, change: 'disabled' };
  }
  if (outcome.kind === 'tick') return { breaker, change: null };
  if (outcome.kind === 'failure') {
    const memory = { ...breaker.memory, successes: 0 };
    return { breaker: { ...breaker, state: 'open', openedAt, memory }, change: null };
  }
  const successes = breaker.memory.successes + 1;
  if (successes >= SUCCESSES_TO_CLOSE) return { breaker: CLOSED_BREAKER, change: 'closed' };
  // The second probe follows at once: the receiver is probably back.
  const memory = { ...breaker.memory, successes };
  return { breaker: { state: 'half_open', openedAt, probeAt: now, memory }, change: null };
}

/** Whether a delivery may leave now: always while closed, else only as the one probe that is due. */
export function mayCall(breaker: Breaker, now: Date): boolean {
  return breaker.state === 'closed' || breaker.probeAt === null || now.getTime() >= breaker.probeAt.getTime();
}

/** To be stored when a probe is claimed: the next one waits, so that never two are under way. No-op while closed. */
export function takeProbe(breaker: Breaker, now: Date, probeMs: number = PROBE_WAITS_MS[0]!): Breaker {
  if (breaker.state === 'closed') return breaker;
  const probes = breaker.memory.probes + 1;
  return { ...breaker, probeAt: probeAfter(probes, now, probeMs), memory: { ...breaker.memory, probes } };
}

/** Reads the stored JSON; what is missing or of another version counts as nothing seen yet. */
export function readMemory(stored: unknown): BreakerMemory {
  const from = (typeof stored === 'object' && stored !== null ? stored : {}) as Partial<BreakerMemory>;
  const count = (value: unknown) =>
    Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : 0;
  const list = (value: unknown) => (Array.isArray(value) ? value : []);
  return {
    failuresInRow: count(from.failuresInRow),
    failingDeliveries: list(from.failingDeliveries).filter((id) => typeof id === 'string'),
    recent: list(from.recent)
      .filter((each) => typeof each === 'boolean')
      .slice(-RECENT_MAX),
    probes: count(from.probes),
    successes: count(from.successes),
  };
}

function whileClosed(
  breaker: Breaker,
  outcome: BreakerOutcome,
  now: Date,
  probeMs: number,
): { breaker: Breaker; change: BreakerChange } {
  const { memory } = breaker;
  if (outcome.kind === 'success') {
    const recent = [...memory.recent, false].slice(-RECENT_MAX);
    return { breaker: { ...CLOSED_BREAKER, memory: { ...EMPTY_MEMORY, recent } }, change: null };
  }
  if (outcome.kind !== 'failure') return { breaker, change: null };
  const recent = [...memory.recent, true].slice(-RECENT_MAX);
  const failuresInRow = memory.failuresInRow + 1;
  const failingDeliveries = [...new Set([...memory.failingDeliveries, outcome.deliveryId])].slice(
    0,
    FAILING_DELIVERIES_MIN,
  );
  const row = failuresInRow >= FAILURES_IN_A_ROW && failingDeliveries.length >= FAILING_DELIVERIES_MIN;
  const many = recent.filter(Boolean).length >= RECENT_FAILURES_MAX;
  if (row || many) {
    return {
      breaker: { state: 'open', openedAt: now, probeAt: probeAfter(0, now, probeMs), memory: EMPTY_MEMORY },
      change: 'opened',
    };
  }
  return {
    breaker: { ...breaker, memory: { ...EMPTY_MEMORY, recent, failuresInRow, failingDeliveries } },
    change: null,
  };
}

/** All waits grow and shrink with the first one, which is a setting (BREAKER_PROBE_MS). */
function probeAfter(probes: number, now: Date, probeMs: number): Date {
  const wait = PROBE_WAITS_MS[Math.min(probes, PROBE_WAITS_MS.length - 1)]!;
  return new Date(now.getTime() + Math.round(wait * (probeMs / PROBE_WAITS_MS[0]!)));
}
