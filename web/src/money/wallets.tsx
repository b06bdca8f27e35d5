import { queryOptions } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import type { z } from 'zod';
import type { balanceView, WalletView } from '../../../src/money/wallet/schema.ts';
import { api } from '../client.ts';
import { Badge } from '../ui/badge.tsx';
import { Figure } from '../ui/figure.tsx';
import { formatAmount, Money } from '../ui/money.tsx';

type Balance = z.infer<typeof balanceView>;

/** A provider's wallets for staff, or one's own without an id. */
export const balanceQuery = (providerId?: string) =>
  queryOptions({
    queryKey: providerId ? ['money', 'balance', providerId] : ['mine', 'balance'],
    queryFn: ({ signal }) =>
      api.get<Balance>(
        providerId ? `/admin/providers/${providerId}/balance` : '/providers/me/balance',
        {},
        { signal },
      ),
    select: ({ wallets }) => wallets,
  });

/** What a wallet holds: to spend, on hold, and together. */
export function WalletFigures({ wallets }: { wallets: readonly WalletView[] }) {
  return (
    <div className="flex flex-col gap-3">
      {wallets.map((wallet) => (
        <div key={wallet.currency} className="grid gap-3 sm:grid-cols-3">
          <Figure
            label="Available"
            value={
              <span className="flex flex-wrap items-center gap-2">
                <Money amount={wallet.available} currency={wallet.currency} alert />
                {wallet.low && (
                  <Badge tone="warn" icon={TriangleAlert}>
                    Low
                  </Badge>
                )}
              </span>
            }
            basis={creditWords(wallet)}
          />
          <Figure
            label="On hold"
            value={<Money amount={wallet.held} currency={wallet.currency} />}
            basis="Set aside for leads that are under way"
          />
          <Figure
            label="Balance"
            value={<Money amount={wallet.balance} currency={wallet.currency} />}
            basis="Available and on hold together"
          />
        </div>
      ))}
    </div>
  );
}

function creditWords({ credit_limit: limit, low_balance_threshold: low, currency }: WalletView): string {
  const credit = /[1-9]/.test(limit)
    ? `May go ${formatAmount(limit, currency)} ${currency} below zero`
    : 'Without credit';
  return `${credit}; low below ${formatAmount(low, currency)} ${currency}`;
}
