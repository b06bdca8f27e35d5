/**
 * Public holidays as rules that hold for every year, so that a calendar never runs out and a past decision reads it as it
 * was. A rule is one of
 *
 *   `12-25`               every year on this date
 *   `easter+39`           so many days after (or before) the Sunday of western Easter
 *   `monday from 09-01`   the first Monday on or after this date
 *   `2027-05-03`          once
 */
import { DAY_MS, type DayNumber } from './zone.ts';

export type HolidayDay = {
  readonly name: string;
  readonly rule: string;
  /** When it falls on a Saturday or Sunday, the next working day that is no holiday is one too. */
  readonly observed?: boolean;
};

/** A date on which a holiday falls. */
export type Holiday = { date: string; name: string };

export const HOLIDAYS_MAX = 200;
const EASTER_DAYS_MAX = 200;

type Rule =
  | { kind: 'yearly'; month: number; day: number }
  | { kind: 'easter'; days: number }
  | { kind: 'weekday'; weekday: number; month: number; day: number }
  | { kind: 'once'; year: number; month: number; day: number };

const WEEKDAY_NAMES = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const [SATURDAY, DAYS_A_WEEK] = [5, 7];

/** Whether `text` is a rule as above. */
export const isHolidayRule = (text: string): boolean => ruleOf(text) !== null;

/**
 * The holiday on this date, or null. The dates of a year are worked out one time for each list, and the dates that were
 * asked for are kept: many subscriptions ask for today with every lead.
 */
export function holidayOn(days: readonly HolidayDay[], day: DayNumber): string | null {
  const { asked } = knownOf(days);
  const known = asked.get(day);
  if (known !== undefined) return known;
  const name = yearOf(days, new Date(day * DAY_MS).getUTCFullYear()).get(day) ?? null;
  if (asked.size >= ASKED_MAX) asked.clear();
  asked.set(day, name);
  return name;
}

/** The first `count` holidays on or after a date, in order; it looks 30 years ahead. */
export function nextHolidays(days: readonly HolidayDay[], from: DayNumber, count: number): Holiday[] {
  const found: Holiday[] = [];
  const first = new Date(from * DAY_MS).getUTCFullYear();
  for (let year = first; year <= first + YEARS_AHEAD && found.length < count; year += 1) {
    const dates = [...yearOf(days, year)].filter(([day]) => day >= from).sort(([a], [b]) => a - b);
    found.push(...dates.map(([day, name]) => ({ date: dateText(day), name })));
  }
  return found.slice(0, count);
}

const YEARS_AHEAD = 30;
const ASKED_MAX = 1_000;
type Known = { years: Map<number, ReadonlyMap<DayNumber, string>>; asked: Map<DayNumber, string | null> };
const lists = new WeakMap<readonly HolidayDay[], Known>();

function knownOf(days: readonly HolidayDay[]): Known {
  let known = lists.get(days);
  if (known === undefined) {
    known = { years: new Map(), asked: new Map() };
    lists.set(days, known);
  }
  return known;
}

function yearOf(days: readonly HolidayDay[], year: number): ReadonlyMap<DayNumber, string> {
  const { years } = knownOf(days);
  let dates = years.get(year);
  if (dates === undefined) {
    dates = datesIn(days, year);
    years.set(year, dates);
  }
  return dates;
}

/** The years before and after count too: what is observed may move over New Year, or meet a holiday there. */
function datesIn(days: readonly HolidayDay[], year: number): Map<DayNumber, string> {
  const all = new Map<DayNumber, string>();
  const moving: { day: DayNumber; name: string }[] = [];
  for (const within of [year - 1, year, year + 1]) {
    for (const { name, rule, observed } of days) {
      const day = dayOf(ruleOf(rule), within);
      if (day === null) continue;
      if (!all.has(day)) all.set(day, name);
      if (observed === true && weekdayOf(day) >= SATURDAY) moving.push({ day, name });
    }
  }
  for (const { day, name } of moving.toSorted((a, b) => a.day - b.day)) {
    let instead = day;
    while (weekdayOf(instead) >= SATURDAY || all.has(instead)) instead += 1;
    all.set(instead, `${name} (observed)`);
  }
  return new Map([...all].filter(([day]) => new Date(day * DAY_MS).getUTCFullYear() === year));
}

/** The date of a rule in a year; null when it has none, as 29 February mostly. */
function dayOf(rule: Rule | null, year: number): DayNumber | null {
  if (rule === null) return null;
  switch (rule.kind) {
    case 'once':
      return rule.year === year ? dayNumber(rule.year, rule.month, rule.day) : null;
    case 'yearly':
      return dayNumber(year, rule.month, rule.day);
    case 'easter':
      return easterSunday(year) + rule.days;
    default: {
      const from = dayNumber(year, rule.month, rule.day);
      return from === null ? null : from + ((rule.weekday - weekdayOf(from) + DAYS_A_WEEK) % DAYS_A_WEEK);
    }
  }
}

function ruleOf(text: string): Rule | null {
  const once = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (once) {
    const [year, month, day] = once.slice(1).map(Number) as [number, number, number];
    return dayNumber(year, month, day) === null ? null : { kind: 'once', year, month, day };
  }
  const easter = /^easter(?:([+-])(\d{1,3}))?$/.exec(text);
  if (easter) {
    const days = Number(`${easter[1] ?? '+'}${easter[2] ?? 0}`);
    return Math.abs(days) > EASTER_DAYS_MAX ? null : { kind: 'easter', days };
  }
  const yearly = /^(?:([a-z]+) from )?(\d\d)-(\d\d)$/.exec(text);
  if (!yearly) return null;
  const [month, day] = [Number(yearly[2]), Number(yearly[3])];
  // 2000 had a 29 February.
  if (dayNumber(2000, month, day) === null) return null;
  if (yearly[1] === undefined) return { kind: 'yearly', month, day };
  const weekday = WEEKDAY_NAMES.indexOf(yearly[1]);
  return weekday === -1 || (month === 2 && day === 29) ? null : { kind: 'weekday', weekday, month, day };
}

/** 0 is Monday; 1970-01-01 was a Thursday. */
const weekdayOf = (day: DayNumber): number => (((day + 3) % DAYS_A_WEEK) + DAYS_A_WEEK) % DAYS_A_WEEK;

const dateText = (day: DayNumber): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** Number of a real date, else null. */
function dayNumber(year: number, month: number, day: number): DayNumber | null {
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() / DAY_MS : null;
}

/** The Gregorian computus as published by J. Meeus, Astronomical Algorithms, chapter 8. */
function easterSunday(year: number): DayNumber {
  const a = year % 19;
  const [b, c] = [Math.floor(year / 100), year % 100];
  const [d, e] = [Math.floor(b / 4), b % 4];
  const g = Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3);
  const h = (19 * a + b - d - g + 15) % 30;
  const l = (32 + 2 * e + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const sum = h + l - 7 * m + 114;
  return dayNumber(year, Math.floor(sum / 31), (sum % 31) + 1)!;
}
