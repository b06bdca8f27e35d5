import type { Tx } from '../../platform/db.ts';

/**
 * SQL of the leads that rest: they are due, but their source is stopped. They stand in no queue, so that nobody reads
 * past them. Whether a lead may be decided is still asked of the stop switches alone, when it is claimed.
 */

/**
 * Whether some source is stopped, and the sources that are not stopped any more and still have resting leads. The table of
 * switches is small; index leads_resting.
 */
export async function sourceStops(tx: Tx): Promise<{ held: boolean; released: string[] }> {
  const rows = await tx<{ id: string; held: boolean }[]>`
    select x.scope_id as id, bool_or(x.released_at is null) as held
    from stop_switches x where x.scope = 'source'
    group by 1
    having bool_or(x.released_at is null)
      or exists (select 1 from leads l where l.source_id = x.scope_id and l.rests_since is not null)`;
  const released = rows.filter(({ held }) => !held).map(({ id }) => id);
  return { held: rows.length > released.length, released };
}

/**
 * Puts up to `limit` due leads of each kind to rest whose source is stopped; returns how many. The caller holds the
 * niche's turn, which a release takes too: so none is put to rest for a stop that has just ended.
 * Indexes leads_approved, leads_unsold.
 */
export async function restLeads(
  tx: Tx,
  of: { nicheId: string; clock: Date; limit: number },
): Promise<number> {
  const { nicheId, clock, limit } = of;
  const waits = tx`
    niche_id = ${nicheId} and parked_at is null and rests_since is null and due_at <= ${clock} and expires_at > ${clock}
    and source_id in (select scope_id from stop_switches where released_at is null and scope = 'source')`;
  const rested = await tx`
    with fresh as materialized (
      select id from leads where state = 'approved' and ${waits}
      order by ready_at limit ${limit} for no key update skip locked
    ), waiting as materialized (
      select id from leads where state = 'unsold' and ${waits}
      order by due_at limit ${limit} for no key update skip locked
    )
    update leads set rests_since = ${clock}
    where id in (select id from fresh union all select id from waiting)`;
  return rested.count;
}

/** Up to `limit` resting leads of a source are back in their queue, where they stand as before; returns how many. */
export async function wakeResting(tx: Tx, of: { sourceId: string; limit: number }): Promise<number> {
  const woken = await tx`
    update leads set rests_since = null
    where id in (
      select id from leads where source_id = ${of.sourceId} and rests_since is not null
      order by expires_at limit ${of.limit} for no key update skip locked
    )`;
  return woken.count;
}
