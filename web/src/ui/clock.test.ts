import { expect, test } from 'vitest';
import { relativeTime } from './clock.ts';

const present = Date.UTC(2026, 10, 20, 12, 0, 0);
const seconds = (n: number) => present + n * 1000;

test.each([
  [-3, 'just now'],
  [-59, '59 sec. ago'],
  [-61, '1 min. ago'],
  [-3_599, '59 min. ago'],
  [7_300, 'in 2 hr.'],
  [-6 * 86_400, '6 days ago'],
])('a time %d seconds away is told as "%s"', (away, told) => {
  expect(relativeTime(seconds(away), present)).toBe(told);
});

test('from a week on the date is shown, with the year only when it is another one', () => {
  expect(relativeTime(seconds(-8 * 86_400), present)).not.toMatch(/2026/);
  expect(relativeTime(seconds(-400 * 86_400), present)).toMatch(/2025/);
});
