import { useMutation, useQuery } from '@tanstack/react-query';
import { ArrowDown, ArrowUp, Play } from 'lucide-react';
import { useState } from 'react';
import type { ComparisonView } from '../../../../src/lead/distribution/simulate/schema.ts';
import type { LevelView } from '../../../../src/market/catalog/schema.ts';
import type { SubscriptionView } from '../../../../src/market/subscriptions/schema.ts';
import { sentenceOf, useAct } from '../../act.ts';
import { api } from '../../client.ts';
import { LeaveGuard } from '../../frame/leave-guard.tsx';
import { counted } from '../../lead/words.ts';
import { campaignsQuery } from '../../market/queries.ts';
import { AlertDialog } from '../../ui/alert-dialog.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Checkbox } from '../../ui/checkbox.tsx';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Select } from '../../ui/select.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import type { NicheAnswer } from '../niches/niche.tsx';
import { billings, fillModes, rotations, strategies } from '../niches/words.ts';
import { bodyOf, type DraftState, draftOf, type LevelDraft, moved, type Present } from './draft.ts';
import { DraftCompanies } from './draft-companies.tsx';
import { DraftPrices } from './draft-prices.tsx';
import { DraftResult } from './draft-result.tsx';
import { DraftSubscriptions } from './draft-subscriptions.tsx';

const SUBSCRIPTIONS_MAX = 100;
const DAYS = [1, 7, 14, 30].map((days) => ({
  value: String(days),
  label: days === 1 ? 'Last 24 hours' : `Last ${days} days`,
}));

/** A draft configuration on the leads of the last days. */
export function DraftTab({ nicheId }: { nicheId: string }) {
  const niche = useQuery({
    queryKey: ['niches', nicheId],
    queryFn: ({ signal }) => api.get<NicheAnswer>(`/admin/niches/${nicheId}`, {}, { signal }),
  });
  const subscriptions = useQuery({
    queryKey: ['subscriptions', 'of-niche', nicheId],
    queryFn: ({ signal }) =>
      api.page<SubscriptionView>(
        '/admin/subscriptions',
        { niche_id: nicheId, limit: SUBSCRIPTIONS_MAX },
        { signal },
      ),
  });
  const campaigns = useQuery(campaignsQuery(nicheId));
  const problem = niche.error ?? subscriptions.error ?? campaigns.error;
  if (problem) return <ProblemNotice problem={problem} onRetry={() => void niche.refetch()} />;
  if (!niche.data || !subscriptions.data || !campaigns.data) return <SkeletonLines lines={8} />;
  const present: Present = {
    niche: niche.data.niche,
    levels: niche.data.levels
      .filter((level) => level.archived_at === null)
      .toSorted((a, b) => a.priority_order - b.priority_order),
    campaigns: campaigns.data.filter(({ archived_at }) => archived_at === null),
    subscriptions: subscriptions.data.data,
  };
  return <DraftForm key={present.niche.config_version} present={present} />;
}

function DraftForm({ present }: { present: Present }) {
  const [draft, setDraft] = useState<DraftState>(() => draftOf(present));
  const [days, setDays] = useState('7');
  const [asking, setAsking] = useState(false);
  const { niche } = present;
  const { body, words } = bodyOf(present, draft);
  const key = JSON.stringify([body, days]);
  const run = useMutation({
    mutationFn: async (tried: string) => ({
      tried,
      answer: await api.post<ComparisonView>('/admin/simulations/draft', {
        ...{ niche_id: niche.id, days: Number(days), draft: body },
      }),
    }),
  });
  const publish = useAct(
    (base: number) =>
      api.post('/admin/simulations/publish', {
        ...{ niche_id: niche.id, base_config_version: base, draft: body },
      }),
    {
      problem: 'Not published',
      done: 'Published. It holds from the next lead on.',
      renew: ['niches', 'subscriptions', 'providers'],
      onDone: () => setAsking(false),
    },
  );
  const tried = run.data?.tried === key ? run.data.answer : undefined;
  return (
    <div className="flex flex-col gap-4">
      <LeaveGuard changed={words.length > 0} />
      <Card
        title="What the draft changes"
        note="What you leave as it is stays as it was at the time of each lead."
      >
        <div className="flex flex-col gap-6">
          <Rotation draft={draft} onChange={setDraft} />
          <Levels present={present} draft={draft} onChange={setDraft} />
          <DraftPrices
            present={present}
            drafts={draft.prices}
            onChange={(prices) => setDraft({ ...draft, prices })}
          />
          <DraftCompanies
            present={present}
            drafts={draft.companies}
            onChange={(companies) => setDraft({ ...draft, companies })}
          />
          <DraftSubscriptions
            present={present}
            drafts={draft.subscriptions}
            onChange={(subscriptions) => setDraft({ ...draft, subscriptions })}
          />
        </div>
      </Card>
      <div className="flex flex-wrap items-center gap-2">
        <div className="w-40">
          <Select label="Leads of" value={days} choices={DAYS} onChange={setDays} />
        </div>
        <Button
          look="primary"
          busy={run.isPending}
          disabled={words.length === 0}
          onClick={() => run.mutate(key)}
        >
          <Play aria-hidden />
          Try the draft
        </Button>
        <Button disabled={words.length === 0} onClick={() => setDraft(draftOf(present))}>
          Start again
        </Button>
        <span aria-live="polite" className="text-muted text-sm">
          {words.length === 0 ? 'Change something to try it.' : counted(words.length, 'change')}
        </span>
      </div>
      {run.error && <Notice tone="bad" title={sentenceOf(run.error)} />}
      {run.data && !tried && <Notice title="The draft has changed since it was tried: try it again." />}
      {tried && (
        <DraftResult
          result={tried}
          action={<Button onClick={() => setAsking(true)}>Publish {counted(words.length, 'change')}</Button>}
        />
      )}
      <AlertDialog
        open={asking}
        onOpenChange={setAsking}
        tone="primary"
        title={`Publish ${counted(words.length, 'change')}?`}
        description={`They hold for every lead of ${niche.name} that is decided from now on, all or none of them.`}
        verb={`Publish ${counted(words.length, 'change')}`}
        keep="Keep as draft"
        busy={publish.isPending}
        onConfirm={() => tried && publish.mutate(tried.base_config_version)}
      >
        <ul className="flex list-disc flex-col gap-0.5 pl-4 text-sm">
          {words.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </AlertDialog>
    </div>
  );
}

interface PartProps {
  draft: DraftState;
  onChange: (draft: DraftState) => void;
}

function Rotation({ draft, onChange }: PartProps) {
  return (
    <div className="grid gap-4 sm:grid-cols-2 lg:max-w-3xl">
      <Field label="Where a lead starts" native={false}>
        <Select
          value={draft.level_rotation}
          choices={rotations}
          onChange={(level_rotation) => onChange({ ...draft, level_rotation })}
        />
      </Field>
      <Field label="How levels share a lead" native={false}>
        <Select
          value={draft.fill_mode}
          choices={fillModes}
          onChange={(fill_mode) => onChange({ ...draft, fill_mode })}
        />
      </Field>
    </div>
  );
}

function Levels({ present, draft, onChange }: PartProps & { present: Present }) {
  const byId = new Map(present.levels.map((level) => [level.id, level]));
  const set = (id: string, change: Partial<LevelDraft>) =>
    onChange({ ...draft, levels: { ...draft.levels, [id]: { ...draft.levels[id]!, ...change } } });
  return (
    <section className="flex flex-col gap-2">
      <h3 className="font-medium text-sm">Levels, in order</h3>
      <ul className="flex flex-col divide-y rounded-control border">
        {draft.order.map((id, place) => (
          <LevelLine
            key={id}
            level={byId.get(id)!}
            draft={draft.levels[id]!}
            onChange={(change) => set(id, change)}
            onMove={{
              up: place > 0 ? () => onChange({ ...draft, order: moved(draft.order, id, -1) }) : undefined,
              down:
                place < draft.order.length - 1
                  ? () => onChange({ ...draft, order: moved(draft.order, id, 1) })
                  : undefined,
            }}
          />
        ))}
      </ul>
    </section>
  );
}

interface LevelLineProps {
  level: LevelView;
  draft: LevelDraft;
  onChange: (change: Partial<LevelDraft>) => void;
  onMove: { up: (() => void) | undefined; down: (() => void) | undefined };
}

function LevelLine({ level, draft, onChange, onMove }: LevelLineProps) {
  return (
    <li className="grid items-end gap-3 p-3 sm:grid-cols-[minmax(0,1fr)_9rem_6rem_minmax(0,14rem)_auto]">
      <span className="min-w-0 truncate self-center font-medium text-sm">{level.name}</span>
      <Field label="Price">
        <Input
          value={draft.price_per_lead}
          inputMode="decimal"
          after={level.currency}
          onChange={(event) => onChange({ price_per_lead: event.target.value })}
        />
      </Field>
      <Field label="Seats">
        <Input
          value={draft.max_providers}
          inputMode="numeric"
          onChange={(event) => onChange({ max_providers: event.target.value })}
        />
      </Field>
      <Field label="Who is next" native={false}>
        <Select value={draft.strategy} choices={strategies} onChange={(strategy) => onChange({ strategy })} />
      </Field>
      <span className="flex gap-1">
        <IconButton label={`Move ${level.name} up`} disabled={!onMove.up} onClick={() => onMove.up?.()}>
          <ArrowUp aria-hidden />
        </IconButton>
        <IconButton label={`Move ${level.name} down`} disabled={!onMove.down} onClick={() => onMove.down?.()}>
          <ArrowDown aria-hidden />
        </IconButton>
      </span>
      <div className="grid items-end gap-3 sm:col-span-full sm:grid-cols-2 lg:max-w-3xl">
        <Field label="When it is charged" native={false}>
          <Select value={draft.bill_on} choices={billings} onChange={(bill_on) => onChange({ bill_on })} />
        </Field>
        <Checkbox
          label="Nobody of another level gets the same lead"
          checked={draft.exclusive}
          onCheckedChange={(exclusive) => onChange({ exclusive })}
        />
      </div>
    </li>
  );
}
