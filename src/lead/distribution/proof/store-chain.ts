import type { Tx } from '../../../platform/db.ts';
import { filledColumns } from '../present.ts';
import type { LeadRow } from '../store.ts';

/**
 * What verification reads. Whole numbers come as text, because the auditor's connection knows no bigint; everything is
 * read by key and in steps, so the memory needed does not grow with the day.
 */
export type ChainRow = {
  seq: string;
  leadId: string;
  decidedAt: Date;
  rulesVersion: number;
  configVersion: number;
  outcome: 'sold' | 'unsold';
  nAssigned: number;
  retryAt: Date | null;
  record: Buffer;
  prevHash: Buffer;
  hash: Buffer;
};

/** Niches that ever decided, with where their chain stands. */
export async function chainEnds(
  tx: Tx,
): Promise<{ nicheId: string; name: string; seq: string; hash: Buffer; currency: string }[]> {
  return tx<{ nicheId: string; name: string; seq: string; hash: Buffer; currency: string }[]>`
    select t.niche_id as "nicheId", n.name, t.chain_seq::text as seq, t.chain_hash as hash, n.currency
    from niche_turns t join niches n on n.id = t.niche_id
    where t.chain_seq > 0 order by t.niche_id`;
}

/** The first decision at or after `seq`; decisions_pkey. */
export async function firstFrom(
  tx: Tx,
  of: { nicheId: string; seq: bigint },
): Promise<{ seq: string; decidedAt: Date } | undefined> {
  const [row] = await tx<{ seq: string; decidedAt: Date }[]>`
    select seq::text, decided_at as "decidedAt" from decisions
    where niche_id = ${of.nicheId} and seq >= ${of.seq.toString()}::bigint order by decisions.seq limit 1`;
  return row;
}

/** Decisions after `seq` in order, at most `limit`; decisions_pkey. */
export async function chainAfter(
  tx: Tx,
  of: { nicheId: string; seq: bigint; limit: number },
): Promise<ChainRow[]> {
  return tx<ChainRow[]>`
    select seq::text, lead_id as "leadId", decided_at as "decidedAt", rules_version as "rulesVersion",
      config_version as "configVersion", outcome, n_assigned as "nAssigned", retry_at as "retryAt", record,
      prev_hash as "prevHash", hash
    from decisions where niche_id = ${of.nicheId} and seq > ${of.seq.toString()}::bigint
    order by decisions.seq limit ${of.limit}`;
}

export type SeedRow = { seed: Buffer; seedHash: Buffer };

export async function seedOf(tx: Tx, day: string): Promise<SeedRow | undefined> {
  const [row] = await tx<SeedRow[]>`
    select seed, seed_hash as "seedHash" from day_seeds where day = ${day}`;
  return row;
}

export type StaticLead = LeadRow & { erased: boolean };

/** Leads as the static checks saw them. */
export async function leadsOf(tx: Tx, ids: readonly string[]): Promise<StaticLead[]> {
  return tx<StaticLead[]>`
    select l.id, 'approved' as state, l.campaign_id as "campaignId", l.country, l.lead_type as "leadType", l.test,
      l.ready_at as "readyAt", l.expires_at as "expiresAt", c.answers, ${filledColumns(tx)} as filled,
      null as "recipientsTold", '{}'::uuid[] as had, c.erased_at is not null as erased
    from leads l join lead_contacts c on c.lead_id = l.id
      left join lead_attribution t on t.lead_id = l.id
      left join sources s on s.id = l.source_id
    where l.id = any(${ids as string[]}::uuid[])`;
}

export type BilledRow = {
  leadId: string;
  seq: string;
  providerId: string;
  subscriptionId: string;
  levelId: string;
  amount: string;
  receiptNo: string | null;
  maxShared: number;
  test: boolean;
  /** Transfers that took the money: one, or none of a test lead. */
  transfers: { amount: string; available: string; subscription: string | null }[];
};

/** Assignments of these leads with the transfers that billed them; assignments_once_per_provider, transfers_cause_key. */
export async function billedOf(tx: Tx, nicheId: string, leadIds: readonly string[]): Promise<BilledRow[]> {
  return tx<BilledRow[]>`
    select a.lead_id as "leadId", a.decision_seq::text as seq, a.provider_id as "providerId",
      a.subscription_id as "subscriptionId", a.level_id as "levelId", a.charged_amount::text as amount,
      a.receipt_no::text as "receiptNo", a.max_shared as "maxShared", a.test, coalesce((
        select jsonb_agg(jsonb_build_object('amount', t.amount::text, 'available', t.available_after::text,
          'subscription', t.subscription_id))
        from transfers t where t.cause = any(array['hold:' || a.id, 'charge:' || a.id])
      ), '[]') as transfers
    from assignments a
    where a.lead_id = any(${leadIds as string[]}::uuid[]) and a.niche_id = ${nicheId}`;
}

/** Niches in which a provider has or had a subscription. */
export async function nichesOf(tx: Tx, providerId: string): Promise<string[]> {
  const rows = await tx<{ nicheId: string }[]>`
    select distinct niche_id as "nicheId" from subscriptions where provider_id = ${providerId}`;
  return rows.map(({ nicheId }) => nicheId);
}

/**
 * Whether the level whose turn it was after one decision was switched off, or archived, before another: then the turn was
 * handed on by an edit. Key (level_id, from_version).
 */
export async function turnHandedOn(
  tx: Tx,
  of: { turn?: string | null; configVersion: number; to: number },
): Promise<boolean> {
  const { turn = null, configVersion: from, to } = of;
  if (turn === null || from === to) return false;
  const [row] = await tx<{ handed: boolean }[]>`
    select exists (
      select from level_versions v
      where v.level_id = ${turn} and (
        (not v.active and v.from_version > ${from} and v.from_version <= ${to})
        or (v.to_version > ${from} and v.to_version <= ${to} and not exists (
          select from level_versions n where n.level_id = v.level_id and n.from_version = v.to_version
        ))
      )
    ) as handed`;
  return row!.handed;
}
