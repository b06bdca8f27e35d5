import { expect, test } from 'vitest';
import { daysAgo, spanOf } from './period.ts';

test('the last day of a span counts whole, also when the clocks change', () => {
  const { from, to } = spanOf('2026-10-24', '2026-10-25');
  expect(new Date(from!).getHours()).toBe(0);
  expect(new Date(to!).getHours()).toBe(0);
  expect(new Date(to!).getDate()).toBe(26);
});

test('an exact time stays exact, and what is no time is left out', () => {
  expect(spanOf('2026-11-20T00:00:00.000Z', undefined)).toEqual({ from: '2026-11-20T00:00:00.000Z' });
  expect(spanOf('yesterday', '2026-99-99x')).toEqual({});
});

test('days ago are counted on the calendar', () => {
  expect(daysAgo(1, new Date(2026, 2, 1, 12))).toBe('2026-02-28');
});
