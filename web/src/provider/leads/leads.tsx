import { useQuery } from '@tanstack/react-query';
import { Inbox } from 'lucide-react';
import { useMemo } from 'react';
import { saveCsv } from '../../csv.ts';
import { Page } from '../../frame/page.tsx';
import { useKeyset } from '../../lead/keyset.ts';
import { spanOf } from '../../lead/period.ts';
import { PeriodFilter } from '../../lead/period-filter.tsx';
import { counted } from '../../lead/words.ts';
import { filtersOf, type ListSearch, neighbours, oneEach, useListPlace } from '../../list.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { Pagination } from '../../ui/pagination.tsx';
import { states } from '../../ui/states.ts';
import { Table } from '../../ui/table.tsx';
import { toast } from '../../ui/toast.tsx';
import { ownQuery } from '../queries.ts';
import { ownColumns } from './columns.tsx';
import { OwnLeadSheet } from './own-lead-sheet.tsx';
import { OWN_LEADS, type OwnLeadItem, ownLeadsQuery } from './queries.ts';
import { useSeen } from './seen.ts';

const idOf = (lead: OwnLeadItem): string => lead.id;
const FILTERS = ['state', 'niche_id'] as const;

function askedOf(search: ListSearch) {
  const filters = filtersOf(search, FILTERS);
  return {
    niche_id: filters.niche_id?.at(-1),
    state: filters.state?.join(','),
    q: search.q,
    ...spanOf(search.from as string | undefined, search.to as string | undefined),
  };
}

export function OwnLeadsPage() {
  const place = useListPlace();
  const { search, page } = place;
  const seen = useSeen();
  const filters = askedOf(search);
  const after = search.after as string | undefined;
  const list = useQuery(ownLeadsQuery({ ...filters, ...(after ? { cursor: after } : { page }) }));
  const keyset = useKeyset({ page, after }, JSON.stringify(filters), list.data?.pagination);
  const rows = list.data?.data;
  const columns = useMemo(() => ownColumns(seen.isNew), [seen.isNew]);
  const fresh = rows?.filter(seen.isNew).length ?? 0;
  const open = (id: string) => {
    const lead = rows?.find((row) => row.id === id);
    if (lead) seen.markOpened(lead.assignment_id);
    place.open(id);
  };
  return (
    <Page
      fill
      title="Leads"
      sentence="The people you can call, the newest first."
      action={fresh > 0 && <Button onClick={seen.markAll}>Mark all as read</Button>}
    >
      <Table
        label="Your leads"
        columns={columns}
        rows={rows}
        rowId={idOf}
        problem={list.error}
        onRetry={() => void list.refetch()}
        onOpen={(lead) => open(lead.id)}
        openId={search.open}
        onExport={(ids) => exportRows(columns, rows ?? [], ids)}
        toolbar={<OwnFilters />}
        empty={<NoLeads filtered={Object.values(filters).some(Boolean)} />}
        footer={
          list.data && (
            <Pagination
              page={page}
              limit={OWN_LEADS}
              total={list.data.pagination.total}
              totalIsEstimate={list.data.pagination.totalIsEstimate}
              more={list.data.pagination.nextCursor !== null}
              onPage={keyset.onPage}
            />
          )
        }
      />
      <OwnLeadSheet id={search.open} onClose={place.close} {...neighbours(rows, idOf, search.open, open)} />
    </Page>
  );
}

function OwnFilters() {
  const { search, change } = useListPlace();
  const own = useQuery(ownQuery).data;
  const niches = new Map(own?.subscriptions.map((one) => [one.niche_id, one.niche_name]));
  const set = (patch: Parameters<typeof change>[0]) => change({ after: undefined, ...patch });
  return (
    <FilterBar
      fields={[
        {
          key: 'state',
          label: 'Payment',
          choices: Object.entries(states.assignment).map(([value, { word }]) => ({ value, label: word })),
        },
        {
          key: 'niche_id',
          label: 'Niche',
          choices: [...niches].map(([value, label]) => ({ value, label })),
        },
      ]}
      value={filtersOf(search, FILTERS)}
      onChange={(filters) => set({ ...oneEach(filters, ['niche_id']), state: filters.state })}
      search={search.q ?? ''}
      onSearch={(q) => set({ q: q.trim() || undefined })}
      searchHint="E-mail, phone or lead id"
    >
      <PeriodFilter
        label="Came"
        from={search.from as string | undefined}
        to={search.to as string | undefined}
        onChange={(span) => set(span)}
      />
    </FilterBar>
  );
}

/** The rows and columns that are shown, as they are shown. */
function exportRows(
  columns: ReturnType<typeof ownColumns>,
  rows: readonly OwnLeadItem[],
  columnIds: readonly string[],
): void {
  const shown = columns.filter(({ id }) => columnIds.includes(id));
  saveCsv('my-leads', [
    shown.map(({ header }) => header),
    ...rows.map((row) => shown.map(({ text }) => text(row))),
  ]);
  toast({
    title: `${counted(rows.length, 'lead')} saved as CSV`,
    text: 'The rows and columns of this page.',
  });
}

function NoLeads({ filtered }: { filtered: boolean }) {
  return filtered ? (
    <Empty icon={Inbox} title="No lead matches">
      The search finds a whole e-mail address, a phone number with its country code, or an id. A refunded lead
      is not found by its person.
    </Empty>
  ) : (
    <Empty icon={Inbox} title="No leads yet">
      A lead appears here the moment one of your subscriptions gets it.
    </Empty>
  );
}
