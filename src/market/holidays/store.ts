import type { Tx } from '../../platform/db.ts';
import type { Calendar, CalendarDay } from './calendar.ts';

/** All SQL of holidays. */

const columns = (tx: Tx) => tx`country, regions, days, version, updated_at as "updatedAt"`;

export async function listCalendars(tx: Tx): Promise<Calendar[]> {
  return tx<Calendar[]>`select ${columns(tx)} from holiday_calendars order by country`;
}

export async function readCalendar(tx: Tx, country: string): Promise<Calendar | null> {
  const [row] = await tx<Calendar[]>`select ${columns(tx)} from holiday_calendars where country = ${country}`;
  return row ?? null;
}

/** Until the end of the transaction: alone for an edit, shared for those who copy its days. Comes after all turns. */
export async function lockCalendar(tx: Tx, country: string, how: 'edit' | 'copy'): Promise<void> {
  const key = tx`hashtextextended(${`fairlead.holidays ${country}`}, 0)`;
  if (how === 'edit') await tx`select pg_advisory_xact_lock(${key})`;
  else await tx`select pg_advisory_xact_lock_shared(${key})`;
}

export async function putCalendar(
  tx: Tx,
  of: Pick<Calendar, 'country' | 'regions' | 'days' | 'version'>,
): Promise<void> {
  const [regions, days] = [tx.json(of.regions), tx.json(of.days as never)];
  await tx`
    insert into holiday_calendars (country, regions, days, version) values (${of.country}, ${regions}, ${days}, ${of.version})
    on conflict (country) do update set regions = excluded.regions, days = excluded.days, version = excluded.version,
      updated_at = clock_timestamp()`;
}

/** Niches that keep a copy of a country's days, in the order in which their turns are taken. */
export async function nichesWithCopy(tx: Tx, country: string): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select niche_id as id from holiday_versions where country = ${country} and to_version is null order by 1`;
  return rows.map(({ id }) => id);
}

/** The niche's copy of the days as they are now; nothing happens when it has one. */
export async function openCopy(
  tx: Tx,
  of: { nicheId: string; country: string; configVersion: number },
): Promise<void> {
  await tx`
    insert into holiday_versions (niche_id, country, from_version, days)
    select ${of.nicheId}, country, ${of.configVersion}, days from holiday_calendars
    where country = ${of.country} and not exists (
      select from holiday_versions v
      where v.niche_id = ${of.nicheId} and v.country = ${of.country} and v.to_version is null
    )`;
}

/** Other days from `configVersion` on. */
export async function renewCopy(
  tx: Tx,
  of: { nicheId: string; country: string; configVersion: number; days: readonly CalendarDay[] },
): Promise<void> {
  await tx`
    update holiday_versions set to_version = ${of.configVersion}
    where niche_id = ${of.nicheId} and country = ${of.country} and to_version is null`;
  await tx`
    insert into holiday_versions (niche_id, country, from_version, days)
    values (${of.nicheId}, ${of.country}, ${of.configVersion}, ${tx.json(of.days as never)})`;
}

/** Who goes by the country's days is worth another look at unsold leads. Index subscription_versions_niche. */
export async function flagSubscriptions(tx: Tx, of: { nicheId: string; country: string }): Promise<number> {
  const flagged = await tx`
    update subscriptions set flagged_at = clock_timestamp()
    where id in (
      select s.id from subscription_versions w join subscriptions s on s.id = w.subscription_id
      where w.niche_id = ${of.nicheId} and w.to_version is null and w.holidays ->> 'country' = ${of.country} and s.active
      order by s.id for no key update of s
    )`;
  return flagged.count;
}
