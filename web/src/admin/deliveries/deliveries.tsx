import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { RotateCw, Send } from 'lucide-react';
import { useState } from 'react';
import type { DeliveryView } from '../../../../src/lead/delivery/schema.ts';
import { api } from '../../client.ts';
import { Page } from '../../frame/page.tsx';
import { filtersOf, neighbours, oneEach, useListPlace } from '../../list.ts';
import { deliveryColumns, deliveryStates } from '../../market/delivery-list.tsx';
import { DeliverySheet } from '../../market/delivery-sheet.tsx';
import { useRights } from '../../rights.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { Pagination } from '../../ui/pagination.tsx';
import { Table } from '../../ui/table.tsx';
import { providersQuery } from '../providers/queries.ts';
import { ResendDialog } from './resend-dialog.tsx';

const DELIVERIES = 50;
const FILTERS = ['state', 'provider_id', 'endpoint_id', 'lead_id'];

export function DeliveriesPage() {
  const { operate } = useRights();
  const place = useListPlace();
  const { search, page } = place;
  const [resending, setResending] = useState(false);
  const providers = useQuery(providersQuery({ limit: 100 }));
  const asked = oneEach(filtersOf(search, FILTERS), FILTERS);
  const list = useQuery({
    queryKey: ['deliveries', { ...asked, page }],
    queryFn: ({ signal }) =>
      api.page<DeliveryView>('/admin/deliveries', { limit: DELIVERIES, ...asked, page }, { signal }),
    placeholderData: keepPreviousData,
  });
  const rows = list.data?.data;
  return (
    <Page
      fill
      title="Deliveries"
      sentence="Whether leads reach the providers' systems, attempt by attempt."
      action={
        operate && (
          <Button onClick={() => setResending(true)}>
            <RotateCw aria-hidden />
            Send failed ones again
          </Button>
        )
      }
    >
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
            fields={[
              { key: 'state', label: 'State', choices: deliveryStates },
              {
                key: 'provider_id',
                label: 'Provider',
                choices:
                  providers.data?.data.map(({ id, company_name }) => ({ value: id, label: company_name })) ??
                  [],
              },
              // Links from elsewhere lead here; they are shown as chips and can be taken away.
              ...['endpoint_id', 'lead_id']
                .filter((key) => search[key] !== undefined)
                .map((key) => ({ key, label: key === 'lead_id' ? 'Lead' : 'Endpoint', choices: [] })),
            ]}
            value={filtersOf(search, FILTERS)}
            onChange={(filters) => place.change(oneEach(filters, FILTERS))}
          />
        }
        empty={
          Object.values(asked).some(Boolean) ? (
            <Empty icon={Send} title="No delivery matches">
              Take a filter away to see more.
            </Empty>
          ) : (
            <Empty icon={Send} title="No deliveries yet">
              As soon as a lead is given to a provider with an endpoint, its delivery shows here.
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
        mine={false}
        mayResend={operate}
        onClose={place.close}
        {...neighbours(rows, (row) => row.id, search.open, place.open)}
      />
      <ResendDialog
        open={resending}
        onOpenChange={setResending}
        providerId={asked.provider_id}
        providers={providers.data?.data ?? []}
      />
    </Page>
  );
}

const COLUMNS = deliveryColumns(false);
