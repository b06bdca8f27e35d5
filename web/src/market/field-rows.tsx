import { Plus, X } from 'lucide-react';
import { Button, IconButton } from '../ui/button.tsx';
import { Input } from '../ui/input.tsx';

/** One field as it is sent: its name here, the name there, and what is sent when the lead does not fill it. */
export interface FieldRow {
  ours: string;
  theirs: string;
  value: string;
}

type Value = string | number | boolean;
type Stored = { field_map: Record<string, string>; default_values: Record<string, Value> };

const ROWS_MAX = 100;

/** What is stored, one row for each field. */
export const rowsOf = ({ field_map, default_values }: Stored): FieldRow[] =>
  [...new Set([...Object.keys(field_map), ...Object.keys(default_values)])].map((ours) => ({
    ours,
    theirs: field_map[ours] ?? '',
    value: ours in default_values ? String(default_values[ours]) : '',
  }));

/** The rows as the API takes them. A value that was not touched keeps its type: 0 stays a number. */
export function storedOf(rows: readonly FieldRow[], before?: Stored): Stored {
  const used = rows.map((row) => ({ ...row, ours: row.ours.trim() })).filter(({ ours }) => ours !== '');
  const kept = (ours: string, text: string): Value => {
    const former = before?.default_values[ours];
    return former !== undefined && String(former) === text ? former : text;
  };
  return {
    field_map: Object.fromEntries(
      used.filter(({ theirs }) => theirs.trim() !== '').map(({ ours, theirs }) => [ours, theirs.trim()]),
    ),
    default_values: Object.fromEntries(
      used.filter(({ value }) => value !== '').map(({ ours, value }) => [ours, kept(ours, value)]),
    ),
  };
}

interface FieldRowsProps {
  rows: readonly FieldRow[];
  onChange: (rows: FieldRow[]) => void;
  /** What the server found wrong, by `field_map.phone` and the like. */
  faults: readonly { field: string; message: string }[];
}

/** Names and values that the receiver asks for: our field, their name for it, and a value when it is empty. */
export function FieldRows({ rows, onChange, faults }: FieldRowsProps) {
  const set = (at: number, change: Partial<FieldRow>) =>
    onChange(rows.map((row, index) => (index === at ? { ...row, ...change } : row)));
  const named = faults.filter(({ field }) => /^(field_map|default_values)(\.|$)/.test(field));
  return (
    <fieldset className="flex flex-col items-start gap-2">
      <legend className="mb-1 font-medium text-sm">
        Names and values <span className="font-normal text-faint">(optional)</span>
      </legend>
      <p className="text-muted text-sm">
        Where the receiver calls a field by another name, or wants a fixed value. Our names: name, first_name,
        email, phone, country, and the fields of the form.
      </p>
      {rows.length > 0 && (
        <div aria-hidden className="grid w-full grid-cols-[1fr_1fr_1fr_1.75rem] gap-2 text-muted text-xs">
          <span>Our field</span>
          <span>Their name</span>
          <span>Value when empty</span>
        </div>
      )}
      {rows.map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has no other identity than its place
        <div key={at} className="grid w-full grid-cols-[1fr_1fr_1fr_1.75rem] items-center gap-2">
          <Input
            aria-label={`Row ${at + 1}, our field`}
            placeholder="phone"
            autoComplete="off"
            value={row.ours}
            onChange={(event) => set(at, { ours: event.target.value })}
          />
          <Input
            aria-label={`Row ${at + 1}, their name`}
            placeholder="Same"
            autoComplete="off"
            value={row.theirs}
            onChange={(event) => set(at, { theirs: event.target.value })}
          />
          <Input
            aria-label={`Row ${at + 1}, value when the lead has none`}
            placeholder="Nothing"
            autoComplete="off"
            value={row.value}
            onChange={(event) => set(at, { value: event.target.value })}
          />
          <IconButton
            label={`Remove row ${at + 1}`}
            size="sm"
            look="plain"
            onClick={() => onChange(rows.filter((_, index) => index !== at))}
          >
            <X aria-hidden />
          </IconButton>
        </div>
      ))}
      {named.map(({ field, message }) => (
        <p key={field + message} role="alert" className="text-bad text-sm">
          {message}
        </p>
      ))}
      {rows.length < ROWS_MAX && (
        <Button size="sm" onClick={() => onChange([...rows, { ours: '', theirs: '', value: '' }])}>
          <Plus aria-hidden />
          Add field
        </Button>
      )}
    </fieldset>
  );
}
