import { Field as Base } from '@base-ui/react/field';
import { clsx } from 'clsx';
import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

interface FieldProps {
  label: ReactNode;
  /** One sentence under the label: what it means, an example, why we ask. */
  help?: ReactNode;
  /** What is wrong and the way out; shown under the control. */
  error?: string | undefined;
  optional?: boolean;
  disabled?: boolean;
  /** False around Select and Combobox, whose control is not a native input. */
  native?: boolean;
  className?: string;
  children: ReactNode;
}

/** Label above, help under the label, control, error under the control; all of them tied together. */
export function Field({
  label,
  help,
  error,
  optional,
  disabled,
  native = true,
  className,
  children,
}: FieldProps) {
  const kind = native ? {} : { nativeLabel: false, render: <div /> };
  return (
    <Base.Root
      invalid={Boolean(error)}
      disabled={disabled}
      className={clsx('flex flex-col gap-1', className)}
    >
      <Base.Label {...kind} className="w-fit cursor-default font-medium text-sm text-text">
        {label}
        {optional && <span className="font-normal text-faint"> (optional)</span>}
      </Base.Label>
      {help && <Base.Description className="mb-0.5 text-muted text-sm">{help}</Base.Description>}
      {children}
      {error && (
        <Base.Error match className="flex items-start gap-1.5 text-bad text-sm">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          {error}
        </Base.Error>
      )}
    </Base.Root>
  );
}
