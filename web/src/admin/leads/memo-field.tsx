import { useRights } from '../../rights.ts';
import { Field } from '../../ui/field.tsx';
import { Textarea } from '../../ui/textarea.tsx';

const MEMO_MAX = 1_000;

interface MemoFieldProps {
  value: string;
  onChange: (value: string) => void;
}

/** A note for the audit log that only administrators write and read; nothing for anybody else. */
export function MemoField({ value, onChange }: MemoFieldProps) {
  const { admin } = useRights();
  if (!admin) return null;
  return (
    <Field
      label="Note for administrators"
      optional
      help="Stands in the audit log. Only administrators read it; providers never do."
    >
      <Textarea
        rows={2}
        maxLength={MEMO_MAX}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}
