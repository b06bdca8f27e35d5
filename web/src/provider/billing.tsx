import { useQuery } from '@tanstack/react-query';
import { Page } from '../frame/page.tsx';
import { Ledger } from '../money/ledger.tsx';
import { balanceQuery, WalletFigures } from '../money/wallets.tsx';
import { Notice } from '../ui/notice.tsx';
import { SkeletonLines } from '../ui/skeleton.tsx';
import { ProblemNotice } from '../ui/table-parts.tsx';

export function BillingPage() {
  const { data: wallets, error, refetch } = useQuery(balanceQuery());
  return (
    <Page title="Money" sentence="What you have on account, and each movement with the balance it left.">
      {error && <ProblemNotice problem={error} onRetry={() => void refetch()} />}
      {!wallets && !error && <SkeletonLines lines={6} />}
      {wallets?.some((wallet) => wallet.low) && (
        <Notice tone="warn" title="The balance is low">
          When it does not reach for a lead, no more come; they come again by themselves once money is paid
          in.
        </Notice>
      )}
      {wallets && (
        <>
          {wallets.length === 0 ? (
            <Notice title="No money was paid in yet">
              Ask the operator how to pay in. Leads come from then on.
            </Notice>
          ) : (
            <WalletFigures wallets={wallets} />
          )}
          <Ledger currencies={wallets.map(({ currency }) => currency)} />
        </>
      )}
    </Page>
  );
}
