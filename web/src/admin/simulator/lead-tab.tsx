import { useMutation, useQuery } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { useState } from 'react';
import type { DryRunView } from '../../../../src/lead/distribution/simulate/schema.ts';
import { sentenceOf } from '../../act.ts';
import { api, type Refusal } from '../../client.ts';
import { countryChoices } from '../../market/places.ts';
import { formsQuery } from '../../market/queries.ts';
import { type FormField, optionsOf } from '../../market/words.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Combobox } from '../../ui/combobox.tsx';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { Notice } from '../../ui/notice.tsx';
import { RadioGroup } from '../../ui/radio.tsx';
import { Select } from '../../ui/select.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Why } from '../leads/why.tsx';
import { useShown } from './use-shown.ts';

interface LeadTabProps {
  nicheId: string;
  leadId: string | undefined;
}

type Source = 'answers' | 'stored';
/** Nothing of these decides who gets a lead. */
const PERSONAL = new Set(['name', 'first_name', 'last_name', 'email', 'phone', 'consent', 'address']);

/** Who would get one lead if it came now. */
export function LeadTab({ nicheId, leadId }: LeadTabProps) {
  const [source, setSource] = useState<Source>(leadId ? 'stored' : 'answers');
  const [stored, setStored] = useState(leadId ?? '');
  const [answers, setAnswers] = useState<Record<string, string>>({});
  const [country, setCountry] = useState<string | null>(null);
  const [type, setType] = useState('raw');
  const forms = useQuery(formsQuery(nicheId));
  const form = forms.data?.find(({ active }) => active);
  const fields = ((form?.fields ?? []) as readonly FormField[]).filter((field) => !PERSONAL.has(field.type));
  const run = useMutation({
    mutationFn: () =>
      api.post<DryRunView>(
        '/admin/simulations/lead',
        source === 'stored'
          ? { lead_id: stored.trim() }
          : { niche_id: nicheId, answers: givenOf(answers), country, lead_type: type },
      ),
  });
  const shown = useShown<HTMLDivElement>(run.data);
  const errors = new Map(
    (run.error as Refusal | null)?.details?.map(({ field, message }) => [field, message]),
  );
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,20rem)_minmax(0,1fr)]">
      <Card title="The lead">
        <form
          noValidate
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            run.mutate();
          }}
        >
          <RadioGroup
            label="Which lead"
            value={source}
            onChange={(next) => setSource(next)}
            choices={[
              { value: 'answers', label: 'Answers that somebody could give' },
              { value: 'stored', label: 'A lead that came, as if it came now' },
            ]}
          />
          {source === 'stored' ? (
            <Field label="Id of the lead" help="Its page shows it." error={errors.get('lead_id')}>
              <Input
                className="font-mono"
                value={stored}
                spellCheck={false}
                onChange={(event) => setStored(event.target.value)}
              />
            </Field>
          ) : (
            <>
              {forms.isPending && <SkeletonLines lines={4} />}
              {!fields.some((field) => field.type === 'country') && (
                <Field label="Country" native={false} optional>
                  <Combobox choices={countryChoices()} value={country} onChange={setCountry} />
                </Field>
              )}
              {fields.map((field) => (
                <AnswerField
                  key={field.id}
                  field={field}
                  value={answers[field.id] ?? ''}
                  error={errors.get(`answers.${field.id}`)}
                  onChange={(value) => setAnswers({ ...answers, [field.id]: value })}
                />
              ))}
              <Field label="Kind of lead" native={false}>
                <Select
                  value={type}
                  choices={[
                    { value: 'raw', label: 'Raw' },
                    { value: 'premium', label: 'Premium' },
                  ]}
                  onChange={setType}
                />
              </Field>
            </>
          )}
          <Button type="submit" look="primary" busy={run.isPending} className="self-start">
            <Play aria-hidden />
            Try this lead
          </Button>
        </form>
      </Card>
      <Card title="Who would get it">
        <div ref={shown} aria-live="polite" className="flex scroll-mt-16 flex-col gap-5">
          {run.error && <Notice tone="bad" title={sentenceOf(run.error)} />}
          {run.data ? (
            <>
              <Why decision={run.data.explanation} tried />
              <Assumed sentences={run.data.assumed} />
            </>
          ) : (
            !run.error && (
              <p className="text-muted text-sm">
                Fill in what matters and try it. You see who would take the lead, who would not, and why.
              </p>
            )
          )}
        </div>
      </Card>
    </div>
  );
}

const givenOf = (answers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(answers).filter(([, value]) => value.trim() !== ''));

/** What a dry run took as given. */
export function Assumed({ sentences }: { sentences: readonly string[] }) {
  return (
    <section className="flex flex-col gap-1 text-muted text-sm">
      <h3 className="font-medium text-text">What was taken as given</h3>
      <ul className="flex list-disc flex-col gap-0.5 pl-4">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </section>
  );
}

interface AnswerFieldProps {
  field: FormField;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

const UNANSWERED = 'not-answered';

function AnswerField({ field, value, error, onChange }: AnswerFieldProps) {
  const label = field.label;
  const choices = choicesOf(field);
  if (field.type === 'country') {
    return (
      <Field label={label} native={false} optional error={error}>
        <Combobox
          choices={countryChoices()}
          value={value || null}
          onChange={(next) => onChange(next ?? '')}
        />
      </Field>
    );
  }
  if (choices) {
    return (
      <Field label={label} native={false} optional error={error}>
        <Select
          value={value || UNANSWERED}
          choices={[{ value: UNANSWERED, label: 'Not answered' }, ...choices]}
          onChange={(next) => onChange(next === UNANSWERED ? '' : next)}
        />
      </Field>
    );
  }
  const numeric = field.type === 'number' || field.type === 'range';
  return (
    <Field label={label} optional error={error}>
      <Input
        value={value}
        inputMode={numeric ? 'decimal' : 'text'}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}

function choicesOf(field: FormField): { value: string; label: string }[] | null {
  if (field.type === 'boolean')
    return [
      { value: 'true', label: 'Yes' },
      { value: 'false', label: 'No' },
    ];
  return field.type === 'select' || field.type === 'multi_select' ? [...optionsOf(field)] : null;
}
