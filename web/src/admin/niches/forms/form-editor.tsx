import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { FormView } from '../../../../../src/market/catalog/schema.ts';
import { sentenceOf, useAct } from '../../../act.ts';
import { api, Refusal } from '../../../client.ts';
import { LeaveGuard } from '../../../frame/leave-guard.tsx';
import { Page } from '../../../frame/page.tsx';
import { useListPlace } from '../../../list.ts';
import { formsQuery } from '../../../market/queries.ts';
import { inOrder } from '../../../order.ts';
import { Button, buttonClass } from '../../../ui/button.tsx';
import { Card } from '../../../ui/card.tsx';
import { Empty } from '../../../ui/empty.tsx';
import { Field } from '../../../ui/field.tsx';
import { Input } from '../../../ui/input.tsx';
import { Menu, MenuItem } from '../../../ui/menu.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { SkeletonLines } from '../../../ui/skeleton.tsx';
import { Sortable } from '../../../ui/sortable.tsx';
import { ProblemNotice } from '../../../ui/table-parts.tsx';
import { FieldEditor, typeChoices } from './field-editor.tsx';
import {
  draftsOf,
  type Faults,
  type FieldDraft,
  faultsOf,
  fieldOf,
  newField,
  refusedOf,
} from './form-draft.ts';
import { NicheLink } from './niche-link.tsx';

/** As many as a form can have: src/market/catalog/form-schema.ts. */
const FIELDS_MAX = 60;

/** A new version that begins with the fields of another one: `?open=<version>`, else the one in use. */
export function NewFormPage() {
  const { nicheId } = useParams({ from: '/frame/admin/niches/$nicheId/forms/new' });
  const { search } = useListPlace();
  return <FormPage nicheId={nicheId} from={search.open} />;
}

/** A version that was never in use. */
export function EditFormPage() {
  const { nicheId, version } = useParams({ from: '/frame/admin/niches/$nicheId/forms/$version' });
  return <FormPage nicheId={nicheId} edited={version} />;
}

function FormPage(of: { nicheId: string; from?: string | undefined; edited?: string }) {
  const { nicheId, from, edited } = of;
  const forms = useQuery(formsQuery(nicheId));
  const [round, setRound] = useState(0);
  const title = edited ? `Edit version ${edited} of the form` : 'New version of the form';
  if (forms.error) return <ProblemNotice problem={forms.error} onRetry={() => void forms.refetch()} />;
  if (!forms.data) {
    return (
      <Page title={title}>
        <SkeletonLines lines={8} />
      </Page>
    );
  }
  const wanted = edited ?? from;
  const base = wanted
    ? forms.data.find((form) => String(form.schema_version) === wanted)
    : forms.data.find((form) => form.active);
  if (edited && (!base || base.activated_at)) {
    return (
      <Page title={title} sentence={<NicheLink nicheId={nicheId} />}>
        <Empty icon={Plus} title={base ? 'This version has been in use' : 'There is no such version'}>
          {base
            ? 'Leads are read by it, so it stays as it is. Make a new version of it instead.'
            : 'Choose another one on the page of the niche.'}
        </Empty>
      </Page>
    );
  }
  const again = async () => {
    await forms.refetch();
    setRound(round + 1);
  };
  return (
    <FormEditor
      key={`${edited ?? 'new'}-${round}`}
      {...{ nicheId, title, base }}
      edited={edited ? base : undefined}
      onAgain={() => void again()}
    />
  );
}

interface FormEditorProps {
  nicheId: string;
  title: string;
  base: FormView | undefined;
  /** Left out: a new version. */
  edited: FormView | undefined;
  /** Begins anew with what is stored now. */
  onAgain: () => void;
}

function FormEditor({ nicheId, title, base: given, edited, onAgain }: FormEditorProps) {
  const navigate = useNavigate();
  // What was loaded first: somebody else's edit must not slip under the draft.
  const [base] = useState(given);
  const [first] = useState(() => draftsOf(base?.fields ?? []));
  const [fields, setFields] = useState(first);
  const [summary, setSummary] = useState(edited?.change_summary ?? '');
  const [tried, setTried] = useState(false);
  const path = `/admin/niches/${nicheId}/schema`;
  const save = useAct(
    () => {
      const body = { fields: fields.map(fieldOf), change_summary: summary };
      return edited
        ? api.patch<{ form: FormView }>(`${path}/${edited.schema_version}`, {
            ...body,
            revision: base?.revision,
          })
        : api.post<{ form: FormView }>(path, body);
    },
    {
      done: ({ form }) => `Version ${form.schema_version} saved`,
      renew: ['niches'],
      onDone: ({ form }) =>
        void navigate({
          to: '/admin/niches/$nicheId',
          params: { nicheId },
          search: { tab: 'form', open: String(form.schema_version) },
          ignoreBlocker: true,
        }),
    },
  );
  const own = faultsOf(fields);
  const refused = save.error instanceof Refusal ? refusedOf(fields, save.error.details) : {};
  const faults: Record<string, Faults> = { ...refused, ...(tried ? own : {}) };
  const changed = fields !== first || summary !== (edited?.change_summary ?? '');
  const count = Object.keys(own).length;
  return (
    <Page
      title={title}
      sentence={<NicheLink nicheId={nicheId} text="Nobody sees it before it is put in use." />}
    >
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (count === 0) save.mutate();
        }}
      >
        <LeaveGuard changed={changed && !save.isPending && !save.isSuccess} />
        {save.error && <SaveProblem error={save.error} onAgain={onAgain} />}
        <Card>
          <Field label="What changes" optional help="Stands in the list of versions." className="max-w-3xl">
            <Input maxLength={500} value={summary} onChange={(event) => setSummary(event.target.value)} />
          </Field>
        </Card>
        <FieldList {...{ fields, setFields, faults }} />
        <div className="sticky bottom-0 z-10 -mx-4 flex flex-wrap items-center justify-end gap-2 border-t bg-surface-0 px-4 py-3 sm:-mx-6 sm:px-6">
          <span aria-live="polite" className="mr-auto text-bad text-sm">
            {tried && count > 0 && `${count} ${count === 1 ? 'question' : 'questions'} to mend`}
          </span>
          <Link
            to="/admin/niches/$nicheId"
            params={{ nicheId }}
            search={{ tab: 'form' }}
            className={buttonClass({})}
          >
            Go back
          </Link>
          <Button type="submit" look="primary" busy={save.isPending} disabled={edited ? !changed : false}>
            Save version
          </Button>
        </div>
      </form>
    </Page>
  );
}

function SaveProblem({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  const isLate = error instanceof Refusal && error.code === 'form_changed';
  return (
    <Notice
      tone={isLate ? 'warn' : 'bad'}
      title={sentenceOf(error)}
      action={
        isLate && (
          <Button size="sm" onClick={onAgain}>
            Show theirs, drop mine
          </Button>
        )
      }
    />
  );
}

interface FieldListProps {
  fields: FieldDraft[];
  setFields: (fields: FieldDraft[]) => void;
  faults: Record<string, Faults>;
}

function FieldList({ fields, setFields, faults }: FieldListProps) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [fresh, setFresh] = useState<string>();
  const toggle = (key: string, shown: boolean) =>
    setOpen(new Set(shown ? [...open, key] : [...open].filter((one) => one !== key)));
  const add = (type: string) => {
    const field = newField(type);
    setFields([...fields, field]);
    setFresh(field.key);
    toggle(field.key, true);
  };
  return (
    <Card
      flush
      title="Questions"
      note="In the order in which people answer them. A question that means something else needs another name in the data."
    >
      <Sortable
        label="Questions"
        items={fields}
        idOf={({ key }) => key}
        nameOf={({ label, id }) => label || id || 'new question'}
        onOrder={(keys) => setFields(inOrder(fields, ({ key }) => key, keys))}
        className="divide-y border-t"
        rowClass="flex bg-surface-1"
      >
        {(field, at, row) => (
          <FieldEditor
            {...{ field, at, row }}
            faults={faults[field.key] ?? {}}
            open={open.has(field.key) || faults[field.key] !== undefined}
            fresh={fresh === field.key}
            onOpen={(shown) => toggle(field.key, shown)}
            onChange={(next) => setFields(fields.map((one) => (one.key === field.key ? next : one)))}
            onRemove={() => setFields(fields.filter(({ key }) => key !== field.key))}
          />
        )}
      </Sortable>
      <div className="border-t px-4 py-3">
        {fields.length < FIELDS_MAX ? (
          <Menu
            align="start"
            trigger={
              <Button>
                <Plus aria-hidden />
                Add question
              </Button>
            }
          >
            {typeChoices.map(({ value, label }) => (
              <MenuItem key={value} onSelect={() => add(value)}>
                {label}
              </MenuItem>
            ))}
          </Menu>
        ) : (
          <p className="text-muted text-sm">A form has at most {FIELDS_MAX} questions.</p>
        )}
      </div>
    </Card>
  );
}
