import { useMutation } from '@tanstack/react-query';
import { X } from 'lucide-react';
import type { ProviderView } from '../../../../src/market/providers/schema.ts';
import { sentenceOf } from '../../act.ts';
import { api } from '../../client.ts';
import { CapFields } from '../../market/cap-fields.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Combobox } from '../../ui/combobox.tsx';
import { Field } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import type { CompanyDraft, Present } from './draft.ts';

interface DraftCompaniesProps {
  present: Present;
  drafts: Readonly<Record<string, CompanyDraft>>;
  onChange: (drafts: Record<string, CompanyDraft>) => void;
}

/** Companies whose caps over all their subscriptions the draft changes. */
export function DraftCompanies({ present, drafts, onChange }: DraftCompaniesProps) {
  const names = new Map(
    present.subscriptions
      .filter(({ state }) => state !== 'cancelled')
      .map((one) => [one.provider_id, one.provider_name]),
  );
  const rest = [...names].filter(([id]) => !drafts[id]);
  const add = useMutation({
    mutationFn: (id: string) => api.get<ProviderView>(`/admin/providers/${id}`),
    onSuccess: (before) => onChange({ ...drafts, [before.id]: { before, caps: before.caps } }),
  });
  const drop = (id: string) =>
    onChange(Object.fromEntries(Object.entries(drafts).filter(([other]) => other !== id)));
  const chosen = Object.values(drafts);
  return (
    <section aria-label="Caps over all subscriptions of a company" className="flex flex-col gap-3">
      <h3 className="font-medium text-sm">Caps over all subscriptions of a company</h3>
      {add.error && <Notice tone="bad" title={sentenceOf(add.error)} />}
      {chosen.map(({ before, caps }) => (
        <div key={before.id} className="flex flex-col gap-3 rounded-control border p-3">
          <div className="flex items-start justify-between gap-3">
            <h4 className="min-w-0 truncate font-medium text-sm">{before.company_name}</h4>
            <IconButton
              label={`Leave the caps of ${before.company_name} as they are`}
              onClick={() => drop(before.id)}
            >
              <X aria-hidden />
            </IconButton>
          </div>
          <p className="text-muted text-sm">
            Leads of other niches count as they did. Published, they hold in all its niches.
          </p>
          <CapFields
            named
            caps={caps}
            currencies={[
              ...new Set([present.niche.currency, ...caps.flatMap(({ currency }) => currency ?? [])]),
            ]}
            onChange={(next) => onChange({ ...drafts, [before.id]: { before, caps: next } })}
          />
        </div>
      ))}
      {rest.length > 0 && (
        <div className="max-w-md">
          <Field label="Change the caps of one more company" native={false}>
            <Combobox
              key={chosen.length}
              placeholder="Company"
              choices={rest.map(([value, label]) => ({ value, label }))}
              value={null}
              onChange={(id) => id && add.mutate(id)}
            />
          </Field>
        </div>
      )}
    </section>
  );
}
