import type { Tx } from '../../platform/db.ts';
import { raise } from '../../platform/events.ts';
import { counter } from '../../platform/metrics.ts';
import type { Returned } from './store.ts';

const refunds = counter('assignments_refunded_total', 'Refunded assignments', ['cause']);

export function assignmentRefunded(tx: Tx, assignment: Returned, cause: 'bad_lead' | 'one'): void {
  const { id, leadId, providerId, amount, currency, test } = assignment;
  raise(tx, {
    name: 'assignment.refunded',
    fields: { assignmentId: id, leadId, providerId, amount, currency, test, cause },
    topics: ['money', 'leads', `lead:${leadId}`, `provider:${providerId}`],
    counter: refunds,
    labels: { cause },
  });
}
