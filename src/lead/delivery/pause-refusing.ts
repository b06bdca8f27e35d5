import { audit, SYSTEM } from '../../journal/audit/index.ts';
import { enqueueMessages } from '../../journal/messages/index.ts';
import type { Tx } from '../../platform/db.ts';
import { subscriptionPaused } from './events.ts';
import { pauseSubscriptions, type Refusing, readRefusing } from './store-holds.ts';
import { staffContacts } from './store-record.ts';

/** Leads of a subscription that are looked at, and how many of them its receiver may refuse: 20 %. */
export const REFUSALS_OF = 50;
export const REFUSALS_MAX = 10;

/**
 * Pauses those of these subscriptions whose receiver refused more than 20 % of the last 50 leads that money was held
 * for. A refusal costs nothing, so without this a provider could pick the leads it likes. An operator resumes it; leads
 * sold before the pause are not counted again. The caller holds the providers' locks.
 */
export async function pauseRefusing(
  tx: Tx,
  subscriptionIds: readonly string[],
  publicUrl: string,
): Promise<void> {
  if (subscriptionIds.length === 0) return;
  const refusing = await readRefusing(tx, {
    ids: [...new Set(subscriptionIds)],
    last: REFUSALS_OF,
    most: REFUSALS_MAX,
  });
  if (refusing.length === 0) return;
  await pauseSubscriptions(
    tx,
    refusing.map(({ id }) => id),
  );
  await audit(tx, refusing.map(auditOf));
  const staff = await staffContacts(tx);
  await enqueueMessages(
    tx,
    refusing.flatMap((one) => {
      const params = { provider: one.companyName, niche: one.niche, refused: one.refused, of: one.ended };
      const template = 'subscription-paused';
      return [
        {
          ...{ template, recipient: one.email, providerId: one.providerId },
          params: { ...params, url: `${publicUrl}/dashboard/subscriptions` },
        },
        ...staff.map((recipient) => ({
          ...{ template, recipient },
          params: { ...params, url: `${publicUrl}/admin/providers/${one.providerId}` },
        })),
      ];
    }),
  );
  for (const { id, providerId, refused, ended } of refusing) {
    subscriptionPaused(tx, { subscriptionId: id, providerId, refused, of: ended });
  }
}

const auditOf = ({ id, refused, ended }: Refusing) => ({
  actor: SYSTEM,
  action: 'subscription.paused',
  entityType: 'subscription',
  entityId: id,
  before: { paused: false },
  after: { paused: true, until: null, reason: 'refusals' },
  description: `The subscription was paused: ${refused} of the last ${ended} leads were refused.`,
  metadata: { refused, of: ended },
});
