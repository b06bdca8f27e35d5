import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { RadioGroup } from '../../ui/radio.tsx';

/** A reason chosen from a list, or written. */
export interface Reason {
  chosen: string;
  written: string;
}

const OTHER = 'other';
const REASON_MAX = 500;

export const rejectReasons = [
  'The contact data are made up',
  'The person cannot be reached',
  'The person wants no offers any more',
  'The person asked twice',
  'Nobody serves this request',
  'Advertising or spam',
] as const;

export const badReasons = [
  'The phone number is wrong',
  'The person did not ask for this',
  'The person cannot be reached',
  'The contact data are made up',
  'The person had asked before',
] as const;

export const noReason = (first: string): Reason => ({ chosen: first, written: '' });

/** What is sent; empty while it must still be written. */
export const reasonText = ({ chosen, written }: Reason): string =>
  chosen === OTHER ? written.trim() : chosen;

interface ReasonFieldProps {
  /** "Why": read aloud with each choice. */
  label: string;
  reasons: readonly string[];
  value: Reason;
  onChange: (value: Reason) => void;
}

export function ReasonField({ label, reasons, value, onChange }: ReasonFieldProps) {
  return (
    <div className="flex flex-col gap-2">
      <p className="font-medium text-sm">{label}</p>
      <RadioGroup
        label={label}
        value={value.chosen}
        onChange={(chosen) => onChange({ ...value, chosen })}
        choices={[
          ...reasons.map((reason) => ({ value: reason, label: reason })),
          { value: OTHER, label: 'Another reason' },
        ]}
      />
      {value.chosen === OTHER && (
        <Field label="Reason" className="pl-6">
          <Input
            autoFocus
            maxLength={REASON_MAX}
            value={value.written}
            onChange={(event) => onChange({ ...value, written: event.target.value })}
          />
        </Field>
      )}
    </div>
  );
}
