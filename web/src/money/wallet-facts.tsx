import { Money } from '../ui/money.tsx';

interface WalletFactsProps {
  wallets: readonly { currency: string; available: string; held: string; credit_limit: string }[];
}

/** What a provider has on account, short: one line for each currency. */
export function WalletFacts({ wallets }: WalletFactsProps) {
  if (wallets.length === 0) return <p className="text-muted text-sm">No money yet.</p>;
  return (
    <table className="w-full text-sm">
      <thead>
        <tr className="text-muted text-xs">
          <th scope="col" className="pb-1 text-left font-normal">
            Available
          </th>
          <th scope="col" className="pb-1 text-right font-normal">
            On hold
          </th>
          <th scope="col" className="pb-1 text-right font-normal">
            Credit limit
          </th>
        </tr>
      </thead>
      <tbody>
        {wallets.map((wallet) => (
          <tr key={wallet.currency}>
            <td className="font-medium">
              <Money amount={wallet.available} currency={wallet.currency} alert />
            </td>
            <td className="text-right">
              <Money amount={wallet.held} currency={wallet.currency} />
            </td>
            <td className="text-right">
              <Money amount={wallet.credit_limit} currency={wallet.currency} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
