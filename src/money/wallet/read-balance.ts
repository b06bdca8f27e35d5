import { type Currency, formatMoney } from '../../kernel/money.ts';
import type { Tx } from '../../platform/db.ts';
import { ledgerRefusals } from '../ledger/index.ts';
import type { WalletView } from './schema.ts';
import { selectProviderWallets, type WalletRow } from './store.ts';

export type Balance = { provider_id: string; wallets: WalletView[] };

/** A provider's wallets. Under the provider's own role row-level security shows no others. */
export async function balanceOf(tx: Tx, providerId: string): Promise<Balance> {
  const rows = await selectProviderWallets(tx, providerId);
  if (rows.length === 0) throw ledgerRefusals.wallet_missing();
  return { provider_id: providerId, wallets: rows.flatMap((row) => (row.id === null ? [] : [view(row)])) };
}

function view(row: WalletRow): WalletView {
  const shown = (amount: bigint) => formatMoney({ amount, currency: row.currency as Currency });
  const spendable = row.available + row.credit_limit;
  return {
    currency: row.currency,
    balance: shown(row.available + row.held),
    available: shown(row.available),
    held: shown(row.held),
    credit_limit: shown(row.credit_limit),
    spendable: shown(spendable > 0n ? spendable : 0n),
    low_balance_threshold: shown(row.low_balance_threshold),
    low: row.available < row.low_balance_threshold,
    version: row.version,
  };
}
