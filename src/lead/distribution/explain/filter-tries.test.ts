import { describe, expect, test } from 'vitest';
import type { RuleSubscription } from '../../../market/subscriptions/index.ts';
import { compileFilter, type Filter } from '../filters.ts';
import type { DecidedLead, Subscription } from '../rules.ts';
import { addLoss, openLosses } from './filter-losses.ts';
import { FILTERS_TRIED_MAX, filterTries, LOOSER_TRIED_MAX } from './filter-tries.ts';

/** What a subscription loses by each filter alone, and what it could ask for instead. */
type Given = Record<string, unknown>;

const subscriptionOf = (filters: readonly Filter[], countries: string[] | null) =>
  ({
    countries: countries && new Set(countries),
    campaigns: null,
    filters: filters.map(compileFilter),
    requiredFields: [],
  }) as unknown as Subscription;

function tried(filters: readonly Filter[], answers: readonly Given[], countries: string[] | null = null) {
  const losses = openLosses(subscriptionOf(filters, countries));
  for (const [at, given] of answers.entries()) {
    const { country = 'DE', ...rest } = given;
    const lead = { id: String(given.id ?? at), country, answers: rest, present: new Set() };
    addLoss(losses, lead as unknown as DecidedLead);
  }
  const tries = filterTries(filters as RuleSubscription['filters'], losses.lost);
  return { lost: losses.lost.map(({ leads }) => leads), tries };
}
const said = (of: ReturnType<typeof tried>) => of.tries.map(({ words, lets }) => [words, lets]);

const from = (field: string, min: number): Filter => ({ field, kind: 'range', min, missing: 'fail' });

describe('what is lost by a filter', () => {
  test('counts what this filter alone kept away, once per lead, and nothing that another rule keeps away too', () => {
    const filters = [from('budget', 100), from('size', 10)];
    const { lost } = tried(
      filters,
      [
        { budget: 50, size: 20 },
        { budget: 50, size: 5 },
        { budget: 200, size: 5 },
        { budget: 200, size: 20 },
        { budget: 50, size: 20, country: 'FR' },
        { id: 'twice', budget: 60, size: 20 },
        { id: 'twice', budget: 60, size: 20 },
      ],
      ['DE'],
    );
    expect(lost).toEqual([2, 1]);
  });
});

describe('what is tried', () => {
  test('is every filter that lost something, the worst first, up to a limit', () => {
    const filters = Array.from({ length: FILTERS_TRIED_MAX + 5 }, (_, n) => from(`f${n}`, 10));
    const all = Object.fromEntries(filters.map(({ field }) => [field, 20]));
    const answers = filters.flatMap(({ field }, n) =>
      n === 0 ? [] : Array.from({ length: n }, () => ({ ...all, [field]: 5 })),
    );
    const { tries } = tried(filters, answers);
    const without = tries.filter(({ words }) => words.startsWith('Without'));
    expect(without).toHaveLength(FILTERS_TRIED_MAX);
    expect(without[0]).toMatchObject({
      words: `Without the filter on f${filters.length - 1}`,
      id: 'filter_14',
    });
    expect(tries.length - without.length).toBe(LOOSER_TRIED_MAX);
    expect(tries.some(({ words }) => words.includes('f0 '))).toBe(false);
  });

  test('a range: the bound that lets in the most, and one that lets in half, rounded outwards', () => {
    const range: Filter = { field: 'roof_size', kind: 'range', min: 100, max: 1_000, missing: 'fail' };
    const sizes = [99, 91, 87.3, 61, 44, 12, 1_234, 1_240, 1_999];
    expect(
      said(
        tried(
          [range],
          sizes.map((roof_size) => ({ roof_size })),
        ),
      ),
    ).toEqual([
      ['With roof size from 12 on instead of 100', 6],
      ['With roof size from 87 on instead of 100', 3],
      ['With roof size up to 2000 instead of 1000', 3],
      ['Without the filter on roof size', 9],
    ]);
  });

  test('a set: the answers that kept several away, or that were left out', () => {
    const any: Filter = { field: 'roof', kind: 'set', values: ['tile'], match: 'any', missing: 'fail' };
    const roofs = ['flat', 'flat', 'flat', 'flat', 'barn', 'barn', 'barn', 'thatch'];
    const answers = roofs.map((roof) => ({ roof }));
    const found = tried([any], answers);
    expect(said(found)).toEqual([
      ['With roof also "flat", "barn"', 7],
      ['With roof also "flat"', 4],
      ['Without the filter on roof', 8],
    ]);
    expect(found.tries[0]!.filters).toEqual([{ ...any, values: ['tile', 'flat', 'barn'] }]);
    const none: Filter = {
      field: 'roof',
      kind: 'set',
      values: ['flat', 'thatch'],
      match: 'none',
      missing: 'pass',
    };
    expect(said(tried([none], answers))).toEqual([
      ['With roof "flat" not left out', 4],
      ['Without the filter on roof', 5],
    ]);
  });

  test('a circle: a larger one', () => {
    const geo: Filter = { field: 'place', kind: 'geo', lat: 52.5, lon: 13.4, radius_km: 10, missing: 'fail' };
    const places = [0.2, 0.3, 0.4, 2].map((north) => ({ '@place': { lat: 52.5 + north, lon: 13.4 } }));
    expect(said(tried([geo], places))).toEqual([
      ['Within 230 km instead of 10', 4],
      ['Within 45 km instead of 10', 3],
      ['Without the filter on the distance', 4],
    ]);
  });

  test('answers that are missing', () => {
    const answers = [{}, {}, {}, { budget: 50 }];
    expect(said(tried([from('budget', 100)], answers))).toEqual([
      ['Also without an answer to budget', 3],
      ['Without the filter on budget', 4],
    ]);
  });

  test('no bound that fewer than three leads would pass by: it would tell what one person answered', () => {
    expect(said(tried([from('budget', 100)], [{ budget: 50 }, { budget: 60 }]))).toEqual([
      ['Without the filter on budget', 2],
    ]);
    const text: Filter = { field: 'name', kind: 'set', values: ['a'], match: 'any', missing: 'fail' };
    expect(said(tried([text], [{ name: 'Ada' }, { name: 'Bob' }, { name: 'Eve' }]))).toEqual([
      ['Without the filter on name', 3],
    ]);
  });
});
