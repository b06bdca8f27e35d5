import { column } from '../../../platform/columns.ts';
import type { Tx } from '../../../platform/db.ts';
import { filledColumns } from '../present.ts';

/**
 * What a look back reads: decisions by their key (niche, number) in bounded chunks, and the money and the order at the
 * start of a period. Nothing here writes.
 */

export type PastDecision = {
  seq: bigint;
  leadId: string;
  decidedAt: Date;
  configVersion: number;
  record: Buffer;
  test: boolean;
};

export type PastLead = PastDecision & {
  id: string;
  campaignId: string;
  country: string | null;
  leadType: 'premium' | 'raw' | null;
  readyAt: Date | null;
  expiresAt: Date | null;
  answers: string | null;
  filled: string[];
  recipientsTold: number | null;
  erased: boolean;
};

type Chunk = { nicheId: string; after: bigint; upTo: bigint; limit: number };

/** Decisions with their records alone. Index decisions_pkey; the lead is looked up by key. */
export async function decisionsAfter(tx: Tx, of: Chunk): Promise<PastDecision[]> {
  return tx<PastDecision[]>`
    select d.seq, d.lead_id as "leadId", d.decided_at as "decidedAt", d.config_version as "configVersion", d.record,
      l.test
    from (
      select * from decisions where niche_id = ${of.nicheId} and seq > ${of.after} and seq <= ${of.upTo}
      order by seq limit ${of.limit}
    ) d
    cross join lateral (select test from leads where id = d.lead_id offset 0) l
    order by d.seq`;
}

/** Decisions with what the engine needs of the lead to decide it again. */
export async function leadsAfter(tx: Tx, of: Chunk): Promise<PastLead[]> {
  return tx<PastLead[]>`
    select d.seq, d.lead_id as "leadId", d.decided_at as "decidedAt", d.config_version as "configVersion", d.record,
      l.id, l.campaign_id as "campaignId", l.country, l.lead_type as "leadType", l.test, l.ready_at as "readyAt",
      l.expires_at as "expiresAt", c.answers, ${filledColumns(tx)} as filled, o.recipients_told as "recipientsTold",
      c.erased_at is not null as erased
    from (
      select * from decisions where niche_id = ${of.nicheId} and seq > ${of.after} and seq <= ${of.upTo}
      order by seq limit ${of.limit}
    ) d
    cross join lateral (select * from leads where id = d.lead_id offset 0) l
    cross join lateral (select * from lead_contacts where lead_id = d.lead_id offset 0) c
    left join lateral (select * from lead_attribution where lead_id = d.lead_id offset 0) t on true
    left join lateral (select recipients_told from consents where lead_id = d.lead_id offset 0) o on true
    left join sources s on s.id = l.source_id
    order by d.seq`;
}

/** First and last number of the niche's chain; null without a decision. */
export async function chainEnds(tx: Tx, nicheId: string): Promise<{ first: bigint; last: bigint } | null> {
  const [row] = await tx<{ first: bigint | null; last: bigint | null }[]>`
    select (select seq from decisions where niche_id = ${nicheId} order by seq limit 1) as first,
      (select seq from decisions where niche_id = ${nicheId} order by seq desc limit 1) as last`;
  return row?.first == null || row.last == null ? null : { first: row.first, last: row.last };
}

export async function decidedAt(tx: Tx, nicheId: string, seq: bigint): Promise<Date | undefined> {
  const [row] = await tx<{ at: Date }[]>`
    select decided_at as at from decisions where niche_id = ${nicheId} and seq >= ${seq} order by seq limit 1`;
  return row?.at;
}

/** What each provider had to spend at a time: after its last transfer before it. Index transfers_provider. */
export async function moneyAt(
  tx: Tx,
  of: { providerIds: readonly string[]; currency: string; at: Date },
): Promise<{ providerId: string; available: bigint; creditLimit: bigint }[]> {
  return tx<{ providerId: string; available: bigint; creditLimit: bigint }[]>`
    select w.provider_id as "providerId", coalesce(t.available_after, 0) as available,
      coalesce(t.credit_limit, w.credit_limit) as "creditLimit"
    from wallets w
    left join lateral (
      select available_after, credit_limit from transfers
      where provider_id = w.provider_id and wallet_id = w.id and created_at < ${of.at}
      order by created_at desc, seq desc limit 1
    ) t on true
    where w.provider_id = any(${of.providerIds as string[]}::uuid[]) and w.currency = ${of.currency}`;
}

export type MoneyMove = { providerId: string; at: Date; amount: bigint };

/**
 * Money that came to or left the wallets for other reasons than leads of this niche: deposits, credits, debits, refunds,
 * released holds, leads of other niches. Index transfers_provider.
 */
export async function outsideMoney(
  tx: Tx,
  of: {
    providerIds: readonly string[];
    currency: string;
    nicheId: string;
    from: Date;
    to: Date;
    limit: number;
  },
): Promise<MoneyMove[]> {
  return tx<MoneyMove[]>`
    select t.provider_id as "providerId", t.created_at as at,
      case when t.to_account = 'wallet' then t.amount else -t.amount end as amount
    from transfers t
    where t.provider_id = any(${of.providerIds as string[]}::uuid[]) and t.currency = ${of.currency}
      and t.created_at >= ${of.from} and t.created_at < ${of.to} and 'wallet' in (t.from_account, t.to_account)
      and (t.kind not in ('charge', 'hold')
        or exists (select 1 from leads l where l.id = t.lead_id and l.niche_id <> ${of.nicheId}))
    order by t.created_at, t.seq limit ${of.limit}`;
}

export type Sum = {
  providerId: string;
  /** null: of all subscriptions of the provider, in every niche. */
  subscriptionId: string | null;
  since: Date;
  kind: 'count' | 'spend';
  /** null: in any. */
  currency: string | null;
  /** What was refunded by then, or released because it did not arrive, is left out. */
  givesBack: boolean;
};

/** What was used of cap windows at a time, by their place in the list. Index assignments_provider. */
export async function usedAt(tx: Tx, sums: readonly Sum[], at: Date): Promise<bigint[]> {
  if (sums.length === 0) return [];
  const rows = await tx<{ place: number; used: bigint }[]>`
    select g.place::int, sum(case when g.kind = 'count' then 1 else a.charged_amount end)::bigint as used
    from unnest(
      ${column(sums, 'providerId')}::uuid[], ${column(sums, 'subscriptionId')}::uuid[],
      ${column(sums, 'since')}::timestamptz[], ${column(sums, 'kind')}::text[], ${column(sums, 'currency')}::text[],
      ${column(sums, 'givesBack')}::boolean[]
    ) with ordinality as g (provider_id, subscription_id, since, kind, currency, gives_back, place)
    join assignments a on a.provider_id = g.provider_id and a.assigned_at >= g.since and a.assigned_at < ${at}
      and not a.test and a.subscription_id = coalesce(g.subscription_id, a.subscription_id)
      and a.currency = coalesce(g.currency, a.currency)
      and not (g.gives_back and a.state in ('refunded', 'released') and coalesce(a.release_reason, '') <> 'unresolved'
        and coalesce(a.refunded_at, a.hold_ended_at) < ${at})
    group by g.place`;
  const used = sums.map(() => 0n);
  for (const row of rows) used[row.place - 1] = row.used;
  return used;
}

/** Types of the last leads of these subscriptions at a time, newest last. Index assignments_provider. */
export async function typesAt(
  tx: Tx,
  of: { subscriptionIds: readonly string[]; at: Date; count: number },
): Promise<Map<string, string>> {
  if (of.subscriptionIds.length === 0) return new Map();
  const rows = await tx<{ id: string; types: string }[]>`
    select s.id, string_agg(case when l.lead_type = 'premium' then 'p' else 'r' end, '' order by a.receipt_no) as types
    from subscriptions s
    cross join lateral (
      select lead_id, receipt_no from assignments
      where provider_id = s.provider_id and subscription_id = s.id and assigned_at < ${of.at} and not test
      order by assigned_at desc, receipt_no desc limit ${of.count}
    ) a
    cross join lateral (select lead_type from leads where id = a.lead_id offset 0) l
    where s.id = any(${of.subscriptionIds as string[]}::uuid[]) group by s.id`;
  return new Map(rows.map(({ id, types }) => [id, types]));
}

/** The order of receipt at a time, by subscription. Index assignments_provider. */
export async function receiptsAt(tx: Tx, nicheId: string, at: Date): Promise<Map<string, number>> {
  const rows = await tx<{ id: string; receiptNo: bigint }[]>`
    select s.id, a.receipt_no as "receiptNo"
    from subscriptions s
    cross join lateral (
      select receipt_no from assignments
      where provider_id = s.provider_id and subscription_id = s.id and assigned_at < ${at} and receipt_no is not null
      order by assigned_at desc, receipt_no desc limit 1
    ) a
    where s.niche_id = ${nicheId}`;
  return new Map(rows.map(({ id, receiptNo }) => [id, Number(receiptNo)]));
}

/** The secrets for ties of these days. */
export async function seedsBetween(tx: Tx, from: Date, to: Date): Promise<Map<string, Buffer>> {
  const rows = await tx<{ day: string; seed: Buffer }[]>`
    select day::text, seed from day_seeds
    where day between (${from}::timestamptz at time zone 'UTC')::date and (${to}::timestamptz at time zone 'UTC')::date`;
  return new Map(rows.map(({ day, seed }) => [day, seed]));
}

/** Everybody who ever subscribed in the niche. Index subscriptions_niche. */
export async function providersEver(tx: Tx, nicheId: string): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select distinct provider_id as id from subscriptions where niche_id = ${nicheId}`;
  return rows.map(({ id }) => id);
}

/** Niches with a decision since then; the chain of each is asked for its last one by key. */
export async function nichesDecidedSince(tx: Tx, from: Date, limit: number): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select n.id from niches n
    cross join lateral (
      select decided_at from decisions where niche_id = n.id order by seq desc limit 1
    ) last
    where last.decided_at >= ${from} order by last.decided_at desc limit ${limit}`;
  return rows.map(({ id }) => id);
}

/** Where the niche's turn stands, and today's secret for ties when it is drawn. Locks nothing. */
export async function readTurn(
  tx: Tx,
  nicheId: string,
): Promise<{ nextLevelId: string | null; receiptNo: bigint; seed: Buffer | null }> {
  const [row] = await tx<{ nextLevelId: string | null; receiptNo: bigint; seed: Buffer | null }[]>`
    select next_level_id as "nextLevelId", receipt_no as "receiptNo", (
        select seed from day_seeds where day = (clock_timestamp() at time zone 'UTC')::date
      ) as seed
    from niche_turns where niche_id = ${nicheId}`;
  return row ?? { nextLevelId: null, receiptNo: 0n, seed: null };
}

/** Takes the niche's turn row for this transaction; its present configuration. */
export async function holdTurn(tx: Tx, nicheId: string): Promise<number> {
  const [row] = await tx<{ version: number }[]>`
    select config_version as version from niche_turns where niche_id = ${nicheId} for no key update`;
  return row!.version;
}
