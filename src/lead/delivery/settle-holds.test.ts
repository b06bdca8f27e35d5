import { expect, test } from 'vitest';
import { moneyMove, whyNot } from './settle-holds.ts';

test.each([
  ['delivered', 'held', 'capture'],
  ['refused', 'held', 'release'],
  ['dead', 'held', 'release'],
  ['pending', 'held', null],
  ['delivered', 'charged', null],
  ['refused', 'charged', 'refund'],
  ['dead', 'charged', 'refund'],
  ['pending', 'charged', null],
] as const)('a delivery that is %s moves money that is %s: %s', (state, assignment, move) => {
  expect(moneyMove(state, assignment)).toBe(move);
});

test.each([
  [{ unknownSeen: false, saidNo: true }, 'refused'],
  [{ unknownSeen: false, saidNo: false }, 'undelivered'],
  [{ unknownSeen: true, saidNo: false }, 'unresolved'],
  [{ unknownSeen: true, saidNo: true }, 'unresolved'],
] as const)('what did not arrive (%o) is %s', (of, why) => {
  expect(whyNot(of)).toBe(why);
});
