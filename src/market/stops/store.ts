import type { Tx } from '../../platform/db.ts';
import type { StopScope } from './schema.ts';

export type Stop = {
  id: string;
  scope: StopScope;
  scopeId: string | null;
  name: string | null;
  reason: string;
  setBy: string | null;
  setByName: string | null;
  setAt: Date;
  releasedBy: string | null;
  releasedByName: string | null;
  releasedAt: Date | null;
  releaseReason: string | null;
};

const columns = (tx: Tx) => tx`
  x.id, x.scope, x.scope_id as "scopeId", coalesce(n.name, s.name, p.company_name) as name, x.reason,
  x.set_by as "setBy", coalesce(nullif(trim(b.first_name || ' ' || b.last_name), ''), b.email) as "setByName",
  x.set_at as "setAt", x.released_by as "releasedBy",
  coalesce(nullif(trim(r.first_name || ' ' || r.last_name), ''), r.email) as "releasedByName",
  x.released_at as "releasedAt", x.release_reason as "releaseReason"`;

const tables = (tx: Tx) => tx`
  stop_switches x
  left join niches n on x.scope = 'niche' and n.id = x.scope_id
  left join sources s on x.scope = 'source' and s.id = x.scope_id
  left join providers p on x.scope = 'provider' and p.id = x.scope_id
  left join users b on b.id = x.set_by
  left join users r on r.id = x.released_by`;

/** Newest first. Indexes: stop_switches_newest, stop_switches_once for what holds now. */
export async function listStops(tx: Tx, held: boolean | null, page: { limit: number; offset: number }) {
  const matching = tx`(${held}::boolean is null or (x.released_at is null) = ${held}::boolean)`;
  const [rows, [counted]] = await Promise.all([
    tx<Stop[]>`
      select ${columns(tx)} from ${tables(tx)} where ${matching}
      order by x.set_at desc, x.id limit ${page.limit} offset ${page.offset}`,
    tx<{ count: number }[]>`
      select count(*)::int as count from (select 1 from stop_switches x where ${matching} limit 1001) counted`,
  ]);
  return { rows, counted: counted?.count ?? 0 };
}

export async function readStop(tx: Tx, id: string): Promise<Stop | null> {
  const [row] = await tx<Stop[]>`select ${columns(tx)} from ${tables(tx)} where x.id = ${id}`;
  return row ?? null;
}

/** The switch that holds for this, if one does. Index stop_switches_once. */
export async function heldStop(
  tx: Tx,
  of: { scope: StopScope; scopeId: string | null },
): Promise<Stop | null> {
  const [row] = await tx<Stop[]>`
    select ${columns(tx)} from ${tables(tx)}
    where x.released_at is null and x.scope = ${of.scope} and x.scope_id is not distinct from ${of.scopeId}::uuid`;
  return row ?? null;
}

export async function insertStop(
  tx: Tx,
  stop: Pick<Stop, 'id' | 'scope' | 'scopeId' | 'reason' | 'setBy'>,
): Promise<void> {
  await tx`
    insert into stop_switches (id, scope, scope_id, reason, set_by)
    values (${stop.id}, ${stop.scope}, ${stop.scopeId}, ${stop.reason}, ${stop.setBy})`;
}

/** False: somebody else released it. */
export async function releaseStop(
  tx: Tx,
  of: { id: string; by: string | null; reason: string },
): Promise<boolean> {
  const released = await tx`
    update stop_switches
    set released_at = clock_timestamp(), released_by = ${of.by}, release_reason = ${of.reason}
    where id = ${of.id} and released_at is null`;
  return released.count === 1;
}

/**
 * Waits for the decisions under way in these niches (null: in all of them), in the order of the program's locks. Whoever
 * claims leads after this transaction sees what it wrote.
 */
export async function holdTurns(tx: Tx, nicheIds: readonly string[] | null): Promise<void> {
  await tx`
    select 1 from niche_turns
    where ${nicheIds === null}::boolean or niche_id = any(${(nicheIds ?? []) as string[]}::uuid[])
    order by niche_id for no key update`;
}

/**
 * Niches that a source has leads in: that of its campaign, and others where its leads or freed seats of them wait.
 * Indexes leads_approved, leads_unsold, leads_resting.
 */
export async function nichesOfSource(tx: Tx, sourceId: string): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select c.niche_id as id from sources s join campaigns c on c.id = s.campaign_id where s.id = ${sourceId}
    union
    select l.niche_id from leads l where l.source_id = ${sourceId} and l.rests_since is not null
    union
    select n.id from niches n where exists (
      select from leads l where l.niche_id = n.id and l.source_id = ${sourceId}
        and l.state = 'approved' and l.parked_at is null and l.rests_since is null
    ) or exists (
      select from leads l where l.niche_id = n.id and l.source_id = ${sourceId}
        and l.state = 'unsold' and l.parked_at is null and l.rests_since is null
    )
    union
    select o.niche_id from second_offers o join leads l on l.id = o.lead_id
    where o.due_at is not null and l.source_id = ${sourceId}
    order by 1`;
  return rows.map(({ id }) => id);
}

/** Waits for the claims of deliveries under way: of one provider, or (null) of all. */
export async function holdEndpoints(tx: Tx, providerId: string | null): Promise<void> {
  await tx`
    select 1 from endpoints
    where ${providerId}::uuid is null or provider_id = ${providerId}::uuid
    order by id for no key update`;
}

/** Its subscriptions are worth another look at unsold leads. */
export async function flagSubscriptions(tx: Tx, providerId: string): Promise<void> {
  await tx`
    update subscriptions set flagged_at = clock_timestamp()
    where id in (
      select id from subscriptions where provider_id = ${providerId} and active order by id for no key update
    )`;
}

/**
 * Freed seats of leads of the source get another look. The turns of their niches are held: no decision under way rests
 * one for the switch that just ended. Index second_offers_due: those that still wait.
 */
export async function wakeOffers(tx: Tx, sourceId: string): Promise<void> {
  await tx`
    update second_offers set due_at = clock_timestamp()
    where assignment_id in (
      select o.assignment_id from second_offers o join leads l on l.id = o.lead_id
      where o.due_at > clock_timestamp() and l.source_id = ${sourceId}
      order by o.assignment_id for no key update of o
    )`;
}

export type Target = { id: string; name: string };

/** What a person means: an id, the address of a niche, or the exact name. More than one: the name says too little. */
export async function findTargets(tx: Tx, scope: StopScope, words: string): Promise<Target[]> {
  switch (scope) {
    case 'niche':
      return tx<Target[]>`
        select id, name from niches where id::text = ${words} or slug = ${words} or name = ${words} limit 2`;
    case 'source':
      return tx<Target[]>`select id, name from sources where id::text = ${words} or name = ${words} limit 2`;
    case 'provider':
      return tx<Target[]>`
        select id, company_name as name from providers where id::text = ${words} or company_name = ${words} limit 2`;
    default:
      return [];
  }
}
