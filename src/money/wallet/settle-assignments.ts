import type { Tx } from '../../platform/db.ts';
import { type NewTransfer, type Posted, post } from '../ledger/index.ts';
import { afterPosting } from './after-posting.ts';
import { selectClock } from './store.ts';

/** What becomes of the money of one assignment, in full. */
export type Settlement = {
  kind: 'capture' | 'release' | 'refund';
  assignment: {
    id: string;
    leadId: string;
    providerId: string;
    subscriptionId: string;
    /** Minor units; nothing moves for a free test lead. */
    amount: bigint;
    currency: string;
  };
  /** The reason as the provider reads it in the ledger; no person data, it cannot be erased. */
  memo: string | null;
};

/**
 * The one way by which money of assignments moves after the sale. It moves money only: the caller has changed the state
 * of exactly these assignments (`held` > `charged` or `released`, `charged` > `refunded`), and holds their locks, those
 * of the providers, and of any endpoint that it will lock at all: subscriptions may be flagged here, and come later.
 * @param by the user who asked for it
 * @throws Refusal `cause_already_posted`, `origin_missing` ... of the ledger; then nothing is posted
 */
export async function settleAssignments(
  tx: Tx,
  settlements: readonly Settlement[],
  by: string | null,
): Promise<Posted[]> {
  const transfers = settlements.filter(({ assignment }) => assignment.amount > 0n).map(transferOf(by));
  if (transfers.length === 0) return [];
  const posted = await post(tx, transfers, await selectClock(tx));
  await afterPosting(tx, posted);
  return posted;
}

const transferOf =
  (by: string | null) =>
  ({ kind, assignment, memo }: Settlement): NewTransfer => ({
    kind,
    cause: `${kind}:${assignment.id}`,
    amount: assignment.amount,
    currency: assignment.currency,
    providerId: assignment.providerId,
    leadId: assignment.leadId,
    assignmentId: assignment.id,
    subscriptionId: assignment.subscriptionId,
    memo,
    createdBy: by,
  });
