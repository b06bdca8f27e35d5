import type { Detail } from '../../kernel/errors.ts';
import { type Cap, readCaps } from '../subscriptions/index.ts';
import { refusals } from './errors.ts';
import type { ProviderEdit } from './schema.ts';

/**
 * Caps over all subscriptions of a provider. An amount has a currency of one of its niches; where there is only one it
 * need not be named.
 * @throws Refusal 422 cap_invalid, cap_currency_unused
 */
export function readProviderCaps(
  caps: NonNullable<ProviderEdit['caps']>,
  currencies: readonly string[],
): Cap[] {
  const only = currencies.length === 1 ? currencies[0] : undefined;
  const details: Detail[] = [];
  const named = caps.map(({ currency: given, ...cap }, at) => {
    if (cap.kind === 'count') return cap;
    const currency = given ?? only;
    if (currency !== undefined && currencies.includes(currency)) return { ...cap, currency };
    const usable = currencies.length > 0 ? currencies.join(', ') : 'none yet: subscribe first';
    details.push({ field: `caps.${at}.currency`, message: `Name one of its currencies: ${usable}.` });
    return cap;
  });
  if (details.length > 0) throw refusals.cap_currency_unused({ details });
  // Every amount names its currency by now.
  return readCaps(named, '');
}
