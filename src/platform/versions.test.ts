import { describe, expect, test } from 'vitest';
import { requireVersion, versionOf } from './versions.ts';

describe('the version of a request', () => {
  test.each(['3', '"3"', 'W/"3"', ' "3" '])('is read from If-Match: %s', (header) => {
    expect(versionOf({ 'if-match': header }, { version: 9 })).toBe(3);
  });
  test('is taken from the body when there is no header', () => {
    expect(versionOf({}, { version: 4 })).toBe(4);
  });
  test.each([
    [{}, {}, 'version_missing'],
    [{}, undefined, 'version_missing'],
    [{ 'if-match': '*' }, { version: 1 }, 'version_invalid'],
    [{ 'if-match': '"3", "4"' }, {}, 'version_invalid'],
    [{}, { version: 0 }, 'version_invalid'],
    [{}, { version: '3' }, 'version_invalid'],
  ])('%j %j is refused: %s', (headers, body, code) => {
    expect(() => versionOf(headers, body)).toThrowError(expect.objectContaining({ code }));
  });
});

describe('an edit', () => {
  const row = { version: 5, name: 'Gold', pricePerLead: 1250n, countries: ['DE'] };
  test('of the present version goes on', () => {
    expect(() => requireVersion(row, 5, { name: 'Silver' })).not.toThrow();
  });
  test('of an older one is told what stands there now, and only where it differs', () => {
    const edit = {
      name: 'Silver',
      countries: ['DE'],
      pricePerLead: 1000n,
      color: 'red',
      maxProviders: undefined,
    };
    let refused: unknown;
    try {
      requireVersion(row, 4, edit);
    } catch (error) {
      refused = error;
    }
    expect(refused).toMatchObject({ code: 'version_stale', status: 409 });
    expect((refused as { details: unknown }).details).toEqual([
      { field: 'version', message: 'is now 5, you saw 4' },
      { field: 'name', message: 'is now "Gold"' },
      { field: 'price_per_lead', message: 'is now "1250"' },
    ]);
  });
});
