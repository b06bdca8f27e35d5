import type { Tx } from '../../platform/db.ts';
import { raise } from '../../platform/events.ts';
import { counter, histogram } from '../../platform/metrics.ts';
import { leadsParked } from '../events.ts';

/** Business events of distribution: one function each, so that counter, log line and live notice have one shape. */
const decidedTotal = counter('leads_decided_total', 'Leads decided, by outcome.', ['outcome']);
const assignedTotal = counter('assignments_total', 'Assignments made.');
const redecidedTotal = counter(
  'distribution_redecided_total',
  'Batches decided again because a fact had changed.',
);
export const batchSeconds = histogram('distribution_batch_seconds', 'Time of one distribution batch.');

export type BatchDecided = {
  nicheId: string;
  /** Without test leads, as every figure. */
  leads: number;
  sold: number;
  assigned: number;
  tests: number;
  revenueMinor: bigint;
  currency: string;
  configVersion: number;
  redecided: number;
  topics: string[];
};

const trafficAlerts = counter('traffic_alerts_total', 'Alerts about unusual traffic that began.', ['kind']);

/** A source or niche has gone quiet, or the leads of a niche match nobody. */
export function trafficAlerted(tx: Tx, one: { kind: string; scope: string; scopeId: string }): void {
  raise(tx, {
    name: 'traffic.alerted',
    level: 'warn',
    fields: one,
    counter: trafficAlerts,
    labels: { kind: one.kind },
    topics: [],
  });
}

const capWarnings = counter('cap_warnings_total', 'Caps nearly or wholly used up.', ['threshold']);

/** A cap was used by 80 % or used up for the first time in its window. */
export function capWarned(tx: Tx, one: { scopeId: string; providerId: string; threshold: 80 | 100 }): void {
  raise(tx, {
    name: 'cap.warned',
    fields: one,
    counter: capWarnings,
    labels: { threshold: String(one.threshold) },
    topics: [`provider:${one.providerId}`],
  });
}

/** One batch of decisions was committed. */
export function batchDecided(tx: Tx, batch: BatchDecided): void {
  const { topics, ...fields } = batch;
  raise(tx, { name: 'leads.decided', fields, topics: ['leads', 'deliveries', 'money', ...topics] });
  raise(tx, {
    name: 'leads.sold',
    level: 'debug',
    fields: {},
    counter: decidedTotal,
    labels: { outcome: 'sold' },
    by: batch.sold,
  });
  raise(tx, {
    name: 'leads.unsold', level: 'debug', fields: {}, counter: decidedTotal, labels: { outcome: 'unsold' },
    by: batch.leads - batch.sold,
  }); // biome-ignore format: one event
  raise(tx, {
    name: 'assignments.made',
    level: 'debug',
    fields: {},
    counter: assignedTotal,
    by: batch.assigned,
  });
  if (batch.redecided > 0) {
    raise(tx, {
      name: 'leads.redecided',
      level: 'debug',
      fields: {},
      counter: redecidedTotal,
      by: batch.redecided,
    });
  }
}

/** A lead that failed again and again was taken out of every queue; somebody must look at it. */
export function leadParked(tx: Tx, of: { leadId: string; nicheId: string; reason: string }): void {
  raise(tx, {
    name: 'lead.parked',
    level: 'error',
    fields: of,
    topics: ['leads', `lead:${of.leadId}`],
    counter: leadsParked,
    labels: { stage: 'distribution' },
  });
}

/** An operator keeps a provider from a lead, or does so no longer. */
export function blockChanged(
  tx: Tx,
  of: { leadId: string; providerId: string; blocked: boolean; reason?: string },
): void {
  const { leadId, providerId, blocked } = of;
  raise(tx, {
    name: blocked ? 'lead.provider_blocked' : 'lead.provider_unblocked',
    fields: { leadId, providerId },
    topics: ['leads', `lead:${leadId}`],
  });
}
