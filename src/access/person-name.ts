import { readName } from '../kernel/contact.ts';
import { httpRefusals } from '../platform/errors.ts';
import type { NameFields } from './schema.ts';

/** First and last name from one field or from two. @throws Refusal 422 naming the field. */
export function readPersonName(given: NameFields): { firstName: string; lastName: string } {
  const first = given.firstName ?? given.first_name;
  const last = given.lastName ?? given.last_name;
  const inTwo = first !== undefined || last !== undefined;
  const read = readName(inTwo ? { firstName: first, lastName: last } : { name: given.name });
  if (read.ok) return { firstName: read.value.firstName, lastName: read.value.lastName };
  const message = 'Write a name with at least one letter and without special characters.';
  throw httpRefusals.input_invalid({ details: [{ field: read.field, message }] });
}
