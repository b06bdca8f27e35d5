import { useQuery } from '@tanstack/react-query';
import { ShoppingCart } from 'lucide-react';
import { useRef } from 'react';
import { Page } from '../../frame/page.tsx';
import { filtersOf, oneEach, useListPlace } from '../../list.ts';
import { Empty } from '../../ui/empty.tsx';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { Pagination } from '../../ui/pagination.tsx';
import { Table } from '../../ui/table.tsx';
import { ownQuery } from '../queries.ts';
import { BuyDialog } from './buy-dialog.tsx';
import { storeColumns } from './columns.tsx';
import { type LeadForSale, STORE_LEADS, storeQuery } from './queries.ts';

const idOf = (lead: LeadForSale): string => lead.id;

/** Leads that can be bought one by one. */
export function StorePage() {
  const place = useListPlace();
  const { search, page } = place;
  const list = useQuery(storeQuery({ niche_id: filtersOf(search, ['niche_id']).niche_id?.at(-1), page }));
  const rows = list.data?.data;
  // Somebody else may buy it while it is looked at: it stays open, and the purchase says so.
  const seen = useRef<LeadForSale>(undefined);
  seen.current = rows?.find(({ id }) => id === search.open) ?? seen.current;
  const open = seen.current?.id === search.open ? seen.current : undefined;
  return (
    <Page
      fill
      title="Store"
      sentence="Leads that match your subscriptions and that nobody took, or that have a place left. You pay for each one you buy."
    >
      <Table
        label="Leads for sale"
        columns={storeColumns}
        rows={rows}
        rowId={idOf}
        problem={list.error}
        onRetry={() => void list.refetch()}
        onOpen={(lead) => place.open(lead.id)}
        openId={search.open}
        toolbar={<NicheFilter />}
        empty={
          <Empty icon={ShoppingCart} title="Nothing for sale now">
            Leads appear here when the operator sells them one by one and they match a subscription of yours.
            To choose each lead yourself, subscribe and pause the subscription.
          </Empty>
        }
        footer={
          list.data && (
            <Pagination
              page={page}
              limit={STORE_LEADS}
              total={list.data.pagination.total}
              totalIsEstimate={list.data.pagination.totalIsEstimate}
              more={page < list.data.pagination.totalPages}
              onPage={place.turn}
            />
          )
        }
      />
      {open && <BuyDialog key={open.id} lead={open} onClose={place.close} />}
    </Page>
  );
}

function NicheFilter() {
  const { search, change } = useListPlace();
  const own = useQuery(ownQuery).data;
  const niches = new Map(own?.subscriptions.map((one) => [one.niche_id, one.niche_name]));
  return (
    <FilterBar
      fields={[
        {
          key: 'niche_id',
          label: 'Niche',
          choices: [...niches].map(([value, label]) => ({ value, label })),
        },
      ]}
      value={filtersOf(search, ['niche_id'])}
      onChange={(filters) => change(oneEach(filters, ['niche_id']))}
    />
  );
}
