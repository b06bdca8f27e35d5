import type { Tx } from '../../platform/db.ts';
import { raise } from '../../platform/events.ts';
import { counter, gauge, histogram } from '../../platform/metrics.ts';

/** Business events of delivery: one function each, so that counter, log line and live notice have one shape. */

const attemptsTotal = counter('deliveries_total', 'Attempts to deliver, by outcome.', ['outcome']);
export const attemptSeconds = histogram('delivery_attempt_seconds', 'Time of one call to a receiver.');
const breakersTotal = counter('endpoint_changes_total', 'Endpoints that failed or came back.', ['change']);
const holdsTotal = counter('holds_settled_total', 'Holds captured or released at the end of a delivery.', [
  'kind',
]);
export const oldestDueSeconds = gauge(
  'delivery_oldest_due_seconds',
  'How long the oldest delivery that may be sent is overdue.',
);

export type AttemptEvent = {
  deliveryId: string;
  leadId: string;
  providerId: string;
  endpointId: string;
  outcome: string;
  state: string;
  tries: number;
  status: number | null;
  reason: string | null;
  durationMs: number | null;
  /** The lease had ended: recorded, and nothing moved. */
  late: boolean;
};

/** One try of a delivery was recorded. */
export function attemptRecorded(tx: Tx, event: AttemptEvent): void {
  raise(tx, {
    name: event.late ? 'delivery.late' : `delivery.${event.state === 'pending' ? 'failed' : event.state}`,
    fields: event,
    topics: ['deliveries', `lead:${event.leadId}`, `provider:${event.providerId}`],
    level: event.state === 'dead' || event.late ? 'warn' : 'info',
    counter: attemptsTotal,
    labels: { outcome: event.outcome },
  });
}

/** Workers that vanished left this many tries without a result. */
export function attemptsLost(tx: Tx, count: number): void {
  raise(tx, {
    name: 'deliveries.lost',
    fields: { count },
    level: 'warn',
    counter: attemptsTotal,
    labels: { outcome: 'lost' },
    by: count,
  });
}

export type EndpointEvent = {
  endpointId: string;
  providerId: string;
  change: 'opened' | 'closed' | 'disabled';
  reason: string | null;
};

/** An endpoint stopped or began again to take leads. */
export function endpointChanged(tx: Tx, event: EndpointEvent): void {
  raise(tx, {
    name: `endpoint.${event.change}`,
    fields: event,
    topics: ['endpoints', `provider:${event.providerId}`],
    level: event.change === 'disabled' ? 'error' : event.change === 'opened' ? 'warn' : 'info',
    counter: breakersTotal,
    labels: { change: event.change },
  });
}

/** Held money went one way or the other. `unresolved`: released although the receiver may have the lead. */
export function holdSettled(
  tx: Tx,
  event: {
    assignmentId: string;
    leadId: string;
    providerId: string;
    kind: 'capture' | 'release';
    unresolved: boolean;
  },
): void {
  raise(tx, {
    name: `hold.${event.kind}d`,
    fields: event,
    topics: ['money', `provider:${event.providerId}`],
    level: event.unresolved ? 'error' : 'info',
    counter: holdsTotal,
    labels: { kind: event.kind },
  });
}

/** A subscription takes no more leads, because its receiver refused too many of them. */
export function subscriptionPaused(
  tx: Tx,
  event: { subscriptionId: string; providerId: string; refused: number; of: number },
): void {
  raise(tx, {
    name: 'subscription.paused_for_refusals',
    fields: event,
    topics: ['subscriptions', `provider:${event.providerId}`],
    level: 'warn',
  });
}

/** Somebody asked for deliveries to be sent again. */
export function deliveriesResent(tx: Tx, event: { count: number; by: string | null }): void {
  raise(tx, { name: 'deliveries.resent', fields: event, topics: ['deliveries'] });
}

/** What waited at endpoints that stayed switched off was ended. */
export function deliveriesStranded(tx: Tx, event: { count: number }): void {
  raise(tx, {
    name: 'deliveries.stranded',
    fields: event,
    topics: ['deliveries'],
    level: 'warn',
    counter: attemptsTotal,
    labels: { outcome: 'blocked' },
    by: event.count,
  });
}
