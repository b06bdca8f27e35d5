/** One control for each field of the niche's form that leads can be chosen by. */
import { X } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../ui/button.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { MultiCombobox } from '../ui/combobox.tsx';
import { Input } from '../ui/input.tsx';
import { Select } from '../ui/select.tsx';
import { CircleRow, PostcodesControl } from './area-fields.tsx';
import { countryChoices } from './places.ts';
import { type Filter, type FormField, filterWords, optionsOf } from './words.ts';

interface FilterFieldsProps {
  fields: readonly FormField[];
  filters: readonly Filter[];
  onChange: (filters: Filter[]) => void;
  /** Address of the saved subscription, where its lists are to be had as files. */
  filesAt?: string | undefined;
}

const CONTROLS: Record<string, typeof RangeControl> = {
  number: RangeControl,
  range: RangeControl,
  select: SetControl,
  multi_select: SetControl,
  country: SetControl,
  boolean: BooleanControl,
  text: TextControl,
  long_text: TextControl,
  postcode: PostcodeControl,
  address: PostcodesControl,
  date: TextControl,
};

/** Fields that are not touched take every lead. */
export function FilterFields({ fields, filters, onChange, filesAt }: FilterFieldsProps) {
  const firstOf = (field: FormField) =>
    filters.find((filter) => filter.field === field.id && filter.kind !== 'geo');
  const placed =
    fields.find(({ type }) => type === 'address') ?? fields.find(({ type }) => type === 'postcode');
  const circle = placed && filters.find(({ kind }) => kind === 'geo');
  // The country has its own list below; a filter on it is shown only where somebody made one.
  const usable = fields.filter(
    (field) => CONTROLS[field.type] && (field.type !== 'country' || firstOf(field)),
  );
  const others = filters.filter(
    (filter) => filter !== circle && !usable.some((field) => firstOf(field) === filter),
  );
  const put = (present: Filter | undefined, next: Filter | undefined) => {
    if (present) onChange(filters.flatMap((one) => (one === present ? (next ?? []) : one)));
    else if (next) onChange([...filters, next]);
  };
  return (
    <div className="flex flex-col divide-y rounded-control border">
      {usable.map((field) => (
        <FilterRow
          key={field.id}
          field={field}
          filter={firstOf(field)}
          filesAt={filesAt}
          onChange={(next) => put(firstOf(field), next)}
        />
      ))}
      {placed && <CircleRow field={placed} filter={circle} onChange={(next) => put(circle, next)} />}
      {others.map((filter) => (
        <div key={JSON.stringify(filter)} className="flex items-center gap-2 px-3 py-2 text-sm">
          <span className="min-w-0 flex-1">{filterWords(filter, fields)}</span>
          <IconButton
            label="Remove this filter"
            size="sm"
            onClick={() => onChange(filters.filter((one) => one !== filter))}
          >
            <X aria-hidden />
          </IconButton>
        </div>
      ))}
      {usable.length === 0 && others.length === 0 && (
        <p className="px-3 py-2 text-muted text-sm">The form of this niche has no field to choose by.</p>
      )}
    </div>
  );
}

interface ControlProps {
  field: FormField;
  filter: Filter | undefined;
  onChange: (filter: Filter | undefined) => void;
  filesAt?: string | undefined;
}

function FilterRow({ field, filter, onChange, filesAt }: ControlProps) {
  const Control = CONTROLS[field.type]!;
  return (
    <fieldset className="grid gap-x-4 gap-y-2 px-3 py-2.5 sm:grid-cols-[10rem_1fr]">
      <legend className="sr-only">{field.label}</legend>
      <span aria-hidden className="pt-1.5 font-medium text-sm">
        {field.label}
      </span>
      <div className="flex min-w-0 flex-col gap-2">
        <Control field={field} filter={filter} onChange={onChange} filesAt={filesAt} />
        {filter && field.required !== true && (
          <Checkbox
            label={<span className="text-sm">Also leads that did not answer this</span>}
            checked={filter.missing === 'pass'}
            onCheckedChange={(on) => onChange({ ...filter, missing: on ? 'pass' : 'fail' })}
          />
        )}
      </div>
    </fieldset>
  );
}

const missingOf = (filter: Filter | undefined): 'fail' | 'pass' => filter?.missing ?? 'fail';

/** Reads "1250", "12.5" and "12,5"; undefined for anything else. */
function numberOf(text: string): number | undefined {
  const trimmed = text.trim().replace(',', '.');
  return /^-?\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : undefined;
}

function RangeControl({ field, filter, onChange }: ControlProps) {
  const range = filter?.kind === 'range' ? filter : undefined;
  const limits = (field.rules ?? {}) as { min?: number; max?: number };
  const [typed, setTyped] = useState({ min: textOf(range?.min), max: textOf(range?.max) });
  const edit = (part: 'min' | 'max', text: string) => {
    const next = { ...typed, [part]: text };
    setTyped(next);
    const min = numberOf(next.min);
    const max = numberOf(next.max);
    const missing = missingOf(filter);
    if (min === undefined && max === undefined) return onChange(undefined);
    onChange({
      field: field.id,
      kind: 'range',
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
      missing,
    });
  };
  const wrong = (['min', 'max'] as const).some(
    (part) => typed[part] !== '' && numberOf(typed[part]) === undefined,
  );
  const crossed = range?.min !== undefined && range.max !== undefined && range.min > range.max;
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-center gap-2">
        {(['min', 'max'] as const).map((part) => (
          <Input
            key={part}
            aria-label={`${field.label}, ${part === 'min' ? 'at least' : 'at most'}`}
            inputMode="decimal"
            className="max-w-32"
            placeholder={limits[part] === undefined ? (part === 'min' ? 'From' : 'To') : String(limits[part])}
            value={typed[part]}
            onChange={(event) => edit(part, event.target.value)}
          />
        ))}
      </div>
      {wrong && <p className="text-bad text-sm">Write numbers in digits, such as 1250.</p>}
      {crossed && <p className="text-bad text-sm">The first number must not be above the second.</p>}
    </div>
  );
}

const textOf = (value: number | undefined): string => (value === undefined ? '' : String(value));

function SetControl({ field, filter, onChange }: ControlProps) {
  const set = filter?.kind === 'set' ? filter : undefined;
  const choices = field.type === 'country' ? countryChoices() : optionsOf(field);
  const [match, setMatch] = useState(set?.match ?? 'any');
  const change = (values: string[], how: 'any' | 'none') =>
    onChange(
      values.length
        ? { field: field.id, kind: 'set', values, match: how, missing: missingOf(filter) }
        : undefined,
    );
  return (
    <div className="flex flex-wrap items-start gap-2">
      <Select
        label={`${field.label}, how`}
        className="w-24!"
        value={match}
        onChange={(how) => {
          setMatch(how);
          if (set) change(set.values, how);
        }}
        choices={[
          { value: 'any', label: 'is' },
          { value: 'none', label: 'is not' },
        ]}
      />
      <MultiCombobox
        label={field.label}
        className="min-w-48 flex-1"
        placeholder="Anything"
        choices={choices}
        values={set?.values ?? []}
        onChange={(values) => change(values, match)}
      />
    </div>
  );
}

function BooleanControl({ field, filter, onChange }: ControlProps) {
  const value = filter?.kind === 'boolean' ? (filter.value ? 'yes' : 'no') : 'any';
  return (
    <Select
      label={field.label}
      className="max-w-40"
      value={value}
      onChange={(next) =>
        onChange(
          next === 'any'
            ? undefined
            : { field: field.id, kind: 'boolean', value: next === 'yes', missing: missingOf(filter) },
        )
      }
      choices={[
        { value: 'any', label: 'Yes or no' },
        { value: 'yes', label: 'Yes' },
        { value: 'no', label: 'No' },
      ]}
    />
  );
}

/** A filter by text that somebody made stays one; a new filter is a list. */
function PostcodeControl(props: ControlProps) {
  const older = props.filter && props.filter.kind !== 'postcodes';
  return older ? <TextControl {...props} /> : <PostcodesControl {...props} />;
}

type How = 'contains' | 'equals' | 'any' | 'none';

function TextControl({ field, filter, onChange }: ControlProps) {
  const [how, setHow] = useState<How>(
    filter?.kind === 'set' ? filter.match : filter?.kind === 'text' ? filter.op : 'contains',
  );
  const [typed, setTyped] = useState(
    filter?.kind === 'set' ? filter.values.join(', ') : filter?.kind === 'text' ? filter.value : '',
  );
  const edit = (next: How, text: string) => {
    setHow(next);
    setTyped(text);
    const missing = missingOf(filter);
    const values = text
      .split(',')
      .map((value) => value.trim())
      .filter(Boolean);
    if (values.length === 0) return onChange(undefined);
    if (next === 'any' || next === 'none') {
      return onChange({ field: field.id, kind: 'set', values, match: next, missing });
    }
    onChange({ field: field.id, kind: 'text', op: next, value: text.trim(), missing });
  };
  return (
    <div className="flex flex-wrap items-start gap-2">
      <Select
        label={`${field.label}, how`}
        className="w-32!"
        value={how}
        onChange={(next) => edit(next, typed)}
        choices={[
          { value: 'contains', label: 'contains' },
          { value: 'equals', label: 'is exactly' },
          { value: 'any', label: 'is one of' },
          { value: 'none', label: 'is none of' },
        ]}
      />
      <Input
        aria-label={field.label}
        className="min-w-40 flex-1"
        placeholder={how === 'any' || how === 'none' ? 'Values, separated by commas' : 'Anything'}
        value={typed}
        onChange={(event) => edit(how, event.target.value)}
      />
    </div>
  );
}
