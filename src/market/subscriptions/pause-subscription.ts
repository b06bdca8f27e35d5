import { type AuditActor, audit } from '../../journal/audit/index.ts';
import { lockProviders } from '../../money/ledger/index.ts';
import type { App } from '../../platform/app.ts';
import type { Actor, Tx } from '../../platform/db.ts';
import { refusals } from './errors.ts';
import { databaseTime, lockSubscription, readSubscription, updatePause } from './store.ts';
import type { Subscription } from './subscription.ts';

const OPERATOR: Actor = { role: 'operator' };

/**
 * Pauses a subscription until a time, or until further notice. Needs no version: stopping must work from a stale page.
 * A decision that is being taken at this moment is waited for, so none comes after the answer.
 * @throws Refusal subscription_not_found, subscription_cancelled, pause_end_passed
 */
export async function pause(
  app: App,
  input: { id: string; until: Date | null },
  who: AuditActor,
  actor: Actor = OPERATOR,
): Promise<Subscription> {
  return app.db.tx(actor, async (tx) => {
    await liveSubscription(tx, input.id);
    if (input.until !== null && input.until <= (await databaseTime(tx))) {
      throw refusals.pause_end_passed({ details: [{ field: 'until', message: 'Choose a later time.' }] });
    }
    await updatePause(tx, { ...input, paused: true });
    await audit(tx, [
      {
        actor: who,
        action: 'subscription.paused',
        entityType: 'subscription',
        entityId: input.id,
        after: { until: input.until?.toISOString() ?? null },
        description: `A subscription was paused${input.until ? ` until ${input.until.toISOString()}` : ''}.`,
      },
    ]);
    return (await readSubscription(tx, input.id))!;
  });
}

/**
 * Ends a pause; unsold leads are looked at again for it.
 * @throws Refusal subscription_not_found, subscription_cancelled
 */
export async function resume(
  app: App,
  id: string,
  who: AuditActor,
  actor: Actor = OPERATOR,
): Promise<Subscription> {
  return app.db.tx(actor, async (tx) => {
    const before = await liveSubscription(tx, id);
    if (!before.paused) return before;
    await updatePause(tx, { id, paused: false, until: null });
    await audit(tx, [
      {
        actor: who,
        action: 'subscription.resumed',
        entityType: 'subscription',
        entityId: id,
        before: { until: before.pausedUntil?.toISOString() ?? null },
        description: 'A subscription was resumed.',
      },
    ]);
    return (await readSubscription(tx, id))!;
  });
}

/** The provider's row is the lock that distribution takes before it writes. */
async function liveSubscription(tx: Tx, id: string): Promise<Subscription> {
  const found = await readSubscription(tx, id);
  if (!found) throw refusals.subscription_not_found();
  await lockProviders(tx, [found.providerId]);
  const subscription = (await lockSubscription(tx, id))!;
  if (!subscription.active) throw refusals.subscription_cancelled();
  return subscription;
}
