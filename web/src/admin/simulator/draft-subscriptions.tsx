import { X } from 'lucide-react';
import type { SubscriptionView } from '../../../../src/market/subscriptions/schema.ts';
import { CapFields } from '../../market/cap-fields.tsx';
import { FilterFields } from '../../market/filter-fields.tsx';
import { countryChoices } from '../../market/places.ts';
import { useFormFields } from '../../market/queries.ts';
import type { Terms } from '../../market/terms.ts';
import { IconButton } from '../../ui/button.tsx';
import { Combobox, MultiCombobox } from '../../ui/combobox.tsx';
import { Field } from '../../ui/field.tsx';
import { Select } from '../../ui/select.tsx';
import { type Present, type SubscriptionDraft, subscriptionDraftOf } from './draft.ts';

interface DraftSubscriptionsProps {
  present: Present;
  drafts: Readonly<Record<string, SubscriptionDraft>>;
  onChange: (drafts: Record<string, SubscriptionDraft>) => void;
}

/** Subscriptions that the draft changes: chosen one by one, each with its rules. */
export function DraftSubscriptions({ present, drafts, onChange }: DraftSubscriptionsProps) {
  const chosen = present.subscriptions.filter(({ id }) => drafts[id]);
  const rest = present.subscriptions.filter(({ id }) => !drafts[id]);
  const add = (id: string | null) => {
    const one = rest.find((candidate) => candidate.id === id);
    if (one) onChange({ ...drafts, [one.id]: subscriptionDraftOf(one) });
  };
  const drop = (id: string) =>
    onChange(Object.fromEntries(Object.entries(drafts).filter(([other]) => other !== id)));
  return (
    <section className="flex flex-col gap-3">
      <h3 className="font-medium text-sm">Subscriptions</h3>
      {chosen.map((one) => (
        <OneSubscription
          key={one.id}
          one={one}
          draft={drafts[one.id]!}
          onChange={(draft) => onChange({ ...drafts, [one.id]: draft })}
          onDrop={() => drop(one.id)}
        />
      ))}
      {rest.length > 0 && (
        <div className="max-w-md">
          <Field label="Change one more" native={false} help="Its filters, countries, caps, or a pause.">
            <Combobox
              key={chosen.length}
              placeholder="Company or level"
              choices={rest.map((one) => ({
                value: one.id,
                label: `${one.provider_name}, ${one.level_name}`,
              }))}
              value={null}
              onChange={add}
            />
          </Field>
        </div>
      )}
      {present.subscriptions.length === 0 && (
        <p className="text-muted text-sm">Nobody subscribes in this niche yet.</p>
      )}
    </section>
  );
}

interface OneSubscriptionProps {
  one: SubscriptionView;
  draft: SubscriptionDraft;
  onChange: (draft: SubscriptionDraft) => void;
  onDrop: () => void;
}

function OneSubscription({ one, draft, onChange, onDrop }: OneSubscriptionProps) {
  const fields = useFormFields(one.niche_id, false);
  const set = (terms: Partial<Terms>) => onChange({ ...draft, terms: { ...draft.terms, ...terms } });
  return (
    <div className="flex flex-col gap-4 rounded-control border p-3">
      <div className="flex items-start justify-between gap-3">
        <h4 className="min-w-0 truncate font-medium text-sm">
          {one.provider_name} <span className="font-normal text-muted">{one.level_name}</span>
        </h4>
        <IconButton label={`Leave ${one.provider_name} as it is`} onClick={onDrop}>
          <X aria-hidden />
        </IconButton>
      </div>
      <div className="grid items-start gap-x-8 gap-y-4 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <Field label="Takes leads" native={false}>
            <Select
              value={draft.takes}
              choices={[
                { value: 'as_now', label: 'As it did then' },
                { value: 'paused', label: 'No, paused all the time' },
                { value: 'running', label: 'Yes, never paused' },
              ]}
              onChange={(takes) => onChange({ ...draft, takes })}
            />
          </Field>
          <Field label="Countries" native={false} help="None chosen: every country.">
            <MultiCombobox
              choices={countryChoices()}
              values={draft.terms.countries}
              placeholder="Every country"
              onChange={(countries) => set({ countries })}
            />
          </Field>
          <div className="flex flex-col gap-1">
            <span className="font-medium text-sm">Caps</span>
            <CapFields
              caps={draft.terms.caps}
              currencies={[one.currency]}
              onChange={(caps) => set({ caps })}
            />
          </div>
        </div>
        <div className="flex min-w-0 flex-col gap-1">
          <span className="font-medium text-sm">Filters</span>
          {fields && (
            <FilterFields
              fields={fields}
              filters={draft.terms.filters}
              onChange={(filters) => set({ filters })}
            />
          )}
        </div>
      </div>
    </div>
  );
}
