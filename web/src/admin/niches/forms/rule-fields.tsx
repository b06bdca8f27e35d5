import { Plus, X } from 'lucide-react';
import { countryChoices } from '../../../market/places.ts';
import type { Option } from '../../../market/words.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Checkbox } from '../../../ui/checkbox.tsx';
import { Combobox, MultiCombobox } from '../../../ui/combobox.tsx';
import { Field } from '../../../ui/field.tsx';
import { Input } from '../../../ui/input.tsx';
import { Select } from '../../../ui/select.tsx';
import {
  emptyOption,
  type Faults,
  type FieldDraft,
  RULES,
  type RuleInput,
  type RuleValue,
} from './form-draft.ts';

/** As many as a field can have: src/market/catalog/form-schema.ts. */
const OPTIONS_MAX = 200;
const PARTS = ['street', 'city', 'postcode', 'state', 'country', 'point'].map((value) => ({
  value,
  label: value === 'point' ? 'Point on the map' : value.charAt(0).toUpperCase() + value.slice(1),
}));
const SHAPES = [
  { value: 'whole', label: 'One field for the whole name' },
  { value: 'first_last', label: 'First and last name' },
];

interface PartProps {
  field: FieldDraft;
  faults: Faults;
  set: (change: Partial<FieldDraft>) => void;
}

/** The limits of the type of answer that was chosen. */
export function RuleFields({ field, faults, set }: PartProps) {
  const rules = RULES[field.type] ?? [];
  if (rules.length === 0) return null;
  const change = (name: string, value: RuleValue) => set({ rules: { ...field.rules, [name]: value } });
  return (
    <div className="flex flex-col gap-1">
      <div className="grid gap-3 sm:grid-cols-3">
        {rules.map((rule) => (
          <RuleField
            key={rule.name}
            rule={rule}
            value={field.rules[rule.name]}
            fault={faults[`rules.${rule.name}`]}
            onChange={(value) => change(rule.name, value)}
          />
        ))}
      </div>
      {faults.rules && (
        <p role="alert" className="text-bad text-sm">
          {faults.rules}
        </p>
      )}
    </div>
  );
}

interface RuleFieldProps {
  rule: RuleInput;
  value: RuleValue | undefined;
  fault: string | undefined;
  onChange: (value: RuleValue) => void;
}

function RuleField({ rule, value, fault, onChange }: RuleFieldProps) {
  const text = typeof value === 'string' ? value : '';
  const list = Array.isArray(value) ? value : [];
  const shared = { label: rule.label, optional: !rule.needed, error: fault };
  switch (rule.kind) {
    case 'flag':
      return (
        <div className="sm:col-span-3">
          <Checkbox label={rule.label} checked={value === true} onCheckedChange={onChange} />
        </div>
      );
    case 'shape':
      return (
        <Field {...shared} optional={false} native={false} className="sm:col-span-2">
          <Select choices={SHAPES} value={text || 'whole'} onChange={onChange} />
        </Field>
      );
    case 'country':
      return (
        <Field {...shared} native={false}>
          <Combobox choices={countryChoices()} value={text || null} onChange={(one) => onChange(one ?? '')} />
        </Field>
      );
    case 'countries':
    case 'parts':
      return (
        <Field {...shared} native={false} className="sm:col-span-2">
          <MultiCombobox
            choices={rule.kind === 'parts' ? PARTS : countryChoices()}
            values={list}
            placeholder={rule.kind === 'parts' ? 'None' : 'Every country'}
            onChange={onChange}
          />
        </Field>
      );
    default:
      return (
        <Field {...shared}>
          <Input
            inputMode={rule.kind === 'date' ? 'text' : 'decimal'}
            placeholder={rule.kind === 'date' ? 'today' : undefined}
            autoComplete="off"
            after={rule.after}
            value={text}
            onChange={(event) => onChange(event.target.value)}
          />
        </Field>
      );
  }
}

/** The choices of a question, in the order in which they are shown. */
export function OptionFields({ field, faults, set }: PartProps) {
  const change = (at: number, one: Partial<Option>) =>
    set({ options: field.options.map((option, index) => (index === at ? { ...option, ...one } : option)) });
  return (
    <fieldset className="flex flex-col items-start gap-2">
      <legend className="mb-1 font-medium text-sm">Choices</legend>
      <p className="text-muted text-sm">
        What people read, and the value that is stored and filtered by. A value that changes is another
        choice.
      </p>
      {field.options.map((option, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a choice has no other identity than its place
        <div key={at} className="w-full">
          <div className="grid w-full grid-cols-[1fr_1fr_1.75rem] items-center gap-2">
            <Input
              aria-label={`Choice ${at + 1}`}
              aria-invalid={faults[`options.${at}`] ? true : undefined}
              placeholder={`Choice ${at + 1}`}
              maxLength={200}
              value={option.label}
              onChange={(event) => change(at, { label: event.target.value })}
            />
            <Input
              aria-label={`Value of choice ${at + 1}`}
              placeholder="Value: as the choice reads"
              maxLength={100}
              autoComplete="off"
              value={option.value}
              onChange={(event) => change(at, { value: event.target.value })}
            />
            <IconButton
              label={`Remove choice ${at + 1}`}
              size="sm"
              onClick={() => set({ options: field.options.filter((_, index) => index !== at) })}
            >
              <X aria-hidden />
            </IconButton>
          </div>
          {faults[`options.${at}`] && (
            <p role="alert" className="mt-1 text-bad text-sm">
              {faults[`options.${at}`]}
            </p>
          )}
        </div>
      ))}
      {faults.options && (
        <p role="alert" className="text-bad text-sm">
          {faults.options}
        </p>
      )}
      {field.options.length < OPTIONS_MAX && (
        <Button size="sm" onClick={() => set({ options: [...field.options, emptyOption()] })}>
          <Plus aria-hidden />
          Add choice
        </Button>
      )}
    </fieldset>
  );
}
