import { Button as Base } from '@base-ui/react/button';
import { cva, type VariantProps } from 'class-variance-authority';
import { LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';

export const buttonClass = cva(
  [
    'inline-flex shrink-0 cursor-default select-none items-center justify-center gap-1.5 whitespace-nowrap',
    'rounded-control border font-medium transition-colors',
    'data-disabled:pointer-events-none data-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0',
  ],
  {
    variants: {
      look: {
        plain: 'border-line bg-surface-1 text-text hover:bg-surface-2 active:bg-surface-3',
        primary: 'border-transparent bg-accent text-accent-text hover:bg-accent-hover',
        quiet:
          'border-transparent bg-transparent text-muted hover:bg-surface-2 hover:text-text active:bg-surface-3',
        danger: 'border-transparent bg-bad-fill text-bad-text hover:bg-bad-hover',
      },
      size: {
        md: 'h-8 px-3 text-sm pointer-coarse:h-10',
        sm: 'h-7 px-2 text-xs pointer-coarse:h-9',
      },
    },
    defaultVariants: { look: 'plain', size: 'md' },
  },
);

interface ButtonProps extends Omit<Base.Props, 'className'>, VariantProps<typeof buttonClass> {
  className?: string;
  /** Work is under way: the button keeps its width, is disabled and says so to screen readers. */
  busy?: boolean;
}

/** The label is a verb and its object ("Approve lead"). At most one `primary` on a page. */
export function Button({ look, size, className, busy = false, disabled, children, ...rest }: ButtonProps) {
  return (
    <Base
      {...rest}
      disabled={disabled || busy}
      focusableWhenDisabled={busy}
      aria-busy={busy || undefined}
      className={buttonClass({ look, size, className: ['relative', className] })}
    >
      {busy && <LoaderCircle aria-hidden className="absolute animate-turn" />}
      <span className={busy ? 'inline-flex items-center gap-1.5 opacity-0' : 'contents'}>{children}</span>
    </Base>
  );
}

interface IconButtonProps extends Omit<ButtonProps, 'children' | 'busy'> {
  /** What the button does; read aloud and shown on hover. */
  label: string;
  children: ReactNode;
}

/** A square button that shows an icon only. Wrap it in `Tip` where its meaning is not plain. */
export function IconButton({ label, look = 'quiet', size, className, children, ...rest }: IconButtonProps) {
  const square = size === 'sm' ? 'w-7 px-0 pointer-coarse:w-9' : 'w-8 px-0 pointer-coarse:w-10';
  return (
    <Base
      {...rest}
      aria-label={label}
      title={label}
      className={buttonClass({ look, size, className: [square, className] })}
    >
      {children}
    </Base>
  );
}
