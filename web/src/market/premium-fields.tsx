import { useState } from 'react';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { Select } from '../ui/select.tsx';
import type { Terms } from './terms.ts';

const BACK = /^(100|[1-9]\d|[5-9])$/;

interface PremiumFieldsProps {
  draft: Terms;
  set: (change: Partial<Terms>) => void;
}

/** How many of the leads are to be premium ones. */
export function PremiumFields({ draft, set }: PremiumFieldsProps) {
  const [typed, setTyped] = useState(draft.premium_ratio === null ? '' : String(draft.premium_ratio));
  const [back, setBack] = useState(String(draft.ratio_window));
  const backWrong = !BACK.test(back.trim());
  const wrong = typed !== '' && !/^(100|\d{1,2})$/.test(typed.trim());
  return (
    <div className="grid gap-3 sm:grid-cols-[10rem_1fr]">
      <Field label="Premium leads" error={wrong ? 'Write a whole number from 0 to 100.' : undefined}>
        <Input
          inputMode="numeric"
          after="%"
          value={typed}
          onChange={(event) => {
            const text = event.target.value;
            setTyped(text);
            if (text.trim() === '') set({ premium_ratio: null });
            else if (/^(100|\d{1,2})$/.test(text.trim())) set({ premium_ratio: Number(text) });
          }}
        />
      </Field>
      {draft.premium_ratio !== null && (
        <Field label="While premium leads are scarce" native={false}>
          <Select
            value={draft.ratio_mode}
            onChange={(ratio_mode) => set({ ratio_mode })}
            choices={[
              { value: 'soft', label: 'Take ordinary ones too' },
              { value: 'hard', label: 'Take fewer leads' },
            ]}
          />
        </Field>
      )}
      {draft.premium_ratio !== null && (
        <Field
          label="Looks back on"
          className="sm:col-span-2"
          help="The share is kept over so many of your last leads."
          error={backWrong ? 'Write a whole number from 5 to 100.' : undefined}
        >
          <Input
            inputMode="numeric"
            after="leads"
            className="max-w-40"
            value={back}
            onChange={(event) => {
              const text = event.target.value.trim();
              setBack(event.target.value);
              if (BACK.test(text)) set({ ratio_window: Number(text) });
            }}
          />
        </Field>
      )}
    </div>
  );
}
