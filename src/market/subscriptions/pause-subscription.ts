import { type AuditActor, audit } from '../../journal/audit/index.ts';
import { lockProviders } from '../../money/ledger/index.ts';
import type { App } from '../../platform/app.ts';
import type { Actor, Tx } from '../../platform/db.ts';
import { subscriptionChanged } from '../events.ts';
import { refusals } from './errors.ts';
import { databaseTime, lockSubscription, readSubscription, updatePause } from './store.ts';
import { isOperatorsPause, type Subscription, sideOf } from './subscription.ts';

const OPERATOR: Actor = { role: 'operator' };

/**
 * Pauses a subscription until a time, or until further notice. Needs no version: stopping must work from a stale page.
 * A decision that is being taken at this moment is waited for, so none comes after the answer.
 * @throws Refusal subscription_not_found, subscription_cancelled, subscription_paused_by_operator, pause_end_passed
 */
export async function pause(
  app: App,
  input: { id: string; until: Date | null },
  who: AuditActor,
  actor: Actor = OPERATOR,
): Promise<Subscription> {
  return app.db.tx(actor, async (tx) => {
    const before = await liveSubscription(tx, input.id);
    const now = await databaseTime(tx);
    refuseOperatorsPause(before, now, who);
    if (input.until !== null && input.until <= now) {
      throw refusals.pause_end_passed({ details: [{ field: 'until', message: 'Choose a later time.' }] });
    }
    await updatePause(tx, { ...input, paused: true, by: sideOf(who) });
    await audit(tx, [
      {
        actor: who,
        action: 'subscription.paused',
        entityType: 'subscription',
        entityId: input.id,
        before: pauseOf(before),
        after: { paused: true, until: input.until?.toISOString() ?? null },
        description: `A subscription was paused${input.until ? ` until ${input.until.toISOString()}` : ''}.`,
      },
    ]);
    subscriptionChanged(tx, 'subscription.paused', namesOf(before));
    return (await readSubscription(tx, input.id))!;
  });
}

/**
 * Ends a pause; unsold leads are looked at again for it. An operator's pause is the operator's to end.
 * @throws Refusal subscription_not_found, subscription_cancelled, subscription_paused_by_operator
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
    refuseOperatorsPause(before, await databaseTime(tx), who);
    await updatePause(tx, { id, paused: false, until: null, by: null });
    await audit(tx, [
      {
        actor: who,
        action: 'subscription.resumed',
        entityType: 'subscription',
        entityId: id,
        before: pauseOf(before),
        after: { paused: false, until: null },
        description: 'A subscription was resumed.',
      },
    ]);
    subscriptionChanged(tx, 'subscription.resumed', namesOf(before));
    return (await readSubscription(tx, id))!;
  });
}

function refuseOperatorsPause(before: Subscription, now: Date, who: AuditActor): void {
  if (sideOf(who) !== 'provider' || !isOperatorsPause(before, now)) return;
  throw refusals.subscription_paused_by_operator();
}

const pauseOf = ({ paused, pausedUntil }: Subscription) => ({
  paused,
  until: pausedUntil?.toISOString() ?? null,
});

const namesOf = ({ id, providerId, nicheId }: Subscription) => ({ subscriptionId: id, providerId, nicheId });

/** The provider's row is the lock that distribution takes before it writes. */
async function liveSubscription(tx: Tx, id: string): Promise<Subscription> {
  const found = await readSubscription(tx, id);
  if (!found) throw refusals.subscription_not_found();
  await lockProviders(tx, [found.providerId]);
  const subscription = (await lockSubscription(tx, id))!;
  if (!subscription.active) throw refusals.subscription_cancelled();
  return subscription;
}
