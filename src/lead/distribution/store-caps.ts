import { column } from '../../platform/columns.ts';
import type { Tx } from '../../platform/db.ts';
import type { Threshold } from './cap-line.ts';

/** SQL of the warnings about caps. */

export type CapWarning = {
  scopeId: string;
  providerId: string;
  kind: 'count' | 'spend';
  windowKey: string;
  threshold: Threshold;
};

/** Notes the lines crossed; returns those that nobody had been told of. Who is told of 100 needs no 80 any more. */
export async function insertCapWarnings(
  tx: Tx,
  rows: readonly CapWarning[],
): Promise<Omit<CapWarning, 'providerId'>[]> {
  return tx<Omit<CapWarning, 'providerId'>[]>`
    with crossed as (
      select * from unnest(
        ${column(rows, 'scopeId')}::uuid[], ${column(rows, 'providerId')}::uuid[], ${column(rows, 'kind')}::text[],
        ${column(rows, 'windowKey')}::text[], ${column(rows, 'threshold')}::smallint[]
      ) as row (scope_id, provider_id, kind, window_key, threshold)
    ), noted as (
      insert into cap_warnings (scope_id, provider_id, kind, window_key, threshold)
      select * from crossed union select scope_id, provider_id, kind, window_key, 80 from crossed where threshold = 100
      on conflict do nothing
      returning scope_id, kind, window_key, threshold
    )
    select n.scope_id as "scopeId", n.kind, n.window_key as "windowKey", n.threshold
    from noted n join crossed c using (scope_id, kind, window_key, threshold)`;
}

const STAFF_TOLD_MAX = 5;

export type WarnedPeople = {
  providers: Map<string, { name: string; email: string; wanted: boolean; staffWanted: boolean }>;
  staff: string[];
};

export async function warnedPeople(tx: Tx, providerIds: readonly string[]): Promise<WarnedPeople> {
  const [providers, staff] = await Promise.all([
    tx<{ id: string; name: string; email: string; wanted: boolean; staffWanted: boolean }[]>`
      select id, company_name as name, contact_email as email,
        coalesce((notification_preferences ->> 'cap_warning')::boolean, true) as wanted,
        coalesce((notification_preferences ->> 'cap_warning_staff')::boolean, true) as "staffWanted"
      from providers where id = any(${providerIds as string[]}::uuid[])`,
    tx<{ email: string }[]>`
      select email from users
      where role in ('admin', 'operator') and status = 'active' and deleted_at is null
      order by role, created_at limit ${STAFF_TOLD_MAX}`,
  ]);
  return {
    providers: new Map(providers.map(({ id, ...one }) => [id, one])),
    staff: staff.map(({ email }) => email),
  };
}

/** "Gold of Solar", by subscription; ids of providers have none. */
export async function subscriptionNames(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx<{ id: string; name: string }[]>`
    select s.id, l.name || ' of ' || n.name as name
    from subscriptions s join niches n on n.id = s.niche_id
    cross join lateral (
      select name from level_versions v where v.level_id = s.level_id order by v.from_version desc limit 1
    ) l
    where s.id = any(${ids as string[]}::uuid[])`;
  return new Map(rows.map(({ id, name }) => [id, name]));
}
