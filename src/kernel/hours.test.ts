import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOpen, nextOpening, type OpenWindow, type Schedule, scheduleProblems } from './hours.ts';

const OFFICE: OpenWindow[] = [{ from: '09:00', to: '17:00' }];
const WEEK = { mon: OFFICE, tue: OFFICE, wed: OFFICE, thu: OFFICE, fri: OFFICE };
const berlin = (weekly: Schedule['weekly'], exceptions: Schedule['exceptions'] = []): Schedule => ({
  zone: 'Europe/Berlin',
  weekly,
  exceptions,
});
const open = (schedule: Schedule, at: string) => isOpen(schedule, new Date(at));
const next = (schedule: Schedule, at: string) => nextOpening(schedule, new Date(at))?.toISOString() ?? null;

describe('business hours', () => {
  test('who has no schedule is always open', () => {
    const now = new Date('2026-11-20T03:00:00Z');
    expect([isOpen(null, now), isOpen(undefined, now), isOpen(berlin(null), now)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(nextOpening(null, now)).toEqual(now);
  });

  test('nine to five in Berlin, on the clock of Berlin', () => {
    const office = berlin(WEEK);
    expect(open(office, '2026-11-20T07:59:59.999Z')).toBe(false);
    expect(open(office, '2026-11-20T08:00:00Z')).toBe(true);
    expect(open(office, '2026-11-20T15:59:59.999Z')).toBe(true);
    expect(open(office, '2026-11-20T16:00:00Z')).toBe(false);
    expect(open(office, '2026-07-20T07:00:00Z')).toBe(true);
    expect(next(office, '2026-11-20T16:00:00Z')).toBe('2026-11-23T08:00:00.000Z');
    expect(next(office, '2026-11-20T09:30:00Z')).toBe('2026-11-20T09:30:00.000Z');
  });

  test('a window to an earlier or equal time ends the next day', () => {
    const night = berlin({ fri: [{ from: '22:00', to: '06:00' }], sun: [{ from: '12:00', to: '12:00' }] });
    expect(open(night, '2026-11-20T22:00:00Z')).toBe(true);
    expect(open(night, '2026-11-21T04:59:00Z')).toBe(true);
    expect(open(night, '2026-11-21T05:00:00Z')).toBe(false);
    expect(open(night, '2026-11-23T10:59:00Z')).toBe(true);
    expect(open(night, '2026-11-23T11:00:00Z')).toBe(false);
  });

  test('24:00 is the end of the date', () => {
    const late = berlin({ fri: [{ from: '00:00', to: '24:00' }] });
    expect(open(late, '2026-11-20T22:59:59Z')).toBe(true);
    expect(open(late, '2026-11-20T23:00:00Z')).toBe(false);
    expect(next(late, '2026-11-20T23:00:00Z')).toBe('2026-11-26T23:00:00.000Z');
  });

  test('an exception describes its whole date, also what the night before would bring over', () => {
    const nights = { thu: [{ from: '22:00', to: '06:00' }], fri: OFFICE };
    const closed = berlin(nights, [{ date: '2026-11-20', closed: true }]);
    expect(open(closed, '2026-11-19T22:59:00Z')).toBe(true);
    expect(open(closed, '2026-11-19T23:00:00Z')).toBe(false);
    expect(open(closed, '2026-11-20T10:00:00Z')).toBe(false);
    const short = berlin(WEEK, [{ date: '2026-11-20', windows: [{ from: '10:00', to: '12:00' }] }]);
    expect([open(short, '2026-11-20T08:30:00Z'), open(short, '2026-11-20T09:30:00Z')]).toEqual([false, true]);
    const holiday = berlin(null, [{ date: '2026-12-25', closed: true }]);
    expect(next(holiday, '2026-12-25T10:00:00Z')).toBe('2026-12-25T23:00:00.000Z');
  });

  test('an hour that is skipped is not worked; a window that starts in it opens at the jump', () => {
    const early = berlin({ sun: [{ from: '02:30', to: '04:00' }] });
    expect(next(early, '2026-03-29T00:00:00Z')).toBe('2026-03-29T01:00:00.000Z');
    expect([open(early, '2026-03-29T01:00:00Z'), open(early, '2026-03-29T02:00:00Z')]).toEqual([true, false]);
    const inside = berlin({ sun: [{ from: '02:00', to: '03:00' }] });
    expect(next(inside, '2026-03-29T00:00:00Z')).toBe('2026-04-05T00:00:00.000Z');
  });

  test('an hour that comes twice is worked twice', () => {
    const early = berlin({ sun: [{ from: '01:00', to: '02:30' }] });
    expect(open(early, '2026-10-25T00:15:00Z')).toBe(true);
    expect(open(early, '2026-10-25T00:45:00Z')).toBe(false);
    expect(next(early, '2026-10-25T00:45:00Z')).toBe('2026-10-25T01:00:00.000Z');
    expect(open(early, '2026-10-25T01:30:00Z')).toBe(false);
  });

  test('a day without midnight opens at its first instant', () => {
    const cairo: Schedule = { zone: 'Africa/Cairo', weekly: { fri: [{ from: '00:00', to: '24:00' }] } };
    expect(next(cairo, '2026-04-23T12:00:00Z')).toBe('2026-04-23T22:00:00.000Z');
  });

  test('who never opens is told so, and a long closure is looked through', () => {
    expect(next(berlin({}), '2026-11-20T10:00:00Z')).toBeNull();
    const once = berlin({}, [{ date: '2027-12-20', windows: OFFICE }]);
    expect(next(once, '2026-11-20T10:00:00Z')).toBe('2027-12-20T08:00:00.000Z');
    expect(next(once, '2026-11-01T10:00:00Z')).toBeNull();
  });
});

describe('laws', () => {
  const clock = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('00', '15', '30', '45'))
    .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${minute}`);
  const windows = fc.array(fc.record({ from: clock, to: fc.oneof(clock, fc.constant('24:00')) }), {
    maxLength: 2,
  });
  const zones = [
    'Europe/Berlin',
    'Australia/Lord_Howe',
    'Africa/Cairo',
    'America/Havana',
    'Asia/Beirut',
    'America/Santiago',
  ];
  const changes = [
    '2026-03-29',
    '2026-04-05',
    '2026-10-04',
    '2026-10-25',
    '2026-04-24',
    '2026-11-01',
    '2026-09-06',
    '2026-03-08',
  ];

  test('the next opening is the first open quarter of an hour', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...changes),
        fc.dictionary(fc.constantFrom('mon', 'sat', 'sun'), windows),
        fc.array(fc.record({ date: fc.constantFrom(...changes), windows }), { maxLength: 1 }),
        fc.integer({ min: -120, max: 150 }),
        (zone, day, weekly, exceptions, quarters) => {
          const schedule = { zone, weekly, exceptions } as Schedule;
          const start = Date.parse(`${day}T00:00:00Z`) + quarters * 900_000;
          const found = nextOpening(schedule, start)?.getTime() ?? Number.POSITIVE_INFINITY;
          for (let at = start; at < start + 10 * 86_400_000; at += 900_000) {
            if (isOpen(schedule, at)) return found === at;
          }
          return found > start + 9 * 86_400_000;
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a schedule that cannot be', () => {
  test.each([
    [{ zone: 'Mars', weekly: {} }, 'zone', 'unknown_zone'],
    [{ zone: 'UTC', weekly: { mon: [{ from: '9:00', to: '17:00' }] } }, 'weekly.mon.0.from', 'not_a_time'],
    [{ zone: 'UTC', weekly: { mon: [{ from: '24:00', to: '17:00' }] } }, 'weekly.mon.0.from', 'not_a_time'],
    [{ zone: 'UTC', weekly: { tue: [{ from: '09:00', to: '24:01' }] } }, 'weekly.tue.0.to', 'not_a_time'],
    [
      { zone: 'UTC', weekly: { sun: Array(9).fill({ from: '09:00', to: '10:00' }) } },
      'weekly.sun',
      'too_many_windows',
    ],
    [
      { zone: 'UTC', weekly: null, exceptions: [{ date: '2026-02-30', closed: true }] },
      'exceptions.0.date',
      'not_a_date',
    ],
    [
      { zone: 'UTC', weekly: null, exceptions: Array(401).fill({ date: '2026-02-03', closed: true }) },
      'exceptions',
      'too_many_exceptions',
    ],
  ])('names field and reason %#', (schedule, field, reason) => {
    expect(scheduleProblems(schedule as Schedule)[0]).toEqual({ field, reason });
    expect(() => isOpen(schedule as Schedule, 0)).toThrow(field);
  });

  test('one date is described once', () => {
    const twice = [
      { date: '2026-12-25', closed: true },
      { date: '2026-12-25', windows: OFFICE },
    ] as const;
    expect(scheduleProblems(berlin(null, twice))).toEqual([
      { field: 'exceptions.1.date', reason: 'date_twice' },
    ]);
  });
});
