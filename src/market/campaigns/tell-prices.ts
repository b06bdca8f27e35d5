import { enqueueMessages, type NewMessage } from '../../journal/messages/index.ts';
import { type Currency, formatMoney } from '../../kernel/money.ts';
import type { Tx } from '../../platform/db.ts';
import { levelsIn, paidBy } from './announce-prices.ts';
import type { Campaign, LevelPrices } from './campaign.ts';
import { payersOf } from './store.ts';

/**
 * Mails everybody who pays another price for the leads of a campaign, now or from a moment on: not who has a price of
 * its own.
 * @param of.announced prices are announced that nobody knows yet
 */
export async function tellPrices(
  tx: Tx,
  of: { before: Campaign; after: Campaign; announced: boolean },
): Promise<void> {
  const { before, after } = of;
  const news: { was: LevelPrices; is: LevelPrices; from: string }[] = [];
  if (before.levelPrices !== after.levelPrices)
    news.push({ was: before.levelPrices, is: after.levelPrices, from: '' });
  if (of.announced && after.comingLevelPrices !== null && after.comingLevelPricesAt !== null) {
    const from = `${after.comingLevelPricesAt.toISOString().replace('T', ' ').slice(0, 16)} UTC`;
    news.push({ was: after.levelPrices, is: after.comingLevelPrices, from });
  }
  if (news.length === 0) return;
  const text = (minor: bigint) => formatMoney({ amount: minor, currency: after.currency as Currency });
  const payers = await payersOf(tx, after.id, levelsIn(before, after));
  const messages = news.flatMap(({ was, is, from }) =>
    payers.flatMap((one): NewMessage[] => {
      const [old, price] = [paidBy(one, was), paidBy(one, is)];
      if (old === price) return [];
      const { niche, level, providerId, email } = one;
      const names = { niche, level, campaign: after.name, currency: after.currency };
      const params = { ...names, before: text(old), price: text(price) };
      const to = { recipient: email, providerId };
      return from === ''
        ? [{ template: 'campaign-price', params, ...to }]
        : [{ template: 'campaign-price-coming', params: { ...params, from }, ...to }];
    }),
  );
  await enqueueMessages(tx, messages);
}
