import type { App } from '../../platform/app.ts';
import { lockBillable } from '../store-returned.ts';
import { settleEnded } from './settle-holds.ts';
import { endOverdue, findOverdue } from './store-holds.ts';
import { lockDeliveries } from './store-record.ts';

/**
 * The deadline of `bill_on = accepted`. Half an hour after the lead was ready, or after the provider's opening when it
 * waited for that, money is not held any longer for a lead that certainly did not arrive: no byte of any try left us,
 * or each ended in a definite no. Its delivery ends. Where a try may have arrived the hold stays, and the tries go on
 * to the end of the schedule. A try that is under way is waited for.
 */

/** Counted from `ready_at`; from the first try that was due for what was sold or sent later than that. */
export const ACCEPT_WITHIN_MS = 30 * 60 * 1_000;
/** What the delivery says then. */
export const NOT_ACCEPTED_IN_TIME = 'not_accepted_in_time';
const BATCH_MAX = 200;

/** One bounded step; returns how many holds it released. */
export function releaseOverdue(app: App): Promise<number> {
  return app.db.tx({ role: 'engine' }, async (tx) => {
    const found = await findOverdue(tx, { withinMs: ACCEPT_WITHIN_MS, limit: BATCH_MAX });
    if (found.length === 0) return 0;
    const held = await lockBillable(tx, {
      ids: found.map(({ assignmentId }) => assignmentId),
      failing: [],
    });
    const ours = found.filter(({ assignmentId }) => held.has(assignmentId));
    await lockDeliveries(
      tx,
      ours.map(({ id }) => id),
    );
    const ended = await endOverdue(
      tx,
      ours.map(({ id }) => id),
      NOT_ACCEPTED_IN_TIME,
    );
    const late = ours.filter(({ id }) => ended.has(id));
    await settleEnded(
      app,
      tx,
      late.map(({ assignmentId }) => ({ assignment: held.get(assignmentId)!, state: 'dead', why: 'late' })),
    );
    return late.length;
  });
}
