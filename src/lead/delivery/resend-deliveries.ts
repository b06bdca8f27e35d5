import { type AuditActor, audit } from '../../journal/audit/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { canResend } from './can-resend.ts';
import { refusals } from './errors.ts';
import { deliveriesResent } from './events.ts';
import {
  bringForward,
  type EndedDelivery,
  type FailedFilter,
  lockDelivery,
  lockFailed,
  resetDeliveries,
} from './store-list.ts';

/** Most that one command sends again; the answer says whether more are left. */
export const RESEND_MAX = 1_000;

/**
 * Sends an ended delivery again: the same bytes under the same id, so a receiver that has it can say so. No money
 * moves by it, so only what is paid for is sent again.
 * @throws Refusal delivery_not_found, delivery_under_way, delivery_cancelled, delivery_not_paid, body_expired
 */
export function resendDelivery(app: App, id: string, who: AuditActor): Promise<void> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const delivery = await lockDelivery(tx, id);
    if (delivery === null) throw refusals.delivery_not_found();
    if (delivery.state === 'pending' || delivery.state === 'sending') throw refusals.delivery_under_way();
    if (delivery.state === 'cancelled') throw refusals.delivery_cancelled();
    if (!delivery.paid) throw refusals.delivery_not_paid();
    if (!canResend(delivery)) throw refusals.body_expired();
    await resend(tx, [delivery], who);
  });
}

export type BulkResend = { matching: number; resent: number; expired: number; more: boolean };

/** Sends again what ended without arriving in a span of time, at most 1,000. `dryRun` only counts. */
export function resendFailed(
  app: App,
  filter: FailedFilter & { dryRun: boolean },
  who: AuditActor,
): Promise<BulkResend> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const found = await lockFailed(tx, filter, RESEND_MAX + 1);
    const taken = found.slice(0, RESEND_MAX);
    const sendable = taken.filter(canResend);
    if (!filter.dryRun && sendable.length > 0) await resend(tx, sendable, who);
    return {
      matching: taken.length,
      resent: filter.dryRun ? 0 : sendable.length,
      expired: taken.length - sendable.length,
      more: found.length > RESEND_MAX,
    };
  });
}

async function resend(tx: Tx, deliveries: readonly EndedDelivery[], who: AuditActor): Promise<void> {
  await resetDeliveries(
    tx,
    deliveries.map(({ id }) => id),
  );
  await bringForward(tx, [...new Set(deliveries.map(({ endpointId }) => endpointId))]);
  await audit(
    tx,
    deliveries.map(({ id, state }) => ({
      actor: who,
      action: 'delivery.resent',
      entityType: 'delivery',
      entityId: id,
      before: { state },
      after: { state: 'pending' },
      description: 'The delivery is sent again: the same content under the same id.',
    })),
  );
  deliveriesResent(tx, { count: deliveries.length, by: who.id });
}
