import { describe, expect, it } from 'vitest';
import { amountWords, capWords, crossedLine } from './cap-line.ts';
import type { Cap } from './rules.ts';

const cap = (value: bigint, more: Partial<Cap> = {}): Cap => ({
  ...{ window: 'day', kind: 'count', value, weekday: null, even: false },
  ...more,
});

describe('a cap is told at 80 % and when it is used up', () => {
  it.each([
    [10n, 1n, 0n, 7n, null],
    [10n, 1n, 7n, 8n, 80],
    [10n, 1n, 8n, 9n, null],
    [10n, 1n, 9n, 10n, 100],
    // Both lines in one step: the higher one says it all.
    [10n, 1n, 0n, 10n, 100],
    [1n, 1n, 0n, 1n, 100],
    // An amount is used up when it does not reach for one more lead.
    [100_00n, 30_00n, 60_00n, 90_00n, 100],
    [100_00n, 5_00n, 75_00n, 80_00n, 80],
    // Nothing is left to be used up.
    [0n, 1n, 0n, 0n, null],
    [10n, 1n, 10n, 11n, null],
  ] as const)('%s, a lead adds %s: from %s to %s it is %s', (value, step, before, after, line) => {
    expect(crossedLine({ cap: cap(value), step }, before, after)).toBe(line);
  });
});

it('says caps in words', () => {
  expect(capWords({ cap: cap(1n), currency: 'EUR' })).toBe('1 lead a day');
  expect(capWords({ cap: cap(20n, { weekday: 1 }), currency: 'EUR' })).toBe('20 leads on Mondays');
  expect(capWords({ cap: cap(25_000n, { window: 'month', kind: 'spend' }), currency: 'EUR' })).toBe(
    '250.00 EUR a month',
  );
  expect(capWords({ cap: cap(9n, { window: 'total' }), currency: 'EUR' })).toBe('9 leads in all');
  expect(amountWords('spend', 1n, 'JPY')).toMatch(/JPY$|^1$/);
});
