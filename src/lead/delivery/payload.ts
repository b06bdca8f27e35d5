import { splitName } from '../../kernel/contact.ts';
import { formatMoney, type Money } from '../../kernel/money.ts';
import { BASE_FIELDS, EXTRAS_KEY } from '../../market/endpoints/index.ts';
import { type BodyFormat, encodeBody } from './encode.ts';
import { type CountryFormat, formatCountry, formatPhone, type PhoneFormat } from './formats.ts';

/**
 * The body of a delivery. At the top stand the nine fields every receiver gets, in a fixed order; then the fields
 * of the form that this endpoint requires or maps, and nothing else of the person; then its static values; and last,
 * under the one key `fairlead`, what is ours. A receiver may rename fields and switch `fairlead` off.
 */

export type Scalar = string | number | boolean;
export type Value = Scalar | null | readonly Scalar[];

export type DeliveredLead = {
  id: string;
  name: string;
  email: string;
  /** E.164. */
  phone: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  niche: string;
  leadType: 'premium' | 'raw';
  source: string;
  submittedAt: Date;
  /** The form's answers by field name, and what else of the lead may be mapped (city, postcode ...). */
  answers: Readonly<Record<string, unknown>>;
};

export type DeliveredAssignment = {
  id: string;
  price: Money;
  competitionLevel: string;
  subscriptionId: string;
  test: boolean;
  consent: { textVersion: string; givenAt: Date } | null;
  /** How many providers at most get the same lead. */
  sharedWithMax: number;
  /** utm_* names of the lead beyond the five that may be mapped like answers. */
  utmOther?: Readonly<Record<string, string>> | null;
};

export type PayloadFormat = {
  format: BodyFormat;
  phoneFormat: PhoneFormat;
  countryFormat: CountryFormat;
  /** Our field names. */
  requiredFields: readonly string[];
  /** Our field name to theirs. */
  fieldMap: Readonly<Record<string, string>>;
  /** Static values by our field name (or any name of theirs); a value of the lead goes before. */
  defaultValues: Readonly<Record<string, Scalar>>;
  /** False leaves out the key `fairlead`. */
  withExtras: boolean;
};

export type Body = { contentType: string; body: string };

/** The bytes to send and their type. The same input gives the same bytes. */
export function renderDelivery(
  lead: DeliveredLead,
  assignment: DeliveredAssignment,
  format: PayloadFormat,
): Body {
  return encodeBody(deliveredFields(lead, assignment, format), format.format);
}

/** Names and values in the order in which they are sent. */
export function deliveredFields(
  lead: DeliveredLead,
  assignment: DeliveredAssignment,
  format: PayloadFormat,
): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  const put = (ours: string, value: Value | undefined) => {
    const filled = isFilled(value) ? value : own(format.defaultValues, ours);
    const name = own(format.fieldMap, ours) ?? ours;
    if (filled !== undefined && !fields.has(name)) fields.set(name, filled);
  };
  for (const field of BASE_FIELDS) {
    put(field, fieldValue(lead, field, format));
    // The nine are always there, so that a receiver never has to ask whether a key exists.
    const name = own(format.fieldMap, field) ?? field;
    if (!fields.has(name)) fields.set(name, '');
  }
  const wanted = [...format.requiredFields, ...Object.keys(format.fieldMap)];
  for (const field of wanted) if (!isBase(field)) put(field, fieldValue(lead, field, format));
  for (const field of Object.keys(format.defaultValues)) if (!isBase(field)) put(field, undefined);
  if (format.withExtras) fields.set(EXTRAS_KEY, extrasOf(assignment));
  return fields;
}

/** Required fields for which the lead has no value and the endpoint no static one. Empty: it can be delivered. */
export function missingRequiredFields(
  lead: DeliveredLead,
  format: Pick<PayloadFormat, 'requiredFields' | 'defaultValues'>,
): string[] {
  return format.requiredFields.filter(
    (field) => !isFilled(rawValue(lead, field)) && own(format.defaultValues, field) === undefined,
  );
}

function extrasOf(assignment: DeliveredAssignment): Record<string, unknown> {
  const { consent } = assignment;
  return {
    assignment_id: assignment.id,
    price: formatMoney(assignment.price),
    currency: assignment.price.currency,
    competition_level: assignment.competitionLevel,
    subscription_id: assignment.subscriptionId,
    test: assignment.test,
    consent:
      consent === null
        ? null
        : { text_version: consent.textVersion, given_at: consent.givenAt.toISOString() },
    shared_with_max: assignment.sharedWithMax,
    ...(assignment.utmOther ? { utm_other: assignment.utmOther } : {}),
  };
}

function fieldValue(lead: DeliveredLead, field: string, format: PayloadFormat): Value | undefined {
  const value = rawValue(lead, field);
  if (field === 'phone' && typeof value === 'string') return formatPhone(value, format.phoneFormat);
  if (field === 'country' && typeof value === 'string') return formatCountry(value, format.countryFormat);
  return value;
}

/** The lead's own value of a field; names of people come from the whole name when the form asked for no parts. */
function rawValue(lead: DeliveredLead, field: string): Value | undefined {
  switch (field) {
    case 'lead_id':
      return lead.id;
    case 'name':
    case 'email':
    case 'phone':
    case 'country':
    case 'niche':
    case 'source':
      return lead[field];
    case 'lead_type':
      return lead.leadType;
    case 'timestamp':
      return lead.submittedAt.toISOString();
  }
  const answer = plainValue(own(lead.answers, field));
  if (isFilled(answer)) return answer;
  if (field === 'first_name' || field === 'firstname') return splitName(lead.name).firstName;
  if (field === 'last_name' || field === 'lastname') return splitName(lead.name).lastName;
  return answer;
}

/** Answers are texts, numbers, yes or no, or lists of them; anything deeper is sent as its JSON. */
function plainValue(answer: unknown): Value | undefined {
  if (answer === undefined || answer === null || isScalar(answer)) return answer;
  if (Array.isArray(answer) && answer.every(isScalar)) return answer;
  return JSON.stringify(answer);
}

function isScalar(value: unknown): value is Scalar {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isFilled(value: Value | undefined): value is Scalar | readonly Scalar[] {
  return (
    value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
  );
}

function isBase(field: string): boolean {
  return (BASE_FIELDS as readonly string[]).includes(field);
}

/** A field named `constructor` or `__proto__` is nothing but a field that is not there. */
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
