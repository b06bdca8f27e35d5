import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCursor, encodeCursor, pagination, readPage } from './page.ts';

const ID = '0199c5e0-7c00-7000-8000-000000000001';

describe('page and limit', () => {
  test('without a word the first twenty are shown', () => {
    expect(readPage({})).toEqual({ ok: true, value: { page: 1, limit: 20, offset: 0 } });
    expect(readPage({ page: '3', limit: '50' })).toEqual({
      ok: true,
      value: { page: 3, limit: 50, offset: 100 },
    });
  });

  test.each([
    [{ page: '0' }, 'page', 'page_not_a_number'],
    [{ page: '-1' }, 'page', 'page_not_a_number'],
    [{ page: '1.5' }, 'page', 'page_not_a_number'],
    [{ page: 'x' }, 'page', 'page_not_a_number'],
    [{ page: ['1'] }, 'page', 'page_not_a_number'],
    [{ page: null }, 'page', 'page_not_a_number'],
    [{ page: '9'.repeat(1 << 20) }, 'page', 'page_not_a_number'],
    [{ page: '502' }, 'page', 'page_too_deep'],
    [{ limit: '101' }, 'limit', 'limit_too_large'],
    [{ limit: Number.NaN }, 'limit', 'limit_not_a_number'],
    [{ limit: '\u0000' }, 'limit', 'limit_not_a_number'],
  ])('refuses %# and names the field', (query, field, reason) => {
    expect(readPage(query)).toEqual({ ok: false, field, reason });
  });
});

describe('totals', () => {
  test('a total is exact up to 1,000 and says when it is not', () => {
    expect(pagination({ page: 1, limit: 20 }, 1_000)).toMatchObject({
      total: 1000,
      totalPages: 50,
      totalIsEstimate: false,
    });
    expect(pagination({ page: 1, limit: 20 }, 1_001)).toMatchObject({
      total: 1000,
      totalPages: 50,
      totalIsEstimate: true,
    });
    expect(pagination({ page: 1, limit: 20 }, 0)).toEqual({
      page: 1,
      limit: 20,
      total: 0,
      totalPages: 0,
      nextCursor: null,
      totalIsEstimate: false,
    });
  });
});

describe('cursor', () => {
  test('a cursor comes back as it was written', () => {
    const parts = ['2026-11-20T10:00:00.000Z', ID, '922337203685477580', 1.5, true, 'Zoë 😀', null];
    const cursor = encodeCursor(parts);
    expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(decodeCursor(cursor, ['time', 'uuid', 'bigint', 'number', 'boolean', 'text', 'text?'])).toEqual(
      parts,
    );
  });

  test('every cursor that was written can be read', () => {
    const part = fc.oneof(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20, unit: 'grapheme' }));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (parts) => {
        fc.pre(parts.every((text) => !text.includes('\u0000')));
        expect(
          decodeCursor(
            encodeCursor(parts),
            parts.map(() => 'text' as const),
          ),
        ).toEqual(parts);
      }),
    );
  });

  test.each([
    '',
    'garbage',
    'eyJhIjoxfQ',
    '____',
    '\u0000',
    '\ud800',
    'A'.repeat(1 << 20),
    btoa('[1,"not-a-uuid"]').replace(/=+$/, ''),
    btoa(`[2,"${ID}"]`).replace(/=+$/, ''),
    btoa(`[1,"${ID}","more"]`).replace(/=+$/, ''),
    btoa('[1,null]').replace(/=+$/, ''),
    null,
    7,
    {},
    [encodeCursor([ID])],
  ])('refuses garbage %#', (cursor) => {
    expect(decodeCursor(cursor, ['uuid'])).toBeNull();
  });

  test('a cursor with a time that does not exist, a NUL or another list is refused', () => {
    expect(decodeCursor(encodeCursor(['2026-02-30T10:00:00.000Z']), ['time'])).toBeNull();
    expect(decodeCursor(encodeCursor(['a\u0000']), ['text'])).toBeNull();
    expect(decodeCursor(encodeCursor(['99999999999999999999']), ['bigint'])).toBeNull();
    expect(decodeCursor(encodeCursor([1]), ['text'])).toBeNull();
    expect(() => encodeCursor([])).toThrow();
    expect(() => encodeCursor(['x'.repeat(2_000)])).toThrow();
  });

  test('whatever is sent as a cursor, the answer is a list or null', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (value, text) => {
        expect(decodeCursor(value, ['uuid'])).toBeNull();
        expect(decodeCursor(text, ['uuid'])).toBeNull();
      }),
    );
  });
});
