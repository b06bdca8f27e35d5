import type { Part, Tx } from '../../../platform/db.ts';

/** What explanations and estimates read of the past. Decisions are walked by their key (niche, number), newest first. */

export type PastLeadRow = {
  id: string;
  campaignId: string;
  country: string | null;
  leadType: 'premium' | 'raw' | null;
  test: boolean;
  readyAt: Date | null;
  expiresAt: Date | null;
  answers: string | null;
  /** Names of the contact and attribution columns that have a value. */
  filled: string[];
  recipientsTold: number | null;
  decidedAt: Date;
};

/**
 * The newest leads of a niche that were decided since `from`, without test leads and erased people. Index
 * decisions_pkey, backwards, at most `scan` rows; then one look-up per lead.
 */
export async function newestLeads(
  tx: Tx,
  of: { nicheId: string; from: Date; scan: number; limit: number; filled: Part },
): Promise<PastLeadRow[]> {
  return tx<PastLeadRow[]>`
    select l.id, l.campaign_id as "campaignId", l.country, l.lead_type as "leadType", l.test,
      l.ready_at as "readyAt", l.expires_at as "expiresAt", c.answers, ${of.filled} as filled,
      null::int as "recipientsTold", seen.decided_at as "decidedAt"
    from (
      select lead_id, max(seq) as seq, max(decided_at) as decided_at from (
        select lead_id, seq, decided_at from decisions where niche_id = ${of.nicheId}
        order by seq desc limit ${of.scan}
      ) newest
      where decided_at >= ${of.from}
      group by lead_id order by max(seq) desc limit ${of.limit}
    ) seen
    join leads l on l.id = seen.lead_id join lead_contacts c on c.lead_id = l.id
      left join lead_attribution t on t.lead_id = l.id left join sources s on s.id = l.source_id
    where not l.test and c.erased_at is null
    order by seen.seq desc`;
}

/** The newest attempt at an endpoint. Index attempts_endpoint. */
export async function lastAttempt(
  tx: Tx,
  endpointId: string,
): Promise<{ at: Date; outcome: string; status: number | null } | undefined> {
  const [row] = await tx<{ at: Date; outcome: string; status: number | null }[]>`
    select started_at as at, outcome, status from attempts where endpoint_id = ${endpointId}
    order by created_at desc limit 1`;
  return row;
}

/** The niches in which a provider has a subscription that is not cancelled. */
export async function nichesOfProvider(tx: Tx, providerId: string): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select distinct niche_id as id from subscriptions where provider_id = ${providerId} and active
    order by niche_id limit ${NICHES_MAX}`;
  return rows.map(({ id }) => id);
}

/** Niches that one look back covers. */
const NICHES_MAX = 20;

/** Place of a subscription in the order of receipt of its level: 4 of 9. Index subscriptions_level. */
export async function placeInOrder(
  tx: Tx,
  subscriptionId: string,
): Promise<{ position: number; of: number } | null> {
  const [row] = await tx<{ position: number; of: number }[]>`
    select position::int, count::int as of from (
      select id, row_number() over (order by receipt_no nulls first, created_at, id) as position,
        count(*) over () as count
      from subscriptions
      where active and level_id = (select level_id from subscriptions where id = ${subscriptionId})
    ) waiting
    where id = ${subscriptionId}`;
  return row ?? null;
}

/** Whether a provider has or had this lead; under its own role it finds no other. */
export async function ownAssignment(
  tx: Tx,
  leadId: string,
): Promise<{ subscriptionId: string; decisionSeq: bigint } | undefined> {
  const [row] = await tx<{ subscriptionId: string; decisionSeq: bigint }[]>`
    select subscription_id as "subscriptionId", decision_seq as "decisionSeq" from assignments
    where lead_id = ${leadId} limit 1`;
  return row;
}
