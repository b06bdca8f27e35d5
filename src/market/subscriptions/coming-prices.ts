import type { ShownSubscription } from './list-subscriptions.ts';

/** What a subscription will pay from a moment on, in minor units. */
export type ComingPrice = {
  of: 'own' | 'level' | 'campaign';
  /** Only for the leads of this campaign. */
  campaign: string | null;
  now: bigint;
  price: bigint;
  from: Date;
};

type Priced = Pick<
  ShownSubscription,
  | 'priceOverride'
  | 'comingOwnPrice'
  | 'comingOwnPriceAt'
  | 'levelPrice'
  | 'comingPrice'
  | 'comingPriceAt'
  | 'campaignsComing'
>;

/**
 * Everything that is announced to a subscription, soonest first. Who has a price of its own pays none of the others,
 * unless it ends.
 */
export function comingPricesOf(one: Priced): ComingPrice[] {
  const { priceOverride: own, comingOwnPriceAt: ownFrom, levelPrice } = one;
  const found: ComingPrice[] = [];
  const levelAt = (at: Date): bigint =>
    one.comingPrice !== null && one.comingPriceAt! <= at ? one.comingPrice : levelPrice;
  if (ownFrom !== null) {
    const price = one.comingOwnPrice ?? levelAt(ownFrom);
    found.push({ of: 'own', campaign: null, now: own ?? levelPrice, price, from: ownFrom });
  }
  const paysOthersAt = (at: Date): boolean =>
    ownFrom !== null && ownFrom <= at ? one.comingOwnPrice === null : own === null;
  if (one.comingPrice !== null && paysOthersAt(one.comingPriceAt!)) {
    const { comingPrice: price, comingPriceAt: from } = one;
    found.push({ of: 'level', campaign: null, now: own ?? levelPrice, price, from: from! });
  }
  for (const { campaign, now, price, from } of one.campaignsComing) {
    const at = new Date(from);
    const [before, after] = [BigInt(now ?? levelPrice), BigInt(price ?? levelAt(at))];
    if (before !== after && paysOthersAt(at)) {
      found.push({ of: 'campaign', campaign, now: own ?? before, price: after, from: at });
    }
  }
  return found.toSorted((a, b) => a.from.getTime() - b.from.getTime());
}
