import type { Tx } from '../../../platform/db.ts';
import { raise } from '../../../platform/events.ts';
import { counter } from '../../../platform/metrics.ts';

const purchases = counter(
  'lead_purchases_total',
  'Leads that providers bought themselves, or could not buy.',
  ['outcome'],
);

/** A provider bought a lead. */
export function leadBought(
  tx: Tx,
  of: { leadId: string; nicheId: string; providerId: string; subscriptionId: string; amountMinor: bigint },
): void {
  raise(tx, {
    name: 'lead.bought',
    fields: of,
    topics: ['leads', `lead:${of.leadId}`, `provider:${of.providerId}`],
    counter: purchases,
    labels: { outcome: 'bought' },
  });
}

/** A purchase was refused, by the code of the refusal. Its transaction is gone, so it is counted apart. */
export const purchaseRefused = (code: string): void => purchases.inc({ outcome: code });
