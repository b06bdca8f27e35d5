import { column } from '../../../platform/columns.ts';
import type { Tx } from '../../../platform/db.ts';

/** SQL of the watch over traffic. */

/** Scope `everything` names nobody. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** The next full hour that was not counted yet; undefined: all are. The first time only the days looked back on. */
export async function nextHour(tx: Tx, days: number): Promise<Date | undefined> {
  const [row] = await tx<{ hour: Date; due: boolean }[]>`
    select hour, hour + interval '1 hour' <= clock_timestamp() as due from (
      select greatest(
        (select max(hour) + interval '1 hour' from traffic_hours where scope = 'everything'),
        date_trunc('hour', clock_timestamp(), 'UTC') - ${days} * interval '1 day'
      )::timestamptz(3) as hour
    ) next`;
  return row?.due ? row.hour : undefined;
}

export type NicheHour = { nicheId: string; decided: number; unmatched: number };

/**
 * Counts the leads of an hour, without test leads; forgets hours that nobody looks back on. Index leads_recent. A second
 * worker that counts the same hour changes nothing.
 */
export async function countHour(
  tx: Tx,
  of: { hour: Date; niches: readonly NicheHour[]; days: number },
): Promise<void> {
  const { hour, niches, days } = of;
  await tx`
    insert into traffic_hours (scope, scope_id, hour, leads)
    with came as (
      select source_id, niche_id from leads
      where submitted_at >= ${hour} and submitted_at < ${hour}::timestamptz + interval '1 hour' and not test
    )
    select 'everything', ${NOBODY}::uuid, ${hour}, count(*) from came
    union all select 'source', source_id, ${hour}, count(*) from came where source_id is not null group by source_id
    union all select 'niche', niche_id, ${hour}, count(*) from came group by niche_id
    on conflict do nothing`;
  await tx`
    insert into traffic_hours as h (scope, scope_id, hour, decided, unmatched)
    select 'niche', row.id, ${hour}, row.decided, row.unmatched
    from unnest(
      ${column(niches, 'nicheId')}::uuid[], ${column(niches, 'decided')}::int[], ${column(niches, 'unmatched')}::int[]
    ) as row (id, decided, unmatched)
    on conflict (scope, scope_id, hour) do update set decided = excluded.decided, unmatched = excluded.unmatched`;
  await tx`delete from traffic_hours where hour < ${hour}::timestamptz - ${days} * interval '1 day'`;
}

export async function activeNiches(tx: Tx): Promise<string[]> {
  const rows = await tx<
    { id: string }[]
  >`select id from niches where active and archived_at is null order by id`;
  return rows.map(({ id }) => id);
}

/**
 * Decisions of an hour among the newest of a niche; the record only of those that sold nothing. Key (niche_id, seq): the
 * inner limit bounds what is read when the hour is long past.
 */
export async function decisionsOfHour(
  tx: Tx,
  of: { nicheId: string; hour: Date; limit: number },
): Promise<{ leadId: string; record: Buffer | null }[]> {
  return tx<{ leadId: string; record: Buffer | null }[]>`
    select d.lead_id as "leadId", case when d.outcome = 'unsold' then d.record end as record
    from (
      select lead_id, outcome, record, decided_at, kind, seq from decisions
      where niche_id = ${of.nicheId} order by seq desc limit ${of.limit}
    ) d
    join leads l on l.id = d.lead_id and not l.test
    where d.decided_at >= ${of.hour} and d.decided_at < ${of.hour}::timestamptz + interval '1 hour' and d.kind = 'auto'
    order by d.seq`;
}

type Named = { scope: 'source' | 'niche'; scopeId: string; name: string };
export type Pause = Named & { leads: number; pauseHours: number; longestHours: number };

/** Those in use that had leads: how many, how long their pause is now, and the longest one before. Key (scope, scope_id). */
export async function pauses(tx: Tx): Promise<Pause[]> {
  return tx<Pause[]>`
    with now as (select max(hour) as hour from traffic_hours where scope = 'everything'),
    gaps as (
      select scope, scope_id, hour, leads, hour - lag(hour) over (partition by scope, scope_id order by hour) as gap
      from traffic_hours where scope <> 'everything' and leads > 0
    ), had as (
      select scope, scope_id, sum(leads)::int as leads, max(hour) as last, coalesce(max(gap), interval '1 hour') as gap
      from gaps group by scope, scope_id
    )
    select h.scope, h.scope_id as "scopeId", coalesce(s.name, n.name) as name, h.leads,
      (extract(epoch from now.hour - h.last) / 3600)::int as "pauseHours",
      (extract(epoch from h.gap) / 3600 - 1)::int as "longestHours"
    from had h cross join now
    left join sources s on h.scope = 'source' and s.id = h.scope_id and s.active
    left join niches n on h.scope = 'niche' and n.id = h.scope_id and n.active and n.archived_at is null
    where coalesce(s.id, n.id) is not null`;
}

export type NicheMatching = Named & {
  decided: number;
  unmatched: number;
  usualDecided: number;
  usualUnmatched: number;
};

/** What became of the leads of the last counted hour, beside the days before. */
export async function matchings(tx: Tx): Promise<NicheMatching[]> {
  return tx<NicheMatching[]>`
    select 'niche' as scope, n.id as "scopeId", n.name,
      coalesce(sum(h.decided) filter (where h.hour = now.hour), 0)::int as decided,
      coalesce(sum(h.unmatched) filter (where h.hour = now.hour), 0)::int as unmatched,
      coalesce(sum(h.decided) filter (where h.hour < now.hour), 0)::int as "usualDecided",
      coalesce(sum(h.unmatched) filter (where h.hour < now.hour), 0)::int as "usualUnmatched"
    from (select max(hour) as hour from traffic_hours where scope = 'everything') now
    cross join niches n join traffic_hours h on h.scope = 'niche' and h.scope_id = n.id
    where n.active and n.archived_at is null
    group by n.id, n.name`;
}

export type AlertKind = 'no_leads' | 'unmatched';
export type NewAlert = Named & { id: string; kind: AlertKind; found: number; usual: number; ofLeads: number };

/** Keeps the numbers of alerts that go on, ends those that are over, and returns the ids of those that are new. */
export async function keepAlerts(tx: Tx, alerts: readonly NewAlert[]): Promise<Set<string>> {
  const given = tx`
    unnest(
      ${column(alerts, 'id')}::uuid[], ${column(alerts, 'kind')}::text[], ${column(alerts, 'scope')}::text[],
      ${column(alerts, 'scopeId')}::uuid[], ${column(alerts, 'found')}::int[], ${column(alerts, 'usual')}::int[],
      ${column(alerts, 'ofLeads')}::int[]
    ) as row (id, kind, scope, scope_id, found, usual, of_leads)`;
  await tx`
    update traffic_alerts a set ended_at = clock_timestamp()
    where a.ended_at is null and not exists (
      select from ${given} where row.kind = a.kind and row.scope = a.scope and row.scope_id = a.scope_id
    )`;
  const rows = await tx<{ id: string }[]>`
    insert into traffic_alerts as a (id, kind, scope, scope_id, found, usual, of_leads)
    select id, kind, scope, scope_id, found, usual, of_leads from ${given}
    on conflict (kind, scope, scope_id) where ended_at is null
    do update set found = excluded.found, usual = excluded.usual, of_leads = excluded.of_leads
    returning a.id`;
  const kept = new Set(rows.map(({ id }) => id));
  return new Set(alerts.map(({ id }) => id).filter((id) => kept.has(id)));
}

export type OpenAlert = NewAlert & { beganAt: Date };

/** Alerts that go on, the newest first. */
export async function openAlerts(tx: Tx, limit: number): Promise<OpenAlert[]> {
  return tx<OpenAlert[]>`
    select a.id, a.kind, a.scope, a.scope_id as "scopeId", coalesce(s.name, n.name) as name, a.found, a.usual,
      a.of_leads as "ofLeads", a.began_at as "beganAt"
    from traffic_alerts a
    left join sources s on a.scope = 'source' and s.id = a.scope_id
    left join niches n on a.scope = 'niche' and n.id = a.scope_id
    where a.ended_at is null
    order by a.began_at desc, a.id limit ${limit}`;
}

/** Who is told: administrators first. */
export async function staffToTell(tx: Tx, limit: number): Promise<string[]> {
  const rows = await tx<{ email: string }[]>`
    select email from users
    where role in ('admin', 'operator') and status = 'active' and deleted_at is null
    order by role, created_at limit ${limit}`;
  return rows.map(({ email }) => email);
}
