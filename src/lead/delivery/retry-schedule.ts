/**
 * When a delivery is tried again. Times are offsets from its first attempt, so a slow receiver does not stretch the
 * whole; each wait is varied by up to 20 % so that the deliveries of one outage do not all return at one instant.
 */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Offsets from the first attempt in milliseconds; the first is 0. */
export const DEFAULT_SCHEDULE_MS: readonly number[] = [
  0,
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  20 * MINUTE,
  1 * HOUR,
  3 * HOUR,
  8 * HOUR,
  24 * HOUR,
];
/** For the demonstration: a whole outage and recovery in seconds. */
export const DEMO_SCHEDULE_MS: readonly number[] = [0, 200, 1_000, 2_000, 4_000, 8_000];

export const JITTER = 0.2;
export const RETRY_AFTER_MAX_MS = HOUR;
/** An offset this little in the past still counts (a try may last 30 s); older ones are skipped, not caught up. */
const LATE_BY_MAX_MS = 30 * SECOND;
/** Never sooner after a failed try than this, or than the schedule's shortest wait when that is shorter. */
const GAP_MIN_MS = 4 * SECOND;
const ATTEMPTS_MAX = 50;

export type NextAttempt = { kind: 'again'; at: Date } | { kind: 'over' };

/**
 * What follows a failed attempt. `attemptsMade` counts the failed one; `random` is in [0, 1); `retryAfter` is the
 * answer's header as it came. `over`: the schedule is used up, the delivery ends dead.
 */
export function nextAttempt(input: {
  attemptsMade: number;
  firstAttemptAt: Date;
  /** When the failed attempt began. */
  attemptAt: Date;
  now: Date;
  random: number;
  retryAfter?: string | null | undefined;
  scheduleMs?: readonly number[];
}): NextAttempt {
  const schedule = input.scheduleMs ?? DEFAULT_SCHEDULE_MS;
  const first = input.firstAttemptAt.getTime();
  const now = input.now.getTime();
  const end = first + (schedule.at(-1) ?? 0);
  const asked = retryAfterMs(input.retryAfter ?? null, input.now);
  for (let at = input.attemptsMade; at < schedule.length; at += 1) {
    const wait = schedule[at]! - (schedule[at - 1] ?? 0);
    // A late attempt, or one that Retry-After moved, stands for every offset that it reached.
    if (first + schedule[at]! - wait * JITTER <= input.attemptAt.getTime()) continue;
    const planned = first + schedule[at]! + Math.round(wait * JITTER * (2 * input.random - 1));
    const isLast = at === schedule.length - 1;
    if (planned < now - LATE_BY_MAX_MS && !isLast) continue;
    if (end + wait * JITTER < now - LATE_BY_MAX_MS) break;
    const earliest = now + Math.min(GAP_MIN_MS, shortestWait(schedule) * (1 - JITTER));
    const wished = asked === null ? 0 : Math.min(now + asked, Math.max(end, earliest));
    return { kind: 'again', at: new Date(Math.round(Math.max(planned, earliest, wished))) };
  }
  return { kind: 'over' };
}

/**
 * A Retry-After header as a wait: seconds or an HTTP date, at most one hour. Null when there is none or it says
 * nothing usable (text, negative, in the past): the schedule holds then.
 */
export function retryAfterMs(header: string | null, now: Date): number | null {
  const text = header?.trim() ?? '';
  if (text === '' || text.length > 100) return null;
  if (/^\d+$/.test(text)) {
    const wait = Number(text) * SECOND;
    return wait === 0 ? null : Math.min(wait, RETRY_AFTER_MAX_MS);
  }
  // Only what looks like an HTTP date: Date.parse reads "-5" and "1e9" as years.
  if (!/^[A-Z][a-z]{2,8},? /.test(text)) return null;
  const wait = Date.parse(text) - now.getTime();
  return Number.isNaN(wait) || wait <= 0 ? null : Math.min(wait, RETRY_AFTER_MAX_MS);
}

/** What is wrong with a configured schedule, or null. */
export function scheduleProblem(scheduleMs: readonly number[]): string | null {
  if (scheduleMs.length < 1 || scheduleMs.length > ATTEMPTS_MAX)
    return `1 to ${ATTEMPTS_MAX} attempts are expected`;
  if (scheduleMs[0] !== 0) return 'the first attempt is at 0';
  const rising = scheduleMs.every((offset, at) => at === 0 || offset > scheduleMs[at - 1]!);
  return rising && scheduleMs.every(Number.isFinite)
    ? null
    : 'each attempt must come later than the one before';
}

function shortestWait(schedule: readonly number[]): number {
  const waits = schedule.slice(1).map((offset, at) => offset - schedule[at]!);
  return waits.length === 0 ? 0 : Math.min(...waits);
}
