/**
 * Reading a filled-in form by the niche's schema: every answer typed and normalised, the person's contact
 * data taken out, or a list of what to mend. Nothing that the schema does not name is kept.
 */
import { foldEmail, type PersonName } from '../../kernel/contact.ts';
import {
  type Address,
  type AnswerContext,
  type AnswerProblem,
  isEmpty,
  isRecord,
  type Read,
} from './answer.ts';
import { FIELD_READERS, type FieldReader } from './fields.ts';
import { FIELD_PARTS, type FieldType, type FormField, type FormSchema } from './form-schema.ts';
import type { Phone } from './phone.ts';

export type { Address, AnswerProblem } from './answer.ts';
export { FIELDS_MAX, type FieldType, type FormField, type FormSchema, formSchema } from './form-schema.ts';
export { type Phone, type PhoneReason, type PhoneType, readPhone } from './phone.ts';

/** A body with more keys is no form that a person filled in. */
export const ANSWER_KEYS_MAX = 300;
/** Unknown keys named in one answer; more would only repeat the sender's mistake. */
const UNKNOWN_NAMED_MAX = 20;
const KEY_SHOWN_MAX = 60;

/** JSON values by field id; a field left empty has no entry. */
export type Answers = Record<string, unknown>;

export type Contact = {
  firstName: string | null;
  lastName: string | null;
  name: string | null;
  email: string;
  /** For duplicate search, see `foldEmail`. */
  emailFolded: string;
  phone: Phone | null;
  /** Country and postcode also when the form asks for them without an address. */
  address: Address;
};

export type ValidateOptions = {
  /** Alpha-2 of the page or campaign, for numbers and postcodes written without a country. */
  country?: string | null;
  /** Keys that are not answers and are passed over: exact, or with a `*` at the end (`utm_*`). */
  reserved?: readonly string[];
  /** Local date "YYYY-MM-DD" for limits that say `today`; the UTC date when absent. */
  today?: string;
};

export type Validated =
  | { ok: true; answers: Answers; contact: Contact }
  | { ok: false; details: AnswerProblem[] };

/**
 * Reads answers given as JSON or as a decoded browser form (texts, repeated keys as lists, parts as
 * `address.city`). Never throws, whatever the input; `details` name each faulty field once, in the order of
 * the form.
 */
export function validateAnswers(
  schema: FormSchema,
  input: unknown,
  options: ValidateOptions = {},
): Validated {
  if (!isRecord(input))
    return refused('', 'not_an_object', 'Send the answers as an object of field names and values.');
  const keys = Object.keys(input);
  if (keys.length > ANSWER_KEYS_MAX) {
    return refused('', 'too_many_fields', `Send at most ${ANSWER_KEYS_MAX} fields.`);
  }
  const { given, problems: unknown } = collect(schema, input, keys, options.reserved ?? []);
  const context: AnswerContext = {
    country: null,
    pageCountry: options.country ?? null,
    today: options.today ?? new Date().toISOString().slice(0, 10),
  };
  // What the person says about the country decides how phone and postcode are read.
  context.country = answeredCountry(schema, given) ?? context.pageCountry;

  const problems: AnswerProblem[] = [];
  const values = new Map<string, unknown>();
  for (const field of schema.fields) {
    const read = readField(field, given.get(field.id), context);
    if (!read.ok) problems.push(...read.problems);
    else if (read.value !== undefined) values.set(field.id, read.value);
    else if (field.required) problems.push(missing(field));
  }
  problems.push(...unknown);
  if (problems.length > 0) return { ok: false, details: problems };
  return {
    ok: true,
    answers: Object.fromEntries(values),
    contact: contactOf(schema, values, options.country ?? null),
  };
}

function readField(field: FormField, raw: unknown, context: AnswerContext): Read<unknown> {
  if (Array.isArray(raw) && field.type !== 'multi_select') {
    const message = 'Give one answer here, not several.';
    return { ok: false, problems: [{ field: field.id, reason: 'several_answers', message }] };
  }
  // The table gives each type its own reader; the compiler cannot follow that through the union.
  const read = FIELD_READERS[field.type] as FieldReader<FieldType>;
  return read(field, raw, context);
}

/**
 * Values by field id, with `address.city` put into its field, and a problem for each key nobody asked for.
 */
function collect(
  schema: FormSchema,
  input: Record<string, unknown>,
  keys: readonly string[],
  reserved: readonly string[],
): { given: Map<string, unknown>; problems: AnswerProblem[] } {
  const fields = new Map(schema.fields.map((field) => [field.id, field]));
  const given = new Map<string, unknown>();
  const problems: AnswerProblem[] = [];
  const refuse = (key: string) => {
    if (problems.length < UNKNOWN_NAMED_MAX) problems.push(unknownField(key));
  };
  for (const key of keys) {
    const [id = '', part] = key.length > 100 ? [key] : key.split('.', 2);
    const field = fields.get(id);
    if (field === undefined || (part !== undefined && key !== `${id}.${part}`)) {
      if (!isReserved(key, reserved)) refuse(key);
    } else if (part === undefined) {
      given.set(id, merged(input[key], given.get(id)));
      for (const unknownPart of partsNotOf(field, input[key])) refuse(`${id}.${unknownPart}`);
    } else if (FIELD_PARTS[field.type]?.includes(part)) {
      given.set(id, merged(given.get(id), { [part]: input[key] }));
    } else {
      refuse(key);
    }
  }
  return { given, problems };
}

/** A plain phone beside `phone.country` becomes its number; otherwise objects are joined. */
function merged(whole: unknown, parts: unknown): unknown {
  if (parts === undefined || isEmpty(whole)) return parts ?? whole;
  if (isRecord(whole) && isRecord(parts)) return { ...whole, ...parts };
  return isRecord(parts) ? { number: whole, name: whole, ...parts } : whole;
}

function partsNotOf(field: FormField, value: unknown): string[] {
  const known = FIELD_PARTS[field.type];
  if (!isRecord(value) || known === undefined) return [];
  return Object.keys(value)
    .filter((part) => !known.includes(part) && !(field.type === 'address' && part === 'point'))
    .slice(0, UNKNOWN_NAMED_MAX);
}

function isReserved(key: string, reserved: readonly string[]): boolean {
  return reserved.some((name) => (name.endsWith('*') ? key.startsWith(name.slice(0, -1)) : key === name));
}

/**
 * The country the person gave in a country field or in the address; null when none was given or it is
 * refused.
 */
function answeredCountry(schema: FormSchema, given: ReadonlyMap<string, unknown>): string | null {
  const context = { country: null, pageCountry: null, today: '' };
  for (const field of schema.fields) {
    const raw = given.get(field.id);
    const answer =
      field.type === 'country' ? raw : field.type === 'address' && isRecord(raw) ? raw.country : undefined;
    if (isEmpty(answer)) continue;
    const read = FIELD_READERS.country(
      { id: 'country', label: '', required: false, type: 'country' },
      answer,
      context,
    );
    if (read.ok && typeof read.value === 'string') return read.value;
  }
  return null;
}

function contactOf(
  schema: FormSchema,
  values: ReadonlyMap<string, unknown>,
  fallback: string | null,
): Contact {
  const answer = (type: FieldType) =>
    values.get(schema.fields.find((field) => field.type === type)?.id ?? '');
  const name = answer('name') as PersonName | undefined;
  const email = answer('email') as string;
  const address = answer('address') as Address | undefined;
  const country = address?.country ?? (answer('country') as string | undefined) ?? fallback;
  const postcode = address?.postcode ?? (answer('postcode') as string | undefined) ?? null;
  return {
    firstName: name?.firstName ?? null,
    lastName: name?.lastName ?? null,
    name: name?.name ?? null,
    email,
    emailFolded: foldEmail(email),
    phone: (answer('phone') as Phone | undefined) ?? null,
    address: { street: null, city: null, state: null, point: null, ...address, country, postcode },
  };
}

function missing(field: FormField): AnswerProblem {
  const messages: Partial<Record<FieldType, string>> = {
    email: 'Write your e-mail address, like name@example.com.',
    phone: 'Write your phone number.',
    name: 'Write your name.',
    select: 'Choose one of the options.',
    multi_select: 'Choose at least one of the options.',
    boolean:
      field.type === 'boolean' && field.rules?.mustBeTrue
        ? 'Please tick this box to go on.'
        : 'Choose yes or no.',
  };
  return {
    field: field.id,
    reason: 'required',
    message: messages[field.type] ?? 'Please fill in this field.',
  };
}

function unknownField(key: string): AnswerProblem {
  const shown = key
    .slice(0, KEY_SHOWN_MAX)
    .toWellFormed()
    .replace(/[\p{C}]/gu, '?');
  return {
    field: shown,
    reason: 'unknown_field',
    message: 'This form has no such field. Remove it or check its name.',
  };
}

function refused(field: string, reason: string, message: string): Validated {
  return { ok: false, details: [{ field, reason, message }] };
}
