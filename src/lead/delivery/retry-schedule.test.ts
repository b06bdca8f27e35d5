import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DEFAULT_SCHEDULE_MS,
  DEMO_SCHEDULE_MS,
  nextAttempt,
  RETRY_AFTER_MAX_MS,
  retryAfterMs,
  scheduleProblem,
} from './retry-schedule.ts';

const first = new Date('2026-11-20T10:00:00Z');
const past = (ms: number) => new Date(first.getTime() + ms);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Offsets at which a delivery is tried when every try fails after `lastsMs`. */
function offsets(
  options: { random?: number; lastsMs?: number; retryAfter?: string; scheduleMs?: readonly number[] } = {},
): number[] {
  const { random = 0.5, lastsMs = 0, ...rest } = options;
  const made = [0];
  for (let round = 0; round < 100; round += 1) {
    const attemptAt = past(made.at(-1)!);
    const now = past(made.at(-1)! + lastsMs);
    const next = nextAttempt({
      attemptsMade: made.length,
      firstAttemptAt: first,
      attemptAt,
      now,
      random,
      ...rest,
    });
    if (next.kind === 'over') return made;
    made.push(next.at.getTime() - first.getTime());
  }
  throw new Error('the schedule does not end');
}

test('a receiver that is down is tried at 0, 5 s, 30 s, 2, 5, 10, 20 min, 1, 3, 8 and 24 h', () => {
  const minutes = [0, 5 / 60, 0.5, 2, 5, 10, 20, 60, 180, 480, 1440];
  expect(offsets()).toEqual(minutes.map((each) => Math.round(each * 60_000)));
});

test('each wait is varied by at most a fifth, and times keep their order', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
      const made = offsets({ random });
      expect(made).toHaveLength(DEFAULT_SCHEDULE_MS.length);
      for (let at = 1; at < made.length; at += 1) {
        const wait = DEFAULT_SCHEDULE_MS[at]! - DEFAULT_SCHEDULE_MS[at - 1]!;
        expect(Math.abs(made[at]! - DEFAULT_SCHEDULE_MS[at]!)).toBeLessThanOrEqual(0.2 * wait + 1);
        expect(made[at]!).toBeGreaterThan(made[at - 1]!);
      }
    }),
  );
});

test('a receiver that hangs 30 s each time does not get its tries faster than they end', () => {
  const made = offsets({ lastsMs: 30_000 });
  expect(made.slice(0, 4)).toEqual([0, 34_000, 120_000, 300_000]);
  expect(made.at(-1)).toBe(DAY);
});

test('after an outage of our own the tries that were missed are not caught up in a burst', () => {
  const next = nextAttempt({
    attemptsMade: 2,
    firstAttemptAt: first,
    attemptAt: past(2 * HOUR),
    now: past(2 * HOUR),
    random: 0.5,
  });
  expect(next).toEqual({ kind: 'again', at: past(3 * HOUR) });
  const late = nextAttempt({
    attemptsMade: 2,
    firstAttemptAt: first,
    attemptAt: past(DAY - 9 * HOUR),
    now: past(3 * DAY),
    random: 0.5,
  });
  expect(late).toEqual({ kind: 'over' });
});

test('the demonstration schedule ends within ten seconds', () => {
  expect(offsets({ scheduleMs: DEMO_SCHEDULE_MS })).toEqual([0, 200, 1_000, 2_000, 4_000, 8_000]);
});

describe('Retry-After', () => {
  const now = new Date('2026-11-20T10:00:00Z');
  test.each([
    ['120', 120_000],
    ['1', 1_000],
    [' 30 ', 30_000],
    ['3600', HOUR],
    ['3601', HOUR],
    ['999999999999999999999', HOUR],
    ['Fri, 20 Nov 2026 10:05:00 GMT', 300_000],
    ['Friday, 20-Nov-26 10:05:00 GMT', 300_000],
    ['Sat, 21 Nov 2026 10:00:00 GMT', HOUR],
    ['Fri, 20 Nov 2026 09:00:00 GMT', null],
    ['0', null],
    ['-5', null],
    ['1.5', null],
    ['1e9', null],
    ['soon', null],
    ['', null],
    ['Infinity', null],
    [`${'9'.repeat(5000)}`, null],
    [null, null],
  ])('%s is a wait of %s ms', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });

  test('longer than the plan is honoured, shorter than the plan changes nothing', () => {
    const next = (retryAfter: string) =>
      nextAttempt({
        attemptsMade: 1,
        firstAttemptAt: first,
        attemptAt: first,
        now: first,
        random: 0.5,
        retryAfter,
      });
    expect(next('600')).toEqual({ kind: 'again', at: past(600_000) });
    expect(next('2')).toEqual({ kind: 'again', at: past(5_000) });
    expect(next('soon')).toEqual({ kind: 'again', at: past(5_000) });
  });

  test('never leads beyond the end of the schedule, and never makes more tries', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (seconds, random) => {
          const made = offsets({ random, retryAfter: String(seconds) });
          expect(made.length).toBeLessThanOrEqual(DEFAULT_SCHEDULE_MS.length);
          expect(made.at(-1)!).toBeLessThanOrEqual(DAY + 0.2 * 16 * HOUR + 1);
        },
      ),
    );
    const late = nextAttempt({
      attemptsMade: 5,
      firstAttemptAt: first,
      attemptAt: past(5_000),
      now: past(7_000),
      random: 0.5,
      scheduleMs: DEMO_SCHEDULE_MS,
      retryAfter: '3600',
    });
    expect(late).toEqual({ kind: 'again', at: past(8_000) });
    expect(RETRY_AFTER_MAX_MS).toBe(HOUR);
  });
});

test('a configured schedule starts at 0 and rises', () => {
  expect(scheduleProblem(DEFAULT_SCHEDULE_MS)).toBeNull();
  expect(scheduleProblem(DEMO_SCHEDULE_MS)).toBeNull();
  for (const faulty of [
    [],
    [5],
    [0, 5, 5],
    [0, 9, 3],
    [0, Number.NaN],
    Array.from({ length: 51 }, (_, at) => at),
  ]) {
    expect(scheduleProblem(faulty)).not.toBeNull();
  }
});
