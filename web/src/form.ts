import type { FieldPath, FieldValues, UseFormReturn } from 'react-hook-form';
import { Refusal } from './client.ts';

/**
 * Puts what the server refused under the fields it names.
 * @returns the sentence for the head of the form, when there is something no field can show.
 */
export function showRefusal<T extends FieldValues>(
  form: UseFormReturn<T>,
  error: unknown,
): Refusal | undefined {
  if (!(error instanceof Refusal)) throw error;
  const names = Object.keys(form.getValues());
  let placed = 0;
  for (const { field, message } of error.details) {
    const name = field.replace(/^body\./, '');
    if (!names.includes(name.split('.')[0]!)) continue;
    form.setError(name as FieldPath<T>, { message }, { shouldFocus: placed === 0 });
    placed++;
  }
  return placed > 0 && placed === error.details.length ? undefined : error;
}
