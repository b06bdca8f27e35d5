import type { Tx } from '../platform/db.ts';
import { raise } from '../platform/events.ts';
import { counter } from '../platform/metrics.ts';
import type { Returned } from './store-returned.ts';

const leadsMoved = counter('leads_moved_total', 'Moves of leads by stage and new state', ['stage', 'state']);

/** Leads taken out of every queue after steps that failed one after the other; each stage that parks counts here. */
export const leadsParked = counter('leads_parked_total', 'Leads parked after repeated failures, by stage', [
  'stage',
]);

/** One lead changed its state by a stage of its way. */
export function leadMoved(
  tx: Tx,
  event: {
    leadId: string;
    nicheId?: string;
    stage: string;
    state: string;
    reason?: string | null;
    test?: boolean;
  },
): void {
  raise(tx, {
    name: 'lead.moved',
    fields: event,
    topics: ['leads', `lead:${event.leadId}`],
    counter: leadsMoved,
    labels: { stage: event.stage, state: event.state },
    // A test lead is in no figure.
    by: event.test ? 0 : 1,
  });
}

/** Who decided that money goes back: an operator for all providers of a lead or for one; the end of a delivery. */
export type RefundCause = 'bad_lead' | 'one' | 'delivery';

const refunds = counter('assignments_refunded_total', 'Refunded assignments', ['cause']);

export function assignmentRefunded(tx: Tx, assignment: Returned, cause: RefundCause): void {
  const { id, leadId, providerId, amount, currency, test } = assignment;
  raise(tx, {
    name: 'assignment.refunded',
    fields: { assignmentId: id, leadId, providerId, amount, currency, test, cause },
    topics: ['money', 'leads', `lead:${leadId}`, `provider:${providerId}`],
    counter: refunds,
    labels: { cause },
  });
}
