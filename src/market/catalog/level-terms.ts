import { newId } from '../../kernel/ids.ts';
import { formatMoney, isCurrency, parseMoney } from '../../kernel/money.ts';
import { refusals } from './errors.ts';
import type { Level, Preset } from './niche.ts';
import { presets } from './presets.ts';
import type { NewLevel } from './schema.ts';

/** Reads "12.50" in the niche's currency. @throws Refusal 422 level_price_invalid */
export function readPrice(text: string, currency: string, field = 'price_per_lead'): bigint {
  const read = parseMoney(text, currency);
  if (read.ok && read.money.amount > 0n) return read.money.amount;
  const message =
    !read.ok && read.reason === 'too_many_decimals'
      ? `${currency} has fewer decimals than that.`
      : 'Write an amount above zero, such as "12.50".';
  throw refusals.level_price_invalid({ details: [{ field, message }] });
}

/** "12.50" for answers. */
export function priceText(amount: bigint, currency: string): string {
  if (!isCurrency(currency)) throw new RangeError(`unknown currency ${currency}`);
  return formatMoney({ amount, currency });
}

/** A new level: what the input leaves out comes from the niche's preset. */
export function levelOf(
  input: Omit<NewLevel, 'nicheId'>,
  niche: { id: string; currency: string; preset: Preset },
  priorityOrder: number,
): Level {
  const preset = presets[niche.preset].level;
  const now = new Date();
  return {
    id: newId(),
    nicheId: niche.id,
    name: input.name,
    pricePerLead: readPrice(input.pricePerLead, niche.currency),
    maxProviders: input.maxProviders ?? preset.maxProviders,
    priorityOrder,
    strategy: input.strategy ?? preset.strategy,
    billOn: input.billOn ?? preset.billOn,
    refundUndelivered: input.refundUndelivered,
    exclusive: input.exclusive ?? false,
    comingPrice: null,
    comingPriceAt: null,
    active: input.active,
    archivedAt: null,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
}

/** The terms of a level for the audit log: JSON knows no bigint. */
export const auditedTerms = (level: Level): object => ({
  name: level.name,
  pricePerLead: level.pricePerLead.toString(),
  maxProviders: level.maxProviders,
  priorityOrder: level.priorityOrder,
  strategy: level.strategy,
  billOn: level.billOn,
  refundUndelivered: level.refundUndelivered,
  exclusive: level.exclusive,
  comingPrice: level.comingPrice?.toString() ?? null,
  comingPriceAt: level.comingPriceAt?.toISOString() ?? null,
  active: level.active,
});
