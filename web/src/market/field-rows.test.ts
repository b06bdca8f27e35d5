import { expect, test } from 'vitest';
import { rowsOf, storedOf } from './field-rows.tsx';

const stored = { field_map: { phone: 'tel' }, default_values: { phone: 'none', score: 0, vip: true } };

test('names and values are shown as one row for each field, and saved as they were when nobody touched them', () => {
  const rows = rowsOf(stored);
  expect(rows).toEqual([
    { ours: 'phone', theirs: 'tel', value: 'none' },
    { ours: 'score', theirs: '', value: '0' },
    { ours: 'vip', theirs: '', value: 'true' },
  ]);
  expect(storedOf(rows, stored)).toEqual(stored);
});

test('a value that was changed is a text, and an empty row is none', () => {
  const rows = [...rowsOf(stored).with(1, { ours: 'score', theirs: 'points', value: '5' }), emptyRow];
  expect(storedOf(rows, stored)).toEqual({
    field_map: { phone: 'tel', score: 'points' },
    default_values: { phone: 'none', score: '5', vip: true },
  });
});

const emptyRow = { ours: ' ', theirs: 'x', value: 'y' };
