/** A version of a form while somebody writes it: everything as it stands in the inputs, read at the end. Pure. */
import { type FormField, type Option, optionsOf } from '../../../market/words.ts';

/** What an input of a rule holds: a text, several values, or yes. */
export type RuleValue = string | string[] | boolean;

export interface FieldDraft {
  /** Stays while name and place change. */
  key: string;
  id: string;
  label: string;
  type: string;
  required: boolean;
  sensitive: boolean;
  /** Providers see the answer before they buy the lead. */
  shown: boolean;
  help: string;
  options: Option[];
  rules: Record<string, RuleValue>;
  /** The name follows the question until somebody writes it. */
  named: boolean;
}

export interface RuleInput {
  name: string;
  label: string;
  kind: 'whole' | 'number' | 'date' | 'country' | 'countries' | 'parts' | 'shape' | 'flag';
  after?: string;
  needed?: boolean;
}

const limits = (unit: string, low: string, high: string): RuleInput[] => [
  { name: low, label: 'At least', kind: 'whole', after: unit },
  { name: high, label: 'At most', kind: 'whole', after: unit },
];
const amounts = (needed: boolean): RuleInput[] => [
  { name: 'min', label: 'From', kind: 'number', needed },
  { name: 'max', label: 'To', kind: 'number', needed },
  { name: 'step', label: 'In steps of', kind: 'number' },
];
const countries: RuleInput = { name: 'countries', label: 'Countries that can be given', kind: 'countries' };
const country: RuleInput = { name: 'country', label: 'Usual country', kind: 'country' };

/** The limits that a type of answer can have, as the server takes them. */
export const RULES: Readonly<Record<string, readonly RuleInput[]>> = {
  text: limits('characters', 'minLength', 'maxLength'),
  long_text: limits('characters', 'minLength', 'maxLength'),
  number: amounts(false),
  range: amounts(true),
  multi_select: limits('choices', 'minItems', 'maxItems'),
  boolean: [{ name: 'mustBeTrue', label: 'The person has to say yes', kind: 'flag' }],
  date: [
    { name: 'min', label: 'From', kind: 'date' },
    { name: 'max', label: 'To', kind: 'date' },
  ],
  phone: [country, countries],
  postcode: [country],
  country: [countries],
  address: [{ name: 'requiredParts', label: 'Parts that must be given', kind: 'parts' }, countries],
  name: [{ name: 'shape', label: 'Asked as', kind: 'shape' }],
};

/** Answers that name nobody, as the server judges it: only these may be shown before a purchase. */
const SHOWN_TYPES = ['select', 'multi_select', 'boolean', 'number', 'range', 'country'];
export const mayBeShown = ({ type, sensitive }: Pick<FieldDraft, 'type' | 'sensitive'>): boolean =>
  !sensitive && SHOWN_TYPES.includes(type);

export const hasOptions = (type: string): boolean => type === 'select' || type === 'multi_select';

let made = 0;
const newKey = (): string => {
  made += 1;
  return `field-${made}`;
};

export const draftsOf = (fields: readonly FormField[]): FieldDraft[] =>
  fields.map((field) => ({
    key: newKey(),
    id: field.id,
    label: field.label,
    type: field.type,
    required: field.required === true,
    sensitive: field.sensitive === true,
    shown: field.shown_before_purchase === true,
    help: typeof field.help === 'string' ? field.help : '',
    options: optionsOf(field).map(({ value, label }) => ({ value, label })),
    rules: Object.fromEntries(
      Object.entries((field.rules ?? {}) as Record<string, unknown>).map(([name, value]) => [
        name,
        typeof value === 'number' ? String(value) : (value as RuleValue),
      ]),
    ),
    named: true,
  }));

export const newField = (type: string): FieldDraft => ({
  key: newKey(),
  id: '',
  label: '',
  type,
  required: type === 'email',
  sensitive: false,
  shown: false,
  help: '',
  options: hasOptions(type) ? [emptyOption(), emptyOption()] : [],
  rules: {},
  named: false,
});

export const emptyOption = (): Option => ({ value: '', label: '' });

/** Another type of answer has other limits. */
export const ofType = (field: FieldDraft, type: string): FieldDraft => ({
  ...field,
  type,
  required: type === 'email' || field.required,
  options: hasOptions(type) ? (field.options.length > 0 ? field.options : newField(type).options) : [],
  rules: Object.fromEntries(
    Object.entries(field.rules).filter(
      ([name]) =>
        RULES[type]?.some((rule) => rule.name === name) &&
        RULES[field.type]?.[0]?.kind === RULES[type]?.[0]?.kind,
    ),
  ),
});

/** Letters that have no accent to take away. */
const LETTERS: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o' };

/** "Roof area (m²)" as the name of a field: "roof_area_m2". */
export const nameOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[ßæœø]/g, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_0-9]+|_+$/g, '')
    .slice(0, 40);

/** A value that was left empty is called as it reads. */
const writtenValue = ({ value, label }: Option): string => value.trim() || nameOf(label);

/** As the API takes it. */
export function fieldOf(draft: FieldDraft): Record<string, unknown> {
  const rules = Object.entries(draft.rules).flatMap(([name, value]) => {
    const kind = RULES[draft.type]?.find((rule) => rule.name === name)?.kind;
    if (!kind || value === '' || value === false || (Array.isArray(value) && value.length === 0)) return [];
    const isNumber = (kind === 'whole' || kind === 'number') && typeof value === 'string';
    return [[name, isNumber ? numberOf(value) : value] as const];
  });
  return {
    id: draft.id,
    label: draft.label.trim(),
    type: draft.type,
    required: draft.required,
    ...(draft.sensitive ? { sensitive: true } : {}),
    ...(draft.shown && mayBeShown(draft) ? { shown_before_purchase: true } : {}),
    ...(draft.help.trim() ? { help: draft.help.trim() } : {}),
    ...(hasOptions(draft.type)
      ? { options: draft.options.map((one) => ({ value: writtenValue(one), label: one.label.trim() })) }
      : {}),
    ...(rules.length > 0 ? { rules: Object.fromEntries(rules) } : {}),
  };
}

const numberOf = (text: string): number => Number(text.trim().replace(',', '.'));

/** What is wrong with a field, by the input it stands under: `id`, `label`, `options`, `options.1`, `rules.min`. */
export type Faults = Readonly<Record<string, string>>;

const NAME = /^[a-z][a-z0-9_]{0,39}$/;

/** What can be seen without asking the server, by the key of the field. */
export function faultsOf(fields: readonly FieldDraft[]): Record<string, Faults> {
  const faulty = fields.map((field) => [field.key, fieldFaults(field, fields)] as const);
  return Object.fromEntries(faulty.filter(([, faults]) => Object.keys(faults).length > 0));
}

function fieldFaults(field: FieldDraft, all: readonly FieldDraft[]): Faults {
  const faults: Record<string, string> = {};
  if (!field.label.trim()) faults.label = 'Write the question.';
  if (!NAME.test(field.id)) {
    faults.id = 'Start with a small letter; then small letters, digits and _, at most 40.';
  } else if (all.some((other) => other !== field && other.id === field.id)) {
    faults.id = 'Another question has this name.';
  }
  if (hasOptions(field.type)) Object.assign(faults, optionFaults(field.options));
  for (const { name, kind, needed } of RULES[field.type] ?? []) {
    const text = field.rules[name];
    const empty = text === undefined || text === '';
    if (empty && needed) faults[`rules.${name}`] = 'Write a number.';
    if (empty || typeof text !== 'string') continue;
    const wrong = valueFault(kind, text);
    if (wrong) faults[`rules.${name}`] = wrong;
  }
  return faults;
}

function optionFaults(options: readonly Option[]): Faults {
  if (options.length === 0) return { options: 'Give at least one choice.' };
  const values = options.map(writtenValue);
  return Object.fromEntries(
    options.flatMap(({ label }, at): [string, string][] => {
      if (!label.trim()) return [[`options.${at}`, 'Write the choice, or remove it.']];
      if (!values[at]) return [[`options.${at}`, 'Write a value for it.']];
      return values.indexOf(values[at]) < at ? [[`options.${at}`, 'Another choice has this value.']] : [];
    }),
  );
}

function valueFault(kind: RuleInput['kind'], text: string): string | undefined {
  if (kind === 'whole' && !/^\s*\d{1,4}\s*$/.test(text)) return 'Write a whole number.';
  if (kind === 'number' && !/^\s*-?\d{1,15}([.,]\d{1,6})?\s*$/.test(text)) return 'Write a number.';
  if (kind === 'date' && text.trim() !== 'today' && !/^\d{4}-\d\d-\d\d$/.test(text.trim()))
    return 'Write "today" or a date such as 2026-12-31.';
  return undefined;
}

/** What the server refused, by the key of the field; what names none stands under `''`. */
export function refusedOf(
  fields: readonly FieldDraft[],
  details: readonly { field: string; message: string }[],
): Record<string, Faults> {
  const faults: Record<string, Record<string, string>> = {};
  for (const { field, message } of details) {
    const [, at, part = ''] = /(?:^|\.)fields\.(\d+)\.?(.*)$/.exec(field) ?? [];
    const key = at === undefined ? '' : (fields[Number(at)]?.key ?? '');
    // "options.2.label" stands under its row.
    const place = /^options\.\d+/.exec(part)?.[0] ?? part;
    faults[key] = { [place]: message, ...faults[key] };
  }
  return faults;
}
