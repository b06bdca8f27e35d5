import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Layers, Plus } from 'lucide-react';
import type { NicheView } from '../../../../src/market/catalog/schema.ts';
import { api } from '../../client.ts';
import { Page } from '../../frame/page.tsx';
import { filtersOf, oneEach, useListPlace } from '../../list.ts';
import { useRights } from '../../rights.ts';
import { Status } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { Pagination } from '../../ui/pagination.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { labelOf, presets } from './words.ts';

const NICHES = 50;

export const nicheState = (niche: Pick<NicheView, 'active' | 'archived_at'>): string =>
  niche.archived_at ? 'archived' : niche.active ? 'active' : 'inactive';

export function NichesPage() {
  const { operate } = useRights();
  const navigate = useNavigate();
  const { search, page, change, turn } = useListPlace();
  const asked = { ...oneEach(filtersOf(search, ['archived']), ['archived']), search: search.q, page };
  const list = useQuery({
    queryKey: ['niches', asked],
    queryFn: ({ signal }) => api.page<NicheView>('/admin/niches', { limit: NICHES, ...asked }, { signal }),
  });
  const add = operate && (
    <Link to="/admin/niches/new" className={buttonClass({ look: 'primary' })}>
      <Plus aria-hidden />
      Add niche
    </Link>
  );
  return (
    <Page
      fill
      title="Niches & levels"
      sentence="What is sold: each niche has a form, competition levels with prices, and campaigns."
      action={add}
    >
      <Table
        label="Niches"
        columns={columns}
        rows={list.data?.data}
        rowId={(row) => row.id}
        problem={list.error}
        onRetry={() => void list.refetch()}
        onOpen={(row) => void navigate({ to: '/admin/niches/$nicheId', params: { nicheId: row.id } })}
        toolbar={
          <FilterBar
            fields={[
              { key: 'archived', label: 'Show', choices: [{ value: 'true', label: 'Archived ones' }] },
            ]}
            value={filtersOf(search, ['archived'])}
            onChange={(filters) => change(oneEach(filters, ['archived']))}
            search={search.q ?? ''}
            onSearch={(q) => change({ q: q || undefined })}
            searchHint="Name of a niche"
          />
        }
        empty={
          search.q || search.archived ? (
            <Empty icon={Layers} title="No niche matches">
              Search for a part of its name, or take the filter away.
            </Empty>
          ) : (
            <Empty icon={Layers} title="No niches yet" action={add}>
              A niche is one kind of request, such as solar roofs. It brings its own form.
            </Empty>
          )
        }
        footer={
          list.data && (
            <Pagination page={page} limit={NICHES} total={list.data.pagination.total} onPage={turn} />
          )
        }
      />
    </Page>
  );
}

const columns: readonly Column<NicheView>[] = [
  { id: 'name', header: 'Niche', grow: true, cell: (row) => row.name },
  { id: 'state', header: 'State', cell: (row) => <Status kind="niche" state={nicheState(row)} /> },
  { id: 'preset', header: 'Begun as', cell: (row) => labelOf(presets, row.preset) },
  { id: 'currency', header: 'Currency', cell: (row) => row.currency },
  {
    id: 'slug',
    header: 'Address',
    cell: (row) => <code className="font-mono text-muted text-xs">/{row.slug}</code>,
  },
  { id: 'group', header: 'Group', hidden: true, cell: (row) => row.niche_group },
  { id: 'updated', header: 'Changed', align: 'right', cell: (row) => <Time at={row.updated_at} quiet /> },
];
