import { Input as Base } from '@base-ui/react/input';
import { clsx } from 'clsx';
import type { ReactNode, Ref } from 'react';

export const controlClass = clsx(
  'w-full min-w-0 rounded-control border border-line-strong bg-surface-1 px-2.5 text-base text-text',
  'placeholder:text-faint hover:border-muted disabled:bg-surface-2 disabled:text-muted disabled:opacity-70',
  'focus-visible:border-accent focus-visible:outline-offset-0 aria-invalid:border-bad data-invalid:border-bad',
  'pointer-coarse:text-lg',
);

interface InputProps extends Omit<Base.Props, 'className'> {
  className?: string;
  ref?: Ref<HTMLInputElement>;
  /** Shown before or after what is typed: a currency, a unit, an icon. */
  before?: ReactNode;
  after?: ReactNode;
}

export function Input({ className, before, after, ...rest }: InputProps) {
  const wrapped = Boolean(before || after);
  const input = (
    <Base
      {...rest}
      className={clsx(
        controlClass,
        'h-8 pointer-coarse:h-10',
        before && 'pl-8',
        after && 'pr-12',
        !wrapped && className,
      )}
    />
  );
  if (!wrapped) return input;
  const edge = 'pointer-events-none absolute inset-y-0 flex items-center text-sm text-faint [&_svg]:size-4';
  return (
    <div className={clsx('relative', className)}>
      {before && <span className={clsx(edge, 'left-2.5')}>{before}</span>}
      {input}
      {after && <span className={clsx(edge, 'right-2.5')}>{after}</span>}
    </div>
  );
}
