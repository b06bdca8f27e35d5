import { readName } from '../kernel/contact.ts';
import { snakeName } from '../kernel/names.ts';
import { httpRefusals } from '../platform/errors.ts';
import type { NameFields } from './schema.ts';

/** First and last name from one field or from two. @throws Refusal 422 naming the field. */
export function readPersonName(given: NameFields): { firstName: string; lastName: string } {
  const { name, first_name: firstName, last_name: lastName } = given;
  const inTwo = firstName !== undefined || lastName !== undefined;
  const read = readName(inTwo ? { firstName, lastName } : { name });
  if (read.ok) return { firstName: read.value.firstName, lastName: read.value.lastName };
  const message = 'Write a name with at least one letter and without special characters.';
  throw httpRefusals.input_invalid({ details: [{ field: snakeName(read.field), message }] });
}
