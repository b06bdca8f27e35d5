import { useQuery } from '@tanstack/react-query';
import { Pause, Play, Plug, Plus } from 'lucide-react';
import { useState } from 'react';
import type { SourceView } from '../../../../src/market/sources/schema.ts';
import { useAct } from '../../act.ts';
import { api } from '../../client.ts';
import { Page } from '../../frame/page.tsx';
import { filtersOf, neighbours, oneEach, useListPlace } from '../../list.ts';
import { campaignsQuery, nichesQuery } from '../../market/queries.ts';
import { useRights } from '../../rights.ts';
import { AlertDialog } from '../../ui/alert-dialog.tsx';
import { Badge, Status } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Facts } from '../../ui/card.tsx';
import { Dialog, DialogClose } from '../../ui/dialog.tsx';
import { Empty } from '../../ui/empty.tsx';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { Id } from '../../ui/id.tsx';
import { Pagination } from '../../ui/pagination.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { StopButton } from '../stops/stop-button.tsx';
import { AddSource } from './add-source.tsx';
import { sourceTypes } from './queries.ts';
import { TokenOnce } from './token-once.tsx';

const SOURCES = 50;
const FILTERS = ['niche_id'];

export function SourcesPage() {
  const { operate } = useRights();
  const place = useListPlace();
  const { search, page } = place;
  const [adding, setAdding] = useState(false);
  const niches = useQuery(nichesQuery);
  const asked = { ...oneEach(filtersOf(search, FILTERS), FILTERS), page };
  const list = useQuery({
    queryKey: ['sources', asked],
    queryFn: ({ signal }) => api.page<SourceView>('/admin/sources', { limit: SOURCES, ...asked }, { signal }),
  });
  const rows = list.data?.data;
  const add = operate && (
    <Button look="primary" onClick={() => setAdding(true)}>
      <Plus aria-hidden />
      Add source
    </Button>
  );
  const open = rows?.find((row) => row.id === search.open);
  return (
    <Page
      fill
      title="Sources"
      sentence="Where leads come from. Each source sends with its own token."
      action={add}
    >
      <Table
        label="Sources"
        columns={columns(new Map(niches.data?.map(({ id, name }) => [id, name])))}
        rows={rows}
        rowId={(row) => row.id}
        problem={list.error}
        onRetry={() => void list.refetch()}
        onOpen={(row) => place.open(row.id)}
        openId={search.open}
        toolbar={
          <FilterBar
            fields={[
              {
                key: 'niche_id',
                label: 'Niche',
                choices: niches.data?.map(({ id, name }) => ({ value: id, label: name })) ?? [],
              },
            ]}
            value={filtersOf(search, FILTERS)}
            onChange={(filters) => place.change(oneEach(filters, FILTERS))}
          />
        }
        empty={
          search.niche_id ? (
            <Empty icon={Plug} title="No source of this niche">
              Take the filter away to see the others.
            </Empty>
          ) : (
            <Empty icon={Plug} title="No sources yet" action={add}>
              A source is a web page, an affiliate or a program that sends leads.
            </Empty>
          )
        }
        footer={
          list.data && (
            <Pagination page={page} limit={SOURCES} total={list.data.pagination.total} onPage={place.turn} />
          )
        }
      />
      <SourceSheet
        source={open}
        niche={niches.data?.find(({ id }) => id === open?.niche_id)?.name}
        mayEdit={operate}
        onClose={place.close}
        {...neighbours(rows, (row) => row.id, search.open, place.open)}
      />
      <AddSource open={adding} onOpenChange={setAdding} />
    </Page>
  );
}

const sourceState = (source: SourceView): string => (source.active ? 'active' : 'paused');

const columns = (niches: ReadonlyMap<string, string>): readonly Column<SourceView>[] => [
  { id: 'name', header: 'Source', grow: true, cell: (row) => row.name },
  { id: 'state', header: 'State', cell: (row) => <Status kind="source" state={sourceState(row)} /> },
  { id: 'type', header: 'Kind', cell: (row) => sourceTypes[row.type] },
  { id: 'niche', header: 'Niche', cell: (row) => niches.get(row.niche_id) ?? '' },
  {
    id: 'attested',
    header: 'Consent',
    cell: (row) =>
      row.attested ? (
        <Badge tone="info">Vouches for it</Badge>
      ) : (
        <span className="text-muted">Confirmed by us</span>
      ),
  },
  {
    id: 'token',
    header: 'Token',
    hidden: true,
    cell: (row) => <code className="font-mono text-muted text-xs">{row.token_prefix}…</code>,
  },
  { id: 'since', header: 'Since', align: 'right', cell: (row) => <Time at={row.created_at} quiet /> },
];

interface SourceSheetProps {
  source: SourceView | undefined;
  niche: string | undefined;
  mayEdit: boolean;
  onClose: () => void;
  onPrevious?: () => void;
  onNext?: () => void;
}

function SourceSheet({ source, niche, mayEdit, onClose, ...walk }: SourceSheetProps) {
  const [rotating, setRotating] = useState(false);
  const campaigns = useQuery({ ...campaignsQuery(source?.niche_id), enabled: source !== undefined });
  const path = `/admin/sources/${source?.id}`;
  const turn = useAct((verb: 'pause' | 'resume') => api.post<SourceView>(`${path}/${verb}`), {
    problem: 'Not changed',
    done: ({ active }) => (active ? 'Source takes leads again' : 'Source paused'),
    renew: ['sources'],
  });
  const rotate = useAct(() => api.post<{ token: string }>(`${path}/rotate`), {
    problem: 'No new token was made',
    renew: ['sources'],
    onDone: () => setRotating(false),
  });
  return (
    <Sheet
      open={source !== undefined}
      onClose={onClose}
      title={source?.name ?? 'Source'}
      aside={source && <Status kind="source" state={sourceState(source)} />}
      {...walk}
      actions={
        source &&
        mayEdit && (
          <>
            <Button onClick={() => setRotating(true)}>Make a new token</Button>
            <StopButton scope="source" scopeId={source.id} name={source.name} />
            <Button busy={turn.isPending} onClick={() => turn.mutate(source.active ? 'pause' : 'resume')}>
              {source.active ? <Pause aria-hidden /> : <Play aria-hidden />}
              {source.active ? 'Pause' : 'Resume'}
            </Button>
          </>
        )
      }
    >
      {source && (
        <Facts
          facts={[
            ['Kind', sourceTypes[source.type]],
            ['Niche', niche ?? ''],
            ['Campaign', campaigns.data?.find(({ id }) => id === source.campaign_id)?.name ?? ''],
            [
              'Token',
              <code key="token" className="font-mono text-xs">
                {source.token_prefix}…
              </code>,
            ],
            ['Consent', source.attested ? 'The source vouches for it' : 'Confirmed as the campaign says'],
            [
              'At most',
              source.rate_per_minute === null
                ? 'As many as the installation allows'
                : `${source.rate_per_minute.toLocaleString()} leads a minute`,
            ],
            ['Since', <Time key="since" at={source.created_at} />],
            ['Id', <Id key="id" value={source.id} what="source id" />],
          ]}
        />
      )}
      <AlertDialog
        open={rotating}
        onOpenChange={setRotating}
        title={`Make a new token for ${source?.name}?`}
        description="The present token ends at once: the source cannot send leads until it uses the new one."
        verb="Make a new token"
        keep="Keep the present one"
        busy={rotate.isPending}
        onConfirm={() => rotate.mutate()}
      />
      <Dialog
        wide
        open={rotate.data !== undefined}
        onOpenChange={(open) => !open && rotate.reset()}
        title="New token"
        actions={<DialogClose render={<Button look="primary">I have copied it</Button>} />}
      >
        {rotate.data && source && <TokenOnce token={rotate.data.token} nicheId={source.niche_id} />}
      </Dialog>
    </Sheet>
  );
}
