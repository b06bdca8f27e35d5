import { Checkbox as Base } from '@base-ui/react/checkbox';
import { clsx } from 'clsx';
import { Check, Minus } from 'lucide-react';
import { type ReactNode, useId } from 'react';

export const boxClass = clsx(
  'grid size-4 shrink-0 place-items-center border border-line-strong bg-surface-1 hover:border-muted',
  'data-checked:border-accent data-checked:bg-accent data-indeterminate:border-accent data-indeterminate:bg-accent',
  'text-accent-text data-disabled:opacity-50 data-invalid:border-bad',
);

interface CheckboxProps extends Omit<Base.Root.Props, 'className'> {
  /** Text beside the box. Without it give an `aria-label`. */
  label?: ReactNode;
  help?: ReactNode;
}

export function Checkbox({ label, help, ...rest }: CheckboxProps) {
  const id = useId();
  const box = (
    <Base.Root
      {...rest}
      {...(label ? { id } : {})}
      className={clsx(boxClass, 'rounded-sm', label && 'mt-0.5')}
    >
      <Base.Indicator
        className="data-unchecked:hidden"
        render={(props, state) => (
          <span {...props}>
            {state.indeterminate ? (
              <Minus aria-hidden className="size-3" strokeWidth={3} />
            ) : (
              <Check aria-hidden className="size-3" strokeWidth={3} />
            )}
          </span>
        )}
      />
    </Base.Root>
  );
  if (!label) return box;
  return (
    <div className="flex items-start gap-2">
      {box}
      <label htmlFor={id} className="cursor-default text-base">
        {label}
        {help && <span className="block text-muted text-sm">{help}</span>}
      </label>
    </div>
  );
}
