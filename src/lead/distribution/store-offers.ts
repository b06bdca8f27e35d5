import type { Tx } from '../../platform/db.ts';
import type { Holder } from './offer.ts';
import { besideLead, type LeadRow, leadColumns } from './store.ts';

/** SQL of decisions beside the first one: a lead given by hand, and freed seats that are offered again. */

export type OfferedLead = LeadRow & {
  parked: boolean;
  /** Its niche sells, and no stop switch holds for the niche or everything (`stopped`), or for its source. */
  open: 'yes' | 'niche_off' | 'stopped' | 'source_stopped';
  /** Its niche is off for good. */
  archived: boolean;
  erased: boolean;
};

const seldomStates = ['approved', 'unsold', 'distributed'];

/**
 * One lead as the engine takes it, its row locked. The caller holds the niche's turn. Undefined: it is in a state in
 * which it cannot be given to anybody, or another niche's.
 */
export async function claimOffered(
  tx: Tx,
  of: { nicheId: string; leadId: string },
): Promise<OfferedLead | undefined> {
  await tx`select 1 from leads where id = ${of.leadId} for no key update`;
  // A statement of its own: what was written while the lock was waited for must be seen.
  const [row] = await tx<OfferedLead[]>`
    select ${leadColumns(tx)}, l.parked_at is not null as parked, c.erased_at is not null as erased,
      n.archived_at is not null as archived, case
        when not n.active or n.archived_at is not null then 'niche_off'
        when exists (
          select 1 from stop_switches x where x.released_at is null
            and (x.scope = 'everything' or (x.scope = 'niche' and x.scope_id = l.niche_id))
        ) then 'stopped'
        when exists (
          select 1 from stop_switches x where x.released_at is null and x.scope = 'source' and x.scope_id = l.source_id
        ) then 'source_stopped' else 'yes' end as open
    from leads l join niches n on n.id = l.niche_id
    ${besideLead(tx)}
    where l.id = ${of.leadId} and l.niche_id = ${of.nicheId} and l.state = any(${seldomStates})`;
  return row;
}

/** The niche and state of a lead, unlocked: its turn comes before its row. */
export async function whereIsLead(
  tx: Tx,
  leadId: string,
): Promise<{ nicheId: string; state: string } | undefined> {
  const [row] = await tx<{ nicheId: string; state: string }[]>`
    select niche_id as "nicheId", state from leads where id = ${leadId}`;
  return row;
}

/** Whether a level may sell again: it is at most switched off. */
export async function isLevelKept(tx: Tx, levelId: string): Promise<boolean> {
  const [row] = await tx`select 1 from competition_levels where id = ${levelId} and archived_at is null`;
  return row !== undefined;
}

/** Everybody who has or had the lead. Sent: a try was made, or there was nothing to try (the lead is in the portal). */
export const holdersOf = async (tx: Tx, leadId: string): Promise<Holder[]> =>
  (await holdersOfAll(tx, [leadId])).get(leadId) ?? [];

/** The same of several leads; those that nobody has or had are left out. */
export async function holdersOfAll(tx: Tx, leadIds: readonly string[]): Promise<Map<string, Holder[]>> {
  const rows = await tx<(Holder & { leadId: string })[]>`
    select a.lead_id as "leadId", a.level_id as "levelId", a.max_shared as "maxShared",
      a.state <> 'released' or a.release_reason = 'unresolved' as live,
      a.state <> 'released' or exists (
        select from deliveries d join attempts t on t.delivery_id = d.id where d.assignment_id = a.id
      ) as sent
    from assignments a where a.lead_id = any(${leadIds as string[]}::uuid[])`;
  return Map.groupBy(rows, ({ leadId }) => leadId);
}

export type GivenAssignment = {
  assignment_id: string;
  lead_id: string;
  provider_id: string;
  subscription_id: string;
  state: 'held' | 'charged';
  /** Whole minor units of the currency. */
  charged_minor: string;
  currency: string;
  decision_seq: string;
};

/** What a decision just gave; it is kept as the answer to the same key, so it holds texts only. */
export async function assignmentOf(
  tx: Tx,
  of: { leadId: string; subscriptionId: string },
): Promise<GivenAssignment | undefined> {
  const [row] = await tx<GivenAssignment[]>`
    select id as assignment_id, lead_id, provider_id, subscription_id, state, charged_amount::text as charged_minor,
      currency, decision_seq::text as decision_seq
    from assignments where lead_id = ${of.leadId} and subscription_id = ${of.subscriptionId}`;
  return row;
}

/** Niches with a freed seat whose next try is due. Index second_offers_due. */
export async function nichesWithOffers(tx: Tx): Promise<string[]> {
  const rows = await tx<{ nicheId: string }[]>`
    select distinct o.niche_id as "nicheId" from second_offers o
    where o.due_at <= statement_timestamp()
      and not exists (
        select 1 from stop_switches x where x.released_at is null
          and (x.scope = 'everything' or (x.scope = 'niche' and x.scope_id = o.niche_id))
      )`;
  return rows.map(({ nicheId }) => nicheId);
}

export type DueOffer = {
  assignmentId: string;
  leadId: string;
  levelId: string;
  tries: number;
  /** Seats of the lead that were offered before this one. */
  before: number;
};

/** The freed seat of the niche that is due longest. The caller holds the turn: nobody else takes it. */
export async function nextOffer(tx: Tx, of: { nicheId: string; clock: Date }): Promise<DueOffer | undefined> {
  const [row] = await tx<DueOffer[]>`
    select o.assignment_id as "assignmentId", o.lead_id as "leadId", o.level_id as "levelId", o.tries,
      (
        select count(*)::int from second_offers b
        where b.lead_id = o.lead_id and b.assignment_id <> o.assignment_id and b.tries > 0
      ) as before
    from second_offers o
    where o.niche_id = ${of.nicheId} and o.due_at <= ${of.clock}
    order by o.due_at, o.assignment_id limit 1`;
  return row;
}

export type OfferEnd = 'taken' | 'expired' | 'no_seat' | 'limit' | 'over' | 'failed';

/** One try of an offer: it ended, or rests until `dueAt`. */
export async function noteOffer(
  tx: Tx,
  of: { assignmentId: string; tried: boolean } & (
    | { endedAs: OfferEnd; dueAt: null }
    | { endedAs: null; dueAt: Date }
  ),
): Promise<void> {
  await tx`
    update second_offers set tries = tries + ${of.tried ? 1 : 0}, failures = 0, due_at = ${of.dueAt},
      ended_as = ${of.endedAs}, ended_at = case when ${of.endedAs !== null} then clock_timestamp() end
    where assignment_id = ${of.assignmentId}`;
}

/** An offer whose decision threw rests longer each time, and ends at `failuresMax`. Returns true when it ended. */
export async function noteOfferFailure(
  tx: Tx,
  of: { assignmentId: string; failuresMax: number; restMs: number },
): Promise<boolean> {
  const [row] = await tx<{ ended: boolean }[]>`
    update second_offers set failures = failures + 1,
      due_at = case when failures + 1 < ${of.failuresMax}
        then clock_timestamp() + (failures + 1) * ${of.restMs} * interval '1 ms' end,
      ended_at = case when failures + 1 >= ${of.failuresMax} then clock_timestamp() end,
      ended_as = case when failures + 1 >= ${of.failuresMax} then 'failed' end
    where assignment_id = ${of.assignmentId} and due_at is not null
    returning ended_at is not null as ended`;
  return row?.ended ?? false;
}

/** Freed seats of these levels get another look: something changed for a subscription there. */
export async function wakeOffers(
  tx: Tx,
  of: { nicheId: string; levelIds: readonly string[] },
): Promise<number> {
  const rows = await tx`
    update second_offers set due_at = clock_timestamp()
    where niche_id = ${of.nicheId} and level_id = any(${of.levelIds as string[]}::uuid[])
      and due_at > clock_timestamp()`;
  return rows.count;
}
