import { expect, test } from 'vitest';
import { awayWords, dayOf, lastDayOf, spanOfDays } from './away.ts';

test.each([
  ['2026-12-24', '2027-01-01', '24 Dec 2026 to 1 Jan 2027'],
  ['2026-12-24', '2026-12-24', '24 Dec 2026'],
  // The clock is put back within them.
  ['2026-10-24', '2026-10-26', '24 Oct 2026 to 26 Oct 2026'],
])('from %s to %s are whole days of the reader: %s', (first, last, words) => {
  const span = spanOfDays(first, last)!;
  expect([dayOf(span.from), lastDayOf(span.to)]).toEqual([first, last]);
  expect(awayWords(span)).toBe(words);
  expect(Date.parse(span.to)).toBeGreaterThan(Date.parse(span.from));
});

test('a last day before the first one moves along with it, and half a date is none', () => {
  expect(spanOfDays('2026-12-24', '2026-12-01')).toEqual(spanOfDays('2026-12-24', '2026-12-24'));
  expect(spanOfDays('', '2026-12-01')).toBeNull();
  expect(spanOfDays('2026-12-24', '')).not.toBeNull();
});
