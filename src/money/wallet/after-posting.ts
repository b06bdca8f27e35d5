import { type AuditEntry, audit, SYSTEM } from '../../journal/audit/index.ts';
import { enqueueMessages, type NewMessage } from '../../journal/messages/index.ts';
import { type Currency, formatMoney } from '../../kernel/money.ts';
import type { Tx } from '../../platform/db.ts';
import type { Posted } from '../ledger/index.ts';
import { type Course, coursesOf, crossed } from './lines.ts';
import { flagSubscriptions, markLowBalances, selectRecipients } from './store.ts';

export type AfterPosting = {
  /**
   * The lowest price each provider can be charged, by provider and currency (`priceKey`). With it, crossing the price
   * is written to the audit log and told to the provider. Leave it out where it is not known.
   */
  lowestPrices?: ReadonlyMap<string, bigint>;
};

export const priceKey = (providerId: string, currency: string): string => `${providerId} ${currency}`;

/**
 * What follows a batch of transfers, in the same transaction: subscriptions of providers whose money grew are
 * flagged for another look at unsold leads; a balance below the provider's threshold is told one time until it has
 * been above again. At most five statements, whatever the size of the batch.
 */
export async function afterPosting(tx: Tx, posted: Posted[], options: AfterPosting = {}): Promise<void> {
  const courses = coursesOf(posted);
  if (courses.length === 0) return;
  const gained = courses.filter((course) => course.gained).map(({ providerId }) => providerId);
  if (gained.length > 0) await flagSubscriptions(tx, [...new Set(gained)]);
  const messages = await lowBalanceMessages(tx, courses);
  messages.push(...(await priceMessages(tx, courses, options)));
  await enqueueMessages(tx, messages);
}

const shown = (amount: bigint, currency: string) => formatMoney({ amount, currency: currency as Currency });

async function lowBalanceMessages(tx: Tx, courses: Course[]): Promise<NewMessage[]> {
  const touched = courses.map(({ walletId }) => walletId);
  const spent = courses.filter((course) => course.spent).map(({ walletId }) => walletId);
  const changes = await markLowBalances(tx, touched, spent);
  return changes
    .filter(({ low, wanted }) => low && wanted)
    .map((change) => ({
      template: 'low-balance',
      recipient: change.recipient,
      providerId: change.provider_id,
      params: {
        provider: change.company_name,
        balance: shown(change.available, change.currency),
        threshold: shown(change.threshold, change.currency),
        currency: change.currency,
      },
    }));
}

/** One audit row and one message per crossing of the lowest price, in either direction. */
async function priceMessages(tx: Tx, courses: Course[], options: AfterPosting): Promise<NewMessage[]> {
  const crossings = courses.flatMap((course) => {
    const price = options.lowestPrices?.get(priceKey(course.providerId, course.currency));
    const way = price === undefined ? null : crossed(course.before, course.after, price);
    return way === null ? [] : [{ ...course, way, price: price! }];
  });
  if (crossings.length === 0) return [];
  await audit(
    tx,
    crossings.map(
      ({ providerId, walletId, currency, way, price }): AuditEntry => ({
        actor: SYSTEM,
        action: `wallet.${way}_price`,
        entityType: 'wallet',
        entityId: walletId,
        description:
          way === 'below'
            ? 'The money no longer covers the lowest price; no more leads are sent until it does.'
            : 'The money covers the lowest price again; leads are sent again.',
        metadata: { provider_id: providerId, lowest_price: shown(price, currency), currency },
      }),
    ),
  );
  const recipients = await selectRecipients(tx, [...new Set(crossings.map(({ providerId }) => providerId))]);
  const byProvider = new Map(recipients.map((one) => [one.provider_id, one]));
  return crossings.flatMap(({ providerId, currency, way, price, after }) => {
    const to = byProvider.get(providerId);
    if (!to?.wanted) return [];
    const params = {
      provider: to.company_name,
      spendable: shown(after, currency),
      price: shown(price, currency),
      currency,
    };
    const template = way === 'below' ? 'balance-spent' : 'balance-restored';
    return [{ template, recipient: to.recipient, providerId, params }];
  });
}
