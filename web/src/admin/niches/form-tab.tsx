import { useQuery } from '@tanstack/react-query';
import { Check, FormInput } from 'lucide-react';
import { useState } from 'react';
import { formsQuery } from '../../market/queries.ts';
import { type FormField, optionsOf } from '../../market/words.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Select } from '../../ui/select.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { Time } from '../../ui/time.tsx';
import { fieldTypes } from './words.ts';

/** The fields that a person fills in, as they are in use or were in an older version. */
export function FormTab({ nicheId }: { nicheId: string }) {
  const forms = useQuery(formsQuery(nicheId));
  const [chosen, setChosen] = useState<string>();
  if (forms.error) return <ProblemNotice problem={forms.error} onRetry={() => void forms.refetch()} />;
  if (!forms.data) return <SkeletonLines lines={5} />;
  const form =
    forms.data.find((one) => String(one.schema_version) === chosen) ??
    forms.data.find((one) => one.active) ??
    forms.data[0];
  if (!form) {
    return (
      <Empty icon={FormInput} title="No form yet">
        Without a form this niche takes no leads.
      </Empty>
    );
  }
  return (
    <Card
      flush
      title={
        <span className="flex items-center gap-2">
          Form, version {form.schema_version}
          {form.active && (
            <Badge tone="good" icon={Check}>
              In use
            </Badge>
          )}
        </span>
      }
      note={
        <>
          {form.activated_at ? (
            <>
              In use since <Time at={form.activated_at} />
            </>
          ) : (
            'Never in use'
          )}
          {form.change_summary && `: ${form.change_summary}`}
        </>
      }
      aside={
        forms.data.length > 1 && (
          <Select
            label="Version of the form"
            className="w-36!"
            value={String(form.schema_version)}
            onChange={setChosen}
            choices={forms.data.map((one) => ({
              value: String(one.schema_version),
              label: `Version ${one.schema_version}`,
              ...(one.active ? { note: 'In use' } : {}),
            }))}
          />
        )
      }
    >
      <ol className="divide-y border-t">
        {form.fields.map((field) => (
          <li key={field.id} className="grid gap-x-4 px-4 py-2.5 text-sm sm:grid-cols-[1fr_10rem_1fr]">
            <span className="min-w-0">
              <span className="font-medium">{field.label}</span>
              {field.required === true && <span className="text-muted"> (required)</span>}
              <code className="block font-mono text-muted text-xs">{field.id}</code>
            </span>
            <span>{fieldTypes[field.type] ?? field.type}</span>
            <span className="wrap-anywhere text-muted">{limitsOf(field)}</span>
          </li>
        ))}
      </ol>
    </Card>
  );
}

const ruleWords: Record<string, string> = {
  min: 'from',
  max: 'to',
  step: 'in steps of',
  minLength: 'at least',
  maxLength: 'at most',
  minItems: 'at least',
  maxItems: 'at most',
  country: 'country',
  countries: 'countries',
  requiredParts: 'needs',
  shape: 'as',
  mustBeTrue: 'must be yes',
};

/** The choices or the limits of a field, in a few words. */
function limitsOf(field: FormField): string {
  const options = optionsOf(field).map((option) => option.label);
  // "from" before "to", whatever the order in which they are stored.
  const place = (name: string) => Object.keys(ruleWords).indexOf(name);
  const stored = Object.entries((field.rules ?? {}) as Record<string, unknown>);
  const rules = stored
    .sort(([a], [b]) => place(a) - place(b))
    .map(([name, value]) =>
      value === true
        ? (ruleWords[name] ?? name)
        : `${ruleWords[name] ?? name} ${[value].flat().join(', ').replaceAll('_', ' ')}`,
    );
  return [options.join(', '), rules.join(', ')].filter(Boolean).join('; ');
}
