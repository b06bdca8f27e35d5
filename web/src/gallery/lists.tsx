import { Inbox } from 'lucide-react';
import { useState } from 'react';
import { Status } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Facts } from '../ui/card.tsx';
import { Empty } from '../ui/empty.tsx';
import { FilterBar } from '../ui/filter-bar.tsx';
import { Id } from '../ui/id.tsx';
import { Money } from '../ui/money.tsx';
import { Pagination } from '../ui/pagination.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { Sortable } from '../ui/sortable.tsx';
import { states } from '../ui/states.ts';
import { type Column, Table } from '../ui/table.tsx';
import { BulkBar, type Sort } from '../ui/table-parts.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';
import { Section } from './gallery.tsx';

interface Lead {
  id: string;
  name: string;
  niche: string;
  state: string;
  providers: number;
  revenue: string;
  at: string;
}

const names = [
  'Anna Lindqvist',
  'Jean-Baptiste de la Rochefoucauld-Montmorency',
  'Bo Li',
  'María del Carmen Ortega',
  'Ole Nordmann',
];
const leadStates = Object.keys(states.lead);
const leads: Lead[] = Array.from({ length: 24 }, (_, n) => ({
  id: `019a9f0c-3c1e-7d5a-9b1d-${(4096 + n * 917).toString(16).padStart(12, '0')}`,
  name: names[n % names.length]!,
  niche: ['Heat pumps', 'Solar roofs', 'Movers'][n % 3]!,
  state: leadStates[(n * 5) % leadStates.length]!,
  providers: n % 4,
  revenue: `${(n % 4) * 32}.00`,
  at: new Date(Date.now() - n * n * 400_000).toISOString(),
}));

const columns: Column<Lead>[] = [
  { id: 'name', header: 'Lead', cell: (lead) => lead.name, sortable: true, grow: true },
  { id: 'state', header: 'State', cell: (lead) => <Status kind="lead" state={lead.state} /> },
  { id: 'niche', header: 'Niche', cell: (lead) => lead.niche },
  { id: 'id', header: 'Id', cell: (lead) => <Id value={lead.id} quiet />, hidden: true },
  { id: 'providers', header: 'Providers', cell: (lead) => lead.providers, align: 'right', sortable: true },
  {
    id: 'revenue',
    header: 'Revenue',
    cell: (lead) => <Money amount={lead.revenue} currency="EUR" />,
    align: 'right',
  },
  {
    id: 'at',
    header: 'Received',
    cell: (lead) => <Time at={lead.at} quiet />,
    align: 'right',
    sortable: true,
  },
];

const fields = [
  {
    key: 'state',
    label: 'State',
    choices: leadStates.map((value) => ({ value, label: value.replaceAll('_', ' ') })),
  },
  {
    key: 'niche',
    label: 'Niche',
    choices: ['Heat pumps', 'Solar roofs', 'Movers'].map((n) => ({ value: n, label: n, note: '412' })),
  },
];

export function Lists() {
  const none = (
    <Empty icon={Inbox} title="No leads yet" action={<Button look="primary">Send a test lead</Button>}>
      Leads appear here as soon as a form or a source sends one.
    </Empty>
  );
  const shared = { columns, rowId: (lead: Lead) => lead.id, empty: none };
  return (
    <Section title="Lists">
      <FullTable />
      <div className="grid gap-4 lg:grid-cols-3">
        <Table {...shared} label="Loading" columns={columns.slice(0, 2)} rows={undefined} className="h-72" />
        <Table {...shared} label="Empty" columns={columns.slice(0, 2)} rows={[]} className="h-72" />
        <Table
          {...shared}
          label="Failed"
          columns={columns.slice(0, 2)}
          rows={undefined}
          problem={{ message: 'The list could not be read. Try again in a moment.', requestId: '5b1f0c9e' }}
          onRetry={() => undefined}
          className="h-72"
        />
      </div>
      <OrderedList />
    </Section>
  );
}

function OrderedList() {
  const [order, setOrder] = useState(['Exclusive', 'Premium', 'Standard', 'Everything that is left over']);
  return (
    <Sortable
      label="An order to choose"
      items={order}
      idOf={(name) => name}
      nameOf={(name) => name}
      onOrder={setOrder}
      className="flex max-w-md flex-col divide-y rounded-control border"
      rowClass="flex items-center gap-2 bg-surface-1 px-2 py-1.5 text-sm"
    >
      {(name, at, { grip }) => (
        <>
          {grip}
          <span className="text-muted tabular-nums">{at + 1}</span>
          {name}
        </>
      )}
    </Sortable>
  );
}

function FullTable() {
  const [sort, setSort] = useState<Sort>({ by: 'at', descending: true });
  const [open, setOpen] = useState<string>();
  const [selected, setSelected] = useState<string[]>([]);
  const [filters, setFilters] = useState<Record<string, string[]>>({ state: ['unsold', 'expired'] });
  const [text, setText] = useState('');
  return (
    <>
      <Table
        label="Leads"
        columns={columns}
        rows={leads}
        rowId={(row) => row.id}
        empty={null}
        sort={sort}
        onSort={setSort}
        onOpen={(row) => setOpen(row.id)}
        openId={open}
        selected={selected}
        onSelect={setSelected}
        onExport={(ids) => toast({ title: `Exported ${ids.length} columns` })}
        className="sm:h-120"
        toolbar={
          <FilterBar
            fields={fields}
            value={filters}
            onChange={setFilters}
            search={text}
            onSearch={setText}
            searchHint="Name, e-mail, phone or id"
          />
        }
        footer={
          <>
            <BulkBar
              count={selected.length}
              thing="lead"
              things="leads"
              all={{ count: 1312, onSelect: () => undefined }}
              onClear={() => setSelected([])}
            >
              <Button size="sm">
                Approve {selected.length} {selected.length === 1 ? 'lead' : 'leads'}
              </Button>
            </BulkBar>
            <Pagination page={2} limit={24} total={1000} totalIsEstimate onPage={() => undefined} />
          </>
        }
      />
      <LeadSheet open={open} setOpen={setOpen} />
    </>
  );
}

interface LeadSheetProps {
  open: string | undefined;
  setOpen: (id: string | undefined) => void;
}

function LeadSheet({ open, setOpen }: LeadSheetProps) {
  const at = leads.findIndex((lead) => lead.id === open);
  const lead = leads[at];
  const show = (index: number) => (leads[index] ? () => setOpen(leads[index]?.id) : undefined);
  return (
    <Sheet
      open={lead !== undefined}
      onClose={() => setOpen(undefined)}
      title={lead?.name}
      aside={lead && <Status kind="lead" state={lead.state} />}
      onPrevious={show(at - 1)}
      onNext={show(at + 1)}
      actions={<Button look="primary">Approve lead</Button>}
    >
      {lead && (
        <Facts
          facts={[
            ['Id', <Id key="id" value={lead.id} what="lead id" />],
            ['Niche', lead.niche],
            ['Received', <Time key="at" at={lead.at} />],
            ['Revenue', <Money key="money" amount={lead.revenue} currency="EUR" />],
          ]}
        />
      )}
    </Sheet>
  );
}
