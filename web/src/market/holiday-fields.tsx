import { queryOptions, useQuery } from '@tanstack/react-query';
import type { CalendarHead, ComingView } from '../../../src/market/holidays/schema.ts';
import { api } from '../client.ts';
import { Combobox } from '../ui/combobox.tsx';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { SkeletonLines } from '../ui/skeleton.tsx';
import { countryName } from './places.ts';
import type { Terms } from './terms.ts';
import { dateWords } from './words.ts';

type Choice = Terms['holidays'];

/** The countries whose holidays are known, with their regions. */
export const calendarsQuery = queryOptions({
  queryKey: ['holidays'],
  queryFn: ({ signal }) => api.get<CalendarHead[]>('/holidays', {}, { signal }),
  staleTime: 300_000,
});

const NEXT = 6;
const NONE = 'none';

interface HolidayFieldsProps {
  holidays: Choice;
  fault: string | undefined;
  onChange: (holidays: Choice) => void;
}

/** On whose public holidays no leads are taken, and which of them come next. */
export function HolidayFields({ holidays, fault, onChange }: HolidayFieldsProps) {
  const calendars = useQuery(calendarsQuery).data;
  const regions = calendars?.find(({ country }) => country === holidays?.country)?.regions ?? [];
  return (
    <div className="flex flex-col gap-2">
      <div className="grid gap-3 sm:grid-cols-2">
        <Field
          label="Closed on public holidays"
          native={false}
          error={fault}
          help={holidays ? undefined : 'Leads are taken on holidays too.'}
        >
          <Select
            disabled={!calendars}
            value={holidays?.country ?? NONE}
            choices={[
              { value: NONE, label: 'No' },
              ...(calendars ?? []).map(({ country }) => ({ value: country, label: countryName(country) })),
            ]}
            onChange={(country) => onChange(country === NONE ? null : { country, region: null })}
          />
        </Field>
        {holidays && regions.length > 0 && (
          <Field label="Region" native={false} optional>
            <Combobox
              placeholder="The whole country"
              choices={regions.map(({ code, name }) => ({ value: code, label: name }))}
              value={holidays.region}
              onChange={(region) => onChange({ ...holidays, region })}
            />
          </Field>
        )}
      </div>
      {holidays && <NextHolidays holidays={holidays} />}
    </div>
  );
}

/** The next days on which a choice is closed. */
export function NextHolidays({ holidays: { country, region } }: { holidays: NonNullable<Choice> }) {
  const { data } = useQuery({
    queryKey: ['holidays', country, region],
    queryFn: ({ signal }) =>
      api.get<ComingView>(
        `/holidays/${country}`,
        { limit: NEXT, ...(region === null ? {} : { region }) },
        { signal },
      ),
  });
  if (!data) return <SkeletonLines lines={2} />;
  if (data.holidays.length === 0) return <p className="text-muted text-sm">No holiday is written down.</p>;
  return (
    <div className="text-sm">
      <p className="text-muted">Closed next, from 00:00 to 24:00:</p>
      <ul aria-label="Next holidays" className="grid grid-cols-[auto_1fr] gap-x-3">
        {data.holidays.map(({ date, name }) => (
          <li key={date} className="col-span-2 grid grid-cols-subgrid">
            <span className="tabular-nums">{dateWords(date)}</span>
            <span className="min-w-0 text-muted">{name}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
