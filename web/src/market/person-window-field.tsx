import { useState } from 'react';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import type { Terms } from './terms.ts';

const DAYS = /^(36[0-5]|3[0-5]\d|[12]\d\d|[1-9]\d?)$/;

interface PersonWindowFieldProps {
  draft: Terms;
  set: (change: Partial<Terms>) => void;
  fault: (term: string) => string | undefined;
}

/** Within so many days no second lead of the same person, whatever subscription it comes through. */
export function PersonWindowField({ draft, set, fault }: PersonWindowFieldProps) {
  const [typed, setTyped] = useState(
    draft.person_window_days === null ? '' : String(draft.person_window_days),
  );
  const wrong = typed.trim() !== '' && !DAYS.test(typed.trim());
  return (
    <Field
      label="No second lead of the same person within"
      optional
      help="Counts all leads of the company, in every niche."
      error={wrong ? 'Write a whole number from 1 to 365, or nothing.' : fault('person_window_days')}
    >
      <Input
        inputMode="numeric"
        after="days"
        className="max-w-40"
        value={typed}
        onChange={(event) => {
          const text = event.target.value.trim();
          setTyped(event.target.value);
          if (text === '') set({ person_window_days: null });
          else if (DAYS.test(text)) set({ person_window_days: Number(text) });
        }}
      />
    </Field>
  );
}
