import { describe, expect, it } from 'vitest';
import { compileAreas, readAreas } from '../../kernel/postcode-areas.ts';
import {
  type CompiledFilter,
  compileFilter,
  type Filter,
  failingFilter,
  postcodeIn,
  withPlace,
} from './filters.ts';

/** Without `field` and `missing`, which the tables set. */
type Wish = Filter extends infer F ? (F extends Filter ? Omit<F, 'field' | 'missing'> : never) : never;

const range = (min?: number, max?: number): Wish => ({
  kind: 'range',
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});
const set = (match: 'any' | 'none', ...values: string[]): Wish => ({ kind: 'set', values, match });
const text = (op: 'equals' | 'contains', value: string): Wish => ({ kind: 'text', op, value });
const yes: Wish = { kind: 'boolean', value: true };
const no: Wish = { kind: 'boolean', value: false };

const area = (...entries: string[]): Wish => ({
  kind: 'postcodes',
  areas: compileAreas(readAreas(entries).entries),
});
const around: Wish = { kind: 'geo', lat: 52.52, lon: 13.405, radius_km: 30 };

const compiled = (wish: Wish, missing: 'pass' | 'fail' = 'fail'): CompiledFilter =>
  compileFilter({ ...wish, field: 'answer', missing } as Filter);

describe('where a lead is', () => {
  const near = compileFilter({
    field: 'address',
    kind: 'geo',
    lat: 52.52,
    lon: 13.4,
    radius_km: 10,
    missing: 'fail',
  });
  const inTen = { field: 'plz', kind: 'postcodes', areas: compileAreas(readAreas(['10*']).entries) } as const;

  it('is read from its place, whatever the field is called; without one it is not known', () => {
    const answers = { address: 'Berlin' };
    expect(failingFilter([near], withPlace(answers, { lat: 52.5, lon: 13.4 }))).toBeUndefined();
    expect(failingFilter([near], withPlace(answers, { lat: 48.1, lon: 11.6 }))).toBe(near.filter);
    const here = compileFilter({ ...near.filter, kind: 'geo', lat: 52.52, lon: 13.4, radius_km: 0 });
    expect(failingFilter([here], withPlace(answers, { lat: 52.52, lon: 13.4 }))).toBeUndefined();
    expect(withPlace(answers, undefined)).toBe(answers);
    expect(failingFilter([near], answers)).toBe(near.filter);
  });

  it('is read from a postcode or the postcode of an address', () => {
    expect(postcodeIn(' 10115 ')).toBe('10115');
    expect(postcodeIn({ postcode: '10 115' })).toBe('10115');
    for (const nothing of [{}, { postcode: 7 }, null, 10_115]) expect(postcodeIn(nothing)).toBe(null);
    const fails = compileFilter({ ...inTen, missing: 'fail' });
    const passes = compileFilter({ ...inTen, missing: 'pass' });
    expect(failingFilter([fails], { plz: { postcode: '10999' } })).toBeUndefined();
    expect(failingFilter([passes], { plz: '20095' })).toBe(passes.filter);
    expect(failingFilter([passes], { plz: 'no postcode, really none' })).toBeUndefined();
    expect(failingFilter([fails], { plz: 'no postcode, really none' })).toBe(fails.filter);
  });
});

describe('a filter over an answer', () => {
  it.each<[Wish, answer: unknown, 'match' | 'no' | 'unknown']>([
    [range(50), 50, 'match'],
    [range(50), 49.99, 'no'],
    [range(50), 1_000_000, 'match'],
    [range(undefined, 80), 80, 'match'],
    [range(undefined, 80), 80.01, 'no'],
    [range(undefined, 80), -5, 'match'],
    [range(50, 80), 49, 'no'],
    [range(50, 80), 65, 'match'],
    [range(50, 80), 81, 'no'],
    [range(0), 0, 'match'],
    [range(), 7, 'match'],
    [range(50), '60', 'unknown'],
    [set('any', 'web', 'game'), 'web', 'match'],
    [set('any', 'web', 'game'), 'mail', 'no'],
    [set('any', 'web', 'game'), 'WEB', 'no'],
    [set('any', 'web', 'game'), ['mail', 'game'], 'match'],
    [set('any', 'web', 'game'), ['mail', 'shop'], 'no'],
    [set('none', 'web', 'game'), 'mail', 'match'],
    [set('none', 'web', 'game'), 'game', 'no'],
    [set('none', 'web', 'game'), ['mail', 'shop'], 'match'],
    [set('none', 'web', 'game'), ['mail', 'web'], 'no'],
    [set('any'), 'web', 'no'],
    [set('any', '7'), 7, 'match'],
    [yes, true, 'match'],
    [yes, false, 'no'],
    [no, false, 'match'],
    [no, true, 'no'],
    [yes, 'true', 'unknown'],
    [text('equals', 'Berlin'), 'berlin', 'match'],
    [text('equals', 'Berlin'), 'Berlin West', 'no'],
    [text('contains', 'lin W'), 'BERLIN WEST', 'match'],
    [text('contains', 'lin W'), 'Berlin', 'no'],
    [area('10*', '!10117'), '10115', 'match'],
    [area('10*', '!10117'), ' d-10117 ', 'no'],
    [area('10*'), { city: 'Berlin', postcode: '10115' }, 'match'],
    [area('10*'), { city: 'Berlin', postcode: null }, 'unknown'],
    [area('10*'), 'unter den Linden', 'unknown'],
    [area('!10117'), undefined, 'unknown'],
    [around, { lat: 52.4, lon: 13.06 }, 'match'],
    [around, { lat: 51.34, lon: 12.37 }, 'no'],
    [around, undefined, 'unknown'],
    [range(0), undefined, 'unknown'],
    [set('none', 'web'), null, 'unknown'],
    [text('contains', ''), '', 'unknown'],
    [set('none', 'web'), [], 'unknown'],
    [no, undefined, 'unknown'],
  ])('%j sees %j: %s', (wish, answer, expected) => {
    expect(compiled(wish).test(answer)).toBe(expected);
  });

  it.each([
    ['pass', undefined],
    ['fail', 'answer'],
  ] as const)('that is missing counts as the filter says: %s', (missing, failing) => {
    for (const wish of [range(10), set('any', 'web'), set('none', 'web'), yes, text('equals', 'x')]) {
      for (const nothing of [undefined, null, '', [], { sealed: 'AQ==' }]) {
        expect(failingFilter([compiled(wish, missing)], { answer: nothing })?.field).toBe(failing);
      }
    }
  });

  it('that is there and wrong keeps the lead away, whatever is said of missing ones', () => {
    expect(failingFilter([compiled(range(10), 'pass')], { answer: 9 })?.field).toBe('answer');
  });

  it('names the first of several that keeps the lead away, and all must pass', () => {
    const filters = [
      compileFilter({ field: 'budget', kind: 'range', min: 10, missing: 'fail' }),
      compileFilter({ field: 'purpose', kind: 'set', values: ['web'], match: 'any', missing: 'fail' }),
      compileFilter({ field: 'managed', kind: 'boolean', value: true, missing: 'fail' }),
    ];
    const good = { budget: 10, purpose: 'web', managed: true };
    expect(failingFilter(filters, good)).toBeUndefined();
    expect(failingFilter(filters, { ...good, purpose: 'game', managed: false })?.field).toBe('purpose');
    expect(failingFilter(filters, { ...good, managed: false })?.field).toBe('managed');
  });
});
