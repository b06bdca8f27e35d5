import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Plus, Send, Webhook } from 'lucide-react';
import { useState } from 'react';
import type { DeliveryView } from '../../../src/lead/delivery/schema.ts';
import { api } from '../client.ts';
import { Page } from '../frame/page.tsx';
import { filtersOf, neighbours, oneEach, useListPlace } from '../list.ts';
import { deliveryColumns, deliveryStates } from '../market/delivery-list.tsx';
import { DeliverySheet } from '../market/delivery-sheet.tsx';
import { EndpointCard } from '../market/endpoint-card.tsx';
import { EndpointForm } from '../market/endpoint-form.tsx';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { FilterBar } from '../ui/filter-bar.tsx';
import { Pagination } from '../ui/pagination.tsx';
import { SkeletonLines } from '../ui/skeleton.tsx';
import { Table } from '../ui/table.tsx';
import { ProblemNotice } from '../ui/table-parts.tsx';
import { ownQuery } from './queries.ts';

const DELIVERIES = 20;
const FILTERS = ['state', 'endpoint_id'];
const COLUMNS = deliveryColumns(true);

export function DeliveryPage() {
  const own = useQuery(ownQuery);
  const [adding, setAdding] = useState(false);
  const endpoints = own.data?.endpoints;
  const add = (
    <Button onClick={() => setAdding(true)}>
      <Plus aria-hidden />
      Add endpoint
    </Button>
  );
  return (
    <Page
      title="Delivery"
      sentence="Where your leads are sent, and whether they arrived."
      action={endpoints && endpoints.length > 0 && add}
    >
      {own.error && <ProblemNotice problem={own.error} onRetry={() => void own.refetch()} />}
      {!own.data && !own.error && <SkeletonLines lines={6} />}
      {endpoints?.length === 0 && (
        <div className="rounded-panel border bg-surface-1">
          <Empty icon={Webhook} title="No endpoint yet" action={add}>
            Your leads are shown here and sent by mail. With an endpoint they go straight into your own
            system.
          </Empty>
        </div>
      )}
      {endpoints && endpoints.length > 0 && (
        <div className="grid gap-4 xl:grid-cols-2">
          {endpoints.map((endpoint) => (
            <EndpointCard key={endpoint.id} endpoint={endpoint} mine mayEdit />
          ))}
        </div>
      )}
      <Deliveries />
      <EndpointForm open={adding} onOpenChange={setAdding} mine />
    </Page>
  );
}

function Deliveries() {
  const place = useListPlace();
  const { search, page } = place;
  const asked = oneEach(filtersOf(search, FILTERS), FILTERS);
  const list = useQuery({
    queryKey: ['mine', 'deliveries', { ...asked, page }],
    queryFn: ({ signal }) =>
      api.page<DeliveryView>('/providers/me/deliveries', { limit: DELIVERIES, ...asked, page }, { signal }),
    placeholderData: keepPreviousData,
  });
  const rows = list.data?.data;
  return (
    <>
      <h2 className="mt-2 font-semibold text-base">Deliveries</h2>
      <Table
        label="Deliveries"
        columns={COLUMNS}
        rows={rows}
        rowId={(row) => row.id}
        problem={list.error}
        onRetry={() => void list.refetch()}
        onOpen={(row) => place.open(row.id)}
        openId={search.open}
        toolbar={
          <FilterBar
            fields={[{ key: 'state', label: 'State', choices: deliveryStates }]}
            value={filtersOf(search, FILTERS)}
            onChange={(filters) => place.change(oneEach(filters, FILTERS))}
          />
        }
        empty={
          Object.values(asked).some(Boolean) ? (
            <Empty icon={Send} title="No delivery matches">
              Take the filter away to see more.
            </Empty>
          ) : (
            <Empty icon={Send} title="No deliveries yet">
              As soon as you get a lead, it is sent to your endpoint and shows here.
            </Empty>
          )
        }
        footer={
          list.data && (
            <Pagination
              page={page}
              limit={DELIVERIES}
              total={list.data.pagination.total}
              totalIsEstimate={list.data.pagination.totalIsEstimate}
              more={list.data.pagination.nextCursor !== null}
              onPage={place.turn}
            />
          )
        }
      />
      <DeliverySheet
        id={search.open}
        mine
        mayResend={false}
        onClose={place.close}
        {...neighbours(rows, (row) => row.id, search.open, place.open)}
      />
    </>
  );
}
