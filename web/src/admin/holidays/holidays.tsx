import { useQuery } from '@tanstack/react-query';
import { CalendarDays, Plus } from 'lucide-react';
import { useState } from 'react';
import type { CalendarHead, CalendarView } from '../../../../src/market/holidays/schema.ts';
import { sentenceOf, useAct } from '../../act.ts';
import { api } from '../../client.ts';
import { Page } from '../../frame/page.tsx';
import { neighbours, useListPlace } from '../../list.ts';
import { calendarsQuery } from '../../market/holiday-fields.tsx';
import { countryChoices, countryName } from '../../market/places.ts';
import { useRights } from '../../rights.ts';
import { Button } from '../../ui/button.tsx';
import { Combobox } from '../../ui/combobox.tsx';
import { Dialog, DialogClose } from '../../ui/dialog.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Field } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { CalendarSheet } from './calendar-sheet.tsx';

/** The public holidays of each country, on which subscriptions can be closed. */
export function HolidaysPage() {
  const { operate } = useRights();
  const place = useListPlace();
  const { open } = place.search;
  const list = useQuery(calendarsQuery);
  const [adding, setAdding] = useState(false);
  const rows = list.data?.toSorted((a, b) => countryName(a.country).localeCompare(countryName(b.country)));
  const add = operate && (
    <Button look="primary" onClick={() => setAdding(true)}>
      <Plus aria-hidden />
      Add country
    </Button>
  );
  return (
    <Page
      fill
      title="Holidays"
      sentence="Public holidays by country. Subscriptions can be closed on them; a change holds from the next lead on."
      action={add}
    >
      <Table
        label="Holidays"
        columns={columns}
        rows={rows}
        rowId={(row) => row.country}
        problem={list.error}
        onRetry={() => void list.refetch()}
        onOpen={(row) => place.open(row.country)}
        openId={open}
        empty={
          <Empty icon={CalendarDays} title="No calendar yet" action={add}>
            Add a country, then its days.
          </Empty>
        }
      />
      <CalendarSheet
        country={rows?.some(({ country }) => country === open) ? open : undefined}
        mayEdit={operate}
        onClose={place.close}
        {...neighbours(rows, (row) => row.country, open, place.open)}
      />
      <AddCountry known={rows ?? []} open={adding} onOpenChange={setAdding} onAdded={place.open} />
    </Page>
  );
}

const columns: readonly Column<CalendarHead>[] = [
  { id: 'country', header: 'Country', grow: true, cell: (row) => countryName(row.country) },
  { id: 'days', header: 'Days', align: 'right', cell: (row) => row.days_count.toLocaleString() },
  {
    id: 'regions',
    header: 'Regions',
    align: 'right',
    cell: (row) =>
      row.regions.length === 0 ? <span className="text-faint">–</span> : row.regions.length.toLocaleString(),
  },
  { id: 'changed', header: 'Changed', align: 'right', cell: (row) => <Time at={row.updated_at} quiet /> },
];

interface AddCountryProps {
  known: readonly CalendarHead[];
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onAdded: (country: string) => void;
}

function AddCountry({ known, open, onOpenChange, onAdded }: AddCountryProps) {
  const [country, setCountry] = useState<string | null>(null);
  const add = useAct(() => api.put<CalendarView>(`/admin/holidays/${country}`, { days: [] }), {
    renew: ['holidays'],
    onDone: (made) => {
      onOpenChange(false);
      setCountry(null);
      onAdded(made.country);
    },
  });
  const taken = new Set(known.map((one) => one.country));
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Add a country"
      description="It begins without days. Write them down, or take them from a file."
      actions={
        <>
          <DialogClose render={<Button>Go back</Button>} />
          <Button
            look="primary"
            disabled={country === null}
            busy={add.isPending}
            onClick={() => add.mutate()}
          >
            Add country
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {add.error && <Notice tone="bad" title={sentenceOf(add.error)} />}
        <Field label="Country" native={false}>
          <Combobox
            choices={countryChoices().filter(({ value }) => !taken.has(value))}
            value={country}
            onChange={setCountry}
          />
        </Field>
      </div>
    </Dialog>
  );
}
