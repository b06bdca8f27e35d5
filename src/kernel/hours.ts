/**
 * Business hours. The rule is the clock on the wall: a schedule is open while the local clock shows a time
 * inside a window, so an hour that is skipped is not worked and an hour that comes twice is worked twice. An
 * exception describes its whole date: the weekly windows of that date, and what the day before would bring
 * over midnight, do not count. A holiday closes its whole date in the same way; an exception goes before it.
 */
import { type HolidayDay, holidayOn } from './holidays.ts';
import {
  changeBetween,
  DAY_MS,
  type DayNumber,
  dayStart,
  instantsOf,
  isZone,
  localClock,
  MINUTE_MS,
  msOf,
  offsetAt,
} from './zone.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** "09:00" to "17:00"; `to` at or before `from` means the next day; "24:00" is the end of the date. */
export type OpenWindow = { readonly from: string; readonly to: string };

export type ScheduleException =
  | { readonly date: string; readonly closed: true }
  | { readonly date: string; readonly windows: readonly OpenWindow[] };

/** `weekly: null` is open on every day that has no exception. */
export type Schedule = {
  readonly zone: string;
  readonly weekly: Partial<Readonly<Record<Weekday, readonly OpenWindow[]>>> | null;
  readonly exceptions?: readonly ScheduleException[];
  /** Closed on these days of every year. */
  readonly holidays?: readonly HolidayDay[];
};

export type ScheduleProblem = {
  field: string;
  reason:
    | 'unknown_zone'
    | 'not_a_time'
    | 'not_a_date'
    | 'date_twice'
    | 'too_many_windows'
    | 'too_many_exceptions';
};

/**
 * How far `nextOpening` looks: a year and a month, so that a yearly holiday list cannot hide the next
 * opening.
 */
export const LOOK_AHEAD_DAYS = 400;
export const WINDOWS_PER_DAY_MAX = 8;
export const EXCEPTIONS_MAX = 400;

/** Milliseconds since the date's 00:00; `toMs` is beyond 24 h when the window goes on after midnight. */
type Span = { fromMs: number; toMs: number };
type Compiled = {
  weekly: readonly (readonly Span[])[];
  exceptions: ReadonlyMap<DayNumber, readonly Span[]>;
  holidays: readonly HolidayDay[];
};

const compiled = new WeakMap<Schedule, Compiled>();
const ALL_DAY: readonly Span[] = [{ fromMs: 0, toMs: DAY_MS }];
const CLOSED: readonly Span[] = [];
const NO_HOLIDAYS: readonly HolidayDay[] = [];

/**
 * Open at this instant? No schedule is always open. RangeError for a schedule that `scheduleProblems`
 * refuses.
 */
export function isOpen(schedule: Schedule | null | undefined, instant: Date | number): boolean {
  const ms = msOf(instant);
  if (schedule === null || schedule === undefined) return true;
  const rules = compile(schedule);
  const { day, clockMs } = localClock(ms, schedule.zone);
  if (spansOf(rules, day).some((span) => clockMs >= span.fromMs && clockMs < span.toMs)) return true;
  if (ownSpansOf(rules, day) !== undefined) return false;
  return spansOf(rules, day - 1).some((span) => clockMs + DAY_MS < span.toMs);
}

/** The holiday on which the schedule is closed at this instant, if that is why; null: it is not. */
export function holidayAt(schedule: Schedule, instant: Date | number): string | null {
  const { exceptions, holidays } = compile(schedule);
  const { day } = localClock(msOf(instant), schedule.zone);
  return exceptions.has(day) ? null : holidayOn(holidays, day);
}

/**
 * The instant itself when open, else the next opening within LOOK_AHEAD_DAYS, else null.
 * It can only open where a window begins or where the offset changes, so only those instants are tried.
 */
export function nextOpening(schedule: Schedule | null | undefined, instant: Date | number): Date | null {
  const ms = msOf(instant);
  if (schedule === null || schedule === undefined || isOpen(schedule, ms)) return new Date(ms);
  const rules = compile(schedule);
  const { day: today } = localClock(ms, schedule.zone);
  // A clock set back over midnight can show yesterday again, so the search begins a day early.
  for (let day = today - 1; day <= today + LOOK_AHEAD_DAYS; day += 1) {
    const spans = spansOf(rules, day);
    if (spans.length === 0 && spansOf(rules, day - 1).length === 0) continue;
    const openings = openingsOf(spans, day, schedule.zone).filter((at) => at > ms && isOpen(schedule, at));
    if (openings.length > 0) return new Date(Math.min(...openings));
  }
  return null;
}

/** Everything wrong with a schedule as a list of field and reason; empty when it can be used. */
export function scheduleProblems(schedule: Schedule): ScheduleProblem[] {
  const problems: ScheduleProblem[] = [];
  if (!isZone(schedule.zone)) problems.push({ field: 'zone', reason: 'unknown_zone' });
  for (const weekday of WEEKDAYS) {
    problems.push(...windowProblems(schedule.weekly?.[weekday] ?? [], `weekly.${weekday}`));
  }
  const exceptions = schedule.exceptions ?? [];
  if (exceptions.length > EXCEPTIONS_MAX)
    return [...problems, { field: 'exceptions', reason: 'too_many_exceptions' }];
  const seen = new Set<string>();
  for (const [at, exception] of exceptions.entries()) {
    if (dayNumber(exception.date) === null)
      problems.push({ field: `exceptions.${at}.date`, reason: 'not_a_date' });
    if (seen.has(exception.date)) problems.push({ field: `exceptions.${at}.date`, reason: 'date_twice' });
    seen.add(exception.date);
    if ('windows' in exception)
      problems.push(...windowProblems(exception.windows, `exceptions.${at}.windows`));
  }
  return problems;
}

function windowProblems(windows: readonly OpenWindow[], field: string): ScheduleProblem[] {
  if (windows.length > WINDOWS_PER_DAY_MAX) return [{ field, reason: 'too_many_windows' }];
  return windows.flatMap((window, at) => {
    const problems: ScheduleProblem[] = [];
    const fromMs = clockOf(window.from);
    if (fromMs === null || fromMs === DAY_MS)
      problems.push({ field: `${field}.${at}.from`, reason: 'not_a_time' });
    if (clockOf(window.to) === null) problems.push({ field: `${field}.${at}.to`, reason: 'not_a_time' });
    return problems;
  });
}

/**
 * The instants of a date at which it may open: window starts, the date's start, and a change of the offset.
 */
function openingsOf(spans: readonly Span[], day: DayNumber, zone: string): number[] {
  const starts = spans.flatMap((span) => instantsOf(day, span.fromMs, zone));
  const [begin, end] = [dayStart(day, zone), dayStart(day + 1, zone)];
  // The day before its start and after its end, because the change itself may be the day's border.
  const change =
    offsetAt(begin - 1, zone) !== offsetAt(end, zone) ? [changeBetween(begin - 1, end, zone)] : [];
  return [begin, ...starts, ...change];
}

function spansOf(rules: Compiled, day: DayNumber): readonly Span[] {
  // 1970-01-01 was a Thursday.
  return ownSpansOf(rules, day) ?? rules.weekly[(((day + 3) % 7) + 7) % 7]!;
}

/** What the date says itself, whatever day of the week it is. */
function ownSpansOf({ exceptions, holidays }: Compiled, day: DayNumber): readonly Span[] | undefined {
  const exception = exceptions.get(day);
  if (exception !== undefined || holidays.length === 0) return exception;
  return holidayOn(holidays, day) === null ? undefined : CLOSED;
}

function compile(schedule: Schedule): Compiled {
  const cached = compiled.get(schedule);
  if (cached !== undefined) return cached;
  const problem = scheduleProblems(schedule)[0];
  if (problem !== undefined) throw new RangeError(`schedule: ${problem.field} ${problem.reason}`);
  const { weekly } = schedule;
  const rules = {
    weekly: WEEKDAYS.map((name) => (weekly === null ? ALL_DAY : (weekly[name] ?? []).map(spanOf))),
    exceptions: new Map(
      (schedule.exceptions ?? []).map((exception) => [
        dayNumber(exception.date)!,
        'windows' in exception ? exception.windows.map(spanOf) : [],
      ]),
    ),
    holidays: schedule.holidays ?? NO_HOLIDAYS,
  };
  compiled.set(schedule, rules);
  return rules;
}

function spanOf(window: OpenWindow): Span {
  const fromMs = clockOf(window.from)!;
  const toMs = clockOf(window.to)!;
  return { fromMs, toMs: toMs <= fromMs ? toMs + DAY_MS : toMs };
}

/** Milliseconds of "HH:MM" (00:00 to 24:00), else null. */
function clockOf(text: unknown): number | null {
  const match = typeof text === 'string' ? /^([01]\d|2[0-3]):([0-5]\d)$|^24:00$/.exec(text) : null;
  if (match === null) return null;
  return match[1] === undefined ? DAY_MS : (Number(match[1]) * 60 + Number(match[2])) * MINUTE_MS;
}

/** Number of a real date "YYYY-MM-DD", else null. */
function dayNumber(text: unknown): DayNumber | null {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(text)) return null;
  const ms = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text) return null;
  return ms / DAY_MS;
}
