import { expect, test } from 'vitest';
import { differences } from './difference.ts';

test('only what changed is shown, each field with before and after', () => {
  expect(
    differences({ name: 'A', price: '10.00', on: true }, { name: 'A', price: '12.00', on: true }),
  ).toEqual([{ field: 'price', before: '10.00', after: '12.00' }]);
});

test('a new thing has no before, a removed one no after', () => {
  expect(differences(null, { name: 'A' })).toEqual([{ field: 'name', before: undefined, after: 'A' }]);
  expect(differences({ name: 'A' }, null)).toEqual([{ field: 'name', before: 'A', after: undefined }]);
});

test('nested fields are named by their way, lists are compared whole', () => {
  expect(differences({ terms: { caps: [1] }, at: null }, { terms: { caps: [1, 2] }, at: 'now' })).toEqual([
    { field: 'terms.caps', before: '[1]', after: '[1,2]' },
    { field: 'at', before: 'nothing', after: 'now' },
  ]);
});

test('what an act does not name stayed as it was', () => {
  const before = { status: 'active', paused: false };
  expect(differences(before, { paused: true })).toEqual([
    { field: 'paused', before: 'false', after: 'true' },
  ]);
});
