import { ArrowRight, CircleAlert } from 'lucide-react';
import type { FormField } from '../../../market/words.ts';
import { optionsOf } from '../../../market/words.ts';
import { MultiCombobox } from '../../../ui/combobox.tsx';
import { Field } from '../../../ui/field.tsx';
import { Select } from '../../../ui/select.tsx';
import { fieldTypes } from '../words.ts';
import { type Fate, type FateKind, fateKinds, lostValues, newFields, withKind } from './form-mapping.ts';

const KINDS: Record<FateKind, { label: string; note: string }> = {
  same: { label: 'Same question', note: 'Filters and older answers stay with it.' },
  renamed: { label: 'Has a new name', note: 'Filters and older answers go along.' },
  split: { label: 'Became several questions', note: 'One of them takes over.' },
  merged: { label: 'Became one with others', note: 'The first that was answered counts.' },
  gone: { label: 'Asked no more', note: 'Filters on it stay as they are.' },
};

interface FateRowProps {
  field: FormField;
  former: readonly FormField[];
  next: readonly FormField[];
  fate: Fate;
  problem: string | undefined;
  onChange: (fate: Fate) => void;
}

/** One question of the form in use, and what becomes of it. */
export function FateRow({ field, former, next, fate, problem, onChange }: FateRowProps) {
  return (
    <li className="grid gap-x-3 gap-y-2 px-4 py-3 sm:grid-cols-[minmax(0,2fr)_1rem_minmax(0,3fr)]">
      <span className="min-w-0 text-sm sm:pt-1.5">
        <span className="wrap-anywhere block font-medium">{field.label}</span>
        <span className="wrap-anywhere block text-muted text-xs">
          <code className="font-mono">{field.id}</code> · {fieldTypes[field.type] ?? field.type}
        </span>
      </span>
      <ArrowRight aria-hidden className="mt-2 size-4 text-faint max-sm:hidden" />
      <div className="flex min-w-0 flex-col gap-2">
        <Select<FateKind>
          label={`What becomes of ${field.label}`}
          value={fate.kind}
          placeholder="Choose what became of it"
          choices={fateKinds(field, next).map((value) => ({ value, ...KINDS[value] }))}
          onChange={(kind) => onChange(withKind(field, next, kind))}
        />
        <FateDetails {...{ field, former, next, fate, onChange }} />
        {problem && fate.kind && (
          <p className="flex items-start gap-1.5 text-muted text-sm">
            <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
            {problem}
          </p>
        )}
      </div>
    </li>
  );
}

const choicesOf = (fields: readonly FormField[]) =>
  fields.map(({ id, label }) => ({ value: id, label, note: id }));

function FateDetails({ field, former, next, fate, onChange }: Omit<FateRowProps, 'problem'>) {
  const fresh = newFields(former, next);
  const set = (change: Partial<Fate>) => onChange({ ...fate, ...change });
  return (
    <>
      {fate.kind === 'renamed' && (
        <Field label="New name" native={false}>
          <Select choices={choicesOf(fresh)} value={fate.to} onChange={(to) => set({ to, values: {} })} />
        </Field>
      )}
      {fate.kind === 'merged' && (
        <Field label="Part of" native={false}>
          <Select choices={choicesOf(next)} value={fate.to} onChange={(to) => set({ to, values: {} })} />
        </Field>
      )}
      {fate.kind === 'split' && (
        <>
          <Field label="Became" native={false}>
            <MultiCombobox
              choices={choicesOf(
                next.filter(({ id }) => id === field.id || fresh.some((one) => one.id === id)),
              )}
              values={fate.into}
              onChange={(into) => set({ into, heir: into.includes(fate.heir ?? '') ? fate.heir : null })}
            />
          </Field>
          {fate.into.length > 1 && (
            <Field label="Takes over filters and older answers" native={false}>
              <Select
                choices={choicesOf(next.filter(({ id }) => fate.into.includes(id)))}
                value={fate.heir}
                onChange={(heir) => set({ heir, values: {} })}
              />
            </Field>
          )}
        </>
      )}
      <ValueRows {...{ field, next, fate, set }} />
    </>
  );
}

interface ValueRowsProps {
  field: FormField;
  next: readonly FormField[];
  fate: Fate;
  set: (change: Partial<Fate>) => void;
}

const GONE = '(gone)';

/** Choices of the old question that have another value in the new one. */
function ValueRows({ field, next, fate, set }: ValueRowsProps) {
  const lost = lostValues(field, fate, next);
  if (lost.length === 0) return null;
  const heir = next.find(({ id }) => id === (fate.kind === 'split' ? fate.heir : fate.to));
  const choices = [
    { value: GONE, label: 'Gone', note: 'Filters on it cannot go along.' },
    ...optionsOf(heir).map(({ value, label }) => ({ value, label })),
  ];
  const choose = (from: string, to: string) => {
    const { [from]: _, ...rest } = fate.values;
    set({ values: to === GONE ? rest : { ...rest, [from]: to } });
  };
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium text-sm">Where these choices went</legend>
      {lost.map((option) => (
        <div key={option.value} className="grid grid-cols-2 items-center gap-2">
          <span className="wrap-anywhere min-w-0 text-sm">{option.label}</span>
          <Select
            label={`New value of ${option.label}`}
            choices={choices}
            value={fate.values[option.value] ?? GONE}
            onChange={(to) => choose(option.value, to)}
          />
        </div>
      ))}
    </fieldset>
  );
}
