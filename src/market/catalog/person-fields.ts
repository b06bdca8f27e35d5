/** Reading the answers that make a person reachable: name, address, e-mail, phone, postcode and country. */
import {
  countryName,
  countryOf,
  isPoint,
  type NameReason,
  normaliseEmail,
  normalisePostcode,
  type PersonName,
  postcodeExample,
  readName,
  textProblem,
} from '../../kernel/contact.ts';
import {
  type Address,
  type AnswerContext,
  type AnswerProblem,
  anyOf,
  isEmpty,
  isRecord,
  type Read,
  taken,
  wrong,
} from './answer.ts';
import type { FieldOf } from './form-schema.ts';
import { type Phone, type PhoneReason, readPhone } from './phone.ts';

const PART_MAX = 200;

const NAME_MESSAGES: Record<NameReason, string> = {
  name_missing: 'Write your name.',
  name_too_long: 'Shorten the name to at most 100 characters.',
  name_characters: 'Write the name in letters only, without digits or signs.',
};

const PHONE_MESSAGES: Record<PhoneReason, string> = {
  phone_missing: 'Write a phone number.',
  phone_characters: 'Write the phone number in digits; blanks, dashes, brackets and a leading + are fine.',
  phone_too_short: 'This phone number is too short. Write it with its area code.',
  phone_too_long: 'This phone number is too long. Check the digits.',
  phone_not_a_number:
    'This is no phone number we know. Start with + and the country code, for example +49 30 901820.',
  phone_country_needed: 'Start the phone number with + and the country code, for example +49 30 901820.',
};

export function readPersonName(field: FieldOf<'name'>, raw: unknown): Read<PersonName> {
  if (isEmpty(raw) || isEmptyRecord(raw)) return { ok: true, value: undefined };
  const twoParts = isRecord(raw) && !Object.hasOwn(raw, 'name');
  if (!twoParts && field.rules?.shape === 'first_last') {
    return wrong(field.id, 'name_parts', 'Write the first name and the family name in their own fields.');
  }
  const result = twoParts
    ? readName({ firstName: raw.firstName, lastName: raw.lastName })
    : readName({ name: isRecord(raw) ? raw.name : raw });
  if (result.ok) return taken(result.value);
  const key = isRecord(raw) ? `${field.id}.${result.field}` : field.id;
  return wrong(key, result.reason, NAME_MESSAGES[result.reason]);
}

export function readEmail(field: FieldOf<'email'>, raw: unknown): Read<string> {
  if (isEmpty(raw)) return { ok: true, value: undefined };
  const result = normaliseEmail(raw);
  if (result.ok) return taken(result.email);
  const message =
    result.reason === 'email_too_long'
      ? 'This e-mail address is too long. Check that it is only the address.'
      : 'Write the e-mail address like name@example.com, without blanks.';
  return wrong(field.id, result.reason, message);
}

/**
 * The country chosen beside the number counts first, then the answered one, then the field's, then the
 * page's.
 */
export function readPhoneField(field: FieldOf<'phone'>, raw: unknown, context: AnswerContext): Read<Phone> {
  const typed = isRecord(raw) ? raw.number : raw;
  if (isEmpty(typed)) return { ok: true, value: undefined };
  const chosen = isRecord(raw) && !isEmpty(raw.country) ? countryOf(raw.country) : undefined;
  if (chosen === null)
    return wrong(`${field.id}.country`, 'not_a_country', 'Choose the country of the phone number.');
  const tried = chosen === undefined ? countriesToTry(field, context) : [chosen];
  const first = readPhone(typed, tried[0] ?? null);
  const other = first.ok && first.phone.valid ? null : validElsewhere(typed, tried.slice(1));
  const result = other === null ? first : { ok: true as const, phone: { ...other, doubtful: true } };
  if (!result.ok) return wrong(field.id, result.reason, PHONE_MESSAGES[result.reason]);
  const { phone } = result;
  const allowed = field.rules?.countries;
  if (allowed !== undefined && (phone.country === null || !allowed.includes(phone.country))) {
    return wrong(field.id, 'phone_country', `Give a phone number from ${countryWords(allowed)}.`);
  }
  return taken(phone);
}

export function readCountry(field: FieldOf<'country'>, raw: unknown): Read<string> {
  if (isEmpty(raw)) return { ok: true, value: undefined };
  return allowedCountry(field.id, raw, field.rules?.countries);
}

/** Without a country of its own a postcode is judged by the answered one, then by the page's. */
export function readPostcode(field: FieldOf<'postcode'>, raw: unknown, context: AnswerContext): Read<string> {
  if (isEmpty(raw)) return { ok: true, value: undefined };
  return postcodeOf(field.id, raw, field.rules?.country ?? context.country);
}

export function readAddress(field: FieldOf<'address'>, raw: unknown, context: AnswerContext): Read<Address> {
  if (isEmpty(raw) || isEmptyRecord(raw)) return { ok: true, value: undefined };
  if (!isRecord(raw))
    return wrong(field.id, 'address_parts', 'Write street, city and postcode in their own fields.');
  const problems: AnswerProblem[] = [];
  const keep = <T>(read: Read<T>): T | null => {
    if (read.ok) return read.value ?? null;
    problems.push(...read.problems);
    return null;
  };
  const key = (part: string) => `${field.id}.${part}`;
  const given = isEmpty(raw.country)
    ? null
    : keep(allowedCountry(key('country'), raw.country, field.rules?.countries));
  const country = given ?? (isEmpty(raw.country) ? context.country : null);
  const address: Address = {
    street: keep(partOf(key('street'), raw.street)),
    city: keep(partOf(key('city'), raw.city)),
    // With a country that is refused the postcode cannot be judged: one message is enough.
    postcode:
      isEmpty(raw.postcode) || problems.length > 0
        ? null
        : keep(postcodeOf(key('postcode'), raw.postcode, country)),
    state: keep(partOf(key('state'), raw.state)),
    country,
    point: keep(pointOf(field.id, raw)),
  };
  for (const part of field.rules?.requiredParts ?? []) {
    const named = problems.some((problem) => problem.field.startsWith(key(part)));
    if (address[part] === null && !named && !(part === 'postcode' && problems.length > 0)) {
      problems.push({
        field: key(part),
        reason: 'required',
        message: 'Please fill in this part of the address.',
      });
    }
  }
  return problems.length > 0 ? { ok: false, problems } : taken(address);
}

function countriesToTry(field: FieldOf<'phone'>, context: AnswerContext): string[] {
  const tried = [context.country, field.rules?.country, context.pageCountry];
  return [...new Set(tried.filter((country) => country !== null && country !== undefined))];
}

function validElsewhere(typed: unknown, countries: readonly string[]): Phone | null {
  for (const country of countries) {
    const read = readPhone(typed, country);
    if (read.ok && read.phone.valid) return read.phone;
  }
  return null;
}

function allowedCountry(key: string, raw: unknown, allowed: readonly string[] | undefined): Read<string> {
  const code = countryOf(raw);
  if (code === null) return wrong(key, 'not_a_country', 'Choose a country, for example DE or Germany.');
  if (allowed !== undefined && !allowed.includes(code)) {
    return wrong(key, 'country_not_offered', `This is offered in ${countryWords(allowed)} only.`);
  }
  return taken(code);
}

function postcodeOf(key: string, raw: unknown, country: string | null): Read<string> {
  const result = normalisePostcode(raw, country ?? '');
  if (result.ok) return taken(result.postcode);
  const example = country === null ? null : postcodeExample(country);
  const like = example === null ? '' : `, like ${example}`;
  return wrong(key, result.reason, `Check the postcode${like}.`);
}

function partOf(key: string, raw: unknown): Read<string> {
  if (isEmpty(raw)) return { ok: true, value: undefined };
  const problem = textProblem(raw, { maxLength: PART_MAX, plain: true });
  if (problem === null) return taken((raw as string).trim().normalize('NFC'));
  if (problem === 'too_long') return wrong(key, problem, `Shorten this to at most ${PART_MAX} characters.`);
  return wrong(key, problem, 'Write this part of the address as plain text.');
}

/** `lat` and `lng`, or `point: {lat, lng}`; numbers or their decimal writing. */
function pointOf(id: string, raw: Record<string, unknown>): Read<{ lat: number; lng: number }> {
  const from = isRecord(raw.point) ? raw.point : raw;
  if (!isEmpty(raw.point) && !isRecord(raw.point)) return badPoint(id);
  if (isEmpty(from.lat) && isEmpty(from.lng)) return { ok: true, value: undefined };
  const degree = (value: unknown) =>
    typeof value === 'string' && /^-?[0-9]{1,3}(\.[0-9]{1,15})?$/.test(value) ? Number(value) : value;
  const point = { lat: degree(from.lat), lng: degree(from.lng) };
  return isPoint(point) ? taken(point) : badPoint(id);
}

function badPoint(id: string): Read<never> {
  return wrong(
    `${id}.point`,
    'not_a_point',
    'Give latitude (-90 to 90) and longitude (-180 to 180) as numbers.',
  );
}

function countryWords(codes: readonly string[]): string {
  return anyOf(codes.map((code) => (code === 'GB' ? 'the UK' : (countryName(code) ?? code))));
}

function isEmptyRecord(raw: unknown): boolean {
  return isRecord(raw) && Object.values(raw).every(isEmpty);
}
