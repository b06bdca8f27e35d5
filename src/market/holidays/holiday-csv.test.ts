import { expect, test } from 'vitest';
import { holidaysCsv, readHolidaysCsv } from './holiday-csv.ts';

const DAYS = [
  { name: 'Christmas, the "first"', rule: '12-25', observed: true, regions: [] },
  { name: 'Corpus Christi', rule: 'easter+60', observed: false, regions: ['BW', 'BY'] },
];

test('what goes out comes in as it was', () => {
  expect(readHolidaysCsv(holidaysCsv(DAYS))).toEqual(DAYS);
});

test('a file of a spreadsheet is read: other columns, semicolons, quotes, a mark at its beginning, empty lines', () => {
  const file =
    '\uFEFFWeekday;Date;Name;Notes\r\n;2027-05-03;"Early; May";x\r\n\r\n;;;\r\nTue;12-26; Boxing Day ;\n';
  expect(readHolidaysCsv(file)).toEqual([
    { name: 'Early; May', rule: '2027-05-03', observed: false, regions: [] },
    { name: 'Boxing Day', rule: '12-26', observed: false, regions: [] },
  ]);
});

const problemsOf = (file: string): string[] => {
  try {
    readHolidaysCsv(file);
  } catch (error) {
    return (error as { details: { field: string }[] }).details.map(({ field }) => field);
  }
  return [];
};

test.each([
  ['', ['line 1']],
  ['name,when\nA,12-25', ['line 1']],
  ['name,rule\nA,12-25\nB,25.12.\n,01-01', ['line 3', 'line 4']],
  ['name,rule,observed,regions\nA,12-25,perhaps,\nB,12-25,yes,by\nC,12-25,,"BY ENG"', ['line 2', 'line 3']],
  [`name,rule\n${'A,12-25\n'.repeat(201)}`, ['line 202']],
  [`name,rule\n${'A'.repeat(101)},12-25`, ['line 2']],
])('%j is refused by the lines', (file, lines) => {
  expect(problemsOf(file)).toEqual(lines);
});

test('a calendar without days can be written down', () => {
  expect(readHolidaysCsv('name,rule\n')).toEqual([]);
});
