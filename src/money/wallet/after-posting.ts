import { type AuditEntry, audit, SYSTEM } from '../../journal/audit/index.ts';
import { enqueueMessages, type NewMessage } from '../../journal/messages/index.ts';
import { type Currency, formatMoney } from '../../kernel/money.ts';
import type { Tx } from '../../platform/db.ts';
import type { Posted } from '../ledger/index.ts';
import { type Course, coursesOf, crossed } from './lines.ts';
import { flagSubscriptions, markLowBalances, selectLowestPrices, selectRecipients } from './store.ts';

export type AfterPosting = {
  /**
   * The lowest price among those at hand, by provider and currency (`priceKey`), for a caller who knows it: only wallets
   * that crossed it are looked at. Without it every wallet of the batch is.
   */
  lowestPrices?: ReadonlyMap<string, bigint>;
};

export const priceKey = (providerId: string, currency: string): string => `${providerId} ${currency}`;

/**
 * What follows a batch of transfers, in the same transaction: subscriptions of providers whose money grew are
 * flagged for another look at unsold leads; a balance below the provider's threshold is told one time until it has
 * been above again; crossing the lowest price that the provider can be charged anywhere is audited and told. At most
 * six statements, whatever the size of the batch.
 */
export async function afterPosting(tx: Tx, posted: Posted[], options: AfterPosting = {}): Promise<void> {
  const courses = coursesOf(posted);
  if (courses.length === 0) return;
  const gained = courses.filter((course) => course.gained).map(({ providerId }) => providerId);
  if (gained.length > 0) await flagSubscriptions(tx, [...new Set(gained)]);
  const messages = await lowBalanceMessages(tx, courses);
  const near = options.lowestPrices ? crossing(courses, options.lowestPrices) : courses;
  messages.push(...(await priceMessages(tx, near)));
  await enqueueMessages(tx, messages);
}

/** The credit limit was changed: no money moved, but what can be spent did. */
export async function afterCreditLimit(
  tx: Tx,
  wallet: Pick<Course, 'providerId' | 'walletId' | 'currency' | 'before' | 'after'>,
): Promise<void> {
  const gained = wallet.after > wallet.before;
  if (gained) await flagSubscriptions(tx, [wallet.providerId]);
  await enqueueMessages(tx, await priceMessages(tx, [{ ...wallet, spent: !gained, gained }]));
}

const crossing = (courses: Course[], prices: ReadonlyMap<string, bigint>): (Course & Crossing)[] =>
  courses.flatMap((course) => {
    const price = prices.get(priceKey(course.providerId, course.currency));
    const way = price === undefined ? null : crossed(course.before, course.after, price);
    return way === null ? [] : [{ ...course, way, price: price! }];
  });

type Crossing = { way: 'below' | 'above'; price: bigint };

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

/**
 * One audit row and one message per crossing of the lowest price, in either direction. The price is the lowest over all
 * niches of the currency, for both directions: who can still buy in a cheaper niche is not told that no leads come.
 */
async function priceMessages(tx: Tx, courses: Course[]): Promise<NewMessage[]> {
  const moved = courses.filter(({ before, after }) => before !== after);
  if (moved.length === 0) return [];
  const prices = await selectLowestPrices(tx, [...new Set(moved.map(({ providerId }) => providerId))]);
  const lowest = new Map(
    prices.map(({ provider_id, currency, price }) => [priceKey(provider_id, currency), price]),
  );
  const crossings = crossing(moved, lowest);
  if (crossings.length === 0) return [];
  await audit(
    tx,
    crossings.map(
      ({ providerId, walletId, currency, way, price, before, after }): AuditEntry => ({
        actor: SYSTEM,
        action: `wallet.${way}_price`,
        entityType: 'wallet',
        entityId: walletId,
        before: { spendable: shown(before, currency) },
        after: { spendable: shown(after, currency) },
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
