import type { Detail } from '../../kernel/errors.ts';
import type { EndpointTerms } from './endpoint.ts';

/** Which fields a delivery can carry, and under which names: judged where an endpoint is saved. */

/** The nine fields every receiver gets, in this order: the contract with receivers since the first version. */
export const BASE_FIELDS = [
  'lead_id',
  'name',
  'email',
  'phone',
  'country',
  'niche',
  'lead_type',
  'source',
  'timestamp',
] as const;

/** The key under which our own data stand in a body. */
export const EXTRAS_KEY = 'fairlead';

/** Parts of the whole name and the phone number: leads of every form can have them. */
const PERSON_PARTS = ['first_name', 'firstname', 'last_name', 'lastname', 'calling_code'];
/** Read from an address, so only of leads whose form asks for one. */
const ADDRESS_PARTS = ['street', 'city', 'postcode', 'region'];
/** Where the person came from. */
const ATTRIBUTION = [
  ...['referrer_url', 'page_url', 'click_id', 'affiliate'],
  ...['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'],
];

const FIELDS_MAX = 100;
const NAME_LENGTH_MAX = 100;
const VALUE_LENGTH_MAX = 1_000;

export type AskedField = { id: string; type: string };
type Format = Pick<EndpointTerms, 'format' | 'requiredFields' | 'fieldMap' | 'defaultValues'>;

/** The names under which a lead of this form can have a value. */
export function knownNames(form: readonly AskedField[]): Set<string> {
  const names = [...BASE_FIELDS, ...PERSON_PARTS, ...ATTRIBUTION, ...form.map(({ id }) => id)];
  if (form.some(({ type }) => type === 'address')) names.push(...ADDRESS_PARTS);
  if (form.some(({ type }) => type === 'postcode')) names.push('postcode');
  return new Set(names);
}

/**
 * The required fields that no lead can have: neither the form, nor the person, nor a default value fills them. An
 * endpoint that asks for one would refuse every lead, each of them paid.
 */
export function unfillable(
  endpoint: Pick<EndpointTerms, 'requiredFields' | 'defaultValues'>,
  form: readonly AskedField[],
): { name: string; at: number }[] {
  const known = knownNames(form);
  return endpoint.requiredFields
    .map((name, at) => ({ name, at }))
    .filter(({ name }) => !known.has(name) && !Object.hasOwn(endpoint.defaultValues, name));
}

/** What to do about a required field that nothing fills. */
export const unfillableWords = (name: string, nicheName: string): string =>
  `No lead of ${nicheName} has "${name}": add it to the form, give it a default value, or leave it out.`;

/** What is wrong with the names and values of an endpoint. Empty: fine. */
export function formatProblems(format: Format): Detail[] {
  const problems: Detail[] = [];
  const maps = Object.entries(format.fieldMap);
  const defaults = Object.entries(format.defaultValues);
  if (format.requiredFields.length + maps.length + defaults.length > FIELDS_MAX) {
    problems.push({
      field: 'field_map',
      message: `At most ${FIELDS_MAX} fields can be set for one endpoint.`,
    });
  }
  const name = (field: string, text: string) => {
    const message = nameProblem(text, format.format);
    if (message !== null) problems.push({ field, message });
  };
  for (const field of format.requiredFields) name('required_fields', theirName(format, field));
  for (const [ours, theirs] of maps) {
    name(`field_map.${ours}`, theirs);
    if (theirs !== EXTRAS_KEY) continue;
    const message = `The name ${EXTRAS_KEY} is taken by our own data.`;
    problems.push({ field: `field_map.${ours}`, message });
  }
  for (const [field, value] of defaults) {
    name(`default_values.${field}`, theirName(format, field));
    if (typeof value !== 'string' || value.length <= VALUE_LENGTH_MAX) continue;
    const message = `A static value may have at most ${VALUE_LENGTH_MAX} characters.`;
    problems.push({ field: `default_values.${field}`, message });
  }
  return [...problems, ...clashes(format)];
}

/** Two fields under one name: one of them would silently be lost. */
function clashes(format: Format): Detail[] {
  const { requiredFields, fieldMap, defaultValues } = format;
  const names = [...BASE_FIELDS, ...requiredFields, ...Object.keys(fieldMap), ...Object.keys(defaultValues)];
  const seen = new Map<string, string>();
  const problems: Detail[] = [];
  for (const ours of new Set<string>(names)) {
    const theirs = theirName(format, ours);
    const other = seen.get(theirs);
    if (other === undefined) seen.set(theirs, ours);
    else {
      // The mapping is what can be mended, whichever of the two comes first.
      const mapped = Object.hasOwn(fieldMap, ours) ? ours : other;
      const message = `${other} and ${ours} would both be sent as ${theirs}.`;
      problems.push({ field: `field_map.${mapped}`, message });
    }
  }
  return problems;
}

function nameProblem(name: string, format: Format['format']): string | null {
  if (name === '' || name.length > NAME_LENGTH_MAX || /\p{Cc}/u.test(name)) {
    return `A field name has 1 to ${NAME_LENGTH_MAX} characters and no line breaks.`;
  }
  if (format === 'xml' && !isXmlName(name)) return `${name} cannot be the name of an XML element.`;
  return null;
}

/** Whether a field name can be the name of an XML element without being changed. */
export function isXmlName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name) && !/^xml/i.test(name);
}

/** A field named `constructor` or `__proto__` is nothing but a field that is not mapped. */
const theirName = ({ fieldMap }: Pick<Format, 'fieldMap'>, ours: string): string =>
  (Object.hasOwn(fieldMap, ours) ? fieldMap[ours] : undefined) ?? ours;
