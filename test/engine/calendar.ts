import { Temporal } from 'temporal-polyfill';
import type { CapWindow } from '../../src/lead/distribution/rules.ts';

/** Local windows, found by asking the calendar minute by minute and day by day. Slow and obvious. */
export type Span = { startMs: number; endMs: number };

const MINUTE_MS = 60_000;
/** Longer than any local hour. */
const MINUTES_MAX = 200;

const clockOf = (ms: number, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);

/** First instant of a local date. */
const beginOf = (date: Temporal.PlainDate, zone: string): number =>
  date.toZonedDateTime(zone).epochMilliseconds;

const dates = new Map<string, Temporal.PlainDate>();

/** The date whose stretch holds the instant: a clock set back over midnight does not begin it again. */
export function dateAt(ms: number, zone: string): Temporal.PlainDate {
  const question = `${ms} ${zone}`;
  const known = dates.get(question);
  if (known) return known;
  const shown = clockOf(ms, zone).toPlainDate();
  const found = [-1, 0, 1]
    .map((days) => shown.add({ days }))
    .find((date) => beginOf(date, zone) <= ms && ms < beginOf(date.add({ days: 1 }), zone))!;
  dates.set(question, found);
  return found;
}

/** Wall clock's hour and its offset: what the key of an hour says. */
function hourShown(ms: number, zone: string): string {
  const clock = clockOf(ms, zone);
  return `${clock.toPlainDate()} ${clock.hour} ${clock.offset}`;
}

function hourAt(ms: number, zone: string): Span {
  const shown = hourShown(ms, zone);
  const minute = ms - (ms % MINUTE_MS);
  let startMs = minute;
  let endMs = minute + MINUTE_MS;
  for (let n = 0; n < MINUTES_MAX && hourShown(startMs - MINUTE_MS, zone) === shown; n += 1)
    startMs -= MINUTE_MS;
  for (let n = 0; n < MINUTES_MAX && hourShown(endMs, zone) === shown; n += 1) endMs += MINUTE_MS;
  return { startMs, endMs };
}

function datesAt(window: 'day' | 'week' | 'month', ms: number, zone: string): Span {
  const date = dateAt(ms, zone);
  const first = {
    day: date,
    week: date.subtract({ days: date.dayOfWeek - 1 }),
    month: date.with({ day: 1 }),
  }[window];
  const next = {
    day: first.add({ days: 1 }),
    week: first.add({ days: 7 }),
    month: first.add({ months: 1 }),
  }[window];
  return { startMs: beginOf(first, zone), endMs: beginOf(next, zone) };
}

const asked = new Map<string, Span>();

/** The window around an instant; `total` is all of time. */
export function spanAt(window: CapWindow, ms: number, zone: string): Span {
  if (window === 'total') return { startMs: Number.NEGATIVE_INFINITY, endMs: Number.POSITIVE_INFINITY };
  const question = `${window} ${ms} ${zone}`;
  const known = asked.get(question);
  if (known) return known;
  const found = window === 'hour' ? hourAt(ms, zone) : datesAt(window, ms, zone);
  asked.set(question, found);
  return found;
}

/** 1 is Monday. */
export const weekdayAt = (ms: number, zone: string): number => dateAt(ms, zone).dayOfWeek;
