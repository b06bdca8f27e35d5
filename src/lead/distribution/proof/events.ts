import type { Tx } from '../../../platform/db.ts';
import { raise } from '../../../platform/events.ts';
import { counter } from '../../../platform/metrics.ts';

/** Business events of the proof. The log is one more witness: a root stands in it from the moment it is published. */
const findingsTotal = counter('proof_findings_total', 'Findings of running the decisions of a day again.');

export function rootPublished(
  tx: Tx,
  fields: { day: string; root: string; previousDay: string | null; decisions: number; witnesses: number },
): void {
  raise(tx, { name: 'proof.root_published', fields, topics: ['proof'] });
}

export function dayVerified(
  tx: Tx,
  fields: { day: string; decisions: number; replayed: number; findings: number; first: string | null },
): void {
  const level = fields.findings > 0 ? ('error' as const) : ('info' as const);
  raise(tx, { name: 'proof.day_verified', level, fields, topics: ['proof'] });
  raise(tx, {
    name: 'proof.findings',
    level: 'debug',
    fields: {},
    counter: findingsTotal,
    by: fields.findings,
  });
}
