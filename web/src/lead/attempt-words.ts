/** What became of one try to deliver, as one sentence. */
import { durationText } from '../market/exchange.tsx';

export interface Attempt {
  number: number;
  started_at: string;
  duration_ms: number;
  outcome: string;
  status: number | null;
  reason: string | null;
  message: string | null;
}

interface Delivery {
  state: string;
  tries: number;
  reason: string | null;
}

const tries = (count: number): string =>
  count === 1 ? 'at the first try' : count === 0 ? 'before the first try' : `after ${count} tries`;

/** "Nordlicht took it at the first try in 34 ms" */
export function deliverySentence(who: string, delivery: Delivery, attempts: readonly Attempt[]): string {
  const last = attempts.at(-1);
  switch (delivery.state) {
    case 'delivered':
      return `Delivered to ${who} ${tries(delivery.tries)}${last ? ` in ${durationText(last.duration_ms)}` : ''}`;
    case 'refused':
      return `${who} refused it ${tries(delivery.tries)}${last?.status ? `: it answered ${last.status}` : ''}`;
    case 'dead':
      return delivery.reason === 'unresolved'
        ? `Given up ${tries(delivery.tries)}: nobody knows whether ${who} has it`
        : `Given up ${tries(delivery.tries)}: ${who} did not take it`;
    case 'cancelled':
      return `Delivery to ${who} was called off ${tries(delivery.tries)}`;
    case 'sending':
      return `Being sent to ${who}`;
    default:
      return delivery.tries === 0
        ? `Waits to be sent to ${who}`
        : `Will be sent to ${who} again: ${attemptSentence(last)}`;
  }
}

/** "answered 503 after 1.2 s" */
export function attemptSentence(attempt: Attempt | undefined): string {
  if (!attempt) return 'not tried yet';
  const took = durationText(attempt.duration_ms);
  if (attempt.outcome === 'blocked') return 'the address was not allowed';
  if (attempt.outcome === 'lost') return 'the try was lost on our side';
  if (attempt.status !== null) return `answered ${attempt.status} after ${took}`;
  return `no answer after ${took}`;
}
