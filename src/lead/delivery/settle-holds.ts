import { SYSTEM } from '../../journal/audit/index.ts';
import { lockProviders } from '../../money/ledger/index.ts';
import { settleAssignments } from '../../money/wallet/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { giveBack } from '../give-back.ts';
import { offerFreedSeats } from '../store-freed.ts';
import { captureHeld, type ReleaseReason, type Returned } from '../store-returned.ts';
import { holdSettled } from './events.ts';
import { pauseRefusing } from './pause-refusing.ts';
import { tellUnresolved } from './tell-unresolved.ts';

/**
 * Money that moves when a delivery ends. `bill_on = accepted`: it was held when the lead was assigned. Taken by the
 * receiver: captured. Definitely not taken, or the schedule used up: released. As long as an attempt without an answer
 * may have arrived and more are to come, the hold stays. `bill_on = assigned`: it was charged, and goes back when the
 * level says so and the lead never arrived.
 */

export type DeliveryEnd = 'pending' | 'delivered' | 'refused' | 'dead';
export type MoneyMove = 'capture' | 'release' | 'refund' | null;

/** What a delivery's new state does to the money of its assignment. */
export function moneyMove(state: DeliveryEnd, assignment: 'held' | 'charged'): MoneyMove {
  if (state === 'pending') return null;
  if (state === 'delivered') return assignment === 'held' ? 'capture' : null;
  return assignment === 'held' ? 'release' : 'refund';
}

/** A delivery that ended, with its assignment as it was locked (`lockBillable`). */
export type Ended = {
  assignment: Returned;
  state: DeliveryEnd;
  /** Why it did not arrive; only for one that did not. */
  why: Exclude<ReleaseReason, 'bad_lead'>;
};

/** Why a delivery did not arrive. An attempt without an answer may have: then nobody says that it was refused. */
export function whyNot(of: { unknownSeen: boolean; saidNo: boolean }): Ended['why'] {
  if (of.unknownSeen) return 'unresolved';
  return of.saidNo ? 'refused' : 'undelivered';
}

/** As the provider reads it in its ledger. */
const REASONS: Record<Ended['why'], string> = {
  refused: 'Your endpoint refused the lead.',
  undelivered: 'The lead could not be delivered to your endpoint.',
  late: 'Your endpoint did not accept the lead in time.',
  unresolved: 'Your endpoint did not say whether it took the lead.',
};

/**
 * Captures, releases and refunds, by compare-and-set: what has moved meanwhile moves no money. The caller holds the
 * assignments and the deliveries, and the endpoints if it locks them at all: before them it took the providers by
 * `lockProviders`, because what hangs on them (wallets, subscriptions) is locked here and comes last.
 */
export async function settleEnded(app: App, tx: Tx, ended: readonly Ended[]): Promise<void> {
  const moves = ended.map((one) => ({ ...one, move: moneyMove(one.state, one.assignment.state as 'held') }));
  const captures = moves.filter(({ move }) => move === 'capture');
  const backs = moves.filter(({ move }) => move === 'release' || move === 'refund');
  if (captures.length === 0 && backs.length === 0) return;
  await lockProviders(
    tx,
    [...captures, ...backs].map(({ assignment }) => assignment.providerId),
  );
  const captured = await captureHeld(
    tx,
    captures.map(({ assignment }) => assignment.id),
  );
  await settleAssignments(
    tx,
    captured.map((assignment) => ({ kind: 'capture', assignment, memo: null })),
    null,
  );
  const gives = backs.map(({ assignment, why }) => ({ assignment, reason: REASONS[why], release: why }));
  const { released, refunded } = await giveBack(app, tx, gives, { cause: 'delivery', who: SYSTEM });
  const whys = new Map(backs.map(({ assignment, why }) => [assignment.id, why]));
  await offerFreedSeats(
    tx,
    released.map(({ id }) => id),
  );
  const unresolved = [...released, ...refunded].filter(({ id }) => whys.get(id) === 'unresolved');
  await tellUnresolved(tx, unresolved, app.config.PUBLIC_URL);
  await pauseRefusing(
    tx,
    released.filter(({ id }) => whys.get(id) === 'refused').map(({ subscriptionId }) => subscriptionId),
    app.config.PUBLIC_URL,
  );
  for (const assignment of captured) holdSettled(tx, eventOf(assignment, 'capture', false));
  for (const assignment of released) {
    holdSettled(tx, eventOf(assignment, 'release', whys.get(assignment.id) === 'unresolved'));
  }
}

const eventOf = ({ id, leadId, providerId }: Returned, kind: 'capture' | 'release', unresolved: boolean) => ({
  assignmentId: id,
  leadId,
  providerId,
  kind,
  unresolved,
});
