import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allPassed, leadType, scoreOf } from './score.ts';
import type { Verdict } from './verdict.ts';

const verdict = (result: Verdict['result'], weight = 10): Verdict => ({ check: 'x', result, weight });
const results = fc.constantFrom('pass', 'warn', 'fail', 'unknown') as fc.Arbitrary<Verdict['result']>;
const verdicts = fc.array(
  fc.record({ check: fc.constant('x'), result: results, weight: fc.integer({ min: 0, max: 100 }) }),
);

describe('the score', () => {
  test.each([
    [[verdict('pass'), verdict('pass')], 100],
    [[verdict('fail')], 0],
    [[verdict('pass', 30), verdict('fail', 10)], 75],
    [[verdict('pass', 10), verdict('warn', 10)], 75],
    [[verdict('unknown', 10)], 50],
    [[verdict('pass', 2), verdict('fail', 1)], 66],
    [[verdict('pass', 10), verdict('unknown', 0)], 100],
    [[], 0],
    [[verdict('pass', 0)], 0],
  ])('%# adds up', (list, score) => {
    expect(scoreOf(list)).toBe(score);
  });

  test('it is a whole number from 0 to 100, and a better verdict never lowers it', () => {
    fc.assert(
      fc.property(verdicts, fc.nat(), (list, pick) => {
        const score = scoreOf(list);
        expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true);
        if (list.length === 0) return;
        const better = list.with(pick % list.length, { ...list[pick % list.length]!, result: 'pass' });
        expect(scoreOf(better)).toBeGreaterThanOrEqual(score);
        expect(scoreOf(list.toReversed())).toBe(score);
      }),
    );
  });
});

describe('the type of a lead', () => {
  const good = [verdict('pass', 30), verdict('warn', 10)];
  test.each([
    ['confirmed and good enough', { confirmed: true, verdicts: good, threshold: 70 }, 'premium'],
    ['just below the threshold', { confirmed: true, verdicts: good, threshold: 88 }, 'raw'],
    ['exactly at the threshold', { confirmed: true, verdicts: good, threshold: 87 }, 'premium'],
    ['not confirmed', { confirmed: false, verdicts: good, threshold: 0 }, 'raw'],
    [
      'one failed check',
      { confirmed: true, verdicts: [verdict('pass', 99), verdict('fail', 1)], threshold: 0 },
      'raw',
    ],
    [
      'declared by a trusted source',
      { confirmed: false, verdicts: [], threshold: 100, declaredByTrustedSource: 'premium' },
      'premium',
    ],
    [
      'declared raw by a trusted source',
      { confirmed: true, verdicts: good, threshold: 0, declaredByTrustedSource: 'raw' },
      'raw',
    ],
    [
      'nothing declared',
      { confirmed: true, verdicts: good, threshold: 70, declaredByTrustedSource: null },
      'premium',
    ],
  ] as const)('%s', (_, lead, type) => {
    expect(leadType(lead)).toBe(type);
  });

  test('warnings stop nobody, a failed check does', () => {
    expect(allPassed([verdict('pass'), verdict('warn'), verdict('unknown')])).toBe(true);
    expect(allPassed([verdict('pass'), verdict('fail')])).toBe(false);
  });
});
