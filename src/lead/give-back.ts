import { type AuditActor, audit } from '../journal/audit/index.ts';
import { enqueueMessages } from '../journal/messages/index.ts';
import { type Currency, formatMoney } from '../kernel/money.ts';
import { lockProviders } from '../money/ledger/index.ts';
import { settleAssignments } from '../money/wallet/index.ts';
import type { App } from '../platform/app.ts';
import type { Tx } from '../platform/db.ts';
import { assignmentRefunded, type RefundCause } from './events.ts';
import { giveBackCaps } from './give-back-caps.ts';
import {
  nicheNamesOf,
  type ReleaseReason,
  type Returned,
  readTold,
  refundCharged,
  releaseHeld,
} from './store-returned.ts';

/** An assignment whose money goes back, and why. */
export type GiveBack = {
  assignment: Returned;
  /** Words for the provider: they stand in its ledger and in its mail. */
  reason: string;
  /** Only for held money. */
  release: ReleaseReason;
};

export type GivenBack = { refunded: Returned[]; released: Returned[] };

/**
 * The one way by which money of an assignment goes back, whoever decided it: what was charged is refunded, what was held
 * is released, each at most one time. The caller holds the assignments and their deliveries, a person's act the lead
 * before them, and any endpoint that the same transaction locks; the providers are locked here. Test assignments
 * change their state and move no money.
 */
export async function giveBack(
  app: App,
  tx: Tx,
  gives: readonly GiveBack[],
  of: { cause: RefundCause; who: AuditActor; adminOnlyMemo?: string | null | undefined },
): Promise<GivenBack> {
  if (gives.length === 0) return { refunded: [], released: [] };
  const given = new Map(gives.map((one) => [one.assignment.id, one]));
  const reasonOf = ({ id }: Returned) => given.get(id)!.reason;
  const inState = (state: Returned['state']) =>
    gives
      .filter(({ assignment }) => assignment.state === state)
      .map(({ assignment, reason, release }) => ({ id: assignment.id, reason, release }));
  await lockProviders(
    tx,
    gives.map(({ assignment }) => assignment.providerId),
  );
  const refunded = await refundCharged(tx, inState('charged'));
  const released = await releaseHeld(tx, inState('held'));
  // Before the settlement, which flags the subscriptions: unsold leads then find the room. Who may have a lead after all
  // keeps its place.
  await giveBackCaps(
    tx,
    [...refunded, ...released.filter(({ id }) => given.get(id)!.release !== 'unresolved')].map(
      ({ id }) => id,
    ),
  );
  const settlement = (kind: 'refund' | 'release') => (assignment: Returned) => ({
    ...{ kind, assignment, memo: reasonOf(assignment) },
  });
  await settleAssignments(
    tx,
    [...refunded.map(settlement('refund')), ...released.map(settlement('release'))],
    ['admin', 'operator', 'finance'].includes(of.who.role) ? of.who.id : null,
  );
  await audit(
    tx,
    [...refunded, ...released].map((assignment) => auditOf(assignment, given.get(assignment.id)!, of)),
  );
  await tell(app, tx, refunded, reasonOf);
  for (const assignment of refunded) assignmentRefunded(tx, assignment, of.cause);
  return { refunded, released };
}

const FREED: Record<ReleaseReason, string> = {
  refused: 'The held money was freed: the receiver refused the lead.',
  undelivered: 'The held money was freed: the lead could not be delivered.',
  late: 'The held money was freed: the receiver did not accept the lead in time.',
  unresolved:
    'The held money was freed, but the receiver may have the lead: ask it. The seat is offered to nobody.',
  bad_lead: 'The held money was freed: the lead is bad.',
};

function auditOf(assignment: Returned, { release }: GiveBack, of: Parameters<typeof giveBack>[3]) {
  const { id, state, leadId, providerId, amount, currency } = assignment;
  const refunded = state === 'refunded';
  return {
    actor: of.who,
    action: `assignment.${state}`,
    entityType: 'assignment',
    entityId: id,
    before: { state: refunded ? 'charged' : 'held' },
    after: { state, leadId, providerId, ...(refunded ? {} : { release_reason: release }) },
    description: refunded ? 'The price of the lead was given back.' : FREED[release],
    metadata: { amount: amount.toString(), currency, cause: of.cause },
    adminOnlyMemo: of.adminOnlyMemo ?? null,
  };
}

/** One mail per provider and refund, to those who want it; test leads are no news. */
async function tell(
  app: App,
  tx: Tx,
  refunded: readonly Returned[],
  reasonOf: (assignment: Returned) => string,
): Promise<void> {
  const paid = refunded.filter(({ test }) => !test);
  if (paid.length === 0) return;
  const [told, niches] = await Promise.all([
    readTold(
      tx,
      paid.map(({ providerId }) => providerId),
    ),
    nicheNamesOf(
      tx,
      paid.map(({ leadId }) => leadId),
    ),
  ]);
  const wanted = new Map(told.filter(({ wantsMail }) => wantsMail).map((one) => [one.providerId, one]));
  await enqueueMessages(
    tx,
    paid.flatMap((assignment) => {
      const { providerId, leadId, amount, currency } = assignment;
      const provider = wanted.get(providerId);
      if (!provider) return [];
      const params = {
        amount: formatMoney({ amount, currency: currency as Currency }),
        currency,
        niche: niches.get(leadId) ?? '',
        reason: reasonOf(assignment),
        ledgerUrl: `${app.config.PUBLIC_URL}/dashboard/ledger`,
      };
      return [{ template: 'lead-refunded', recipient: provider.email, providerId, leadId, params }];
    }),
  );
}
