import { enqueueMessages } from '../../journal/messages/index.ts';
import type { Tx } from '../../platform/db.ts';
import type { Returned } from '../store-returned.ts';
import { companyNames, staffContacts } from './store-record.ts';

/**
 * Tells the operators of leads whose money went back although the receiver may have them: only a person can ask it. One
 * message per provider and batch of results.
 */
export async function tellUnresolved(
  tx: Tx,
  assignments: readonly Returned[],
  publicUrl: string,
): Promise<void> {
  if (assignments.length === 0) return;
  const byProvider = Map.groupBy(assignments, ({ providerId }) => providerId);
  const [staff, names] = await Promise.all([staffContacts(tx), companyNames(tx, [...byProvider.keys()])]);
  await enqueueMessages(
    tx,
    [...byProvider].flatMap(([providerId, of]) =>
      staff.map((recipient) => ({
        template: 'delivery-unresolved',
        recipient,
        leadId: of.length === 1 ? of[0]!.leadId : null,
        params: {
          provider: names.get(providerId) ?? '',
          leads: of.length,
          // One lead is shown by itself; of several the newest ones stand on the list.
          url: `${publicUrl}/admin/${of.length === 1 ? `leads/${of[0]!.leadId}` : 'deliveries'}`,
        },
      })),
    ),
  );
}
