import { enqueueMessages, type NewMessage } from '../../journal/messages/index.ts';
import { type Currency, formatMoney } from '../../kernel/money.ts';
import type { Tx } from '../../platform/db.ts';
import type { Campaign } from './campaign.ts';
import { payersOf } from './store.ts';

/** Mails everybody who pays another price for the leads of a campaign now: not who has a price of its own. */
export async function tellPrices(tx: Tx, before: Campaign, after: Campaign): Promise<void> {
  const ids = new Set([...Object.keys(before.levelPrices), ...Object.keys(after.levelPrices)]);
  const changed = [...ids].filter((id) => before.levelPrices[id] !== after.levelPrices[id]);
  if (changed.length === 0) return;
  const text = (minor: bigint) => formatMoney({ amount: minor, currency: after.currency as Currency });
  const messages = (await payersOf(tx, after.id, changed)).flatMap((one): NewMessage[] => {
    const priceIn = ({ levelPrices }: Campaign) => BigInt(levelPrices[one.levelId] ?? one.levelPrice);
    const [was, is] = [priceIn(before), priceIn(after)];
    if (was === is) return [];
    const { niche, level, providerId, email } = one;
    const names = { niche, level, campaign: after.name, currency: after.currency };
    const params = { ...names, before: text(was), price: text(is) };
    return [{ template: 'campaign-price', recipient: email, providerId, params }];
  });
  await enqueueMessages(tx, messages);
}
