import type { Tx } from '../../platform/db.ts';
import { raise } from '../../platform/events.ts';
import { counter } from '../../platform/metrics.ts';

const leadsReceived = counter('leads_received_total', 'Leads taken in, by state after intake', [
  'state',
  'via',
]);
const intakeRefused = counter('intake_refused_total', 'Requests of intake that were refused, by code', [
  'code',
]);

export type LeadReceived = {
  leadId: string;
  nicheId: string;
  campaignId: string;
  sourceId: string | null;
  state: string;
  reason: string | null;
  score: number;
  test: boolean;
  requestId: string;
};

export function leadReceived(tx: Tx, event: LeadReceived): void {
  raise(tx, {
    name: 'lead.received',
    fields: event,
    topics: ['leads', `lead:${event.leadId}`],
    counter: leadsReceived,
    labels: { state: event.state, via: event.sourceId === null ? 'form' : 'source' },
  });
}

export function leadRefused(
  tx: Tx,
  event: { code: string; requestId: string; sourceId: string | null; fields: string },
): void {
  raise(tx, {
    name: 'lead.refused',
    fields: event,
    counter: intakeRefused,
    labels: { code: event.code },
  });
}
