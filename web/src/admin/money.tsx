import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ArrowUpRight, Wallet } from 'lucide-react';
import { Page } from '../frame/page.tsx';
import { useListPlace } from '../list.ts';
import { Ledger } from '../money/ledger.tsx';
import { balanceQuery, WalletFigures } from '../money/wallets.tsx';
import { buttonClass } from '../ui/button.tsx';
import { Combobox } from '../ui/combobox.tsx';
import { Empty } from '../ui/empty.tsx';
import { Figure, Figures } from '../ui/figure.tsx';
import { Money } from '../ui/money.tsx';
import { SkeletonLines } from '../ui/skeleton.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { ProblemNotice } from '../ui/table-parts.tsx';
import { type ProviderRow, providersQuery, totalsQuery } from './providers/queries.ts';

/** The API gives at most so many rows; the sums are of all of them. */
const PROVIDERS_MAX = 100;

export function MoneyPage() {
  const { search, change } = useListPlace();
  const chosen = search.provider === undefined ? null : String(search.provider);
  const list = useQuery(providersQuery({ limit: PROVIDERS_MAX }));
  const rows = list.data?.data;
  const provider = rows?.find((row) => row.id === chosen);
  return (
    <Page
      title="Money"
      sentence="What providers have on account, and every movement of it."
      action={
        provider && (
          <Link
            to="/admin/providers/$providerId"
            params={{ providerId: provider.id }}
            className={buttonClass()}
          >
            <ArrowUpRight aria-hidden />
            Credit or debit
          </Link>
        )
      }
    >
      <Combobox
        label="Provider"
        className="max-w-sm"
        placeholder="All providers"
        choices={rows?.map(({ id, company_name }) => ({ value: id, label: company_name })) ?? []}
        value={rows ? chosen : null}
        onChange={(next) => change({ provider: next ?? undefined, type: undefined, currency: undefined })}
      />
      {list.error && <ProblemNotice problem={list.error} onRetry={() => void list.refetch()} />}
      {chosen ? (
        <ProviderMoney id={chosen} />
      ) : (
        <Everybody
          rows={rows}
          total={list.data?.pagination.total ?? 0}
          onChoose={(id) => change({ provider: id })}
        />
      )}
    </Page>
  );
}

function ProviderMoney({ id }: { id: string }) {
  const { data: wallets, error, refetch } = useQuery(balanceQuery(id));
  if (error) return <ProblemNotice problem={error} onRetry={() => void refetch()} />;
  if (!wallets) return <SkeletonLines lines={4} />;
  return (
    <>
      <WalletFigures wallets={wallets} />
      <Ledger providerId={id} currencies={wallets.map(({ currency }) => currency)} />
    </>
  );
}

interface EverybodyProps {
  rows: readonly ProviderRow[] | undefined;
  total: number;
  onChoose: (id: string) => void;
}

interface AccountRow {
  provider: ProviderRow;
  wallet: ProviderRow['wallets'][number] | undefined;
}

function Everybody({ rows, total, onChoose }: EverybodyProps) {
  const navigate = useNavigate();
  const accounts: AccountRow[] | undefined = rows?.flatMap((provider): AccountRow[] =>
    provider.wallets.length
      ? provider.wallets.map((wallet) => ({ provider, wallet }))
      : [{ provider, wallet: undefined }],
  );
  const whole = rows !== undefined && total <= rows.length;
  return (
    <>
      <Sums />
      <Table
        label="Accounts"
        columns={columns}
        rows={accounts}
        rowId={({ provider, wallet }) => `${provider.id} ${wallet?.currency ?? ''}`}
        onOpen={({ provider }) => onChoose(provider.id)}
        empty={
          <Empty
            icon={Wallet}
            title="No providers yet"
            action={
              <button
                type="button"
                className={buttonClass({ look: 'primary' })}
                onClick={() => void navigate({ to: '/admin/providers/new' })}
              >
                Add provider
              </button>
            }
          >
            Each provider has an account in the currency of its niche.
          </Empty>
        }
      />
      {rows && !whole && (
        <p className="text-muted text-sm">
          The first {rows.length} of {total.toLocaleString()} providers, by name. Choose one above to see any
          other.
        </p>
      )}
    </>
  );
}

/** Every account there is, summed by the server. */
function Sums() {
  const { data } = useQuery(totalsQuery);
  return data?.map(({ currency, accounts, available, held, owed }) => {
    const basis = `${accounts.toLocaleString()} ${accounts === 1 ? 'account' : 'accounts'}, now`;
    return (
      <Figures key={currency}>
        <Figure label="Available" value={<Money amount={available} currency={currency} />} basis={basis} />
        <Figure label="On hold" value={<Money amount={held} currency={currency} />} basis={basis} />
        <Figure
          label="Owed to us"
          value={<Money amount={owed} currency={currency} alert />}
          basis="Accounts below zero, now"
        />
      </Figures>
    );
  });
}

const columns: readonly Column<AccountRow>[] = [
  { id: 'name', header: 'Provider', grow: true, cell: ({ provider }) => provider.company_name },
  ...(['available', 'held', 'credit_limit'] as const).map(
    (of): Column<AccountRow> => ({
      id: of,
      header: { available: 'Available', held: 'On hold', credit_limit: 'Credit limit' }[of],
      align: 'right',
      cell: ({ wallet }) =>
        wallet ? (
          <Money amount={wallet[of]} currency={wallet.currency} alert={of === 'available'} />
        ) : (
          <span className="text-faint">None</span>
        ),
    }),
  ),
];
