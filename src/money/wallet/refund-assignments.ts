import type { Tx } from '../../platform/db.ts';
import { lockProviders, type Posted, post } from '../ledger/index.ts';
import { selectBilled } from './store.ts';

/**
 * Gives back what assignments were billed with, in full, to the wallet. It moves money only: the caller has changed
 * the state of exactly these assignments (`charged` > `refunded`) and holds their locks; the locks of the providers
 * are taken here. An assignment that was never billed (a test lead) moves nothing.
 * @param at the time of the refund
 * @returns one transfer per billed assignment
 * @throws Refusal `cause_already_posted` when one was refunded before; then nothing is posted
 */
export async function refundAssignments(
  tx: Tx,
  refund: { assignmentIds: string[]; reason: string; by: string | null; at: Date },
): Promise<Posted[]> {
  if (refund.assignmentIds.length === 0) return [];
  // Transfers never change, so they may be read before the lock.
  const billed = await selectBilled(tx, refund.assignmentIds);
  await lockProviders(
    tx,
    billed.map(({ provider_id }) => provider_id),
  );
  const transfers = billed.map((row) => ({
    kind: 'refund' as const,
    cause: `refund:${row.assignment_id}`,
    amount: row.amount,
    currency: row.currency,
    providerId: row.provider_id,
    leadId: row.lead_id,
    assignmentId: row.assignment_id,
    subscriptionId: row.subscription_id,
    memo: refund.reason,
    createdBy: refund.by,
  }));
  return post(tx, transfers, refund.at);
}
