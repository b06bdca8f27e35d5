import { expect, test } from 'vitest';
import { camelKeys, camelName, snakeKeys, snakeName } from './names.ts';

test('a name goes from the API to the code and back', () => {
  for (const [api, code] of [
    ['price_per_lead', 'pricePerLead'],
    ['max_age_ms', 'maxAgeMs'],
    ['id', 'id'],
  ] as const) {
    expect([camelName(api), snakeName(code)]).toEqual([code, api]);
  }
  expect(snakeName('price_per_lead')).toBe('price_per_lead');
});

test('only the keys of the object itself are renamed: those inside may be data', () => {
  const body = { field_map: { last_name: 'nachname' }, with_extras: false };
  expect(camelKeys(body)).toEqual({ fieldMap: { last_name: 'nachname' }, withExtras: false });
  expect(snakeKeys(camelKeys(body))).toEqual(body);
});

test('null stays, what is undefined is left out', () => {
  expect(camelKeys({ premium_ratio: null, off_hours: undefined })).toEqual({ premiumRatio: null });
});
