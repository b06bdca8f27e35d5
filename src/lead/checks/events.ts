import type { Tx } from '../../platform/db.ts';
import { raise } from '../../platform/events.ts';
import { leadsParked } from '../events.ts';

/** A step of the checks failed by a fault of ours; at the last of five the lead is parked. */
export function checkStepFailed(tx: Tx, event: { leadId: string; parked: boolean; error: string }): void {
  raise(tx, {
    name: event.parked ? 'lead.parked' : 'lead.check_failed',
    fields: { ...event, stage: 'checks' },
    topics: ['leads'],
    level: event.parked ? 'error' : 'warn',
    ...(event.parked ? { counter: leadsParked, labels: { stage: 'checks' } } : {}),
  });
}
