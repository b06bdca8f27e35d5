import { newId } from '../../kernel/ids.ts';
import type { App } from '../../platform/app.ts';
import { lockBillable } from '../store-returned.ts';
import { deliveriesStranded } from './events.ts';
import { UNRESOLVED } from './judge-result.ts';
import { settleEnded, whyNot } from './settle-holds.ts';
import { endDeliveries, findStranded, insertAttempts, lockDeliveries } from './store-record.ts';

/**
 * Ends what waits at an endpoint that was switched off and stayed so for a whole schedule: nobody would try it again,
 * and its money would be held for ever. It can be sent again once the endpoint is back.
 */

const BATCH_MAX = 200;
const REASON = 'endpoint_disabled';
const MESSAGE = 'The endpoint was switched off and was not switched on again in time.';

/** One bounded step; returns how many deliveries it ended. */
export function endStranded(app: App): Promise<number> {
  const scheduleMs = app.config.DELIVERY_RETRY_OFFSETS_MS.at(-1) ?? 0;
  return app.db.tx({ role: 'engine' }, async (tx) => {
    const found = await findStranded(tx, { scheduleMs, limit: BATCH_MAX });
    if (found.length === 0) return 0;
    const ids = found.map(({ assignmentId }) => assignmentId);
    const billable = await lockBillable(tx, { ids, failing: ids });
    const locked = await lockDeliveries(
      tx,
      found.map(({ id }) => id),
    );
    const ended = await endDeliveries(
      tx,
      found.map(({ id, unknownSeen }) => ({ id, reason: unknownSeen ? UNRESOLVED : REASON })),
    );
    const dead = found.filter(({ id }) => ended.has(id));
    await insertAttempts(
      tx,
      dead.map(({ id, endpointId, providerId, leadId, lost }) => ({
        id: newId(),
        deliveryId: id,
        endpointId,
        providerId,
        leadId,
        startedAt: locked.get(id)!.now,
        durationMs: 0,
        outcome: lost ? ('lost' as const) : ('blocked' as const),
        status: null,
        reason: REASON,
        message: MESSAGE,
        answer: null,
        answerTruncated: false,
        requestHeaders: null,
        responseHeaders: null,
      })),
    );
    await settleEnded(
      app,
      tx,
      dead.flatMap(({ assignmentId, unknownSeen }) => {
        const assignment = billable.get(assignmentId);
        return assignment
          ? { assignment, state: 'dead' as const, why: whyNot({ unknownSeen, saidNo: false }) }
          : [];
      }),
    );
    if (dead.length > 0) deliveriesStranded(tx, { count: dead.length });
    return dead.length;
  });
}
