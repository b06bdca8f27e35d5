import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Building2, Plus } from 'lucide-react';
import { useState } from 'react';
import { Page } from '../../frame/page.tsx';
import { filtersOf, neighbours, oneEach, useListPlace } from '../../list.ts';
import { PauseDialog } from '../../market/pause-dialog.tsx';
import { countryChoices, countryName } from '../../market/places.ts';
import { nichesQuery } from '../../market/queries.ts';
import { useRights } from '../../rights.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { Money } from '../../ui/money.tsx';
import { Pagination } from '../../ui/pagination.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { BulkBar } from '../../ui/table-parts.tsx';
import { Time } from '../../ui/time.tsx';
import { ProviderSheet } from './provider-sheet.tsx';
import { ProviderStatus, useProviderActs } from './provider-state.tsx';
import { PROVIDER_FILTERS, PROVIDERS, type ProviderRow, providersQuery } from './queries.ts';

export function ProvidersPage() {
  const rights = useRights();
  const place = useListPlace();
  const { search, page } = place;
  const [selected, setSelected] = useState<string[]>([]);
  const asked = oneEach(filtersOf(search, PROVIDER_FILTERS), PROVIDER_FILTERS);
  const list = useQuery(providersQuery({ ...asked, search: search.q, page }));
  const rows = list.data?.data;
  const chosen = rows?.filter((row) => selected.includes(row.id)) ?? [];
  const add = (
    <Link to="/admin/providers/new" className={buttonClass({ look: 'primary' })}>
      <Plus aria-hidden />
      Add provider
    </Link>
  );
  return (
    <Page
      fill
      title="Providers"
      sentence="Who gets leads, what they have on account, and whether leads reach them."
      action={rights.operate && add}
    >
      <Table
        label="Providers"
        columns={columns}
        rows={rows}
        rowId={(row) => row.id}
        problem={list.error}
        onRetry={() => void list.refetch()}
        onOpen={(row) => place.open(row.id)}
        openId={search.open}
        {...(rights.operate ? { selected, onSelect: setSelected } : {})}
        toolbar={<ProviderFilters />}
        empty={
          Object.values(asked).some(Boolean) || search.q ? (
            <Empty icon={Building2} title="No provider matches">
              Take a filter away, or search for a part of the name or e-mail address.
            </Empty>
          ) : (
            <Empty icon={Building2} title="No providers yet" action={rights.operate && add}>
              A provider pays for leads and gets them in its own system.
            </Empty>
          )
        }
        footer={
          <>
            <Bulk rows={chosen} onClear={() => setSelected([])} />
            {list.data && (
              <Pagination
                page={page}
                limit={PROVIDERS}
                total={list.data.pagination.total}
                totalIsEstimate={list.data.pagination.totalIsEstimate}
                onPage={place.turn}
              />
            )}
          </>
        }
      />
      <ProviderSheet
        id={search.open}
        onClose={place.close}
        {...neighbours(rows, (row) => row.id, search.open, place.open)}
      />
    </Page>
  );
}

function ProviderFilters() {
  const { search, change } = useListPlace();
  const niches = useQuery(nichesQuery);
  return (
    <FilterBar
      fields={[
        {
          key: 'status',
          label: 'State',
          choices: [
            { value: 'active', label: 'Active' },
            { value: 'pending', label: 'Waiting for approval' },
            { value: 'inactive', label: 'Switched off' },
          ],
        },
        {
          key: 'paused',
          label: 'Paused',
          choices: [
            { value: 'true', label: 'Paused' },
            { value: 'false', label: 'Not paused' },
          ],
        },
        {
          key: 'endpoints',
          label: 'Endpoints',
          choices: [{ value: 'down', label: 'One is down' }],
        },
        {
          key: 'niche_id',
          label: 'Niche',
          choices: niches.data?.map(({ id, name }) => ({ value: id, label: name })) ?? [],
        },
        { key: 'country', label: 'Country', choices: countryChoices() },
      ]}
      value={filtersOf(search, PROVIDER_FILTERS)}
      onChange={(filters) => change(oneEach(filters, PROVIDER_FILTERS))}
      search={search.q ?? ''}
      onSearch={(q) => change({ q: q || undefined })}
      searchHint="Name or e-mail"
    />
  );
}

function Bulk({ rows, onClear }: { rows: readonly ProviderRow[]; onClear: () => void }) {
  const { pause, resume } = useProviderActs();
  const [pausing, setPausing] = useState(false);
  const ids = rows.map((row) => row.id);
  const paused = rows.filter((row) => row.paused);
  return (
    <>
      <BulkBar count={rows.length} thing="provider" things="providers" onClear={onClear}>
        {paused.length > 0 && (
          <Button
            size="sm"
            busy={resume.isPending}
            onClick={() =>
              resume.mutate(
                paused.map(({ id }) => id),
                { onSuccess: onClear },
              )
            }
          >
            Resume {paused.length}
          </Button>
        )}
        {paused.length < rows.length && (
          <Button size="sm" onClick={() => setPausing(true)}>
            Pause {rows.length - paused.length}
          </Button>
        )}
      </BulkBar>
      <PauseDialog
        open={pausing}
        onOpenChange={setPausing}
        what={rows.length === 1 ? rows[0]!.company_name : `${rows.length} providers`}
        busy={pause.isPending}
        onPause={(until) =>
          pause.mutate(
            { ids, until },
            {
              onSuccess: () => {
                setPausing(false);
                onClear();
              },
            },
          )
        }
      />
    </>
  );
}

const columns: readonly Column<ProviderRow>[] = [
  { id: 'name', header: 'Provider', grow: true, cell: (row) => row.company_name },
  { id: 'state', header: 'State', cell: (row) => <ProviderStatus provider={row} /> },
  { id: 'country', header: 'Country', cell: (row) => countryName(row.country) },
  { id: 'email', header: 'E-mail', hidden: true, cell: (row) => row.contact_email },
  { id: 'timezone', header: 'Time zone', hidden: true, cell: (row) => row.timezone },
  { id: 'subscriptions', header: 'Subscriptions', align: 'right', cell: (row) => row.subscriptions },
  {
    id: 'available',
    header: 'Available',
    align: 'right',
    cell: (row) => <Amounts row={row} of="available" />,
  },
  { id: 'held', header: 'On hold', align: 'right', cell: (row) => <Amounts row={row} of="held" /> },
  { id: 'created_at', header: 'Since', align: 'right', cell: (row) => <Time at={row.created_at} quiet /> },
];

function Amounts({ row, of }: { row: ProviderRow; of: 'available' | 'held' }) {
  if (row.wallets.length === 0) return <span className="text-faint">None</span>;
  return row.wallets.map((wallet, at) => (
    <span key={wallet.currency}>
      {at > 0 && ', '}
      <Money amount={wallet[of]} currency={wallet.currency} alert={of === 'available'} />
    </span>
  ));
}
