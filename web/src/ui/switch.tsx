import { Switch as Base } from '@base-ui/react/switch';
import { clsx } from 'clsx';
import { type ReactNode, useId } from 'react';

interface SwitchProps extends Omit<Base.Root.Props, 'className'> {
  label: ReactNode;
  /** What happens when it is on, in one sentence. */
  help?: ReactNode;
}

/** Takes effect at once. For a choice that is saved with a form use `Checkbox`. */
export function Switch({ label, help, ...rest }: SwitchProps) {
  const id = useId();
  return (
    <div className="flex items-start gap-2.5">
      <Base.Root
        {...rest}
        id={id}
        className={clsx(
          'flex h-5 w-8 shrink-0 items-center rounded-full border border-line-strong bg-surface-3 px-0.5 transition-colors',
          'data-checked:border-accent data-checked:bg-accent data-disabled:opacity-50',
        )}
      >
        <Base.Thumb className="size-3.5 rounded-full bg-muted transition-[translate] data-checked:translate-x-3 data-checked:bg-accent-text" />
      </Base.Root>
      <label htmlFor={id} className="cursor-default text-base">
        {label}
        {help && <span className="block text-muted text-sm">{help}</span>}
      </label>
    </div>
  );
}
