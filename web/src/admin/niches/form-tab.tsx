import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Check, FormInput, History, Pencil, PencilLine, Plus } from 'lucide-react';
import type { FormView } from '../../../../src/market/catalog/schema.ts';
import { useListPlace } from '../../list.ts';
import { formsQuery } from '../../market/queries.ts';
import { type FormField, optionsOf } from '../../market/words.ts';
import { Badge } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Empty } from '../../ui/empty.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { Time } from '../../ui/time.tsx';
import { fieldTypes } from './words.ts';

/** The versions of the form, and the questions of one of them. */
export function FormTab({ nicheId, mayEdit }: { nicheId: string; mayEdit: boolean }) {
  const forms = useQuery(formsQuery(nicheId));
  const { search } = useListPlace();
  if (forms.error) return <ProblemNotice problem={forms.error} onRetry={() => void forms.refetch()} />;
  if (!forms.data) return <SkeletonLines lines={5} />;
  const form =
    forms.data.find((one) => String(one.schema_version) === search.open) ??
    forms.data.find((one) => one.active) ??
    forms.data[0];
  if (!form) {
    return (
      <Empty
        icon={FormInput}
        title="No form yet"
        action={mayEdit && <NewVersion nicheId={nicheId} text="Make a form" look="primary" />}
      >
        Without a form this niche takes no leads.
      </Empty>
    );
  }
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[17rem_minmax(0,1fr)]">
      <Versions {...{ nicheId, mayEdit, form }} forms={forms.data} />
      <Questions {...{ nicheId, mayEdit, form }} />
    </div>
  );
}

interface VersionProps {
  nicheId: string;
  mayEdit: boolean;
  form: FormView;
}

/** What a version is: in use, never in use, or former. */
function VersionState({ form }: { form: FormView }) {
  if (form.active) {
    return (
      <Badge tone="good" icon={Check}>
        In use
      </Badge>
    );
  }
  return form.activated_at ? (
    <Badge icon={History}>Was in use</Badge>
  ) : (
    <Badge icon={PencilLine}>Draft</Badge>
  );
}

function Versions({ nicheId, mayEdit, form: shown, forms }: VersionProps & { forms: readonly FormView[] }) {
  return (
    <Card
      flush
      title="Versions"
      aside={mayEdit && <NewVersion nicheId={nicheId} from={shown.schema_version} text="New version" />}
    >
      <ol aria-label="Versions" className="max-h-96 divide-y overflow-y-auto border-t lg:max-h-144">
        {forms.map((form) => (
          <li key={form.schema_version}>
            <Link
              to="/admin/niches/$nicheId"
              params={{ nicheId }}
              search={{ tab: 'form', open: String(form.schema_version) }}
              replace
              resetScroll={false}
              aria-current={form === shown ? 'true' : undefined}
              className="block px-4 py-2.5 text-sm hover:bg-surface-2 focus-visible:-outline-offset-2 aria-[current]:bg-accent-soft"
            >
              <span className="flex items-center justify-between gap-2">
                <span className="font-medium tabular-nums">Version {form.schema_version}</span>
                <VersionState form={form} />
              </span>
              <span className="wrap-anywhere line-clamp-2 text-muted text-xs">
                {form.change_summary || `${form.fields.length} questions`}
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </Card>
  );
}

interface NewVersionProps {
  nicheId: string;
  /** The version whose questions it begins with. */
  from?: number;
  text: string;
  look?: 'primary' | 'plain';
}

function NewVersion({ nicheId, from, text, look = 'plain' }: NewVersionProps) {
  return (
    <Link
      to="/admin/niches/$nicheId/forms/new"
      params={{ nicheId }}
      search={from === undefined ? {} : { open: String(from) }}
      className={buttonClass({ look, size: 'sm' })}
    >
      <Plus aria-hidden />
      {text}
    </Link>
  );
}

function Questions({ nicheId, mayEdit, form }: VersionProps) {
  const version = String(form.schema_version);
  const params = { nicheId, version };
  return (
    <Card
      flush
      title={
        <span className="flex flex-wrap items-center gap-2">
          Version {version}
          <VersionState form={form} />
        </span>
      }
      note={
        <>
          {form.activated_at ? (
            <>
              {form.active ? 'In use since' : 'First in use'} <Time at={form.activated_at} />
            </>
          ) : (
            <>
              Made <Time at={form.created_at} />, never in use
            </>
          )}
          {form.change_summary && <span className="wrap-anywhere block">{form.change_summary}</span>}
        </>
      }
      aside={
        mayEdit &&
        !form.active && (
          <span className="flex flex-wrap justify-end gap-2">
            {!form.activated_at && (
              <Link
                to="/admin/niches/$nicheId/forms/$version"
                params={params}
                className={buttonClass({ size: 'sm' })}
              >
                <Pencil aria-hidden />
                Edit
              </Link>
            )}
            <Link
              to="/admin/niches/$nicheId/forms/$version/use"
              params={params}
              className={buttonClass({ size: 'sm', look: 'primary' })}
            >
              {form.activated_at ? 'Put in use again' : 'Put in use'}
            </Link>
          </span>
        )
      }
    >
      <ol aria-label="Questions" className="divide-y border-t">
        {form.fields.map((field) => (
          <li key={field.id} className="grid gap-x-4 px-4 py-2.5 text-sm sm:grid-cols-[1fr_9rem_1fr]">
            <span className="min-w-0">
              <span className="font-medium">{field.label}</span>
              {field.required === true && <span className="text-muted"> (required)</span>}
              {field.sensitive === true && <span className="text-muted"> (encrypted)</span>}
              {field.shown_before_purchase === true && (
                <span className="text-muted"> (shown before a purchase)</span>
              )}
              <code className="wrap-anywhere block font-mono text-muted text-xs">{field.id}</code>
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
  mustBeTrue: 'must be yes',
};

/** The choices or the limits of a field, in a few words. */
function limitsOf(field: FormField): string {
  const options = optionsOf(field).map((option) => option.label);
  // "from" before "to", whatever the order in which they are stored.
  const place = (name: string) => Object.keys(ruleWords).indexOf(name);
  const { shape, ...limits } = (field.rules ?? {}) as Record<string, unknown>;
  const stored = Object.entries(limits);
  const rules = stored
    .sort(([a], [b]) => place(a) - place(b))
    .map(([name, value]) =>
      value === true ? (ruleWords[name] ?? name) : `${ruleWords[name] ?? name} ${[value].flat().join(', ')}`,
    );
  if (shape === 'first_last') rules.push('first and last name');
  return [options.join(', '), rules.join(', ')].filter(Boolean).join('; ');
}
