import { useQuery } from '@tanstack/react-query';
import { Inbox } from 'lucide-react';
import { saveCsv } from '../../csv.ts';
import { Page } from '../../frame/page.tsx';
import { useKeyset } from '../../lead/keyset.ts';
import { counted } from '../../lead/words.ts';
import { neighbours, useListPlace } from '../../list.ts';
import { useSteadyRows } from '../../steady.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { FreshPill } from '../../ui/fresh-pill.tsx';
import { Pagination } from '../../ui/pagination.tsx';
import { Table } from '../../ui/table.tsx';
import { toast } from '../../ui/toast.tsx';
import { leadColumns } from './columns.tsx';
import { askedOf, isFiltered, LeadFilters } from './filters.tsx';
import { LeadSheet } from './lead-sheet.tsx';
import { LEADS, type LeadListItem, leadsQuery } from './queries.ts';

const idOf = (lead: LeadListItem): string => lead.id;

export function LeadsPage() {
  const place = useListPlace();
  const { search, page } = place;
  const filters = askedOf(search);
  const scope = JSON.stringify(filters);
  const after = search.after as string | undefined;
  const known = { page, after };
  const list = useQuery(leadsQuery({ ...filters, ...(after ? { cursor: after } : { page }) }));
  const keyset = useKeyset(known, scope, list.data?.pagination);
  const settled = list.isPlaceholderData ? undefined : list.data?.data;
  const steady = useSteadyRows(settled, `${scope} ${page} ${after ?? ''}`);
  const rows = list.isPlaceholderData ? list.data?.data : steady.rows;
  return (
    <Page fill title="Leads" sentence="Everybody who asked, what became of it, and why.">
      <Table
        label="Leads"
        columns={leadColumns}
        rows={rows}
        rowId={idOf}
        problem={list.error}
        onRetry={() => void list.refetch()}
        onOpen={(lead) => place.open(lead.id)}
        openId={search.open}
        onExport={(ids) => exportRows(rows ?? [], ids)}
        toolbar={<LeadFilters />}
        empty={<NoLeads search={search} onClear={() => place.change(cleared)} />}
        footer={
          <>
            <FreshPill count={page === 1 ? steady.fresh : 0} onShow={steady.showFresh} />
            {list.data && (
              <Pagination
                page={page}
                limit={LEADS}
                total={list.data.pagination.total}
                totalIsEstimate={list.data.pagination.totalIsEstimate}
                more={list.data.pagination.nextCursor !== null}
                onPage={keyset.onPage}
              />
            )}
          </>
        }
      />
      <LeadSheet
        id={search.open}
        onClose={place.close}
        {...neighbours(rows, idOf, search.open, place.open)}
      />
    </Page>
  );
}

const cleared = Object.fromEntries(
  ['q', 'state', 'niche_id', 'campaign_id', 'source_id', 'test', 'parked', 'from', 'to', 'after'].map(
    (name) => [name, undefined],
  ),
);

/** The rows and columns that are shown, as they are shown. */
function exportRows(rows: readonly LeadListItem[], columnIds: readonly string[]): void {
  const columns = leadColumns.filter(({ id }) => columnIds.includes(id));
  saveCsv('leads', [
    columns.map(({ header }) => header),
    ...rows.map((row) => columns.map(({ text }) => text(row))),
  ]);
  toast({
    title: `${counted(rows.length, 'lead')} saved as CSV`,
    text: 'The rows and columns of this page.',
  });
}

interface NoLeadsProps {
  search: Parameters<typeof isFiltered>[0];
  onClear: () => void;
}

function NoLeads({ search, onClear }: NoLeadsProps) {
  if (!isFiltered(search)) {
    return (
      <Empty icon={Inbox} title="No leads yet">
        A lead appears here as soon as a form or a source sends one.
      </Empty>
    );
  }
  return (
    <Empty icon={Inbox} title="No lead matches" action={<Button onClick={onClear}>Clear all filters</Button>}>
      {search.q
        ? 'The search finds a whole e-mail address, a phone number with its country code, or an id.'
        : 'Take a filter away, or choose other days.'}
    </Empty>
  );
}
