import { useState } from 'react';
import type { FormField } from '../../../market/words.ts';
import { Button } from '../../../ui/button.tsx';
import { Card } from '../../../ui/card.tsx';
import { Checkbox } from '../../../ui/checkbox.tsx';
import { fieldTypes } from '../words.ts';
import { FateRow } from './fate-row.tsx';
import { type Fate, type Fates, newFields } from './form-mapping.ts';

interface FateCardsProps {
  former: readonly FormField[];
  next: readonly FormField[];
  fates: Fates;
  problems: Record<string, string>;
  /** Questions that had been given up and are asked again, and those of them that are the same as before. */
  askedAgain: readonly string[];
  same: readonly string[];
  onFates: (fates: Fates) => void;
  onSame: (same: readonly string[]) => void;
}

/** The questions in use: first those that go, then those that stay; and the new ones. */
export function FateCards(props: FateCardsProps) {
  const { former, next, fates, problems, askedAgain, same, onFates, onSame } = props;
  const [all, setAll] = useState(false);
  const isKept = (field: FormField) => next.some(({ id }) => id === field.id);
  const going = former.filter((field) => !isKept(field));
  const kept = former.filter(isKept);
  const fresh = newFields(former, next).filter(({ id }) => !askedAgain.includes(id));
  const split = kept.filter(({ id }) => fates[id]?.kind === 'split');
  const row = (field: FormField) => (
    <FateRow
      key={field.id}
      {...{ field, former, next }}
      fate={fates[field.id]!}
      problem={problems[field.id]}
      onChange={(fate: Fate) => onFates({ ...fates, [field.id]: fate })}
    />
  );
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <Card
        flush
        title="Questions that go"
        note="Each had answers and may have filters: say what became of it."
      >
        {going.length > 0 ? (
          <ul className="divide-y border-t">{going.map(row)}</ul>
        ) : (
          <p className="border-t px-4 py-3 text-muted text-sm">None: every question is still asked.</p>
        )}
      </Card>
      {askedAgain.length > 0 && (
        <Card
          title="Asked again"
          note="These names were given up before, and older answers stand under them."
        >
          <div className="flex flex-col gap-3">
            {askedAgain.map((id) => (
              <Checkbox
                key={id}
                label={`“${next.find((field) => field.id === id)?.label ?? id}” asks the same as before`}
                help={`If not, give ${id} another name in the version first.`}
                checked={same.includes(id)}
                onCheckedChange={(yes) => onSame(yes ? [...same, id] : same.filter((one) => one !== id))}
              />
            ))}
          </div>
        </Card>
      )}
      <Card
        flush
        title="Questions that stay"
        note={`${kept.length} keep their name, so filters and older answers stay with them.`}
        aside={
          kept.length > 0 && (
            <Button size="sm" aria-expanded={all} onClick={() => setAll(!all)}>
              {all ? 'Show less' : 'Show'}
            </Button>
          )
        }
      >
        {(all || split.length > 0) && <ul className="divide-y border-t">{(all ? kept : split).map(row)}</ul>}
      </Card>
      <Card
        flush
        title="New questions"
        note="Older leads have no answer to them, unless a question above becomes one of them."
      >
        <NewList fields={fresh} />
      </Card>
    </div>
  );
}

function NewList({ fields }: { fields: readonly FormField[] }) {
  if (fields.length === 0) return <p className="border-t px-4 py-3 text-muted text-sm">None.</p>;
  return (
    <ul className="divide-y border-t">
      {fields.map((field) => (
        <li key={field.id} className="flex flex-wrap items-baseline gap-x-3 px-4 py-2.5 text-sm">
          <span className="font-medium">{field.label}</span>
          <code className="font-mono text-muted text-xs">{field.id}</code>
          <span className="ml-auto text-muted">{fieldTypes[field.type] ?? field.type}</span>
        </li>
      ))}
    </ul>
  );
}
