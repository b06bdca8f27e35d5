import { z } from 'zod';
import type { CamelKeys } from '../../kernel/names.ts';
import { defaultValues, fieldMap, fieldName, id, shownText, time, timeOrNull, version } from '../schema.ts';

const NAME_MAX = 100;
const FIELDS_MAX = 100;
const URL_MAX = 2_000;
const RULES_MAX = 20;

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
  reason_path: ruleText.min(1).nullable().optional(),
  reason: ruleText.nullable().optional(),
});

const terms = {
  name: shownText(NAME_MAX),
  url: z.string().trim().min(1).max(URL_MAX),
  format: z.enum(['json', 'xml', 'form']),
  phone_format: z.enum(['international', 'national', 'local', 'e164', 'national_trunk']),
  country_format: z.enum(['name', 'iso2']),
  required_fields: z.array(fieldName).max(FIELDS_MAX),
  field_map: fieldMap,
  default_values: defaultValues,
  with_extras: z.boolean(),
  response_rules: z.array(responseRule).max(RULES_MAX),
  timeout_ms: z.int().min(100).max(30_000).nullable(),
  slots: z.int().min(1).max(100).nullable(),
  accepts_test: z.boolean(),
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
/** An address that does not take a connection now is saved all the same. Its certificate is judged in any case. */
const saveUnreachable = z.boolean().optional();
const headers = z
  .partialRecord(
    headerName,
    z.string().regex(/^[\x20-\x7e]{1,1000}$/, 'Use visible ASCII characters, at most 1,000.'),
  )
  .refine((map) => Object.keys(map).length <= 10, 'At most 10 headers.');

export const newEndpoint = z.strictObject({
  ...terms,
  format: terms.format.default('json'),
  phone_format: terms.phone_format.default('international'),
  country_format: terms.country_format.default('name'),
  required_fields: terms.required_fields.default(['name', 'email', 'phone', 'country']),
  field_map: terms.field_map.default({}),
  default_values: terms.default_values.default({}),
  with_extras: terms.with_extras.default(true),
  response_rules: terms.response_rules.default([]),
  timeout_ms: terms.timeout_ms.default(null),
  slots: terms.slots.default(null),
  accepts_test: terms.accepts_test.default(false),
  headers: headers.default({}),
  save_unreachable: saveUnreachable,
});
type Rule = CamelKeys<z.infer<typeof responseRule>>;
export type NewEndpoint = Omit<CamelKeys<z.infer<typeof newEndpoint>>, 'responseRules'> & {
  responseRules: Rule[];
};
export const newEndpointFor = newEndpoint.extend({ provider_id: id });

/** `headers` replaces all of them. `state: active` takes an endpoint back into use. */
export const endpointEdit = z
  .strictObject({ ...terms, headers, state: z.enum(['active', 'disabled']) })
  .partial()
  .extend({ save_unreachable: saveUnreachable, version });
export type EndpointEdit = Omit<CamelKeys<z.infer<typeof endpointEdit>>, 'responseRules'> & {
  responseRules?: Rule[] | undefined;
};

export const endpointView = z.object({
  id: z.string(),
  provider_id: z.string(),
  name: z.string(),
  url: z.string(),
  format: z.string(),
  phone_format: z.string(),
  country_format: z.string(),
  required_fields: z.array(z.string()),
  field_map: z.record(z.string(), z.string()),
  default_values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  with_extras: z.boolean(),
  response_rules: z.array(responseRule),
  /** The names only; values are never shown again. */
  header_names: z.array(z.string()),
  timeout_ms: z.number().nullable(),
  slots: z.number().nullable(),
  accepts_test: z.boolean(),
  state: z.string(),
  disabled_reason: z.string().nullable(),
  health: z.enum(['healthy', 'failing', 'disabled', 'none']),
  breaker_state: z.string(),
  breaker_opened_at: timeOrNull,
  secret_previous_until: timeOrNull,
  last_served_at: timeOrNull,
  version: z.number(),
  created_at: time,
  updated_at: time,
});
export type EndpointView = z.infer<typeof endpointView>;

/** The signing secret is shown this one time. */
export const endpointWithSecret = z.object({ endpoint: endpointView, secret: z.string() });
export const rotatedSecret = endpointWithSecret.extend({ previous_valid_until: time });

export const endpointQuery = z.object({ provider_id: id.optional() });
