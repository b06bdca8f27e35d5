import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isZone, localDate, WINDOW_KINDS, windowAfter, windowAt, windowKey, windowOfKey } from './time.ts';

const BERLIN = 'Europe/Berlin';
const ZONES = Intl.supportedValuesOf('timeZone');
const from = Date.UTC(2026, 0, 1);
const until = Date.UTC(2028, 0, 1);
/** About 300,000 windows; far below this when the machine is quiet. */
const LAW_TIMEOUT_MS = 60_000;

const zones = fc.constantFrom(...ZONES);
const instants = fc.integer({ min: from, max: until });
const hours = (kind: (typeof WINDOW_KINDS)[number], at: string, zone: string) => {
  const window = windowAt(kind, new Date(at), zone);
  return (window.endMs - window.startMs) / 3_600_000;
};

describe('window keys', () => {
  test.each([
    ['hour', '2026-10-25T00:30:00Z', BERLIN, 'hour:2026-10-25T02+02:00'],
    ['hour', '2026-10-25T01:30:00Z', BERLIN, 'hour:2026-10-25T02+01:00'],
    ['hour', '2026-11-20T23:59:59.999Z', 'UTC', 'hour:2026-11-20T23+00:00'],
    ['hour', '2026-11-20T10:00:00Z', 'Asia/Kolkata', 'hour:2026-11-20T15+05:30'],
    ['hour', '2026-11-20T10:00:00Z', 'America/St_Johns', 'hour:2026-11-20T06-03:30'],
    ['day', '2026-11-20T22:59:59.999Z', BERLIN, 'day:2026-11-20'],
    ['day', '2026-11-20T23:00:00Z', BERLIN, 'day:2026-11-21'],
    ['week', '2026-11-20T12:00:00Z', BERLIN, 'week:2026-W47'],
    ['week', '2027-01-01T12:00:00Z', BERLIN, 'week:2026-W53'],
    ['week', '2027-01-04T00:00:00Z', 'UTC', 'week:2027-W01'],
    ['month', '2026-11-30T23:00:00Z', BERLIN, 'month:2026-12'],
  ] as const)('%s of %s in %s', (kind, at, zone, key) => {
    expect(windowKey(kind, new Date(at), zone)).toBe(key);
    expect(windowKey(kind, Date.parse(at), zone)).toBe(key);
  });

  test('days are as long as the clock makes them', () => {
    expect(hours('day', '2026-03-29T12:00:00Z', BERLIN)).toBe(23);
    expect(hours('day', '2026-10-25T12:00:00Z', BERLIN)).toBe(25);
    expect(hours('day', '2026-10-03T20:00:00Z', 'Australia/Lord_Howe')).toBe(23.5);
    expect(hours('day', '2026-04-05T00:00:00Z', 'Australia/Lord_Howe')).toBe(24.5);
    expect(hours('hour', '2026-04-04T15:10:00Z', 'Australia/Lord_Howe')).toBe(0.5);
    expect(hours('week', '2026-10-25T12:00:00Z', BERLIN)).toBe(169);
  });

  test('a day without midnight begins at its first instant', () => {
    const cairo = windowAt('day', new Date('2026-04-24T12:00:00Z'), 'Africa/Cairo');
    expect(new Date(cairo.startMs).toISOString()).toBe('2026-04-23T22:00:00.000Z');
    expect((cairo.endMs - cairo.startMs) / 3_600_000).toBe(23);
    expect(localDate(cairo.startMs, 'Africa/Cairo')).toBe('2026-04-24');
    expect(localDate(cairo.startMs - 1, 'Africa/Cairo')).toBe('2026-04-23');
  });

  test('a date that the zone skipped holds no instant', () => {
    const end = windowAt('day', new Date('2011-12-30T09:59:59Z'), 'Pacific/Apia');
    expect([end.key, windowKey('day', end.endMs, 'Pacific/Apia')]).toEqual([
      'day:2011-12-29',
      'day:2011-12-31',
    ]);
  });

  test('a clock set back over midnight does not give yesterday a second part', () => {
    // St. John's, 2006: at 00:01 the clock went back to 23:01 of the day before.
    const zone = 'America/St_Johns';
    const repeated = Date.parse('2006-10-29T02:45:00Z');
    expect(windowKey('day', repeated, zone)).toBe('day:2006-10-29');
    expect(windowKey('day', Date.parse('2006-10-29T02:29:00Z'), zone)).toBe('day:2006-10-28');
  });

  test('an unknown zone and a broken date are named, not guessed', () => {
    expect(() => windowKey('day', 0, 'Mars/Olympus')).toThrow('zone');
    expect(() => windowKey('day', new Date(Number.NaN), BERLIN)).toThrow('time');
    expect(() => windowKey('hour', Number.POSITIVE_INFINITY, BERLIN)).toThrow('time');
  });
});

describe('zones', () => {
  test('every zone that Node knows is a zone, and so are the old names', () => {
    expect(ZONES.filter((zone) => !isZone(zone))).toEqual([]);
    expect(['UTC', 'Asia/Calcutta', 'US/Eastern', 'Etc/GMT+5'].every(isZone)).toBe(true);
  });

  test.each([
    '+02:00',
    '',
    'Europe/Nowhere',
    'Europe/Berlin\u0000',
    ' Europe/Berlin',
    '__proto__',
    '\ud800',
    'A'.repeat(1 << 20),
    7,
    null,
    undefined,
    [BERLIN],
  ])('refuses %#', (zone) => {
    expect(isZone(zone)).toBe(false);
  });
});

describe('laws', () => {
  test(
    'in every zone the days of two years join without gap, and each instant is in exactly one',
    () => {
      let days = 0;
      for (const zone of ZONES) {
        let window = windowAt('day', from, zone);
        while (window.endMs < until) {
          const next = windowAt('day', window.endMs, zone);
          const date = Date.parse(window.key.slice(4));
          if (next.startMs !== window.endMs || Date.parse(next.key.slice(4)) !== date + 86_400_000) {
            throw new Error(`${zone}: ${window.key} and ${next.key} do not join`);
          }
          const length = next.endMs - next.startMs;
          if (length < 22 * 3_600_000 || length > 26 * 3_600_000)
            throw new Error(`${zone}: ${next.key} is ${length}`);
          window = next;
          days += 1;
        }
      }
      expect(days).toBeGreaterThanOrEqual(300_000);
    },
    LAW_TIMEOUT_MS,
  );

  test.each(WINDOW_KINDS)('a %s window holds its instants, no others, and joins the next', (kind) => {
    fc.assert(
      fc.property(
        zones,
        instants,
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (zone, ms, part) => {
          const window = windowAt(kind, ms, zone);
          expect(ms >= window.startMs && ms < window.endMs).toBe(true);
          const inside = window.startMs + Math.floor(part * (window.endMs - window.startMs));
          expect(windowAt(kind, inside, zone)).toEqual(window);
          const after = windowAfter(kind, ms, zone);
          expect(after.startMs).toBe(window.endMs);
          expect(after.key).not.toBe(window.key);
          expect(windowAt(kind, window.startMs - 1, zone).endMs).toBe(window.startMs);
          expect(windowOfKey(window.key, zone)).toEqual(window);
        },
      ),
    );
  });

  test(
    'around every change of the clock in two years hours join too',
    () => {
      for (const zone of [
        BERLIN,
        'Australia/Lord_Howe',
        'Africa/Cairo',
        'America/Havana',
        'America/Santiago',
        'Asia/Beirut',
      ]) {
        const keys = new Set<string>();
        let window = windowAt('hour', from, zone);
        let count = 1;
        while (window.endMs < until) {
          keys.add(window.key);
          const next = windowAt('hour', window.endMs, zone);
          if (next.startMs !== window.endMs) throw new Error(`${zone}: ${window.key} and ${next.key}`);
          window = next;
          count += 1;
        }
        expect(keys.size).toBe(count - 1);
      }
    },
    LAW_TIMEOUT_MS,
  );

  test('a text that is no key names no window', () => {
    for (const key of [
      '',
      'day:2026-02-30',
      'week:2026-W54',
      'month:2026-13',
      'hour:2026-10-25T02+05:00',
      'day:x',
      'year:2026',
    ]) {
      expect(windowOfKey(key, BERLIN)).toBeNull();
    }
    fc.assert(fc.property(fc.string(), (key) => windowOfKey(key, BERLIN) === null));
  });

  test('a busy loop in one window does not look the zone up again', () => {
    windowKey('day', from, BERLIN);
    const before = performance.now();
    for (let at = 0; at < 100_000; at += 1) windowKey('day', from + at, BERLIN);
    expect(performance.now() - before).toBeLessThan(500);
  });
});
