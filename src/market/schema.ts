import { z } from 'zod';
import { COUNTRY_CODES, isCountry, textProblem } from '../kernel/contact.ts';
import { isId } from '../kernel/ids.ts';
import { CURRENCIES } from '../kernel/money.ts';
import { AREA_ENTRIES_MAX, AREA_ENTRY_LENGTH_MAX } from '../kernel/postcode-areas.ts';
import { isZone } from '../kernel/time.ts';

/** Shapes that several modules of the market use. */

/** A text that people read: trimmed, not empty, no control or direction characters. */
export const shownText = (maxLength: number, options: { multiline?: boolean } = {}) =>
  z
    .string()
    .trim()
    .min(1, 'Write something here.')
    .max(maxLength)
    .refine((text) => textProblem(text, { maxLength, plain: true, ...options }) === null, {
      message: 'Leave out control characters and characters that change the direction of writing.',
    });

/** Like `shownText`, but may be empty. */
export const noteText = (maxLength: number) =>
  z
    .string()
    .trim()
    .max(maxLength)
    .refine((text) => textProblem(text, { maxLength, multiline: true }) === null, {
      message: 'Leave out control characters.',
    });

export const id = z.string().refine(isId, { message: 'This is no id.' });
export const idParams = z.object({ id });
export const country = z.string().refine(isCountry, {
  message: 'Give the country as two capital letters, for instance DE.',
});
export const countries = z.array(country).max(250);
/** A part of a country by its ISO 3166-2 code without the country: "BY", "ENG". */
export const region = z.string().regex(/^[A-Z0-9]{1,3}$/, {
  message: 'Give the region by its code, up to 3 capital letters and digits.',
});
/** Closed on the public holidays of a country, and of one region of it. */
export const holidayChoice = z.strictObject({ country, region: region.nullable().default(null) });
export const currency = z.enum(CURRENCIES as [string, ...string[]]);
export const timezone = z.string().max(64).refine(isZone, {
  message: 'Give the time zone by its name, for instance Europe/Berlin.',
});
/** "12.50"; the currency decides how many decimals are allowed, so the amount is read where the currency is known. */
export const amountText = z.string().regex(/^\d{1,15}(\.\d{1,3})?$/, {
  message: 'Write an amount such as "12.50".',
});
export const percent = z.int().min(0).max(100);
export const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, {
  message: 'Use small letters, digits and dashes, at most 60.',
});
/** The version seen, for clients that do not send If-Match. */
export const version = z.int().min(1).optional();
/** "name", "amount_lost": a field of the form or of the person. */
export const fieldName = z.string().regex(/^[A-Za-z][A-Za-z0-9_.]{0,59}$/, {
  message: 'Use the name of a field: letters, digits and _.',
});

const FIELDS_MAX = 100;
const FIELD_VALUE_MAX = 1_000;
const theirName = z.string().trim().min(1).max(100);
/** Our field name to theirs, for an endpoint. */
export const fieldMap = z
  .record(fieldName, theirName)
  .refine((map) => Object.keys(map).length <= FIELDS_MAX, `At most ${FIELDS_MAX} fields.`);
/** What an endpoint sends for a field that the lead does not fill. */
export const defaultValues = z
  .record(theirName, z.union([z.string().max(FIELD_VALUE_MAX), z.number(), z.boolean()]))
  .refine((map) => Object.keys(map).length <= FIELDS_MAX, `At most ${FIELDS_MAX} values.`);

const FILTERS_MAX = 50;
const FILTER_VALUES_MAX = 2_000;
/** Entries of a list of postcodes that an answer shows. */
export const FIRST_ENTRIES = 20;
const RADIUS_MAX_KM = 20_000;
export const missing = z.enum(['fail', 'pass']).default('fail');
const bound = z.number().min(-1e15).max(1e15);
export const filterField = z.string().min(1).max(60);
const field = filterField;

const ANSWER_FILTERS = [
  z
    .strictObject({ field, kind: z.literal('range'), min: bound.optional(), max: bound.optional(), missing })
    .refine((range) => range.min !== undefined || range.max !== undefined, 'Give min, max or both.')
    .refine((range) => (range.min ?? -1e15) <= (range.max ?? 1e15), 'min is above max.'),
  z.strictObject({
    field,
    kind: z.literal('set'),
    values: z.array(shownText(200)).min(1).max(FILTER_VALUES_MAX),
    match: z.enum(['any', 'none']).default('any'),
    missing,
  }),
  z.strictObject({ field, kind: z.literal('boolean'), value: z.boolean(), missing }),
  z.strictObject({
    field,
    kind: z.literal('text'),
    op: z.enum(['equals', 'contains']),
    value: shownText(200),
    missing,
  }),
] as const;

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'Send the hash as it was answered.');
const geo = {
  lat: z.number().min(-90).max(90),
  lon: z.number().min(-180).max(180),
  radius_km: z.number().positive().max(RADIUS_MAX_KM),
  postcode: z.string().trim().min(1).max(AREA_ENTRY_LENGTH_MAX),
  country: z.enum(COUNTRY_CODES as [string, ...string[]]),
};

/**
 * What the provider wants to know of a lead; checked against the niche's form. `missing`: no answer was given.
 * `postcodes` takes `entries` (`10115`, `10*`, `10115-10999`, `!10117`), or the `hash` of a list that is there.
 * `geo` takes the middle as `lat` and `lon`, or as `postcode` and `country`.
 */
export const filterShape = z.discriminatedUnion('kind', [
  ...ANSWER_FILTERS,
  z
    .strictObject({
      field,
      kind: z.literal('postcodes'),
      entries: z.array(z.string().max(AREA_ENTRY_LENGTH_MAX)).min(1).max(AREA_ENTRIES_MAX).optional(),
      hash: hash.optional(),
      /** As answered; not read. */
      count: z.number().optional(),
      first: z.array(z.string()).max(FIRST_ENTRIES).optional(),
      missing,
    })
    .refine((one) => one.entries !== undefined || one.hash !== undefined, 'Give entries or a hash.'),
  z
    .strictObject({
      /** Left out: the form's address, else its postcode. */
      field: field.optional(),
      kind: z.literal('geo'),
      lat: geo.lat.optional(),
      lon: geo.lon.optional(),
      radius_km: geo.radius_km,
      postcode: geo.postcode.optional(),
      country: geo.country.optional(),
      missing,
    })
    .refine(
      (one) =>
        one.lat === undefined
          ? one.lon === undefined && one.postcode !== undefined && one.country !== undefined
          : one.lon !== undefined,
      'Give lat and lon, or postcode and country.',
    ),
]);
export type GivenFilter = z.infer<typeof filterShape>;

/** A filter as answers show it. `first`: the beginning of the list; areas.csv has the whole. */
export const filterView = z.discriminatedUnion('kind', [
  ...ANSWER_FILTERS,
  z.object({
    field,
    kind: z.literal('postcodes'),
    hash,
    count: z.number(),
    first: z.array(z.string()),
    missing,
  }),
  z.object({
    field,
    kind: z.literal('geo'),
    ...geo,
    postcode: geo.postcode.optional(),
    country: geo.country.optional(),
    missing,
  }),
]);

export const filters = z.array(filterShape).max(FILTERS_MAX);

export const time = z.string();
export const timeOrNull = z.string().nullable();
/** What was done although something is odd, in plain sentences. */
export const warnings = z.array(z.string());

/** `value` is a number of leads for `count` and an amount such as "250.00" for `spend`. */
export const capShape = z.strictObject({
  window: z.enum(['hour', 'day', 'week', 'month', 'total']),
  kind: z.enum(['count', 'spend']),
  value: z.union([z.int().min(0).max(1_000_000_000), amountText]),
  /** With the window `day` only: 1 is Monday. On that weekday it holds instead of the day's other cap. */
  weekday: z.int().min(1).max(7).optional(),
  /** `even`: spread over the window (day, week or month). */
  pace: z.literal('even').optional(),
  /** A refunded lead gives its place in the window back. */
  gives_back: z.boolean().optional(),
});

export const capView = z.object({
  window: z.string(),
  kind: z.string(),
  value: z.string(),
  weekday: z.number().optional(),
  pace: z.literal('even').optional(),
  gives_back: z.boolean().optional(),
});

/** As many as a form has fields, and a field has options. */
const MAPPINGS_MAX = 60;
const MAPPED_VALUES_MAX = 200;
const mappedField = z.string().min(1).max(40);
/** Values of options that are called otherwise now: old to new. */
const newValues = z
  .record(z.string().max(100), z.string().max(100))
  .refine((map) => Object.keys(map).length <= MAPPED_VALUES_MAX, `At most ${MAPPED_VALUES_MAX} values.`)
  .optional();
const severalFields = z.array(mappedField).min(2).max(10);

export const fieldMapping = z.discriminatedUnion('kind', [
  /**
   * The same question under the same name; every field that is in both forms and named nowhere is direct. A question
   * that is asked again after it had been given up is named as this.
   */
  z.strictObject({ kind: z.literal('direct'), field: mappedField }),
  z.strictObject({ kind: z.literal('renamed'), from: mappedField, to: mappedField, values: newValues }),
  /** One question became several. `filters_to`: the one that filters and older answers go to. */
  z.strictObject({
    kind: z.literal('split'),
    from: mappedField,
    into: severalFields,
    filters_to: mappedField.optional(),
    values: newValues,
  }),
  /** Several became one; of an older lead the first that was answered counts. */
  z.strictObject({ kind: z.literal('merged'), from: severalFields, to: mappedField, values: newValues }),
  /** It is asked no more. */
  z.strictObject({ kind: z.literal('deprecated'), from: mappedField }),
]);
export type FieldMapping = z.infer<typeof fieldMapping>;
export const fieldMappings = z.array(fieldMapping).max(MAPPINGS_MAX);

/** Names what a version of a form holds (`revision`), as it was on the screen. */
export const formRevision = z.string().max(64);
