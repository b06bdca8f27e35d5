/**
 * Reading one answer, one function per field type. Each takes a JSON value or what a browser form sends
 * ("true", "10", one text instead of a list of one) and gives the stored value, or a sentence that says how
 * to mend it.
 */
import { textProblem } from '../../kernel/contact.ts';
import { type AnswerContext, isEmpty, type Read, taken, wrong } from './answer.ts';
import { type FieldOf, type FieldType, LONG_TEXT_MAX, NUMBER_MAX, TEXT_MAX } from './form-schema.ts';
import {
  readAddress,
  readCountry,
  readEmail,
  readPersonName,
  readPhoneField,
  readPostcode,
} from './person-fields.ts';

export type FieldReader<T extends FieldType> = (
  field: FieldOf<T>,
  raw: unknown,
  context: AnswerContext,
) => Read<unknown>;

export const FIELD_READERS: { [T in FieldType]: FieldReader<T> } = {
  text: (field, raw) => readText(field, raw, field.rules, 200, false),
  long_text: (field, raw) => readText(field, raw, field.rules, 2_000, true),
  number: readNumber,
  range: readNumber,
  select: readSelect,
  multi_select: readMultiSelect,
  boolean: readBoolean,
  date: readDate,
  name: readPersonName,
  address: readAddress,
  email: readEmail,
  phone: readPhoneField,
  postcode: readPostcode,
  country: readCountry,
};

function readText(
  field: FieldOf<'text' | 'long_text'>,
  raw: unknown,
  rules: { minLength?: number | undefined; maxLength?: number | undefined } | undefined,
  usualMax: number,
  multiline: boolean,
): Read<string> {
  if (isEmpty(raw)) return { ok: true, value: undefined };
  const maxLength = Math.min(rules?.maxLength ?? usualMax, multiline ? LONG_TEXT_MAX : TEXT_MAX);
  const problem = textProblem(raw, { maxLength, multiline, plain: !multiline });
  if (problem === 'not_a_text') return wrong(field.id, problem, 'Write one text here.');
  if (problem === 'too_long')
    return wrong(field.id, problem, `Shorten this to at most ${maxLength} characters.`);
  if (problem !== null) {
    return wrong(field.id, problem, 'Remove the invisible or broken characters; typing the text anew helps.');
  }
  const text = (raw as string).trim().normalize('NFC').replaceAll('\r\n', '\n');
  const minLength = rules?.minLength ?? 0;
  if (text.length < minLength) return wrong(field.id, 'too_short', `Write at least ${minLength} characters.`);
  return taken(text);
}

function readNumber(field: FieldOf<'number' | 'range'>, raw: unknown): Read<number> {
  if (isEmpty(raw)) return { ok: true, value: undefined };
  const number = numberOf(raw);
  if (number === null) {
    return wrong(
      field.id,
      'not_a_number',
      'Write a number in digits, without separators for thousands: 1250 or 12.5',
    );
  }
  const { min = -NUMBER_MAX, max = NUMBER_MAX, step } = field.rules ?? {};
  if (number < min) return wrong(field.id, 'too_small', `Choose a number of at least ${min}.`);
  if (number > max) return wrong(field.id, 'too_large', `Choose a number of at most ${max}.`);
  const base = field.rules?.min ?? 0;
  if (step !== undefined && Math.abs((number - base) / step - Math.round((number - base) / step)) > 1e-6) {
    return wrong(field.id, 'not_a_step', `Choose a number in steps of ${step}, starting at ${base}.`);
  }
  return taken(number);
}

/** A comma counts as the decimal point only before one or two last digits: "1,250" means two things. */
function numberOf(raw: unknown): number | null {
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw + 0 : null;
  if (typeof raw !== 'string' || raw.length > 30) return null;
  const match = /^-?[0-9]+(?:\.[0-9]+|,[0-9]{1,2})?$/.exec(raw.trim());
  return match === null ? null : Number(match[0].replace(',', '.')) + 0;
}

function readSelect(field: FieldOf<'select'>, raw: unknown): Read<string> {
  if (isEmpty(raw)) return { ok: true, value: undefined };
  const chosen = field.options.find((option) => option.value === raw);
  if (chosen === undefined) return wrong(field.id, 'not_an_option', 'Choose one of the options shown.');
  return taken(chosen.value);
}

function readMultiSelect(field: FieldOf<'multi_select'>, raw: unknown): Read<string[]> {
  if (isEmpty(raw)) return { ok: true, value: undefined };
  const list: unknown[] = Array.isArray(raw) ? raw : [raw];
  if (list.length > field.options.length * 2) {
    return wrong(field.id, 'too_many', `Choose at most ${field.options.length} of the options.`);
  }
  const given = new Set(list.filter((one) => !isEmpty(one)));
  const chosen = field.options.map((option) => option.value).filter((value) => given.delete(value));
  if (given.size > 0) return wrong(field.id, 'not_an_option', 'Choose only from the options shown.');
  if (chosen.length === 0) return { ok: true, value: undefined };
  const { minItems = 0, maxItems = field.options.length } = field.rules ?? {};
  if (chosen.length < minItems)
    return wrong(field.id, 'too_few', `Choose at least ${minItems} of the options.`);
  if (chosen.length > maxItems)
    return wrong(field.id, 'too_many', `Choose at most ${maxItems} of the options.`);
  return taken(chosen);
}

const YES = new Set<unknown>([true, 'true', 'on', 'yes', '1', 1]);
const NO = new Set<unknown>([false, 'false', 'off', 'no', '0', 0]);

function readBoolean(field: FieldOf<'boolean'>, raw: unknown): Read<boolean> {
  if (isEmpty(raw)) return { ok: true, value: undefined };
  const answer = typeof raw === 'string' ? raw.slice(0, 10).trim().toLowerCase() : raw;
  if (!YES.has(answer) && !NO.has(answer)) return wrong(field.id, 'not_yes_or_no', 'Answer with yes or no.');
  if (field.rules?.mustBeTrue === true && !YES.has(answer)) {
    return wrong(field.id, 'must_be_yes', 'Please tick this box to go on.');
  }
  return taken(YES.has(answer));
}

function readDate(field: FieldOf<'date'>, raw: unknown, context: AnswerContext): Read<string> {
  if (isEmpty(raw)) return { ok: true, value: undefined };
  const text = typeof raw === 'string' && raw.length <= 40 ? raw.trim() : '';
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || !isRealDate(text)) {
    return wrong(
      field.id,
      'not_a_date',
      'Write a date that exists as year-month-day, for example 2026-11-20.',
    );
  }
  const limit = (rule: string | undefined) => (rule === 'today' ? context.today : rule);
  const [min, max] = [limit(field.rules?.min), limit(field.rules?.max)];
  if (min !== undefined && text < min) return wrong(field.id, 'too_early', `Choose ${min} or a later date.`);
  if (max !== undefined && text > max)
    return wrong(field.id, 'too_late', `Choose ${max} or an earlier date.`);
  return taken(text);
}

function isRealDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) && !text.startsWith('0000');
}
