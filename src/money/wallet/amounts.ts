import { isCurrency, parseMoney } from '../../kernel/money.ts';
import type { Tx } from '../../platform/db.ts';
import { ledgerRefusals } from '../ledger/index.ts';
import { refusals } from './errors.ts';
import { selectProviderWallets } from './store.ts';

/** Minor units of a decimal text. @throws Refusal 422 naming the field */
export function amountOf(text: string, currency: string, field: string): bigint {
  const read = parseMoney(text, currency);
  if (read.ok) return read.money.amount;
  const message = {
    unknown_currency: 'This currency is not known.',
    too_many_decimals: `This currency has fewer decimals than "${text}".`,
    amount_too_large: 'This is more than can be kept.',
    not_a_string: 'Write the amount as a text.',
    not_a_decimal: 'Write an amount such as "12.50".',
    negative_amount: 'The amount must not be negative.',
  }[read.reason];
  throw refusals.amount_invalid({ details: [{ field, message }] });
}

/**
 * The currency that is meant: the one given, else that of the provider's only wallet.
 * @throws Refusal 422 when it is not clear which
 */
export async function walletCurrency(tx: Tx, providerId: string, given: string | undefined): Promise<string> {
  if (given !== undefined) {
    if (isCurrency(given)) return given;
    throw refusals.currency_unclear({
      details: [{ field: 'currency', message: 'This currency is not known.' }],
    });
  }
  const rows = await selectProviderWallets(tx, providerId);
  if (rows.length === 0) throw ledgerRefusals.wallet_missing();
  const [first, second] = rows;
  if (first && first.id !== null && !second) return first.currency;
  const message =
    first?.id === null ? 'The provider has no wallet yet: say in which currency.' : 'Say which wallet.';
  throw refusals.currency_unclear({ details: [{ field: 'currency', message }] });
}
