export const formatWords: Readonly<Record<string, string>> = {
  json: 'JSON',
  xml: 'XML',
  form: 'Form fields',
};

/** How phone numbers are written, each with the same number as an example. */
export const phoneWords: Readonly<Record<string, string>> = {
  international: 'International (+1234567890)',
  e164: 'E.164 (+1234567890)',
  national: 'National (1234567890)',
  national_trunk: 'As dialled at home (030123456)',
  local: 'Local (49-123-456-7890)',
};

export const phoneChoices = Object.entries(phoneWords).map(([value, label]) => ({ value, label }));
export const formatChoices = Object.entries(formatWords).map(([value, label]) => ({ value, label }));

/** Headers that a receiver may ask for, mostly to let us in. */
export const HEADER_NAMES = [
  'authorization',
  'x-api-key',
  'api-key',
  'apikey',
  'x-api-token',
  'x-auth-token',
  'x-access-token',
  'x-token',
  'x-client-id',
  'x-client-secret',
  'x-account-id',
  'x-affiliate-id',
  'x-campaign-id',
  'x-partner-id',
  'x-tenant-id',
  'x-source',
  'accept',
  'accept-language',
];

/** "name, email" as a list. */
export const namesOf = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
