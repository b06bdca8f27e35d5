import type { Tx } from '../../platform/db.ts';

/** SQL of money held until a receiver accepts: its deadline, and the share of refusals. */

export type Overdue = { id: string; assignmentId: string };

/**
 * Held assignments whose time to be accepted is over and that certainly did not arrive, longest held first. Index
 * assignments_held; those that may have arrived, or are being tried now, are no candidates. The tables that grow are
 * asked by key (`offset 0`), whatever the planner thinks of their size.
 */
export async function findOverdue(tx: Tx, of: { withinMs: number; limit: number }): Promise<Overdue[]> {
  const within = tx`${of.withinMs} * interval '1 ms'`;
  return tx<Overdue[]>`
    select d.id, d.assignment_id as "assignmentId"
    from assignments a
    cross join lateral (
      select * from deliveries where assignment_id = a.id and state = 'pending' and not unknown_seen offset 0
    ) d
    cross join lateral (select ready_at from leads where id = a.lead_id offset 0) l
    where a.state = 'held' and statement_timestamp() >= ${within}
      + case when d.first_due_at < l.ready_at + ${within} then l.ready_at else d.first_due_at end
    order by a.assigned_at limit ${of.limit}`;
}

/** Ends those that still wait and of which no try may have arrived. */
export async function endOverdue(tx: Tx, ids: readonly string[], reason: string): Promise<Set<string>> {
  const ended = await tx<{ id: string }[]>`
    update deliveries set state = 'dead', due_at = null, ended_at = clock_timestamp(), reason = ${reason}
    where id = any(${ids as string[]}::uuid[]) and state = 'pending' and not unknown_seen
    returning id`;
  return new Set(ended.map(({ id }) => id));
}

export type Refusing = {
  id: string;
  providerId: string;
  email: string;
  companyName: string;
  niche: string;
  ended: number;
  refused: number;
};

/**
 * Those of these subscriptions, not paused, that refused more than `most` of the last leads held for them. Index
 * assignments_hold_ended. A test lead is never held.
 */
export async function readRefusing(
  tx: Tx,
  of: { ids: readonly string[]; last: number; most: number },
): Promise<Refusing[]> {
  return tx<Refusing[]>`
    select s.id, s.provider_id as "providerId", p.contact_email as email, p.company_name as "companyName",
      n.name as niche, counted.ended, counted.refused
    from subscriptions s
    join providers p on p.id = s.provider_id
    join niches n on n.id = s.niche_id
    cross join lateral (
      select count(*)::int as ended, count(*) filter (where release_reason = 'refused')::int as refused
      from (
        select a.release_reason from assignments a
        where a.subscription_id = s.id and a.hold_ended_at is not null
          and (s.refusals_since is null or a.assigned_at > s.refusals_since)
        order by a.hold_ended_at desc limit ${of.last}
      ) last
    ) counted
    where s.id = any(${of.ids as string[]}::uuid[]) and s.active and counted.refused > ${of.most}
      and (not s.paused or s.paused_until <= clock_timestamp())
    order by s.id`;
}

/** As an operator's pause: the provider cannot end it by itself. In id order, after the provider's row and the endpoints. */
export async function pauseSubscriptions(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx`
    with locked as materialized (
      select id from subscriptions where id = any(${ids as string[]}::uuid[]) order by id for no key update
    )
    update subscriptions s set paused = true, paused_until = null, paused_by = 'operator', refusals_since = clock_timestamp(),
      version = version + 1, updated_at = clock_timestamp()
    from locked where s.id = locked.id`;
}
