import type { Tx } from '../../platform/db.ts';
import { raise } from '../../platform/events.ts';
import { counter } from '../../platform/metrics.ts';

const overdue = counter('review_overdue_total', 'Leads that waited too long for an approval', ['level']);

const stuck = counter('intake_stuck_total', 'Leads that were stored and not judged within a minute');

/** A lead was stored and nobody judged it: intake has stopped half way. */
export function intakeStuck(tx: Tx, event: { leadId: string; limitMs: number }): void {
  raise(tx, { name: 'intake.stuck', fields: event, topics: ['leads'], level: 'error', counter: stuck });
}

/** A lead waits for an operator while its 30 minutes run. */
export function reviewOverdue(
  tx: Tx,
  event: { leadId: string; nicheId: string; waitedMs: number; alarm: boolean },
): void {
  raise(tx, {
    name: 'review.overdue',
    fields: { ...event, waitedMs: Math.round(event.waitedMs) },
    topics: ['leads'],
    level: event.alarm ? 'error' : 'warn',
    counter: overdue,
    labels: { level: event.alarm ? 'alarm' : 'warning' },
  });
}
