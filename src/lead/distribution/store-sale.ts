import type { Tx } from '../../platform/db.ts';
import { besideLead, type LeadRow, leadColumns } from './store.ts';

/** SQL of purchases. */

/** Unsold leads, and sold ones with perhaps an open seat, that a list looks through in one niche, newest first. */
const UNSOLD_MAX = 500;
const SOLD_MAX = 500;

export type NicheOnSale = { id: string; name: string; open: boolean };

/** The niches in which a provider subscribes and some campaign lets buy. */
export async function nichesOnSale(
  tx: Tx,
  of: { providerId: string; nicheId: string | null },
): Promise<NicheOnSale[]> {
  return tx<NicheOnSale[]>`
    select n.id, n.name, n.active and n.archived_at is null and not exists (
        select 1 from stop_switches x where x.released_at is null
          and (x.scope = 'everything' or (x.scope = 'niche' and x.scope_id = n.id))
      ) as open
    from niches n
    where (${of.nicheId}::uuid is null or n.id = ${of.nicheId}::uuid)
      and exists (select from subscriptions s where s.niche_id = n.id and s.provider_id = ${of.providerId} and s.active)
      and exists (select from campaigns k where k.niche_id = n.id and k.purchase <> 'off')
    order by n.name, n.id limit 20`;
}

export type LeadOnSale = LeadRow & { campaignName: string };

/**
 * Leads of a niche that a campaign lets buy and this provider never had. Index leads_unsold and the key of decisions:
 * neither reads more than its newest rows.
 */
export async function leadsOnSale(
  tx: Tx,
  of: { nicheId: string; providerId: string; clock: Date },
): Promise<LeadOnSale[]> {
  return tx<LeadOnSale[]>`
    with newest as (
      (select id from leads
      where niche_id = ${of.nicheId} and state = 'unsold' and parked_at is null and rests_since is null
      order by due_at desc limit ${UNSOLD_MAX})
      union
      (select lead_id from (
        select lead_id, outcome from decisions where niche_id = ${of.nicheId} order by seq desc limit ${SOLD_MAX}
      ) decided where outcome = 'sold')
    )
    select ${leadColumns(tx)}, k.name as "campaignName"
    from newest
    cross join lateral (select * from leads where id = newest.id offset 0) l
    join campaigns k on k.id = l.campaign_id
    ${besideLead(tx)}
    where k.purchase <> 'off' and (l.state = 'unsold' or (l.state = 'distributed' and k.purchase = 'open_seats'))
      and not l.test and l.parked_at is null and l.expires_at > ${of.clock} and c.erased_at is null
      and not exists (select from assignments a where a.lead_id = l.id and a.provider_id = ${of.providerId})
      and not exists (
        select 1 from stop_switches x
        where x.released_at is null and x.scope = 'source' and x.scope_id = l.source_id
      )
    order by l.ready_at desc, l.id`;
}

/** What a campaign says of purchases. Read under the niche's turn: an edit of the campaign takes it too. */
export async function purchaseMode(tx: Tx, campaignId: string): Promise<'off' | 'unsold' | 'open_seats'> {
  const [row] = await tx<{ purchase: 'off' | 'unsold' | 'open_seats' }[]>`
    select purchase from campaigns where id = ${campaignId}`;
  return row?.purchase ?? 'off';
}

/** These of a provider's subscriptions an operator has paused: what it cannot start again, it cannot buy with. */
export async function pausedByOperator(tx: Tx, subscriptionIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx<{ id: string }[]>`
    select id from subscriptions where id = any(${subscriptionIds as string[]}::uuid[])
      and paused and paused_by = 'operator' and (paused_until is null or paused_until > clock_timestamp())`;
  return new Set(rows.map(({ id }) => id));
}
