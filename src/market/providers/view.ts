import { formatMoney, isCurrency } from '../../kernel/money.ts';
import { snakeKeys } from '../../kernel/names.ts';
import { shownCaps } from '../subscriptions/index.ts';
import type { Balance } from './list-providers.ts';
import type { Provider } from './provider.ts';
import type { ProviderView, WalletTotals } from './schema.ts';
import type { Totals } from './store.ts';

export function providerView(provider: Provider): ProviderView {
  return snakeKeys({
    id: provider.id,
    companyName: provider.companyName,
    contactEmail: provider.contactEmail,
    website: provider.website,
    country: provider.country,
    timezone: provider.timezone,
    status: provider.status,
    paused: provider.paused,
    pausedUntil: provider.pausedUntil?.toISOString() ?? null,
    pausedBy: provider.paused ? provider.pausedBy : null,
    stopped: provider.stopped,
    lowBalanceThreshold: Number(provider.lowBalanceThreshold),
    lowBalanceAlertEmail: provider.lowBalanceAlertEmail,
    notificationPreferences: provider.notificationPreferences,
    caps: shownCaps(provider.caps, ''),
    version: provider.version,
    createdAt: provider.createdAt.toISOString(),
    updatedAt: provider.updatedAt.toISOString(),
  });
}

export function walletView({ currency, available, held, creditLimit }: Balance) {
  if (!isCurrency(currency)) throw new RangeError(`unknown currency ${currency}`);
  const text = (amount: bigint) => formatMoney({ amount, currency });
  return { currency, available: text(available), held: text(held), credit_limit: text(creditLimit) };
}

export function totalsView({ currency, accounts, available, held, owed }: Totals): WalletTotals {
  if (!isCurrency(currency)) throw new RangeError(`unknown currency ${currency}`);
  const text = (amount: bigint) => formatMoney({ amount, currency });
  return { currency, accounts, available: text(available), held: text(held), owed: text(owed) };
}
