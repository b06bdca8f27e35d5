import { useInfiniteQuery } from '@tanstack/react-query';
import { ScrollText } from 'lucide-react';
import type { AuditRowView } from '../../../../src/journal/audit/schema.ts';
import { api } from '../../client.ts';
import { Page } from '../../frame/page.tsx';
import { filtersOf, neighbours, oneEach, useListPlace } from '../../list.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Facts } from '../../ui/card.tsx';
import { Empty } from '../../ui/empty.tsx';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { Id } from '../../ui/id.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { differences } from './difference.ts';

const ENTRIES = 50;
const FILTERS = ['entity_type', 'actor_role', 'period', 'entity_id', 'actor_id'];

const entities: Record<string, string> = {
  lead: 'Lead',
  provider: 'Provider',
  subscription: 'Subscription',
  endpoint: 'Endpoint',
  delivery: 'Delivery',
  wallet: 'Wallet',
  niche: 'Niche',
  level: 'Level',
  campaign: 'Campaign',
  source: 'Source',
  user: 'User',
  session: 'Session',
  api_key: 'API key',
};
const roles: Record<string, string> = {
  admin: 'Admin',
  operator: 'Operator',
  finance: 'Finance',
  auditor: 'Auditor',
  provider: 'Provider',
  submitter: 'Submitter',
  source: 'Source',
  system: 'The program',
};
const periods: Record<string, { label: string; hours: number }> = {
  day: { label: 'Last 24 hours', hours: 24 },
  week: { label: 'Last 7 days', hours: 168 },
  month: { label: 'Last 30 days', hours: 720 },
};

const choicesOf = (words: Record<string, string>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }));

/** The beginning of a period, to the full minute, so that the same question is asked once. */
function beginOf(period: string | undefined): string | undefined {
  const hours = period === undefined ? undefined : periods[period]?.hours;
  if (hours === undefined) return undefined;
  return new Date(Math.floor(Date.now() / 60_000) * 60_000 - hours * 3_600_000).toISOString();
}

export function AuditPage() {
  const place = useListPlace();
  const { search } = place;
  const { period, ...asked } = oneEach(filtersOf(search, FILTERS), FILTERS);
  const filters = { ...asked, action: search.q };
  const list = useInfiniteQuery({
    queryKey: ['audit', filters, period],
    queryFn: ({ pageParam, signal }) =>
      api.page<AuditRowView>(
        '/admin/audit',
        { ...filters, from: beginOf(period), limit: ENTRIES, cursor: pageParam },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.pagination.nextCursor,
  });
  const rows = list.data?.pages.flatMap((page) => page.data);
  const filtered = Object.values({ ...filters, period }).some(Boolean);
  const linked = ['entity_id', 'actor_id'].filter((key) => search[key] !== undefined);
  return (
    <Page fill title="Audit" sentence="Who did what, and when. Entries are sealed and cannot be changed.">
      <Table
        label="Audit"
        columns={columns}
        rows={rows}
        rowId={(row) => row.id}
        problem={list.error}
        onRetry={() => void list.refetch()}
        onOpen={(row) => place.open(row.id)}
        openId={search.open}
        toolbar={
          <FilterBar
            fields={[
              { key: 'entity_type', label: 'About', choices: choicesOf(entities) },
              { key: 'actor_role', label: 'By', choices: choicesOf(roles) },
              {
                key: 'period',
                label: 'When',
                choices: Object.entries(periods).map(([value, { label }]) => ({ value, label })),
              },
              ...linked.map((key) => ({
                key,
                label: key === 'entity_id' ? 'Only this one' : 'Only by',
                choices: [],
              })),
            ]}
            value={filtersOf(search, FILTERS)}
            onChange={(next) => place.change(oneEach(next, FILTERS))}
            search={search.q ?? ''}
            onSearch={(q) => place.change({ q: q || undefined })}
            searchHint="Act, such as provider.paused"
          />
        }
        empty={
          <Empty icon={ScrollText} title={filtered ? 'No entry matches' : 'Nothing was done yet'}>
            {filtered
              ? 'Take a filter away to see more.'
              : 'Each act of people and of the program is written here.'}
          </Empty>
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
      <EntrySheet
        entry={rows?.find((row) => row.id === search.open)}
        onClose={place.close}
        onOnly={(patch) => place.change({ ...patch, open: undefined })}
        {...neighbours(rows, (row) => row.id, search.open, place.open)}
      />
    </Page>
  );
}

const actorWords = (row: AuditRowView): string => roles[row.actor_role] ?? row.actor_role;

const columns: readonly Column<AuditRowView>[] = [
  { id: 'what', header: 'What', grow: true, cell: (row) => row.description || row.action },
  {
    id: 'action',
    header: 'Act',
    cell: (row) => <code className="font-mono text-muted text-xs">{row.action}</code>,
  },
  { id: 'about', header: 'About', cell: (row) => entities[row.entity_type] ?? row.entity_type },
  { id: 'by', header: 'By', cell: actorWords },
  { id: 'ip', header: 'IP address', hidden: true, cell: (row) => row.ip },
  { id: 'at', header: 'When', align: 'right', cell: (row) => <Time at={row.created_at} quiet /> },
];

interface EntrySheetProps {
  entry: AuditRowView | undefined;
  onClose: () => void;
  onOnly: (patch: Record<string, string>) => void;
  onPrevious?: () => void;
  onNext?: () => void;
}

function EntrySheet({ entry, onClose, onOnly, ...walk }: EntrySheetProps) {
  return (
    <Sheet
      open={entry !== undefined}
      onClose={onClose}
      title={entry?.action ?? 'Entry'}
      aside={entry && <Badge>{actorWords(entry)}</Badge>}
      {...walk}
      actions={
        entry?.entity_id && (
          <Button onClick={() => onOnly({ entity_id: entry.entity_id! })}>
            Show everything about this {(entities[entry.entity_type] ?? entry.entity_type).toLowerCase()}
          </Button>
        )
      }
    >
      {entry && (
        <div className="flex flex-col gap-5">
          <p className="text-base">{entry.description}</p>
          {entry.admin_only_memo && (
            <Notice tone="warn" title="Note for admins">
              {entry.admin_only_memo}
            </Notice>
          )}
          <Facts
            facts={[
              ['When', <Time key="at" at={entry.created_at} />],
              [
                'By',
                <span key="by" className="flex items-center gap-2">
                  {actorWords(entry)}
                  {entry.actor_id && <Id value={entry.actor_id} what="id of who did it" />}
                </span>,
              ],
              [
                'About',
                <span key="about" className="flex items-center gap-2">
                  {entities[entry.entity_type] ?? entry.entity_type}
                  {entry.entity_id && <Id value={entry.entity_id} />}
                </span>,
              ],
              ...(entry.ip ? ([['IP address', entry.ip]] as const) : []),
              ...(entry.user_agent ? ([['Browser', entry.user_agent]] as const) : []),
              ...(entry.request_id
                ? ([['Request', <Id key="request" value={entry.request_id} what="request id" />]] as const)
                : []),
            ]}
          />
          <Changes entry={entry} />
        </div>
      )}
    </Sheet>
  );
}

/** "maxAgeMs" and "max_age_ms" are both "max age ms". */
const fieldWords = (field: string): string =>
  field
    .replaceAll('_', ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();

function Changes({ entry }: { entry: AuditRowView }) {
  const changed = differences(entry.before_state, entry.after_state);
  const more = differences(null, entry.metadata);
  return (
    <>
      {changed.length > 0 && (
        <section className="border-t pt-4">
          <h3 className="mb-2 font-medium text-base">What changed</h3>
          <table className="w-full table-fixed text-sm">
            <thead>
              <tr className="text-left text-muted text-xs">
                <th className="w-1/4 py-1 font-normal">Field</th>
                <th className="py-1 font-normal">Before</th>
                <th className="py-1 font-normal">After</th>
              </tr>
            </thead>
            <tbody>
              {changed.map(({ field, before, after }) => (
                <tr key={field} className="border-t align-top">
                  <td className="wrap-anywhere py-1.5 pr-3">{fieldWords(field)}</td>
                  <td className="wrap-anywhere py-1.5 pr-3">
                    {before === undefined ? (
                      <span className="text-faint">none</span>
                    ) : (
                      <del className="rounded-sm bg-bad-soft px-1 text-bad no-underline">{before}</del>
                    )}
                  </td>
                  <td className="wrap-anywhere py-1.5">
                    {after === undefined ? (
                      <span className="text-faint">none</span>
                    ) : (
                      <ins className="rounded-sm bg-good-soft px-1 text-good no-underline">{after}</ins>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {more.length > 0 && (
        <section className="border-t pt-4">
          <h3 className="mb-2 font-medium text-base">Details</h3>
          <Facts facts={more.map(({ field, after }) => [fieldWords(field), after ?? ''] as const)} />
        </section>
      )}
    </>
  );
}
