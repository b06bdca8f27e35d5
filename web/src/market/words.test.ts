import { expect, test } from 'vitest';
import { capWords, datesWords, durationWords, filterWords, hoursWords, ratioWords } from './words.ts';

const FIELDS = [
  { id: 'budget', label: 'Budget', type: 'range' },
  {
    id: 'purpose',
    label: 'Purpose',
    type: 'select',
    options: [
      { value: 'web', label: 'Web site' },
      { value: 'game', label: 'Game server' },
    ],
  },
];

test('a filter is said with the words of the form', () => {
  const range = { field: 'budget', kind: 'range', missing: 'fail' } as const;
  expect(filterWords({ ...range, min: 100, max: 500 }, FIELDS)).toBe('Budget from 100 to 500');
  expect(filterWords({ ...range, min: 100 }, FIELDS)).toBe('Budget at least 100');
  const set = { field: 'purpose', kind: 'set', values: ['web', 'game'], missing: 'pass' } as const;
  expect(filterWords({ ...set, values: [...set.values], match: 'any' }, FIELDS)).toBe(
    'Purpose is Web site or Game server (or not answered)',
  );
  expect(filterWords({ ...set, values: ['web'], match: 'none', missing: 'fail' }, FIELDS)).toBe(
    'Purpose is not Web site',
  );
});

test('a filter on a field that the form no longer has keeps its own name', () => {
  expect(filterWords({ field: 'gone', kind: 'boolean', value: true, missing: 'fail' }, FIELDS)).toBe(
    'gone: yes',
  );
});

test('caps say how much of what in which time', () => {
  expect(capWords({ window: 'day', kind: 'count', value: '50' }, 'EUR')).toBe('50 leads a day');
  expect(capWords({ window: 'week', kind: 'count', value: '1' }, 'EUR')).toBe('1 lead a week');
  expect(capWords({ window: 'month', kind: 'spend', value: '2000.00' }, 'EUR')).toBe('2,000.00 EUR a month');
});

test('days with equal hours that follow each other are one line', () => {
  const work = [{ from: '09:00', to: '18:00' }];
  const weekly = { mon: work, tue: work, thu: work, sat: [{ from: '10:00', to: '12:00' }], sun: [] };
  expect(hoursWords({ zone: 'Europe/Berlin', weekly })).toEqual([
    'Mon to Tue 09:00–18:00',
    'Thu 09:00–18:00',
    'Sat 10:00–12:00',
  ]);
  expect(hoursWords(null)).toEqual([]);
});

test('durations take the largest unit that fits', () => {
  expect(durationWords(86_400_000)).toBe('24 hours');
  expect(durationWords(3 * 86_400_000)).toBe('3 days');
  expect(durationWords(60_000)).toBe('1 minute');
});

test('a ratio says what happens when premium leads are scarce', () => {
  expect(ratioWords(null, 'soft')).toContain('as they come');
  expect(ratioWords(70, 'hard')).toContain('never fewer');
});

test('areas and the ways of a cap are said in words', () => {
  const area = { field: 'plz', missing: 'fail' as const };
  const first = ['10115', '10117', '10119', '10178', '10179', '10243'];
  expect(filterWords({ ...area, kind: 'postcodes', hash: 'a'.repeat(64), count: 40, first })).toBe(
    'plz in 10115, 10117, 10119, 10178, 10179 and 35 more',
  );
  const near = { ...area, kind: 'geo' as const, lat: 52.5, lon: 13.4, radius_km: 30 };
  expect(filterWords({ ...near, postcode: '10115', country: 'DE' })).toBe('plz within 30 km of 10115 DE');
  expect(capWords({ window: 'day', kind: 'count', value: '20', weekday: 1 }, 'EUR')).toBe(
    '20 leads on Mondays',
  );
  expect(
    capWords({ window: 'month', kind: 'spend', value: '500.00', pace: 'even', gives_back: true }, 'EUR'),
  ).toBe('500.00 EUR a month, spread evenly, refunded leads give their place back');
});

test('areas and circles are said in one line', () => {
  const area = { field: 'plz', missing: 'fail' } as const;
  const plz = [{ id: 'plz', label: 'Postcode', type: 'postcode' }] as unknown as typeof FIELDS;
  const written = { ...area, kind: 'postcodes', entries: ['10115', '12*'] } as const;
  expect(filterWords({ ...written, entries: [...written.entries] }, plz)).toBe('Postcode in 10115, 12*');
  const circle = { ...area, kind: 'geo', radius_km: 30 } as const;
  expect(filterWords({ ...circle, lat: 52.5, lon: 13.4, missing: 'pass' }, plz)).toBe(
    'Postcode within 30 km of 52.5, 13.4 (or place not known)',
  );
});

test('single dates are said in order with their hours, without those that are over', () => {
  const exceptions = [
    { date: '2027-01-02', windows: [{ from: '10:00', to: '12:00' }] },
    { date: '2026-12-24', closed: true as const },
    { date: '2026-11-01', closed: true as const },
  ];
  expect(datesWords({ zone: 'Europe/Berlin', weekly: null, exceptions }, '2026-11-20')).toEqual([
    'Thu, 24 Dec 2026: closed',
    'Sat, 2 Jan 2027: 10:00–12:00',
  ]);
  expect(datesWords(null, '2026-11-20')).toEqual([]);
});
