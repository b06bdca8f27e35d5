import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ReceiptText } from 'lucide-react';
import type { z } from 'zod';
import type { ledgerEntryOfStaff } from '../../../src/money/wallet/schema.ts';
import { api } from '../client.ts';
import { filtersOf, oneEach, useListPlace } from '../list.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { FilterBar } from '../ui/filter-bar.tsx';
import { Id } from '../ui/id.tsx';
import { linkClass } from '../ui/link.ts';
import { Money } from '../ui/money.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { ledgerChoices, ledgerWord } from './ledger-words.ts';

type Entry = z.infer<typeof ledgerEntryOfStaff>;

const ENTRIES = 50;
export const LEDGER_FILTERS = ['type', 'currency'] as const;

interface LedgerProps {
  /** The provider's id for staff; undefined for one's own. */
  providerId?: string;
  /** The currencies of its wallets: with one there is nothing to choose. */
  currencies: readonly string[];
  className?: string;
}

/** A wallet's entries, newest first, each with the balance it left. Filters stand in the address. */
export function Ledger({ providerId, currencies, className }: LedgerProps) {
  const place = useListPlace();
  const asked = oneEach(filtersOf(place.search, LEDGER_FILTERS), LEDGER_FILTERS);
  const path = providerId ? `/admin/providers/${providerId}/ledger` : '/providers/me/ledger';
  const list = useInfiniteQuery({
    queryKey: providerId ? ['money', 'ledger', providerId, asked] : ['mine', 'ledger', asked],
    queryFn: ({ pageParam, signal }) =>
      api.page<Entry>(path, { ...asked, limit: ENTRIES, cursor: pageParam }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.pagination.nextCursor,
  });
  const rows = list.data?.pages.flatMap((page) => page.data);
  const filtered = Object.values(asked).some(Boolean);
  return (
    <Table
      label="Ledger"
      className={className ?? ''}
      columns={columns(providerId === undefined)}
      rows={rows}
      rowId={(row) => row.id}
      problem={list.error}
      onRetry={() => void list.refetch()}
      toolbar={
        <FilterBar
          fields={[
            { key: 'type', label: 'Kind', choices: ledgerChoices },
            ...(currencies.length > 1
              ? [
                  {
                    key: 'currency',
                    label: 'Currency',
                    choices: currencies.map((value) => ({ value, label: value })),
                  },
                ]
              : []),
          ]}
          value={filtersOf(place.search, LEDGER_FILTERS)}
          onChange={(filters) => place.change(oneEach(filters, LEDGER_FILTERS))}
        />
      }
      empty={
        filtered ? (
          <Empty icon={ReceiptText} title="No entry matches">
            Take a filter away to see more.
          </Empty>
        ) : (
          <Empty icon={ReceiptText} title="No money has moved yet">
            Each deposit, each lead and each refund becomes a line here, with the balance it left.
          </Empty>
        )
      }
      footer={
        list.hasNextPage && (
          <div className="flex justify-center border-t p-2">
            <Button
              size="sm"
              look="quiet"
              busy={list.isFetchingNextPage}
              onClick={() => void list.fetchNextPage()}
            >
              Show older entries
            </Button>
          </div>
        )
      }
    />
  );
}

const leadAddress = (id: string, mine: boolean): string =>
  mine ? `/dashboard/leads?open=${id}` : `/admin/leads/${id}`;

function columns(mine: boolean): readonly Column<Entry>[] {
  return [
    { id: 'type', header: 'What', cell: (row) => ledgerWord(row.type) },
    {
      id: 'memo',
      header: 'About',
      grow: true,
      cell: (row) =>
        row.lead_id ? (
          <span>
            <Link to={leadAddress(row.lead_id, mine)} className={linkClass}>
              Lead
            </Link>{' '}
            <Id value={row.lead_id} quiet />
          </span>
        ) : (
          <span className="text-muted" title={row.memo ?? undefined}>
            {row.memo}
          </span>
        ),
    },
    {
      id: 'amount',
      header: 'Amount',
      align: 'right',
      cell: (row) => <Money amount={row.amount} currency={row.currency} signed />,
    },
    {
      id: 'held_change',
      header: 'On hold',
      align: 'right',
      hidden: true,
      cell: (row) => <Money amount={row.held_change} currency={row.currency} signed />,
    },
    {
      id: 'available_after',
      header: 'Available after',
      align: 'right',
      hidden: true,
      cell: (row) => <Money amount={row.available_after} currency={row.currency} alert />,
    },
    {
      id: 'balance_after',
      header: 'Balance after',
      align: 'right',
      cell: (row) => <Money amount={row.balance_after} currency={row.currency} alert />,
    },
    { id: 'seq', header: 'Number', align: 'right', hidden: true, cell: (row) => row.seq },
    { id: 'at', header: 'When', align: 'right', cell: (row) => <Time at={row.created_at} quiet /> },
  ];
}
