import { lockProviders, type NewTransfer, post } from '../../money/ledger/index.ts';
import type { Tx } from '../../platform/db.ts';
import { endHolds, type HeldAssignment } from './store-record.ts';

/**
 * `bill_on = accepted`: money is held when a lead is assigned and moves when its delivery ends. Taken by the receiver:
 * captured. Definitely not taken, or the schedule used up: released. As long as an attempt without an answer may have
 * arrived and more are to come, the hold stays.
 */

export type DeliveryEnd = 'pending' | 'delivered' | 'refused' | 'dead';
export type HoldMove = 'capture' | 'release' | null;

/** What a delivery's new state does to the hold of its assignment. */
export function holdMove(state: DeliveryEnd): HoldMove {
  if (state === 'delivered') return 'capture';
  return state === 'pending' ? null : 'release';
}

export type Settled = { kind: 'capture' | 'release'; assignment: HeldAssignment };

/**
 * Captures and releases, after the assignments and deliveries are locked and before any endpoint is. An assignment that
 * is not held any more moves no money, whatever came of its delivery.
 */
export async function settleHolds(
  tx: Tx,
  ended: readonly { assignmentId: string; providerId: string; state: DeliveryEnd }[],
  at: Date,
): Promise<Settled[]> {
  const moving = ended.filter(({ state }) => holdMove(state) !== null);
  if (moving.length === 0) return [];
  await lockProviders(
    tx,
    moving.map(({ providerId }) => providerId),
  );
  const idsOf = (kind: 'capture' | 'release') =>
    moving.filter(({ state }) => holdMove(state) === kind).map(({ assignmentId }) => assignmentId);
  const settled: Settled[] = [
    ...(await endHolds(tx, idsOf('capture'), 'charged')).map((assignment) => ({
      kind: 'capture' as const,
      assignment,
    })),
    ...(await endHolds(tx, idsOf('release'), 'released')).map((assignment) => ({
      kind: 'release' as const,
      assignment,
    })),
  ];
  await post(tx, settled.map(transferOf), at);
  return settled;
}

const transferOf = ({ kind, assignment }: Settled): NewTransfer => ({
  kind,
  cause: `${kind}:${assignment.id}`,
  amount: assignment.amount,
  currency: assignment.currency,
  providerId: assignment.providerId,
  leadId: assignment.leadId,
  assignmentId: assignment.id,
  subscriptionId: assignment.subscriptionId,
});
