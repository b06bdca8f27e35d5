/**
 * The form of a niche: which fields a person fills in and by which rules each is read. A stored version never
 * changes; `form.ts` reads answers by it. Types are closed, and there are no patterns: a pattern is a
 * program.
 */
import { z } from 'zod';
import { COUNTRY_CODES, textProblem } from '../../kernel/contact.ts';

export const FIELDS_MAX = 60;
export const OPTIONS_MAX = 200;
export const TEXT_MAX = 1_000;
export const LONG_TEXT_MAX = 5_000;
/** Beyond this a number loses its last digit in JSON. */
export const NUMBER_MAX = 1e15;

export const ADDRESS_PARTS = ['street', 'city', 'postcode', 'state', 'country', 'point'] as const;

const shownText = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .refine(
      (text) => text.trim() !== '' && textProblem(text, { maxLength, multiline: true, plain: true }) === null,
      {
        message: 'Write a text that people can read, without control characters.',
      },
    );

const country = z.enum(COUNTRY_CODES as [string, ...string[]]);
const countries = z
  .array(country)
  .min(1)
  .max(COUNTRY_CODES.length)
  .refine(allDifferent, 'A country is listed twice.');
const amount = z.number().min(-NUMBER_MAX).max(NUMBER_MAX);
const dateLimit = z.union([z.literal('today'), z.iso.date()]);
const option = z.strictObject({ value: shownText(100), label: shownText(200) });
const optionList = z
  .array(option)
  .min(1)
  .max(OPTIONS_MAX)
  .refine((list) => allDifferent(list.map((one) => one.value)), 'Two options have the same value.');

const common = {
  id: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, {
    message: 'Start with a small letter; then small letters, digits and _, at most 40.',
  }),
  label: shownText(200),
  required: z.boolean().default(false),
  help: shownText(500).optional(),
  /** Answers are kept encrypted: shown with the lead and delivered, and nobody filters by them. */
  sensitive: z.boolean().optional(),
  /** The answer is shown to providers who may buy the lead, before they do; never what could name the person. */
  shown_before_purchase: z.boolean().optional(),
};

const numberRules = {
  min: amount.optional(),
  max: amount.optional(),
  step: z.number().positive().max(NUMBER_MAX).optional(),
};

const textField = z.strictObject({
  ...common,
  type: z.literal('text'),
  rules: z
    .strictObject({
      minLength: z.int().min(0).max(TEXT_MAX).optional(),
      maxLength: z.int().min(1).max(TEXT_MAX).optional(),
    })
    .optional(),
});
const longTextField = z.strictObject({
  ...common,
  type: z.literal('long_text'),
  rules: z
    .strictObject({
      minLength: z.int().min(0).max(LONG_TEXT_MAX).optional(),
      maxLength: z.int().min(1).max(LONG_TEXT_MAX).optional(),
    })
    .optional(),
});
const nameField = z.strictObject({
  ...common,
  type: z.literal('name'),
  rules: z.strictObject({ shape: z.enum(['whole', 'first_last']).optional() }).optional(),
});
const addressField = z.strictObject({
  ...common,
  type: z.literal('address'),
  rules: z
    .strictObject({
      requiredParts: z.array(z.enum(ADDRESS_PARTS)).optional(),
      countries: countries.optional(),
    })
    .optional(),
});
const emailField = z.strictObject({ ...common, type: z.literal('email') });
const phoneField = z.strictObject({
  ...common,
  type: z.literal('phone'),
  rules: z.strictObject({ country: country.optional(), countries: countries.optional() }).optional(),
});
const numberField = z.strictObject({
  ...common,
  type: z.literal('number'),
  rules: z.strictObject(numberRules).optional(),
});
const rangeField = z.strictObject({
  ...common,
  type: z.literal('range'),
  rules: z.strictObject({ ...numberRules, min: amount, max: amount }),
});
const selectField = z.strictObject({ ...common, type: z.literal('select'), options: optionList });
const multiSelectField = z.strictObject({
  ...common,
  type: z.literal('multi_select'),
  options: optionList,
  rules: z
    .strictObject({
      minItems: z.int().min(0).max(OPTIONS_MAX).optional(),
      maxItems: z.int().min(1).max(OPTIONS_MAX).optional(),
    })
    .optional(),
});
const booleanField = z.strictObject({
  ...common,
  type: z.literal('boolean'),
  /** The person has to say yes, as in "I am at least 18 years old". */
  rules: z.strictObject({ mustBeTrue: z.boolean().optional() }).optional(),
});
const dateField = z.strictObject({
  ...common,
  type: z.literal('date'),
  rules: z.strictObject({ min: dateLimit.optional(), max: dateLimit.optional() }).optional(),
});
const postcodeField = z.strictObject({
  ...common,
  type: z.literal('postcode'),
  rules: z.strictObject({ country: country.optional() }).optional(),
});
const countryField = z.strictObject({
  ...common,
  type: z.literal('country'),
  rules: z.strictObject({ countries: countries.optional() }).optional(),
});

const fieldShape = z.discriminatedUnion('type', [
  textField,
  longTextField,
  nameField,
  addressField,
  emailField,
  phoneField,
  numberField,
  rangeField,
  selectField,
  multiSelectField,
  booleanField,
  dateField,
  postcodeField,
  countryField,
]);

export type FormField = z.infer<typeof fieldShape>;
export type FieldType = FormField['type'];
export type FieldOf<T extends FieldType> = Extract<FormField, { type: T }>;

/** A form has one person, so these types appear once at most. */
const SINGLE_TYPES: readonly FieldType[] = ['email', 'phone', 'name', 'address', 'postcode', 'country'];

/**
 * The form schema of a niche. Other spellings of the same thing are taken too: `multi-select` for
 * `multi_select`, `options: {min, max, step}` on numbers, and plain texts as options.
 */
export const formSchema = z.strictObject({
  fields: z
    .array(z.preprocess(usualSpelling, fieldShape))
    .min(1)
    .max(FIELDS_MAX)
    .superRefine((fields, context) => {
      for (const { at, key, message } of formProblems(fields)) {
        context.addIssue({ code: 'custom', path: [at, key], message });
      }
    }),
});

export type FormSchema = z.infer<typeof formSchema>;

/** The address the names of a form field's parts are sent under, besides a nested object: `address.city`. */
export const FIELD_PARTS: Partial<Record<FieldType, readonly string[]>> = {
  name: ['firstName', 'lastName', 'name'],
  address: ['street', 'city', 'postcode', 'state', 'country', 'lat', 'lng'],
  phone: ['number', 'country'],
};

type Problem = { at: number; key: string; message: string };

function formProblems(fields: readonly FormField[]): Problem[] {
  const problems: Problem[] = [];
  const ids = new Set<string>();
  const types = new Set<FieldType>();
  for (const [at, field] of fields.entries()) {
    if (ids.has(field.id)) problems.push({ at, key: 'id', message: `Two fields are named ${field.id}.` });
    if (SINGLE_TYPES.includes(field.type) && types.has(field.type)) {
      problems.push({ at, key: 'type', message: `A form has at most one ${field.type} field.` });
    }
    if (field.type === 'email' && !field.required) {
      problems.push({ at, key: 'required', message: 'The e-mail field is always required.' });
    }
    if (field.shown_before_purchase && !namesNobody(field)) {
      problems.push({ at, key: 'shown_before_purchase', message: SHOWN_MESSAGE });
    }
    ids.add(field.id);
    types.add(field.type);
    const message = limitsProblem(field);
    if (message !== null) problems.push({ at, key: 'rules', message });
  }
  if (!types.has('email'))
    problems.push({ at: 0, key: 'type', message: 'A form needs exactly one e-mail field.' });
  return problems;
}

/** Answers that name nobody: chosen from a list, a number, yes or no. Free text, dates and postcodes may. */
const SHOWN_TYPES: readonly FieldType[] = ['select', 'multi_select', 'boolean', 'number', 'range', 'country'];
const SHOWN_MESSAGE =
  'Only answers that name nobody are shown before a purchase: lists, numbers, yes or no, the country; none that is sensitive.';

export const namesNobody = (field: Pick<FormField, 'type' | 'sensitive'>): boolean =>
  field.sensitive !== true && SHOWN_TYPES.includes(field.type);

/** Limits that no answer could keep. */
function limitsProblem(field: FormField): string | null {
  const crossed = (low: number | undefined, high: number | undefined) =>
    low !== undefined && high !== undefined && low > high;
  switch (field.type) {
    case 'text':
    case 'long_text':
      return crossed(field.rules?.minLength, field.rules?.maxLength) ? 'minLength is above maxLength.' : null;
    case 'number':
    case 'range':
      return crossed(field.rules?.min, field.rules?.max) ? 'min is above max.' : null;
    case 'multi_select': {
      const least = field.rules?.minItems;
      if (crossed(least, field.rules?.maxItems)) return 'minItems is above maxItems.';
      return crossed(least, field.options.length) ? 'minItems is above the number of options.' : null;
    }
    case 'date': {
      const { min, max } = field.rules ?? {};
      const bothDates = min !== undefined && max !== undefined && min !== 'today' && max !== 'today';
      return bothDates && min > max ? 'min is after max.' : null;
    }
    case 'phone': {
      const { country: preset, countries: allowed } = field.rules ?? {};
      const outside = preset !== undefined && allowed !== undefined && !allowed.includes(preset);
      return outside ? 'The preset country is not among the allowed ones.' : null;
    }
    default:
      return null;
  }
}

function usualSpelling(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw;
  const field: Record<string, unknown> = { ...raw };
  if (typeof field.type === 'string') field.type = field.type.replaceAll('-', '_');
  const { options } = field;
  if (Array.isArray(options)) {
    field.options = options.map((one) => (typeof one === 'string' ? { value: one, label: one } : one));
  } else if (typeof options === 'object' && options !== null && field.rules === undefined) {
    field.rules = options;
    delete field.options;
  }
  return field;
}

function allDifferent(list: readonly string[]): boolean {
  return new Set(list).size === list.length;
}
