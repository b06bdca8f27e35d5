import { type AuditActor, audit } from '../../journal/audit/index.ts';
import { type Currency, formatMoney } from '../../kernel/money.ts';
import type { App } from '../../platform/app.ts';
import { requireVersion } from '../../platform/versions.ts';
import { ledgerRefusals, lockProviders, openWallet } from '../ledger/index.ts';
import { afterCreditLimit } from './after-posting.ts';
import { amountOf, walletCurrency } from './amounts.ts';
import { type Balance, balanceOf } from './read-balance.ts';
import { selectProviderWallets, updateCreditLimit } from './store.ts';

/**
 * Changes how far a wallet may go below zero (partners who are invoiced monthly). Lowering it below what is used
 * takes nothing back; it only refuses further spending. Raising it is like money coming in: unsold leads get another
 * look; crossing the lowest price is audited and told. A wallet that is not there yet has version 1.
 * @throws Refusal 409 version_stale
 */
export async function changeCreditLimit(
  app: App,
  input: {
    providerId: string;
    creditLimit: string;
    currency: string | undefined;
    reason: string;
    version: number;
  },
  who: AuditActor,
): Promise<Balance> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const { providerId, reason } = input;
    await lockProviders(tx, [providerId]);
    const currency = await walletCurrency(tx, providerId, input.currency);
    const limit = amountOf(input.creditLimit, currency, 'credit_limit');
    if ((await selectProviderWallets(tx, providerId)).length === 0) throw ledgerRefusals.wallet_missing();
    await openWallet(tx, { providerId, currency });
    const wallets = await selectProviderWallets(tx, providerId);
    const wallet = wallets.find((row) => row.id !== null && row.currency === currency);
    if (!wallet || wallet.id === null) throw new Error('the wallet was opened and is not there');
    const shown = (amount: bigint) => formatMoney({ amount, currency: currency as Currency });
    const current = { version: wallet.version, creditLimit: shown(wallet.credit_limit) };
    requireVersion(current, input.version, { creditLimit: shown(limit) });
    await updateCreditLimit(tx, wallet.id, limit);
    await afterCreditLimit(tx, {
      ...{ providerId, walletId: wallet.id, currency },
      before: wallet.available + wallet.credit_limit,
      after: wallet.available + limit,
    });
    await audit(tx, [
      {
        actor: who,
        action: 'wallet.credit_limit_changed',
        entityType: 'provider',
        entityId: providerId,
        before: { credit_limit: current.creditLimit },
        after: { credit_limit: shown(limit) },
        description: `The credit limit was changed from ${current.creditLimit} to ${shown(limit)} ${currency}.`,
        metadata: { currency, reason },
      },
    ]);
    return balanceOf(tx, providerId);
  });
}
