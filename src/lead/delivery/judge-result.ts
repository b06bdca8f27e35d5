import type { BreakerOutcome } from './breaker.ts';
import { classify, type Verdict } from './classify.ts';
import type { JobResult, PingResult } from './job.ts';
import { nextAttempt } from './retry-schedule.ts';
import type { AttemptOutcome } from './store-record.ts';

/** What a result means for its delivery, its attempt and its endpoint. Pure. */

export type Judged = {
  attempt: {
    outcome: AttemptOutcome;
    status: number | null;
    reason: string | null;
    message: string | null;
  } | null;
  delivery: {
    state: 'pending' | 'delivered' | 'refused' | 'dead';
    dueAt: Date | null;
    unknownSeen: boolean;
    reason: string | null;
    partnerReference: string | null;
  };
  /** Null: says nothing about the endpoint. */
  breaker: BreakerOutcome | null;
};

/** Dead with an attempt that may have arrived: nobody knows, and a person has to ask the receiver. */
export const UNRESOLVED = 'unresolved';

/** @param random in [0, 1), for the spread of the next try */
export function judge(
  { job, sent }: JobResult,
  context: { now: Date; random: number; scheduleMs: readonly number[] },
): Judged {
  if (sent === null) return judgeStop(job, context);
  const verdict = classify(sent.exchange, {
    rules: job.target.responseRules,
    unknownBefore: job.unknownSeen,
  });
  const status = sent.exchange.outcome === 'answered' ? sent.exchange.status : null;
  const reason = verdict.kind === 'delivered' ? (verdict.duplicate ? 'duplicate' : null) : verdict.reason;
  const message = verdict.kind === 'delivered' ? null : verdict.message;
  const stopping = sent.exchange.outcome === 'refused' && sent.exchange.reason === 'client_closed';
  return {
    attempt: { outcome: verdict.kind, status, reason, message },
    delivery: next(job, verdict, { ...context, attemptAt: sent.startedAt }),
    breaker: stopping ? null : breakerOutcome(verdict, job.deliveryId),
  };
}

/** Nothing was sent: no word about the endpoint, and an attempt only where one was tried. */
function judgeStop(
  job: JobResult['job'],
  context: { now: Date; random: number; scheduleMs: readonly number[] },
) {
  if (job.work.kind !== 'stop') throw new Error('a delivery that was sent has an exchange');
  const { kind, reason, message } = job.work.stop;
  const verdict: Verdict = { kind, reason, message, healthy: false };
  return {
    attempt: kind === 'blocked' ? { outcome: kind, status: null, reason, message } : null,
    delivery: next(job, verdict, { ...context, attemptAt: job.claimedAt }),
    breaker: null,
  };
}

function next(
  job: JobResult['job'],
  verdict: Verdict,
  context: { now: Date; random: number; scheduleMs: readonly number[]; attemptAt: Date },
): Judged['delivery'] {
  const unknownSeen = job.unknownSeen || verdict.kind === 'unknown';
  const ended = { dueAt: null, unknownSeen, partnerReference: null };
  if (verdict.kind === 'delivered') {
    return { ...ended, state: 'delivered', reason: null, partnerReference: verdict.reference };
  }
  if (verdict.kind === 'refused' || verdict.kind === 'disabled') {
    return { ...ended, state: 'refused', reason: verdict.reason };
  }
  const again = nextAttempt({
    attemptsMade: job.tries,
    firstAttemptAt: job.firstAttemptAt,
    attemptAt: context.attemptAt,
    now: context.now,
    random: context.random,
    retryAfter: verdict.kind === 'retry' ? verdict.retryAfter : null,
    scheduleMs: context.scheduleMs,
  });
  if (again.kind === 'over')
    return { ...ended, state: 'dead', reason: unknownSeen ? UNRESOLVED : verdict.reason };
  return { state: 'pending', dueAt: again.at, unknownSeen, reason: verdict.reason, partnerReference: null };
}

function breakerOutcome(verdict: Verdict, deliveryId: string): BreakerOutcome {
  if (verdict.healthy) return { kind: 'success' };
  return verdict.kind === 'disabled' ? { kind: 'gone' } : { kind: 'failure', deliveryId };
}

/** Statuses that say that nobody who takes leads is there: a ping is no lead, so any other answer will do. */
const PING_FAILS = [401, 403, 404, 408, 425, 429];

/** A receiver that reads and answers a ping is back, even if it refuses what it does not know. */
export function judgePing({ exchange, ping }: PingResult): BreakerOutcome {
  if (exchange.outcome !== 'answered') return { kind: 'failure', deliveryId: ping.endpointId };
  if (exchange.status === 410) return { kind: 'gone' };
  const up = exchange.status < 500 && Math.floor(exchange.status / 100) !== 3;
  return up && !PING_FAILS.includes(exchange.status)
    ? { kind: 'success' }
    : { kind: 'failure', deliveryId: ping.endpointId };
}
