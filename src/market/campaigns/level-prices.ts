import type { Detail } from '../../kernel/errors.ts';
import { formatMoney, isCurrency, parseMoney } from '../../kernel/money.ts';
import type { Tx } from '../../platform/db.ts';
import type { Campaign, LevelPrices } from './campaign.ts';
import { refusals } from './errors.ts';
import { pricedLevels } from './store.ts';

/**
 * Prices per level that hold for the leads of one campaign. A provider's own price goes before them; a price that was
 * left out is the level's.
 * @throws Refusal 422 campaign_price_invalid, naming the level
 */
export async function readLevelPrices(
  tx: Tx,
  campaign: Pick<Campaign, 'nicheId' | 'currency'>,
  given: Record<string, string>,
  at = 'level_prices',
): Promise<LevelPrices> {
  const levelIds = await pricedLevels(tx, campaign.nicheId);
  const details: Detail[] = [];
  const prices: LevelPrices = {};
  for (const [levelId, text] of Object.entries(given)) {
    const field = `${at}.${levelId}`;
    const read = parseMoney(text, campaign.currency);
    if (!levelIds.includes(levelId)) details.push({ field, message: 'This is no level of the niche.' });
    else if (!read.ok || read.money.amount <= 0n) {
      const message = `Write an amount above zero in ${campaign.currency}, such as "12.50".`;
      details.push({ field, message });
    } else prices[levelId] = read.money.amount.toString();
  }
  if (details.length > 0) throw refusals.campaign_price_invalid({ details });
  return prices;
}

/** The prices as decimal texts. */
export function shownPrices({
  levelPrices,
  currency,
}: Pick<Campaign, 'levelPrices' | 'currency'>): Record<string, string> {
  if (!isCurrency(currency)) throw new RangeError(`unknown currency ${currency}`);
  const shown = Object.entries(levelPrices).map(([level, amount]) => [
    level,
    formatMoney({ amount: BigInt(amount), currency }),
  ]);
  return Object.fromEntries(shown);
}

/** What is announced, as the API writes it. */
export function shownComingPrices({ comingLevelPrices, comingLevelPricesAt, currency }: Campaign) {
  if (comingLevelPrices === null || comingLevelPricesAt === null) return null;
  return {
    level_prices: shownPrices({ levelPrices: comingLevelPrices, currency }),
    from: comingLevelPricesAt.toISOString(),
  };
}
