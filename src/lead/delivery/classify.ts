import type { Exchange } from '../../platform/outbound.ts';
import { applyRules, findReference, type ResponseRule } from './response-rules.ts';

/**
 * What one attempt means for the delivery. The distinction that moves money is between `refused` or `retry` (the
 * receiver certainly did not take the lead), `unknown` (it may have) and `delivered`.
 */

export type Verdict =
  /** The receiver has the lead. `duplicate`: it says that it had it before, from an attempt without an answer. */
  | { kind: 'delivered'; duplicate: boolean; reference: string | null; healthy: true }
  /** A definite no, and asking again would not change it. */
  | { kind: 'refused'; reason: string; message: string; healthy: boolean }
  /** A definite no for now. */
  | { kind: 'retry'; reason: string; message: string; retryAfter: string | null; healthy: false }
  /** The guard let nothing out (a changed name, a bad URL). Tried again, because the provider can mend the URL. */
  | { kind: 'blocked'; reason: string; message: string; healthy: false }
  /** Bytes left us and no usable answer came: tried again under the same id, no money moves. */
  | { kind: 'unknown'; reason: string; message: string; healthy: false }
  /** 410: the endpoint asks not to be called any more. */
  | { kind: 'disabled'; reason: 'gone'; message: string; healthy: false };

/** Client errors that a second try can mend. */
const RETRIED_STATUSES = [408, 425, 429];

/**
 * `unknownBefore`: an earlier attempt of this delivery ended `unknown`, so "duplicate" means that one arrived.
 * `healthy` says how the attempt counts for the breaker: a receiver that answers and says no is not broken.
 */
export function classify(
  exchange: Exchange,
  context: { rules: readonly ResponseRule[]; unknownBefore: boolean },
): Verdict {
  if (exchange.outcome === 'refused') {
    const { reason, message } = exchange;
    // No change of the endpoint makes this body smaller.
    if (reason === 'request_too_large') return refused(reason, message, true);
    return { kind: 'blocked', reason, message, healthy: false };
  }
  if (exchange.outcome === 'failed') {
    const { reason, message } = exchange;
    return exchange.bytesLeft ? unknown(reason, message) : retry(reason, message);
  }
  const answer = {
    status: exchange.status,
    body: exchange.body,
    complete: !exchange.truncated && !exchange.incomplete,
  };
  const reference = findReference(context.rules, answer);
  const finding = applyRules(context.rules, answer);
  switch (finding.kind) {
    case 'accepted':
      return delivered(reference);
    case 'duplicate':
      return duplicate(context.unknownBefore, reference);
    case 'rejected':
      return refused('rejected', finding.reason ?? 'The receiver rejected the lead.', true);
    case 'not_accepted':
      return refused('not_accepted', 'The answer fits none of the rules for an accepted lead.', true);
    case 'unreadable':
      // Only an answer that would be a yes is in doubt: a 500 stays a 500 whatever its body is.
      return isYes(exchange.status)
        ? unknown(
            'answer_unreadable',
            'The answer could not be read, so it does not say whether the lead was taken.',
          )
        : byStatus(exchange, context.unknownBefore, reference);
    case 'none':
      return byStatus(exchange, context.unknownBefore, reference);
  }
}

function byStatus(
  { status, headers }: { status: number; headers: Readonly<Record<string, string>> },
  unknownBefore: boolean,
  reference: string | null,
): Verdict {
  const retryAfter = headers['retry-after'] ?? null;
  if (isYes(status)) return delivered(reference);
  if (status >= 300 && status < 400) {
    const message = `The server answered ${status} (moved). Redirects are not followed: enter the final address.`;
    return refused('redirect', message, false);
  }
  if (status === 410) {
    const message = 'The server answered 410 (gone): it asks not to be called any more.';
    return { kind: 'disabled', reason: 'gone', message, healthy: false };
  }
  if (status === 409) return duplicate(unknownBefore, reference);
  if (RETRIED_STATUSES.includes(status))
    return retry(`status_${status}`, `The server answered ${status}.`, retryAfter);
  if (status >= 400 && status < 500) {
    return refused(
      `status_${status}`,
      `The server answered ${status}: it does not accept the request.`,
      false,
    );
  }
  return retry(`status_${status}`, `The server answered ${status}.`, retryAfter);
}

function duplicate(unknownBefore: boolean, reference: string | null): Verdict {
  if (unknownBefore) return { kind: 'delivered', duplicate: true, reference, healthy: true };
  return refused('duplicate', 'The receiver says that it already has this lead.', true);
}

function delivered(reference: string | null): Verdict {
  return { kind: 'delivered', duplicate: false, reference, healthy: true };
}

function refused(reason: string, message: string, healthy: boolean): Verdict {
  return { kind: 'refused', reason, message, healthy };
}

function retry(reason: string, message: string, retryAfter: string | null = null): Verdict {
  return { kind: 'retry', reason, message, retryAfter, healthy: false };
}

function unknown(reason: string, message: string): Verdict {
  return { kind: 'unknown', reason, message, healthy: false };
}

function isYes(status: number): boolean {
  return status >= 200 && status < 300;
}
