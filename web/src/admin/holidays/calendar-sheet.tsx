import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, Upload, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { CalendarView } from '../../../../src/market/holidays/schema.ts';
import { isStale, sentenceOf, useAct } from '../../act.ts';
import { api, Refusal } from '../../client.ts';
import { LeaveGuard } from '../../frame/leave-guard.tsx';
import { countryName } from '../../market/places.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/checkbox.tsx';
import { Input } from '../../ui/input.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { ruleWords } from './rule-words.ts';

type Day = { name: string; rule: string; observed: boolean; regions: string };
const DAYS_MAX = 200;
const TOPICS = ['holidays'];
const keyOf = (country: string | undefined) => ['holidays', country, 'rules'];
/** What was saved is shown at once: whoever goes on goes on from it. */
const show = (queries: QueryClient, saved: CalendarView): void => {
  queries.setQueryData(keyOf(saved.country), saved);
};

const draftOf = (calendar: CalendarView): Day[] =>
  calendar.days.map(({ regions, ...day }) => ({ ...day, regions: regions.join(' ') }));
const codesOf = (text: string): string[] =>
  text
    .toUpperCase()
    .split(/[\s,;]+/)
    .filter((code) => code !== '');

interface CalendarSheetProps {
  country: string | undefined;
  mayEdit: boolean;
  onClose: () => void;
  onPrevious?: () => void;
  onNext?: () => void;
}

/** The days of one country, to read, change and exchange as a file. */
export function CalendarSheet({ country, mayEdit, onClose, ...walk }: CalendarSheetProps) {
  const { data, error, refetch } = useQuery({
    queryKey: keyOf(country),
    enabled: country !== undefined,
    queryFn: ({ signal }) => api.get<CalendarView>(`/admin/holidays/${country}`, {}, { signal }),
  });
  const calendar = data?.country === country ? data : undefined;
  return (
    <Sheet
      open={country !== undefined}
      onClose={onClose}
      title={country ? countryName(country) : 'Holidays'}
      {...walk}
    >
      {error && <ProblemNotice problem={error} onRetry={() => void refetch()} />}
      {!calendar && !error && <SkeletonLines lines={10} />}
      {calendar && (
        <Days key={`${calendar.country} ${calendar.version}`} calendar={calendar} mayEdit={mayEdit} />
      )}
    </Sheet>
  );
}

function Days({ calendar, mayEdit }: { calendar: CalendarView; mayEdit: boolean }) {
  const [days, setDays] = useState(() => draftOf(calendar));
  const last = useRef<HTMLInputElement>(null);
  const [added, setAdded] = useState(0);
  const { country, version } = calendar;
  const queries = useQueryClient();
  const save = useAct(
    () =>
      api.put<CalendarView>(
        `/admin/holidays/${country}`,
        { days: days.map((day) => ({ ...day, regions: codesOf(day.regions) })) },
        { version },
      ),
    { done: 'Calendar saved', renew: TOPICS, onDone: (saved) => show(queries, saved) },
  );
  useEffect(() => {
    if (added > 0) last.current?.focus();
  }, [added]);
  const set = (at: number, change: Partial<Day>) =>
    setDays(days.map((day, index) => (index === at ? { ...day, ...change } : day)));
  const changed = JSON.stringify(days) !== JSON.stringify(draftOf(calendar));
  const wrong = days.some(({ name, rule }) => name.trim() === '' || ruleWords(rule) === null);
  return (
    <div className="flex flex-col gap-4">
      <LeaveGuard changed={changed} />
      <Help calendar={calendar} />
      {save.error && <Refused error={save.error} />}
      {days.length === 0 && <p className="text-muted text-sm">No days yet.</p>}
      <ul aria-label="Days" className="flex flex-col divide-y rounded-control border">
        {days.map((day, at) => (
          <DayRow
            // biome-ignore lint/suspicious/noArrayIndexKey: a day has no other identity than its place
            key={at}
            day={day}
            number={at + 1}
            mayEdit={mayEdit}
            inputRef={at === days.length - 1 ? last : undefined}
            onChange={(change) => set(at, change)}
            onRemove={() => setDays(days.filter((_, index) => index !== at))}
          />
        ))}
      </ul>
      {mayEdit && (
        <div className="flex flex-wrap items-center gap-2">
          {days.length < DAYS_MAX && (
            <Button
              size="sm"
              onClick={() => {
                setDays([...days, { name: '', rule: '', observed: false, regions: '' }]);
                setAdded(added + 1);
              }}
            >
              <Plus aria-hidden />
              Add day
            </Button>
          )}
          <CsvFile country={country} version={version} />
          <Button
            look="primary"
            className="ml-auto"
            busy={save.isPending}
            disabled={!changed || wrong}
            onClick={() => save.mutate()}
          >
            Save calendar
          </Button>
        </div>
      )}
    </div>
  );
}

function Help({ calendar: { country, regions } }: { calendar: CalendarView }) {
  return (
    <div className="flex flex-col gap-1 text-muted text-sm">
      <p>
        A rule is <code>12-25</code> for every year, <code>easter+39</code> for days after Easter Sunday,{' '}
        <code>monday from 09-01</code> for the first Monday from a date on, or <code>2027-05-03</code> for one
        time.
      </p>
      {regions.length > 0 && (
        <p>
          Regions: {regions.map(({ code, name }) => (name === code ? code : `${code} ${name}`)).join(', ')}.
        </p>
      )}
      <p>
        <a className="text-link underline" href={`/api/v1/admin/holidays/${country}/days.csv`} download>
          Download as CSV
        </a>
      </p>
    </div>
  );
}

const Refused = ({ error }: { error: unknown }) => (
  <Notice
    tone="bad"
    title={
      isStale(error)
        ? 'Somebody changed this calendar meanwhile. Close it, look at it again, then repeat your change.'
        : sentenceOf(error)
    }
  />
);

interface DayRowProps {
  day: Day;
  number: number;
  mayEdit: boolean;
  inputRef: React.Ref<HTMLInputElement> | undefined;
  onChange: (change: Partial<Day>) => void;
  onRemove: () => void;
}

function DayRow({ day, number, mayEdit, inputRef, onChange, onRemove }: DayRowProps) {
  const words = ruleWords(day.rule);
  if (!mayEdit) {
    return (
      <li className="px-3 py-2 text-sm">
        <span className="font-medium">{day.name}</span>
        <span className="block text-muted">
          {[words, day.observed && 'or the next working day', day.regions].filter(Boolean).join(' · ')}
        </span>
      </li>
    );
  }
  const label = `Day ${number}`;
  return (
    <li className="flex items-start gap-2 px-3 py-2">
      <div className="grid min-w-0 flex-1 gap-1.5 sm:grid-cols-2">
        <Input
          ref={inputRef}
          aria-label={`${label}, name`}
          placeholder="Christmas Day"
          value={day.name}
          onChange={(event) => onChange({ name: event.target.value })}
        />
        <Input
          aria-label={`${label}, rule`}
          placeholder="12-25"
          aria-invalid={day.rule !== '' && words === null}
          value={day.rule}
          onChange={(event) => onChange({ rule: event.target.value.trim().toLowerCase() })}
        />
        <Input
          aria-label={`${label}, regions`}
          placeholder="The whole country"
          value={day.regions}
          onChange={(event) => onChange({ regions: event.target.value })}
        />
        <span className="self-center text-muted text-sm">{words ?? 'This is no rule.'}</span>
        <div className="sm:col-span-2">
          <Checkbox
            label="On a weekend: the next working day too"
            checked={day.observed}
            onCheckedChange={(observed) => onChange({ observed })}
          />
        </div>
      </div>
      <IconButton label={`Remove day ${number}`} size="sm" onClick={onRemove}>
        <X aria-hidden />
      </IconButton>
    </li>
  );
}

const LINES_SHOWN = 5;
const linesOf = (error: unknown): string[] =>
  error instanceof Refusal && error.details.length > 0 && !isStale(error)
    ? error.details.slice(0, LINES_SHOWN).map(({ field, message }) => `${field}: ${message}`)
    : [sentenceOf(error)];

/** Replaces the whole calendar by a file. */
function CsvFile({ country, version }: { country: string; version: number }) {
  const file = useRef<HTMLInputElement>(null);
  const queries = useQueryClient();
  const upload = useAct(
    async (chosen: File) =>
      api.putCsv<CalendarView>(`/admin/holidays/${country}/days.csv`, await chosen.text(), { version }),
    {
      renew: TOPICS,
      onDone: (saved) => show(queries, saved),
      done: ({ days_count }) => `Calendar replaced: ${days_count} days`,
    },
  );
  return (
    <>
      {upload.error && (
        <div className="order-first basis-full">
          <Notice tone="bad" title="The file was not taken">
            <ul>
              {linesOf(upload.error).map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </Notice>
        </div>
      )}
      <input
        ref={file}
        type="file"
        accept=".csv,text/csv,text/plain"
        className="sr-only"
        tabIndex={-1}
        aria-label="Calendar, CSV file"
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          if (chosen) upload.mutate(chosen);
          event.target.value = '';
        }}
      />
      <Button size="sm" busy={upload.isPending} onClick={() => file.current?.click()}>
        <Upload aria-hidden />
        CSV file
      </Button>
    </>
  );
}
