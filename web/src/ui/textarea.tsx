import { Field } from '@base-ui/react/field';
import { clsx } from 'clsx';
import type { ComponentProps } from 'react';
import { controlClass } from './input.tsx';

/** Takes part in `Field` like `Input` does: label, help and error are tied to it. */
export function Textarea({ className, rows = 4, ...rest }: ComponentProps<'textarea'>) {
  return (
    <Field.Control
      render={<textarea rows={rows} {...rest} />}
      className={clsx(controlClass, 'min-h-16 py-1.5', className)}
    />
  );
}
