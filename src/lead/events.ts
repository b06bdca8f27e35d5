import type { Tx } from '../platform/db.ts';
import { raise } from '../platform/events.ts';
import { counter } from '../platform/metrics.ts';

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
