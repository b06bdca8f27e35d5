import { column } from '../../platform/columns.ts';
import type { Tx } from '../../platform/db.ts';

/** SQL of who comes first at a level that goes by priority. */

export type Ranked = {
  subscriptionId: string;
  providerId: string;
  providerName: string;
  priority: number;
};

/** The subscriptions of a level that have not ended, the first to be served first. */
export async function rankedOf(tx: Tx, levelId: string): Promise<Ranked[]> {
  return tx<Ranked[]>`
    select s.id as "subscriptionId", s.provider_id as "providerId", p.company_name as "providerName", w.priority
    from subscriptions s join subscription_versions w on w.subscription_id = s.id and w.to_version is null
      join providers p on p.id = s.provider_id
    where s.level_id = ${levelId} and s.active
    order by w.priority desc, p.company_name, s.id`;
}

/**
 * New priorities as an edit under `configVersion`; unsold leads are looked at again. The caller holds the niche's
 * turn; the subscriptions are locked here in id order. Every other term is taken over, whatever terms there are.
 */
export async function renewPriorities(
  tx: Tx,
  of: { rows: readonly { id: string; priority: number }[]; configVersion: number },
): Promise<void> {
  const { rows, configVersion } = of;
  if (rows.length === 0) return;
  const ids = column(rows, 'id');
  await tx`select 1 from subscriptions where id = any(${ids}::uuid[]) order by id for no key update`;
  await tx`
    with closed as (
      update subscription_versions w set to_version = ${configVersion}
      where subscription_id = any(${ids}::uuid[]) and to_version is null
      returning w as terms
    )
    insert into subscription_versions
    select (jsonb_populate_record(closed.terms, jsonb_build_object(
      'from_version', ${configVersion}::int, 'to_version', null, 'priority', row.priority))).*
    from closed join unnest(${ids}::uuid[], ${column(rows, 'priority')}::int[]) as row (id, priority)
      on row.id = (closed.terms).subscription_id`;
  await tx`
    update subscriptions set flagged_at = clock_timestamp(), version = version + 1, updated_at = clock_timestamp()
    where id = any(${ids}::uuid[])`;
}
