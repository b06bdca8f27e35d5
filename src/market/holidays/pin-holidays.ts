import { nextHolidays } from '../../kernel/holidays.ts';
import type { Schedule } from '../../kernel/time.ts';
import type { Tx } from '../../platform/db.ts';
import { type CalendarDay, daysOf, type HolidayChoice } from './calendar.ts';
import { refusals } from './errors.ts';
import { lockCalendar, openCopy, readCalendar } from './store.ts';

/** A choice must be one that the calendar has. @throws Refusal 422 holiday_region_unknown, 404 holiday_calendar_not_found */
export async function checkHolidays(tx: Tx, choice: HolidayChoice | null): Promise<void> {
  if (choice === null) return;
  const calendar = await readCalendar(tx, choice.country);
  if (!calendar) {
    throw refusals.holiday_calendar_not_found({
      details: [{ field: 'holidays.country', message: `There is no calendar of ${choice.country}.` }],
    });
  }
  if (choice.region === null || choice.region in calendar.regions) return;
  throw refusals.holiday_region_unknown({
    details: [
      {
        field: 'holidays.region',
        message: `${choice.country} has: ${Object.keys(calendar.regions).join(', ') || 'none'}.`,
      },
    ],
  });
}

/** Sees to it that the niche keeps the days that a subscription goes by from now on. The caller holds the niche's turn. */
export async function pinHolidays(
  tx: Tx,
  of: { nicheId: string; configVersion: number; choice: HolidayChoice | null },
): Promise<void> {
  if (of.choice === null) return;
  await lockCalendar(tx, of.choice.country, 'copy');
  await openCopy(tx, { nicheId: of.nicheId, country: of.choice.country, configVersion: of.configVersion });
}

type Hours = { schedule: Schedule | null; timezone: string; holidays: HolidayChoice | null };
export type Pinned = readonly { country: string; days: readonly CalendarDay[] }[];

/**
 * The hours of many subscriptions as the engine reads them: closed on the holidays they chose. Equal choices share one
 * list, so that the dates of a year are worked out one time.
 */
export function withHolidays(pinned: Pinned): (of: Hours) => Schedule | null {
  const lists = new Map<string, ReturnType<typeof daysOf>>();
  const listOf = ({ country, region }: HolidayChoice) => {
    const key = `${country} ${region ?? ''}`;
    const days = lists.get(key) ?? daysOf(pinned.find((one) => one.country === country)?.days ?? [], region);
    lists.set(key, days);
    return days;
  };
  return ({ schedule, timezone, holidays }) => {
    if (holidays === null) return schedule;
    const days = listOf(holidays);
    if (days.length === 0) return schedule;
    return { ...(schedule ?? { zone: timezone, weekly: null }), holidays: days };
  };
}

/** The same for hours that are not saved yet, by the calendar of now. */
export async function asIfPinned(tx: Tx, of: Hours): Promise<Schedule | null> {
  const calendar = of.holidays && (await readCalendar(tx, of.holidays.country));
  return withHolidays(calendar ? [calendar] : [])(of);
}

/** The next days on which a choice is closed. @throws Refusal as checkHolidays */
export async function comingHolidays(tx: Tx, choice: HolidayChoice, from: string, count: number) {
  await checkHolidays(tx, choice);
  const { days } = (await readCalendar(tx, choice.country))!;
  return nextHolidays(daysOf(days, choice.region), Date.parse(`${from}T00:00:00Z`) / DAY_MS, count);
}

const DAY_MS = 86_400_000;
