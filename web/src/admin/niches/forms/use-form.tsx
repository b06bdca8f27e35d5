import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { FormInput } from 'lucide-react';
import { useState } from 'react';
import type { FormView } from '../../../../../src/market/catalog/schema.ts';
import type { FieldMapping } from '../../../../../src/market/schema.ts';
import type { CarriedTerms } from '../../../../../src/market/subscriptions/schema.ts';
import { sentenceOf, useAct } from '../../../act.ts';
import { api, Refusal } from '../../../client.ts';
import { LeaveGuard } from '../../../frame/leave-guard.tsx';
import { Page } from '../../../frame/page.tsx';
import { formsQuery } from '../../../market/queries.ts';
import { AlertDialog } from '../../../ui/alert-dialog.tsx';
import { Button, buttonClass } from '../../../ui/button.tsx';
import { Card } from '../../../ui/card.tsx';
import { Empty } from '../../../ui/empty.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { SkeletonLines } from '../../../ui/skeleton.tsx';
import { ProblemNotice } from '../../../ui/table-parts.tsx';
import { ActivationPreview } from './activation-preview.tsx';
import { FateCards } from './fate-cards.tsx';
import { fateProblems, guessFates, mappingsOf } from './form-mapping.ts';
import { NicheLink } from './niche-link.tsx';

/** Says what becomes of the questions in use, shows whom it touches, and puts a version in use. */
export function UseFormPage() {
  const { nicheId, version } = useParams({ from: '/frame/admin/niches/$nicheId/forms/$version/use' });
  const forms = useQuery(formsQuery(nicheId));
  const [round, setRound] = useState(0);
  const title = `Put version ${version} of the form in use`;
  if (forms.error) return <ProblemNotice problem={forms.error} onRetry={() => void forms.refetch()} />;
  if (!forms.data) {
    return (
      <Page title={title}>
        <SkeletonLines lines={8} />
      </Page>
    );
  }
  const form = forms.data.find((one) => String(one.schema_version) === version);
  const inUse = forms.data.find((one) => one.active);
  if (!form || form.active) {
    return (
      <Page title={title} sentence={<NicheLink nicheId={nicheId} />}>
        <Empty icon={FormInput} title={form ? 'This version is in use already' : 'There is no such version'}>
          Choose another one on the page of the niche.
        </Empty>
      </Page>
    );
  }
  const again = async () => {
    await forms.refetch();
    setRound(round + 1);
  };
  return <UseForm key={round} {...{ nicheId, title, form, inUse }} onAgain={() => void again()} />;
}

interface UseFormProps {
  nicheId: string;
  title: string;
  form: FormView;
  inUse: FormView | undefined;
  onAgain: () => void;
}

function UseForm({ nicheId, title, form: formNow, inUse: inUseNow, onAgain }: UseFormProps) {
  const navigate = useNavigate();
  // What was loaded first: the server says when it is another one by now.
  const [{ form, inUse }] = useState({ form: formNow, inUse: inUseNow });
  const [former, next] = [inUse?.fields ?? [], form.fields];
  const [first] = useState(() => guessFates(former, next));
  const [fates, setFates] = useState(first);
  const [same, setSame] = useState<readonly string[]>([]);
  const [asking, setAsking] = useState(false);
  const problems = fateProblems(former, next, fates);
  const open = Object.keys(problems).length + form.asked_again.length - same.length;
  const path = `/admin/niches/${nicheId}/schema/${form.schema_version}`;
  const body = {
    field_mappings: mappingsOf(former, fates, form.asked_again),
    from_version: inUse?.schema_version,
    revision: form.revision,
  };
  const preview = usePreview(nicheId, `${path}/preview-activation`, body, open === 0);
  const activate = useAct(() => api.post<CarriedTerms>(`${path}/activate`, body), {
    done: `Version ${form.schema_version} is in use`,
    renew: ['niches', 'subscriptions', 'provider'],
    onDone: () =>
      void navigate({
        to: '/admin/niches/$nicheId',
        params: { nicheId },
        search: { tab: 'form', open: String(form.schema_version) },
        ignoreBlocker: true,
      }),
  });
  const refused = activate.error ?? preview.error;
  const ready = open === 0 && preview.data !== undefined && !preview.isPlaceholderData && !preview.error;
  return (
    <Page
      title={title}
      sentence={
        <NicheLink nicheId={nicheId} text="Say what becomes of each question, then see whom it touches." />
      }
    >
      <LeaveGuard changed={fates !== first && !activate.isPending && !activate.isSuccess} />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <FateCards
          {...{ former, next, fates, problems, same }}
          askedAgain={form.asked_again}
          onFates={setFates}
          onSame={setSame}
        />
        <Card
          title="Whom it touches"
          note="Nothing has changed yet."
          className="lg:sticky lg:top-4 lg:max-h-[calc(100dvh-10rem)] lg:overflow-y-auto"
        >
          {refused && <Refused error={refused} onAgain={onAgain} />}
          <p role="status" className="sr-only">
            {ready && effectWords(preview.data)}
          </p>
          {open > 0 && <StillOpen count={open} />}
          {open === 0 && !preview.data && !preview.error && <SkeletonLines lines={4} />}
          {open === 0 && preview.data && !preview.error && (
            <ActivationPreview carried={preview.data} {...{ former, next }} />
          )}
        </Card>
      </div>
      <div className="sticky bottom-0 z-10 -mx-4 flex items-center justify-end gap-2 border-t bg-surface-0 px-4 py-3 sm:-mx-6 sm:px-6">
        <Link
          to="/admin/niches/$nicheId"
          params={{ nicheId }}
          search={{ tab: 'form' }}
          className={buttonClass({})}
        >
          Go back
        </Link>
        <Button look="primary" disabled={!ready} onClick={() => setAsking(true)}>
          Put version {form.schema_version} in use
        </Button>
      </div>
      <AlertDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Put version ${form.schema_version} in use?`}
        description="People fill it in from now on. Older leads keep their answers."
        verb={`Put version ${form.schema_version} in use`}
        tone="primary"
        busy={activate.isPending}
        onConfirm={() => activate.mutate(undefined, { onError: () => setAsking(false) })}
      >
        {preview.data && <p className="text-sm">{effectWords(preview.data)}</p>}
      </AlertDialog>
    </Page>
  );
}

interface Body {
  field_mappings: FieldMapping[];
  from_version: number | undefined;
  revision: string;
}

function usePreview(nicheId: string, path: string, body: Body, complete: boolean) {
  return useQuery({
    queryKey: ['niches', nicheId, 'preview', path, body],
    queryFn: ({ signal }) => api.post<CarriedTerms>(path, body, { signal }),
    enabled: complete,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** "5 subscriptions change by themselves; 2 filters and fields stay as they are." */
function effectWords({ changed, left_count }: CarriedTerms): string {
  const moved =
    changed === 0
      ? 'No subscription changes by itself'
      : `${changed.toLocaleString()} ${changed === 1 ? 'subscription changes' : 'subscriptions change'} by ${changed === 1 ? 'itself' : 'themselves'}`;
  if (left_count === 0) return `${moved}; nothing stays behind.`;
  return `${moved}; ${left_count.toLocaleString()} ${left_count === 1 ? 'thing cannot go along, and its provider gets' : 'things cannot go along, and their providers get'} a mail.`;
}

const StillOpen = ({ count }: { count: number }) => (
  <p className="text-muted text-sm tabular-nums">
    Say what becomes of {count} {count === 1 ? 'more question' : 'more questions'}; then this shows which
    subscriptions are touched.
  </p>
);

function Refused({ error, onAgain }: { error: Error; onAgain: () => void }) {
  const isLate = error instanceof Refusal && ['form_changed', 'form_use_changed'].includes(error.code);
  return (
    <Notice
      tone={isLate ? 'warn' : 'bad'}
      title={sentenceOf(error)}
      action={
        isLate && (
          <Button size="sm" onClick={onAgain}>
            Load again
          </Button>
        )
      }
    />
  );
}
