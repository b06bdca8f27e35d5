import { describe, expect, it } from 'vitest';
import { isQuiet, isSpike } from './unusual.ts';

describe('a source is quiet', () => {
  it.each([
    ['when its pause is half as long again as the longest before', 40, 10, 6, true],
    ['not in a night like the others', 40, 9, 8, false],
    ['not after a pause that is just half as long again', 40, 9, 6, false],
    ['not in the first hours', 4_000, 2, 0, false],
    ['after three hours, when it never paused', 4_000, 3, 0, true],
    ['never, when it had too few leads to say what is usual', 9, 200, 20, false],
  ])('%s', (_, leads, pauseHours, longestHours, quiet) => {
    expect(isQuiet({ leads, pauseHours, longestHours })).toBe(quiet);
  });
});

describe('leads that match nobody are a spike', () => {
  it.each([
    ['when most of an hour match nobody and usually few do', 20, 15, 1_000, 50, true],
    ['at twice the usual part', 100, 40, 1_000, 200, true],
    ['not below twice the usual part', 100, 39, 1_000, 200, false],
    ['not when it is always so', 100, 90, 1_000, 900, false],
    ['not when they are few', 10, 9, 1_000, 0, false],
    ['not when they are a small part of many', 1_000, 299, 100_000, 10, false],
    ['when nothing was decided before', 20, 10, 0, 0, true],
  ])('%s', (_, decided, unmatched, usualDecided, usualUnmatched, spike) => {
    expect(isSpike({ decided, unmatched, usualDecided, usualUnmatched })).toBe(spike);
  });
});
