import type { HolidayDay } from '../../kernel/holidays.ts';

/** A day of a calendar; with `regions` it is one only there. */
export type CalendarDay = HolidayDay & { readonly regions?: readonly string[] };

export type Calendar = {
  /** Alpha-2. */
  country: string;
  /** Code to name. */
  regions: Record<string, string>;
  days: CalendarDay[];
  version: number;
  updatedAt: Date;
};

/** On whose holidays a subscription is closed; without a region: those of the whole country. */
export type HolidayChoice = { country: string; region: string | null };

/** The days that are holidays for a choice. */
export function daysOf(days: readonly CalendarDay[], region: string | null): HolidayDay[] {
  return days
    .filter((day) => !day.regions?.length || (region !== null && day.regions.includes(region)))
    .map(({ name, rule, observed }) => ({ name, rule, ...(observed ? { observed } : {}) }));
}

/** The names of all regions that the days speak of: those known, and the code itself for a new one. */
export function regionNames(
  days: readonly CalendarDay[],
  known: Readonly<Record<string, string>>,
): Record<string, string> {
  const codes = [...new Set([...Object.keys(known), ...days.flatMap(({ regions = [] }) => regions)])];
  return Object.fromEntries(codes.sort().map((code) => [code, known[code] ?? code]));
}

/** In one writing, so that equal days are equal text. */
export function plainDays(days: readonly CalendarDay[]): CalendarDay[] {
  return days.map(({ name, rule, observed, regions }) => ({
    name,
    rule,
    ...(observed ? { observed } : {}),
    ...(regions?.length ? { regions: [...new Set(regions)].sort() } : {}),
  }));
}
