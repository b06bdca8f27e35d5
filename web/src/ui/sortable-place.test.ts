import { expect, test } from 'vitest';
import { movedTo, placeAt, shiftsAt } from './sortable-place.ts';

/** Rows of 40, 60 and 20 pixels with 2 between them. */
const rows = [
  { top: 0, height: 40 },
  { top: 42, height: 60 },
  { top: 104, height: 20 },
];

test('a row takes the place of a neighbour once its edge is past that one’s middle', () => {
  expect([0, 32, 33, 74, 75, 500, -50].map((by) => placeAt(rows, 0, by))).toEqual([0, 0, 1, 1, 2, 2, 0]);
  expect([0, -31, -32, -33, -85, -500].map((by) => placeAt(rows, 2, by))).toEqual([2, 2, 2, 1, 0, 0]);
});

test('the others make room, and the moved one stands where it would be', () => {
  expect(shiftsAt(rows, 0, 2)).toEqual([84, -42, -42]);
  expect(shiftsAt(rows, 2, 0)).toEqual([22, 22, -104]);
  expect(shiftsAt(rows, 1, 1)).toEqual([0, 0, 0].map((zero) => expect.closeTo(zero)));
});

test('a list keeps everything when one of it goes elsewhere', () => {
  expect(movedTo(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
  expect(movedTo(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
});
