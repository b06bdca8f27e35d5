import { Checkbox } from '../ui/checkbox.tsx';

interface SaveAnywayProps {
  /** The refusal of the last try. */
  code: string | undefined;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** Offered once an address was tried and did not answer: whoever knows better may save it. */
export const SaveAnyway = ({ code, checked, onChange }: SaveAnywayProps) =>
  code === 'webhook_unreachable' || checked ? (
    <Checkbox
      label="Save it all the same"
      help="It does not answer now. Leads for it wait and are tried again until it does."
      checked={checked}
      onCheckedChange={onChange}
    />
  ) : null;
