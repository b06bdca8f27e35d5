/** Where leads come from: a list of postcodes, or a circle around a place. */
import { Upload } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Combobox } from '../ui/combobox.tsx';
import { Input } from '../ui/input.tsx';
import { Select } from '../ui/select.tsx';
import { Textarea } from '../ui/textarea.tsx';
import { areaEntries, ENTRIES_MAX, entriesOfFile } from './areas.ts';
import { countryChoices } from './places.ts';
import type { Filter, FormField } from './words.ts';

interface ControlProps {
  field: FormField;
  filter: Filter | undefined;
  onChange: (filter: Filter | undefined) => void;
  /** Where the whole list of the saved subscription is to be had. */
  filesAt?: string | undefined;
}

type AreaFilter = Extract<Filter, { kind: 'postcodes' }>;

/** The entries that are here: all of a list that is being written, or the beginning of a saved one. */
const here = (list: AreaFilter): readonly string[] => list.entries ?? list.first ?? [];
const sizeOf = (list: AreaFilter): number => list.entries?.length ?? list.count ?? 0;

export function PostcodesControl({ field, filter, onChange, filesAt }: ControlProps) {
  const list = filter?.kind === 'postcodes' ? filter : undefined;
  const [replacing, setReplacing] = useState(false);
  const [text, setText] = useState(() => (list ? here(list).join('\n') : ''));
  const file = useRef<HTMLInputElement>(null);
  const note = useId();
  const take = (entries: string[]) =>
    onChange(
      entries.length === 0
        ? undefined
        : { field: field.id, kind: 'postcodes', entries, missing: filter?.missing ?? 'fail' },
    );
  const upload = async (chosen: File) => {
    const entries = entriesOfFile(await chosen.text());
    setReplacing(true);
    setText(entries.join('\n'));
    take(entries);
  };
  const count = list ? sizeOf(list) : 0;
  const whole = !list || here(list).length === count;
  return (
    <div className="flex flex-col gap-1.5">
      {whole || replacing ? (
        <Textarea
          aria-label={`${field.label}, postcodes`}
          aria-describedby={note}
          rows={3}
          placeholder={'Every postcode\n10115, 12*, 20095-20999, !20097'}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            take(areaEntries(event.target.value));
          }}
        />
      ) : (
        <p className="text-sm">
          {count.toLocaleString()} entries: {here(list).slice(0, 5).join(', ')}, …
        </p>
      )}
      <p id={note} className="text-muted text-sm">
        {count > ENTRIES_MAX
          ? `${count.toLocaleString()} entries are too many: at most ${ENTRIES_MAX.toLocaleString()}. Use beginnings such as 10*.`
          : 'One on each line: 10115, beginnings 10*, ranges 10115-10999. A ! in front leaves it out: !10117.'}
        {count > 0 && whole && ` ${count.toLocaleString()} ${count === 1 ? 'entry' : 'entries'}.`}
      </p>
      <div className="flex flex-wrap gap-2">
        <input
          ref={file}
          type="file"
          accept=".csv,text/csv,text/plain"
          className="sr-only"
          tabIndex={-1}
          aria-label={`${field.label}, CSV file`}
          onChange={(event) => {
            const [chosen] = event.target.files ?? [];
            if (chosen) void upload(chosen);
            event.target.value = '';
          }}
        />
        <Button size="sm" onClick={() => file.current?.click()}>
          <Upload aria-hidden /> CSV file
        </Button>
        {!whole && !replacing && (
          <Button
            size="sm"
            onClick={() => {
              setReplacing(true);
              setText('');
            }}
          >
            Write a new list
          </Button>
        )}
        {list?.hash !== undefined && filesAt && (
          <a
            className="self-center text-link text-sm underline"
            href={`${filesAt}/areas.csv?field=${encodeURIComponent(field.id)}`}
            download
          >
            Download the list
          </a>
        )}
      </div>
    </div>
  );
}

type Circle = Extract<Filter, { kind: 'geo' }>;
const numberOf = (text: string): number | undefined =>
  /^-?\d+([.,]\d+)?$/.test(text.trim()) ? Number(text.trim().replace(',', '.')) : undefined;

/** Leads within so many kilometres. */
export function CircleRow({ field, filter, onChange }: ControlProps) {
  const circle = filter?.kind === 'geo' ? filter : undefined;
  const [draft, setDraft] = useState(() => draftOf(circle));
  const missing = circle?.missing ?? 'fail';
  const set = (change: Partial<CircleDraft>) => {
    const next = { ...draft, ...change };
    setDraft(next);
    onChange(circleOf(next, field.id, missing));
  };
  const touched = draft.km !== '' || draft.postcode !== '' || draft.lat !== '' || draft.lon !== '';
  const unfinished = touched && circleOf(draft, field.id, missing) === undefined;
  return (
    <fieldset className="grid gap-x-4 gap-y-2 px-3 py-2.5 sm:grid-cols-[10rem_1fr]">
      <legend className="sr-only">Distance</legend>
      <span aria-hidden className="pt-1.5 font-medium text-sm">
        Distance
      </span>
      <div className="flex min-w-0 flex-col gap-2">
        <div className="flex flex-wrap items-start gap-2">
          <Input
            aria-label="Distance, at most kilometres"
            inputMode="decimal"
            className="max-w-28"
            placeholder="Any"
            after="km"
            value={draft.km}
            onChange={(event) => set({ km: event.target.value })}
          />
          <Select
            label="Distance, from"
            className="w-44!"
            value={draft.by}
            onChange={(by) => set({ by })}
            choices={[
              { value: 'postcode', label: 'from postcode' },
              { value: 'point', label: 'from coordinates' },
            ]}
          />
          <MiddleFields draft={draft} set={set} />
        </div>
        {unfinished && <p className="text-muted text-sm">Write a distance and the place it counts from.</p>}
        {circle && (
          <Checkbox
            label={<span className="text-sm">Also leads whose place nobody knows</span>}
            checked={circle.missing === 'pass'}
            onCheckedChange={(on) => onChange({ ...circle, missing: on ? 'pass' : 'fail' })}
          />
        )}
      </div>
    </fieldset>
  );
}

interface MiddleProps {
  draft: CircleDraft;
  set: (change: Partial<CircleDraft>) => void;
}

function MiddleFields({ draft, set }: MiddleProps) {
  if (draft.by === 'point') {
    return (['lat', 'lon'] as const).map((part) => (
      <Input
        key={part}
        aria-label={part === 'lat' ? 'Latitude' : 'Longitude'}
        inputMode="decimal"
        className="max-w-28"
        placeholder={part === 'lat' ? '52.52' : '13.405'}
        value={draft[part]}
        onChange={(event) => set({ [part]: event.target.value })}
      />
    ));
  }
  return (
    <>
      <Input
        aria-label="Distance, from which postcode"
        className="max-w-28"
        placeholder="10115"
        value={draft.postcode}
        onChange={(event) => set({ postcode: event.target.value })}
      />
      <Combobox
        label="Distance, in which country"
        choices={countryChoices()}
        value={draft.country}
        onChange={(country) => set({ country: country ?? '' })}
      />
    </>
  );
}

interface CircleDraft {
  km: string;
  by: string;
  postcode: string;
  country: string;
  lat: string;
  lon: string;
}

const draftOf = (circle: Circle | undefined): CircleDraft => ({
  km: circle ? String(circle.radius_km) : '',
  by: circle && circle.postcode === undefined ? 'point' : 'postcode',
  postcode: circle?.postcode ?? '',
  country: circle?.country ?? 'DE',
  lat: circle?.lat === undefined ? '' : String(circle.lat),
  lon: circle?.lon === undefined ? '' : String(circle.lon),
});

/** Coordinates of a place that was looked up are not sent back: the place may have been changed. */
function circleOf(draft: CircleDraft, field: string, missing: 'fail' | 'pass'): Circle | undefined {
  const radius_km = numberOf(draft.km);
  if (radius_km === undefined || radius_km <= 0) return undefined;
  const circle = { field, kind: 'geo' as const, radius_km, missing };
  if (draft.by === 'postcode') {
    const postcode = draft.postcode.trim();
    return postcode && draft.country ? { ...circle, postcode, country: draft.country } : undefined;
  }
  const [lat, lon] = [numberOf(draft.lat), numberOf(draft.lon)];
  return lat === undefined || lon === undefined ? undefined : { ...circle, lat, lon };
}
