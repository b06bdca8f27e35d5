/**
 * Windows of time (hour, day, week, month) in an owner's IANA zone, as keys that SQL only compares:
 * `hour:2026-10-25T02+02:00`, `day:2026-11-20`, `week:2026-W47`, `month:2026-11`. The windows of a kind join
 * without gap or overlap; the hour's key carries the offset, because one clock hour comes twice when clocks
 * go back.
 */
import { Temporal } from 'temporal-polyfill';
import { type DayNumber, dayAround, dayStart, localHour, msOf, remember, requireZone } from './zone.ts';

export {
  holidayAt,
  isOpen,
  nextOpening,
  type Schedule,
  type ScheduleProblem,
  scheduleProblems,
} from './hours.ts';
export { isZone } from './zone.ts';

export const WINDOW_KINDS = ['hour', 'day', 'week', 'month'] as const;
export type WindowKind = (typeof WINDOW_KINDS)[number];

/** `startMs` is in the window, `endMs` is the first instant after it. */
export type Window = { readonly key: string; readonly startMs: number; readonly endMs: number };

const current: Record<WindowKind, Map<string, Window>> = {
  hour: new Map(),
  day: new Map(),
  week: new Map(),
  month: new Map(),
};

/** The key of the window that holds the instant. RangeError for an unknown zone or an invalid Date. */
export function windowKey(kind: WindowKind, instant: Date | number, zone: string): string {
  return windowAt(kind, instant, zone).key;
}

/**
 * The window that holds the instant. The present one of each zone is kept, so the hot path is two
 * comparisons.
 */
export function windowAt(kind: WindowKind, instant: Date | number, zone: string): Window {
  const ms = msOf(instant);
  const cached = current[kind].get(zone);
  if (cached !== undefined && ms >= cached.startMs && ms < cached.endMs) return cached;
  requireZone(zone);
  const window = kind === 'hour' ? hourWindow(ms, zone) : dateWindow(kind, dayAround(ms, zone), zone);
  remember(current[kind], zone, window);
  return window;
}

/**
 * The window after a given one: `windowAfter(windowAt('day', now, zone), ...)` begins on the next local day.
 */
export function windowAfter(kind: WindowKind, instant: Date | number, zone: string): Window {
  const { endMs } = windowAt(kind, instant, zone);
  return kind === 'hour' ? hourWindow(endMs, zone) : dateWindow(kind, dayAround(endMs, zone), zone);
}

/**
 * Start and end of the window a key names, or null when the text is no key (or a clock hour the zone never
 * had).
 */
export function windowOfKey(key: string, zone: string): Window | null {
  requireZone(zone);
  const hour = /^hour:(\d{4}-\d\d-\d\dT\d\d)([+-]\d\d:\d\d)$/.exec(key);
  const kind = hour === null ? /^(day|week|month):/.exec(key)?.[1] : 'hour';
  const startsAt = hour === null ? firstDateOf(key) : Date.parse(`${hour[1]}:59:59${hour[2]}`);
  if (kind === undefined || startsAt === null || Number.isNaN(startsAt)) return null;
  // An hour may lose its first or its last half (Lord Howe), never both: look at the end, then at the
  // beginning.
  const tries = kind === 'hour' ? [startsAt, startsAt - 3_599_000] : [];
  const windows =
    kind === 'hour'
      ? tries.map((ms) => hourWindow(ms, zone))
      : [dateWindow(kind as WindowKind, spanOfDay(startsAt, zone), zone)];
  return windows.find((window) => window.key === key) ?? null;
}

/** "2026-11-20" in the zone. */
export function localDate(instant: Date | number, zone: string): string {
  return windowKey('day', instant, zone).slice('day:'.length);
}

function hourWindow(ms: number, zone: string): Window {
  const { startMs, endMs, offsetMs } = localHour(ms, zone);
  const clock = new Date(ms + offsetMs).toISOString().slice(0, 13);
  return { key: `hour:${clock}${offsetText(offsetMs)}`, startMs, endMs };
}

type DaySpan = { day: DayNumber; startMs: number; endMs: number };

function spanOfDay(day: DayNumber, zone: string): DaySpan {
  return { day, startMs: dayStart(day, zone), endMs: dayStart(day + 1, zone) };
}

function dateWindow(kind: WindowKind, { day, startMs, endMs }: DaySpan, zone: string): Window {
  const date = dateOf(day);
  if (kind === 'day') return { key: `day:${date}`, startMs, endMs };
  const [first, days, key] =
    kind === 'week'
      ? [day - date.dayOfWeek + 1, 7, `week:${date.yearOfWeek}-W${String(date.weekOfYear).padStart(2, '0')}`]
      : [day - date.day + 1, date.daysInMonth, `month:${date.toPlainYearMonth()}`];
  return { key, startMs: dayStart(first, zone), endMs: dayStart(first + days, zone) };
}

/** Number of the first date of a day, week or month key; null when it is none. */
function firstDateOf(key: string): DayNumber | null {
  const day = /^day:(\d{4}-\d\d-\d\d)$/.exec(key);
  const month = /^month:(\d{4}-\d\d)$/.exec(key);
  const week = /^week:(\d{4})-W(\d\d)$/.exec(key);
  try {
    if (day !== null) return numberOf(Temporal.PlainDate.from(day[1]!));
    if (month !== null) return numberOf(Temporal.PlainDate.from(`${month[1]}-01`));
    if (week === null) return null;
    const fourth = Temporal.PlainDate.from(`${week[1]}-01-04`);
    return numberOf(fourth) - fourth.dayOfWeek + 1 + (Number(week[2]) - 1) * 7;
  } catch {
    return null;
  }
}

function dateOf(day: DayNumber): Temporal.PlainDate {
  return new Temporal.PlainDate(1970, 1, 1).add({ days: day });
}

function numberOf(date: Temporal.PlainDate): DayNumber {
  return Date.UTC(date.year, date.month - 1, date.day) / 86_400_000;
}

/** "+02:00"; seconds only where a zone had them before 1970. */
function offsetText(offsetMs: number): string {
  const seconds = Math.abs(offsetMs) / 1_000;
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[2] === 0 ? parts.slice(0, 2) : parts;
  return (offsetMs < 0 ? '-' : '+') + shown.map((part) => String(part).padStart(2, '0')).join(':');
}
