import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SubscriptionView } from '../../../src/market/subscriptions/schema.ts';
import { isStale, renew, sentenceOf } from '../act.ts';
import { api, type Refusal } from '../client.ts';
import { LeaveGuard } from '../frame/leave-guard.tsx';
import { Button } from '../ui/button.tsx';
import { MultiCombobox } from '../ui/combobox.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { Select } from '../ui/select.tsx';
import { toast } from '../ui/toast.tsx';
import { AwayFields } from './away-fields.tsx';
import { CapFields } from './cap-fields.tsx';
import { DateFields } from './date-fields.tsx';
import { Estimate } from './estimate.tsx';
import { FilterFields } from './filter-fields.tsx';
import { HolidayFields } from './holiday-fields.tsx';
import { HourFields } from './hour-fields.tsx';
import { PersonWindowField } from './person-window-field.tsx';
import { CampaignField, DealtFields, EndpointField, RequiredFields, ZoneField } from './place-fields.tsx';
import { countryChoices } from './places.ts';
import { PremiumFields } from './premium-fields.tsx';
import { useFormFields } from './queries.ts';
import { changedTerms, editOf, TERM_WORDS, type Terms, termsOf } from './terms.ts';
import { durationWords } from './words.ts';

interface TermsFormProps {
  subscription: SubscriptionView;
  /** The provider's own portal. */
  mine: boolean;
  onClose: () => void;
}

const AGES_MS = [1, 6, 24, 72, 168, 720].map((hours) => hours * 3_600_000);

/** Filters, countries, caps and hours of a subscription. */
export function TermsForm({ subscription, mine, onClose }: TermsFormProps) {
  const edit = useTermsEdit(subscription, mine, onClose);
  const { draft, set, changed } = edit;
  const fields = useFormFields(subscription.niche_id, mine);
  const place = { draft, set, fault: edit.fault };
  const ages = [...new Set([...AGES_MS, draft.max_age_ms])].sort((a, b) => a - b);
  return (
    <form
      noValidate
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        void edit.save();
      }}
    >
      <LeaveGuard changed={changed.length > 0} />
      <EditProblem edit={edit} />
      <Group title="Which leads" note="What is left empty takes every lead.">
        {fields && (
          <FilterFields
            key={`filters-${edit.round}`}
            fields={fields}
            filters={draft.filters}
            filesAt={`/api/v1${mine ? '' : '/admin'}/subscriptions/${subscription.id}`}
            onChange={(filters) => set({ filters })}
          />
        )}
        <Field label="Countries" native={false} help="None chosen: every country.">
          <MultiCombobox
            choices={countryChoices()}
            values={draft.countries}
            placeholder="Every country"
            onChange={(countries) => set({ countries })}
          />
        </Field>
        <Estimate nicheId={subscription.niche_id} rules={draft} mine={mine} />
        <Field label="No older than" native={false}>
          <Select
            className="max-w-40"
            value={String(draft.max_age_ms)}
            choices={ages.map((ms) => ({ value: String(ms), label: durationWords(ms) }))}
            onChange={(ms) => set({ max_age_ms: Number(ms) })}
          />
        </Field>
        <PremiumFields key={`premium-${edit.round}`} draft={draft} set={set} />
        {fields && <RequiredFields fields={fields} {...place} />}
        {!mine && <CampaignField nicheId={subscription.niche_id} {...place} />}
      </Group>
      <Group title="Where to">
        <EndpointField providerId={subscription.provider_id} mine={mine} {...place} />
      </Group>
      {!mine && (
        <Group title="Price and place">
          <DealtFields key={`dealt-${edit.round}`} subscription={subscription} {...place} />
        </Group>
      )}
      <Group title="How many" note={`A day begins at 00:00, ${draft.timezone}.`}>
        <ZoneField {...place} />
        <CapFields
          caps={draft.caps}
          currencies={[subscription.currency]}
          onChange={(caps) => set({ caps })}
        />
        <PersonWindowField key={`person-${edit.round}`} {...place} />
      </Group>
      <Group title="When">
        <HourFields
          schedule={draft.schedule}
          zone={draft.timezone}
          onChange={(schedule) => set({ schedule })}
        />
        <DateFields
          schedule={draft.schedule}
          zone={draft.timezone}
          fault={edit.fault('schedule')}
          onChange={(schedule) => set({ schedule })}
        />
        <HolidayFields
          holidays={draft.holidays}
          fault={edit.fault('holidays')}
          onChange={(holidays) => set({ holidays })}
        />
        {(draft.schedule || draft.holidays) && (
          <Field label="While it is closed" native={false}>
            <Select
              value={draft.off_hours}
              onChange={(off_hours) => set({ off_hours })}
              choices={[
                { value: 'skip', label: 'Leave the leads to others' },
                { value: 'hold', label: 'Take them, deliver at the next opening' },
              ]}
            />
          </Field>
        )}
        <AwayFields away={draft.away} fault={edit.fault('away')} onChange={(away) => set({ away })} />
      </Group>
      <div className="-mx-4 -mb-4 sticky -bottom-4 flex items-center justify-end gap-2 border-t bg-float px-4 py-3">
        <span aria-live="polite" className="mr-auto text-muted text-sm">
          {changed.length > 0 && `${changed.length} ${changed.length === 1 ? 'change' : 'changes'}`}
        </span>
        <Button onClick={onClose}>Discard</Button>
        <Button type="submit" look="primary" busy={edit.busy} disabled={changed.length === 0}>
          Save changes
        </Button>
      </div>
    </form>
  );
}

function Group({ title, note, children }: { title: string; note?: string; children: React.ReactNode }) {
  return (
    <section className="flex flex-col gap-3">
      <div>
        <h3 className="font-medium text-base">{title}</h3>
        {note && <p className="text-muted text-sm">{note}</p>}
      </div>
      {children}
    </section>
  );
}

type TermsEdit = ReturnType<typeof useTermsEdit>;

/** The draft, and saving it against the version it was made from. */
function useTermsEdit(subscription: SubscriptionView, mine: boolean, onClose: () => void) {
  const queries = useQueryClient();
  const path = `${mine ? '' : '/admin'}/subscriptions/${subscription.id}`;
  const [base, setBase] = useState(subscription);
  const [draft, setDraft] = useState<Terms>(() => termsOf(subscription));
  const [problem, setProblem] = useState<Refusal>();
  const [theirs, setTheirs] = useState<SubscriptionView>();
  const [busy, setBusy] = useState(false);
  const [round, setRound] = useState(0);

  const save = async (version = base.version) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await api.patch(path, editOf(termsOf(base), draft), { version });
      toast({ title: 'Subscription saved', text: 'It holds from the next lead on.' });
      onClose();
      await renew(queries, ['subscriptions', 'providers', 'provider']);
    } catch (error) {
      if (isStale(error)) setTheirs(await api.get<SubscriptionView>(path));
      else setProblem(error as Refusal);
    } finally {
      setBusy(false);
    }
  };
  const takeTheirs = () => {
    if (!theirs) return;
    setBase(theirs);
    setDraft(termsOf(theirs));
    setTheirs(undefined);
    setRound(round + 1);
  };
  return {
    base,
    draft,
    set: (change: Partial<Terms>) => setDraft((now) => ({ ...now, ...change })),
    changed: changedTerms(termsOf(base), draft),
    problem,
    /** What the server found wrong with a term, for the control that shows it. */
    fault: (term: string) => problem?.details.find(({ field }) => field.split('.')[0] === term)?.message,
    theirs,
    busy,
    /** Grows when the draft is replaced, so that controls begin anew. */
    round,
    save,
    takeTheirs,
  };
}

function EditProblem({ edit }: { edit: TermsEdit }) {
  const { problem, theirs, base, busy } = edit;
  if (theirs) {
    const other = changedTerms(termsOf(base), termsOf(theirs)).map((term) => TERM_WORDS[term]);
    return (
      <Notice tone="warn" title="Somebody changed this subscription meanwhile">
        <p>
          {other.length > 0 ? `They changed: ${other.join(', ')}. ` : ''}
          Your changes are still here and not saved.
        </p>
        <div className="mt-2 flex flex-wrap gap-2">
          <Button size="sm" onClick={edit.takeTheirs}>
            Show theirs, drop mine
          </Button>
          <Button size="sm" busy={busy} onClick={() => void edit.save(theirs.version)}>
            Save mine over it
          </Button>
        </div>
      </Notice>
    );
  }
  if (!problem) return null;
  return <Notice tone="bad" title={sentenceOf(problem)} />;
}
