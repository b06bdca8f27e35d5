import { z } from 'zod';
import { HOLIDAYS_MAX, isHolidayRule } from '../../kernel/holidays.ts';
import { country, region, shownText, time, version } from '../schema.ts';

const REGIONS_MAX = 60;
const RULE_LENGTH_MAX = 30;
const day = z.strictObject({
  name: shownText(100),
  rule: z.string().max(RULE_LENGTH_MAX).refine(isHolidayRule, {
    message: 'Write 12-25, easter+1, monday from 09-01, or one date such as 2027-05-03.',
  }),
  /** When it falls on a weekend, the next working day is a holiday too. */
  observed: z.boolean().default(false),
  /** Left out: in the whole country. */
  regions: z.array(region).max(REGIONS_MAX).default([]),
});

export const calendarParams = z.object({ country });
export const calendarEdit = z.strictObject({
  days: z.array(day).max(HOLIDAYS_MAX),
  /** Names of regions by their codes; those that are not named keep theirs. */
  regions: z
    .record(region, shownText(100))
    .refine((names) => Object.keys(names).length <= REGIONS_MAX, `At most ${REGIONS_MAX} regions.`)
    .optional(),
  version,
});

const regionView = z.object({ code: z.string(), name: z.string() });
export const calendarHead = z.object({
  country: z.string(),
  regions: z.array(regionView),
  /** How many days it has. */
  days_count: z.number(),
  version: z.number(),
  updated_at: time,
});
export type CalendarHead = z.infer<typeof calendarHead>;
export const calendarView = calendarHead.extend({
  days: z.array(
    z.object({ name: z.string(), rule: z.string(), observed: z.boolean(), regions: z.array(z.string()) }),
  ),
});
export type CalendarView = z.infer<typeof calendarView>;

const NEXT_MAX = 50;
export const comingQuery = z.object({
  region: region.optional(),
  /** Left out: today. */
  from: z.iso.date().optional(),
  limit: z.coerce.number().int().min(1).max(NEXT_MAX).default(12),
});
export const comingView = z.object({
  country: z.string(),
  region: z.string().nullable(),
  holidays: z.array(z.object({ date: z.string(), name: z.string() })),
});
export type ComingView = z.infer<typeof comingView>;
