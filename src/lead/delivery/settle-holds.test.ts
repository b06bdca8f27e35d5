import { expect, test } from 'vitest';
import { holdMove } from './settle-holds.ts';

test.each([
  ['delivered', 'capture'],
  ['refused', 'release'],
  ['dead', 'release'],
  ['pending', null],
] as const)('money held for a delivery that is %s: %s', (state, move) => {
  expect(holdMove(state)).toBe(move);
});
