import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HolidayDay, holidayOn, isHolidayRule, nextHolidays } from './holidays.ts';
import { holidayAt, isOpen, nextOpening, type Schedule } from './time.ts';

const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 86_400_000;
const datesOf = (rule: string, year: number, observed = false): string[] =>
  nextHolidays([{ name: 'Day', rule, observed }], dayOf(`${year}-01-01`), 5)
    .map(({ date }) => date)
    .filter((date) => date.startsWith(String(year)));

describe('a rule', () => {
  test.each([
    ['12-25', 2026, ['2026-12-25']],
    ['02-29', 2026, []],
    ['02-29', 2028, ['2028-02-29']],
    ['2027-05-03', 2026, []],
    ['2027-05-03', 2027, ['2027-05-03']],
    // Easter: from the tables of the Book of Common Prayer.
    ['easter', 1961, ['1961-04-02']],
    ['easter', 2000, ['2000-04-23']],
    ['easter', 2008, ['2008-03-23']],
    ['easter', 2011, ['2011-04-24']],
    ['easter', 2026, ['2026-04-05']],
    ['easter', 2038, ['2038-04-25']],
    ['easter-2', 2027, ['2027-03-26']],
    ['easter+39', 2026, ['2026-05-14']],
    // The first Monday of September, the third of January, the last of May, that before 25 May; Buß- und Bettag.
    ['monday from 09-01', 2026, ['2026-09-07']],
    ['monday from 01-15', 2027, ['2027-01-18']],
    ['monday from 05-25', 2026, ['2026-05-25']],
    ['monday from 05-18', 2026, ['2026-05-18']],
    ['wednesday from 11-16', 2026, ['2026-11-18']],
  ])('%s falls in %i on %j', (rule, year, dates) => {
    expect(datesOf(rule, year)).toEqual(dates);
  });

  test.each([
    '',
    '13-01',
    '02-30',
    '1-1',
    '2026-02-29',
    'easter+999',
    'easter1',
    'someday from 01-01',
    'monday from 02-29',
    '12-25 ',
  ])('"%s" is none', (text) => expect(isHolidayRule(text)).toBe(false));
});

describe('a holiday that is observed', () => {
  const british: HolidayDay[] = [
    { name: 'New Year', rule: '01-01', observed: true },
    { name: 'Christmas Day', rule: '12-25', observed: true },
    { name: 'Boxing Day', rule: '12-26', observed: true },
  ];
  const around = (year: number) =>
    nextHolidays(british, dayOf(`${year}-12-20`), 6).map(({ date }) => date.slice(5));
  // As gov.uk lists them.
  test.each([
    [2020, ['12-25', '12-26', '12-28', '01-01', '12-25', '12-26']],
    [2021, ['12-25', '12-26', '12-27', '12-28', '01-01', '01-03']],
    [2022, ['12-25', '12-26', '12-27', '01-01', '01-02', '12-25']],
    [2026, ['12-25', '12-26', '12-28', '01-01', '12-25', '12-26']],
  ])('at the end of %i closes the next working days too', (year, dates) => {
    expect(around(year)).toEqual(dates);
  });

  test('goes over New Year', () => {
    const days = [
      { name: 'Last', rule: '12-31', observed: true },
      { name: 'First', rule: '01-01' },
    ];
    // 31 December 2028 is a Sunday.
    expect(nextHolidays(days, dayOf('2028-12-30'), 3)).toEqual([
      { date: '2028-12-31', name: 'Last' },
      { date: '2029-01-01', name: 'First' },
      { date: '2029-01-02', name: 'Last (observed)' },
    ]);
    expect(holidayOn(days, dayOf('2029-01-02'))).toBe('Last (observed)');
  });
});

describe('business hours with holidays', () => {
  const shop: Schedule = {
    zone: 'Europe/Berlin',
    weekly: {
      mon: [{ from: '09:00', to: '18:00' }],
      thu: [{ from: '20:00', to: '02:00' }],
      fri: [{ from: '09:00', to: '18:00' }],
    },
    holidays: [
      { name: 'Christmas', rule: '12-25' },
      { name: 'Easter Monday', rule: 'easter+1' },
    ],
  };

  test('are closed from midnight to midnight of the zone, in every year', () => {
    expect(isOpen(shop, new Date('2026-12-25T10:00:00+01:00'))).toBe(false);
    expect(isOpen(shop, new Date('2020-12-25T10:00:00+01:00'))).toBe(false);
    expect(isOpen(shop, new Date('2026-12-18T10:00:00+01:00'))).toBe(true);
    expect(isOpen(shop, new Date('2027-03-29T10:00:00+02:00'))).toBe(false);
    expect(isOpen(shop, new Date('2027-03-22T10:00:00+01:00'))).toBe(true);
    // Thursday goes on into Friday, but not into a holiday.
    expect(isOpen(shop, new Date('2026-12-24T23:59:00+01:00'))).toBe(true);
    expect(isOpen(shop, new Date('2026-12-25T00:30:00+01:00'))).toBe(false);
    expect(isOpen(shop, new Date('2026-12-18T00:30:00+01:00'))).toBe(true);
  });

  test('say which holiday it is by the calendar of the zone', () => {
    expect(holidayAt(shop, new Date('2026-12-24T23:30:00Z'))).toBe('Christmas');
    expect(holidayAt(shop, new Date('2026-12-25T23:30:00Z'))).toBe(null);
    const working = { ...shop, exceptions: [{ date: '2026-12-25', windows: [] }] };
    expect(holidayAt(working, new Date('2026-12-25T10:00:00Z'))).toBe(null);
  });

  test('open next on the first day that is none', () => {
    expect(nextOpening(shop, new Date('2026-12-25T10:00:00+01:00'))?.toISOString()).toBe(
      '2026-12-28T08:00:00.000Z',
    );
  });

  test('an exception for the date goes before the holiday', () => {
    const working: Schedule = {
      ...shop,
      exceptions: [{ date: '2026-12-25', windows: [{ from: '10:00', to: '12:00' }] }],
    };
    expect(isOpen(working, new Date('2026-12-25T11:00:00+01:00'))).toBe(true);
    expect(isOpen(working, new Date('2026-12-25T13:00:00+01:00'))).toBe(false);
    expect(isOpen(working, new Date('2027-12-25T11:00:00+01:00'))).toBe(false);
  });

  test('without hours of the week all other days are open', () => {
    const always: Schedule = {
      zone: 'Europe/Oslo',
      weekly: null,
      holidays: [{ name: '17 May', rule: '05-17' }],
    };
    expect(isOpen(always, new Date('2027-05-16T23:00:00+02:00'))).toBe(true);
    expect(isOpen(always, new Date('2027-05-17T00:00:00+02:00'))).toBe(false);
    expect(nextOpening(always, new Date('2027-05-17T00:00:00+02:00'))?.toISOString()).toBe(
      '2027-05-17T22:00:00.000Z',
    );
  });

  test('are closed as by an exception for each date, whatever the zone, the hours and the rules', () => {
    const clock = fc
      .tuple(fc.nat(23), fc.nat(59))
      .map((parts) => parts.map((n) => String(n).padStart(2, '0')).join(':'));
    const windows = fc.array(fc.record({ from: clock, to: clock }), { maxLength: 2 });
    const weekly = fc.record({ mon: windows, wed: windows, fri: windows, sat: windows, sun: windows });
    const rule = fc.oneof(
      fc.integer({ min: -60, max: 60 }).map((n) => `easter${n < 0 ? n : `+${n}`}`),
      fc.constantFrom(
        '12-31',
        '01-01',
        '02-29',
        'monday from 01-01',
        'sunday from 12-28',
        '2027-12-31',
        '2028-01-01',
      ),
    );
    const days = fc.array(fc.record({ name: fc.constant('Day'), rule, observed: fc.boolean() }), {
      maxLength: 6,
    });
    const zone = fc.constantFrom('Europe/Berlin', 'Pacific/Auckland', 'America/Havana', 'Etc/GMT+12');
    const start = Date.parse('2027-11-01T00:00:00Z');
    const at = fc.integer({ min: 0, max: 200 * 24 * 4 }).map((n) => start + n * 900_000);
    fc.assert(
      fc.property(zone, fc.option(weekly), days, at, (zone, weekly, holidays, ms) => {
        const dates = new Set(nextHolidays(holidays, dayOf('2027-01-01'), 60).map(({ date }) => date));
        const exceptions = [...dates].map((date) => ({ date, closed: true as const }));
        expect(isOpen({ zone, weekly, holidays }, ms)).toBe(isOpen({ zone, weekly, exceptions }, ms));
      }),
    );
  });
});
