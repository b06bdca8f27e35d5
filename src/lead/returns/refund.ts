import { type AuditActor, audit } from '../../journal/audit/index.ts';
import { enqueueMessages } from '../../journal/messages/index.ts';
import { type Currency, formatMoney } from '../../kernel/money.ts';
import { lockProviders, type NewTransfer, post } from '../../money/ledger/index.ts';
import { afterPosting } from '../../money/wallet/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { assignmentRefunded } from './events.ts';
import { nicheNameOf, type Returned, readClock, readTold, refundCharged, releaseHeld } from './store.ts';

export type Refunded = { refunded: Returned[]; released: Returned[] };

/**
 * Gives the money of these assignments back: what was charged is refunded, what was held is released, each at most one
 * time whoever asks. The caller holds the lead, the assignments and their deliveries; the providers are locked here.
 * Test assignments change their state and move no money.
 */
export async function giveBack(
  app: App,
  tx: Tx,
  assignments: readonly Returned[],
  give: { leadId: string; reason: string; cause: 'bad_lead' | 'one'; who: AuditActor },
): Promise<Refunded> {
  const idsIn = (state: Returned['state']) =>
    assignments.filter((assignment) => assignment.state === state).map(({ id }) => id);
  const [charged, held] = [idsIn('charged'), idsIn('held')];
  await lockProviders(
    tx,
    assignments.map(({ providerId }) => providerId),
  );
  const refunded = charged.length === 0 ? [] : await refundCharged(tx, { ids: charged, reason: give.reason });
  const released = held.length === 0 ? [] : await releaseHeld(tx, held);
  const transfers = [
    ...refunded.map((assignment) => transferOf('refund', assignment, give)),
    ...released.map((assignment) => transferOf('release', assignment, give)),
  ].filter(({ amount }) => amount > 0n);
  // Money came in: unsold leads of these providers get another look.
  await afterPosting(tx, await post(tx, transfers, await readClock(tx)));
  await audit(
    tx,
    [...refunded, ...released].map((assignment) => ({
      actor: give.who,
      action: `assignment.${assignment.state}`,
      entityType: 'assignment',
      entityId: assignment.id,
      before: { state: assignment.state === 'refunded' ? 'charged' : 'held' },
      after: { state: assignment.state, leadId: give.leadId, providerId: assignment.providerId },
      description:
        assignment.state === 'refunded'
          ? 'The price of the lead was given back.'
          : 'The held money was freed.',
      metadata: { amount: assignment.amount.toString(), currency: assignment.currency, cause: give.cause },
    })),
  );
  await tell(app, tx, refunded, give);
  for (const assignment of refunded) assignmentRefunded(tx, assignment, give.cause);
  return { refunded, released };
}

const transferOf = (
  kind: 'refund' | 'release',
  assignment: Returned,
  give: { leadId: string; who: AuditActor },
): NewTransfer => ({
  kind,
  cause: `${kind}:${assignment.id}`,
  amount: assignment.amount,
  currency: assignment.currency,
  providerId: assignment.providerId,
  leadId: give.leadId,
  assignmentId: assignment.id,
  subscriptionId: assignment.subscriptionId,
  createdBy: ['admin', 'operator', 'finance'].includes(give.who.role) ? give.who.id : null,
});

/** One mail per provider and refund, to those who want it; test leads are no news. */
async function tell(
  app: App,
  tx: Tx,
  refunded: readonly Returned[],
  give: { leadId: string; reason: string },
): Promise<void> {
  const paid = refunded.filter(({ test }) => !test);
  if (paid.length === 0) return;
  const [told, niche] = await Promise.all([
    readTold(
      tx,
      paid.map(({ providerId }) => providerId),
    ),
    nicheNameOf(tx, give.leadId),
  ]);
  const wanted = new Map(told.filter(({ wantsMail }) => wantsMail).map((one) => [one.providerId, one]));
  await enqueueMessages(
    tx,
    paid.flatMap(({ providerId, amount, currency }) => {
      const provider = wanted.get(providerId);
      if (!provider) return [];
      const params = {
        amount: formatMoney({ amount, currency: currency as Currency }),
        currency,
        niche,
        reason: give.reason,
        ledgerUrl: `${app.config.PUBLIC_URL}/dashboard/ledger`,
      };
      return [
        { template: 'lead-refunded', recipient: provider.email, providerId, leadId: give.leadId, params },
      ];
    }),
  );
}
