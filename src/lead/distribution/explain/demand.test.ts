import { expect, test } from 'vitest';
import { weeklyRounded } from './demand.ts';

test.each([
  // matching, days, told
  [0, 28, null],
  [2, 28, null],
  [11, 28, 3],
  [9, 28, null],
  [56, 28, 14],
  [57, 28, 14],
  [340, 28, 85],
  [346, 28, 85],
  [1_000, 28, 250],
  [1_003, 28, 250],
  [5_000, 2, 17_500],
  [5_001, 2, 17_500],
  [30, 7, 30],
  [31, 7, 30],
  [4, 1, 50],
])('%i matching leads in %i days are told as %s a week', (matching, days, told) => {
  expect(weeklyRounded(matching, days)).toBe(told);
});
