import { X } from 'lucide-react';
import { IconButton } from '../../ui/button.tsx';
import { Combobox } from '../../ui/combobox.tsx';
import { Field } from '../../ui/field.tsx';
import { PriceFields } from '../niches/campaign-prices.tsx';
import type { DraftState, Present } from './draft.ts';

interface DraftPricesProps {
  present: Present;
  drafts: DraftState['prices'];
  onChange: (drafts: DraftState['prices']) => void;
}

/** Campaigns whose prices the draft changes: chosen one by one. */
export function DraftPrices({ present, drafts, onChange }: DraftPricesProps) {
  const chosen = present.campaigns.filter(({ id }) => drafts[id]);
  const rest = present.campaigns.filter(({ id }) => !drafts[id]);
  const add = (id: string | null) => {
    const one = rest.find((candidate) => candidate.id === id);
    if (one) onChange({ ...drafts, [one.id]: one.level_prices });
  };
  const drop = (id: string) =>
    onChange(Object.fromEntries(Object.entries(drafts).filter(([other]) => other !== id)));
  return (
    <section className="flex flex-col gap-3">
      <h3 className="font-medium text-sm">Prices of campaigns</h3>
      {chosen.map(({ id, name }) => (
        <div key={id} className="flex items-start justify-between gap-3 rounded-control border p-3">
          <div className="min-w-0 flex-1 lg:max-w-3xl">
            <PriceFields
              legend={`Price of a lead of ${name}`}
              levels={present.levels}
              prices={drafts[id] ?? {}}
              onChange={(prices) => onChange({ ...drafts, [id]: prices })}
            />
          </div>
          <IconButton label={`Leave the prices of ${name} as they are`} onClick={() => drop(id)}>
            <X aria-hidden />
          </IconButton>
        </div>
      ))}
      {rest.length > 0 && (
        <div className="max-w-md">
          <Field label="Change the prices of one more campaign" native={false}>
            <Combobox
              key={chosen.length}
              placeholder="Campaign"
              choices={rest.map(({ id, name }) => ({ value: id, label: name }))}
              value={null}
              onChange={add}
            />
          </Field>
        </div>
      )}
    </section>
  );
}
