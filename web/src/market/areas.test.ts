import { expect, test } from 'vitest';
import { areaEntries, entriesOfFile } from './areas.ts';

test('entries are read from lines and commas, and a blank inside belongs to the postcode', () => {
  expect(areaEntries('10115, 12*\n\nSW1A 1AA ;!10117')).toEqual(['10115', '12*', 'SW1A 1AA', '!10117']);
});

test('a file gives its postcode column, or everything when no column is named so', () => {
  expect(entriesOfFile('\uFEFFTown;"PLZ"\r\nBerlin;10115\r\n;\r\n"Hamburg";"20*"\r\n')).toEqual([
    '10115',
    '20*',
  ]);
  expect(entriesOfFile('10115\n10117\n')).toEqual(['10115', '10117']);
});
