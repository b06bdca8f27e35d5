import { z } from 'zod';
import { fieldName, id, shownText, time, timeOrNull, version } from '../schema.ts';

const NAME_MAX = 100;
const FIELDS_MAX = 100;
const VALUE_MAX = 1_000;
const URL_MAX = 2_000;
const RULES_MAX = 20;

const theirName = z.string().trim().min(1).max(NAME_MAX);
const ruleText = z.string().max(200);

/** How an answer is read: see docs/delivery.md. The first rule that fits decides. */
export const responseRule = z.strictObject({
  kind: z.enum(['accepted', 'rejected', 'duplicate', 'reference']),
  status: ruleText.regex(/^\s*([1-5]xx|\d{3}(-\d{3})?)\s*(,\s*([1-5]xx|\d{3}(-\d{3})?)\s*)*$/i, {
    message: 'Write the statuses like 200, 2xx, 200,201 or 400-422.',
  }),
  path: ruleText.min(1).nullable().default(null),
  test: z.enum(['equals', 'in', 'contains', 'exists']).nullable().default(null),
  value: z
    .union([ruleText, z.array(ruleText).max(20)])
    .nullable()
    .default(null),
  reasonPath: ruleText.min(1).nullable().optional(),
  reason: ruleText.nullable().optional(),
});

const terms = {
  name: shownText(NAME_MAX),
  url: z.string().trim().min(1).max(URL_MAX),
  format: z.enum(['json', 'xml', 'form']),
  phoneFormat: z.enum(['international', 'national', 'local', 'e164', 'national_trunk']),
  countryFormat: z.enum(['name', 'iso2']),
  requiredFields: z.array(fieldName).max(FIELDS_MAX),
  fieldMap: z
    .record(fieldName, theirName)
    .refine((map) => Object.keys(map).length <= FIELDS_MAX, `At most ${FIELDS_MAX} fields.`),
  defaultValues: z
    .record(theirName, z.union([z.string().max(VALUE_MAX), z.number(), z.boolean()]))
    .refine((map) => Object.keys(map).length <= FIELDS_MAX, `At most ${FIELDS_MAX} values.`),
  withExtras: z.boolean(),
  responseRules: z.array(responseRule).max(RULES_MAX),
  timeoutMs: z.int().min(100).max(30_000).nullable(),
  slots: z.int().min(1).max(100).nullable(),
  acceptsTest: z.boolean(),
};

/** Sent with every delivery. Only these names, so that nobody can change what the request means. */
const headerName = z.enum([
  'accept',
  'accept-language',
  'api-key',
  'apikey',
  'authorization',
  'x-access-token',
  'x-account-id',
  'x-affiliate-id',
  'x-api-key',
  'x-api-token',
  'x-auth-token',
  'x-campaign-id',
  'x-client-id',
  'x-client-secret',
  'x-partner-id',
  'x-source',
  'x-tenant-id',
  'x-token',
]);
const headers = z
  .partialRecord(
    headerName,
    z.string().regex(/^[\x20-\x7e]{1,1000}$/, 'Use visible ASCII characters, at most 1,000.'),
  )
  .refine((map) => Object.keys(map).length <= 10, 'At most 10 headers.');

export const newEndpoint = z.strictObject({
  ...terms,
  format: terms.format.default('json'),
  phoneFormat: terms.phoneFormat.default('international'),
  countryFormat: terms.countryFormat.default('name'),
  requiredFields: terms.requiredFields.default(['name', 'email', 'phone', 'country']),
  fieldMap: terms.fieldMap.default({}),
  defaultValues: terms.defaultValues.default({}),
  withExtras: terms.withExtras.default(true),
  responseRules: terms.responseRules.default([]),
  timeoutMs: terms.timeoutMs.default(null),
  slots: terms.slots.default(null),
  acceptsTest: terms.acceptsTest.default(false),
  headers: headers.default({}),
});
export type NewEndpoint = z.infer<typeof newEndpoint>;
export const newEndpointFor = newEndpoint.extend({ providerId: id });

/** `headers` replaces all of them. `state: active` takes an endpoint back into use. */
export const endpointEdit = z
  .strictObject({ ...terms, headers, state: z.enum(['active', 'disabled']) })
  .partial()
  .extend({ version });
export type EndpointEdit = z.infer<typeof endpointEdit>;

export const endpointView = z.object({
  id: z.string(),
  providerId: z.string(),
  name: z.string(),
  url: z.string(),
  format: z.string(),
  phoneFormat: z.string(),
  countryFormat: z.string(),
  requiredFields: z.array(z.string()),
  fieldMap: z.record(z.string(), z.string()),
  defaultValues: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  withExtras: z.boolean(),
  responseRules: z.array(responseRule),
  /** The names only; values are never shown again. */
  headerNames: z.array(z.string()),
  timeoutMs: z.number().nullable(),
  slots: z.number().nullable(),
  acceptsTest: z.boolean(),
  state: z.string(),
  disabledReason: z.string().nullable(),
  health: z.enum(['healthy', 'failing', 'disabled', 'none']),
  breakerState: z.string(),
  breakerOpenedAt: timeOrNull,
  secretPreviousUntil: timeOrNull,
  lastServedAt: timeOrNull,
  version: z.number(),
  createdAt: time,
  updatedAt: time,
});
export type EndpointView = z.infer<typeof endpointView>;

/** The signing secret is shown this one time. */
export const endpointWithSecret = z.object({ endpoint: endpointView, secret: z.string() });
export const rotatedSecret = endpointWithSecret.extend({ previousValidUntil: time });

export const endpointQuery = z.object({ providerId: id.optional() });
