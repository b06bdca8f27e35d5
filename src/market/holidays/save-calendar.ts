import { type AuditActor, audit } from '../../journal/audit/index.ts';
import type { App } from '../../platform/app.ts';
import { requireVersion } from '../../platform/versions.ts';
import { holidaysChanged } from '../events.ts';
import { bumpConfig, TurnMissed } from '../store.ts';
import { type Calendar, type CalendarDay, plainDays, regionNames } from './calendar.ts';
import {
  flagSubscriptions,
  lockCalendar,
  nichesWithCopy,
  putCalendar,
  readCalendar,
  renewCopy,
} from './store.ts';

/**
 * Replaces the days of a country's calendar, or makes one. It is an edit of the rules of every niche in which somebody goes
 * by them: the next decision reads the new days, every past one those it was taken by.
 * @param input.expected the version seen; left out where there is no calendar yet
 * @throws Refusal version_missing, version_stale
 */
export async function saveCalendar(
  app: Pick<App, 'db'>,
  input: {
    country: string;
    expected: () => number;
    days: CalendarDay[];
    regions?: Record<string, string> | undefined;
  },
  who: AuditActor,
): Promise<Calendar> {
  const { country } = input;
  const days = plainDays(input.days);
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const turns = new Map<string, number>();
    for (const nicheId of await nichesWithCopy(tx, country))
      turns.set(nicheId, await bumpConfig(tx, nicheId));
    await lockCalendar(tx, country, 'edit');
    const before = await readCalendar(tx, country);
    if (before) requireVersion(before, input.expected());
    const niches = await nichesWithCopy(tx, country);
    if (niches.some((nicheId) => !turns.has(nicheId)))
      throw new TurnMissed('a niche began to use the calendar');
    const after = {
      country,
      days,
      regions: regionNames(days, { ...before?.regions, ...input.regions }),
      version: (before?.version ?? 0) + 1,
    };
    await putCalendar(tx, after);
    for (const [nicheId, configVersion] of turns) {
      await renewCopy(tx, { nicheId, country, configVersion, days });
      await flagSubscriptions(tx, { nicheId, country });
    }
    holidaysChanged(tx, { country, niches: turns.size });
    await audit(tx, [
      {
        actor: who,
        action: before ? 'holidays.changed' : 'holidays.created',
        entityType: 'holiday_calendar',
        entityId: country,
        before: before ? { days: gone(before.days, days) } : {},
        after: { days: gone(days, before?.days ?? []), niches: [...turns.keys()] },
        description: `The holidays of ${country} were ${before ? 'changed' : 'written down'}: ${days.length} days.`,
      },
    ]);
    return (await readCalendar(tx, country))!;
  });
}

/** What of the first list is not in the second one. */
function gone(days: readonly CalendarDay[], others: readonly CalendarDay[]): CalendarDay[] {
  const known = new Set(plainDays(others).map((day) => JSON.stringify(day)));
  return plainDays(days).filter((day) => !known.has(JSON.stringify(day)));
}
