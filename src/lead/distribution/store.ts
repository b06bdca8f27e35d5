import { column, columnOf } from '../../platform/columns.ts';
import type { Tx } from '../../platform/db.ts';
import { filledColumns } from './present.ts';

/**
 * All SQL of distribution. It reads the facts of subscriptions, providers, wallets, endpoints and counters in one
 * statement, because they must be of one moment; money moves only through money/ledger.
 */

export type TurnRow = {
  configVersion: number;
  nextLevelId: string | null;
  receiptNo: bigint;
  chainSeq: bigint;
  chainHash: Buffer;
  clock: Date;
  /** Whatever a transaction older than this one (xid8) wrote is seen by every statement that comes now. */
  asOf: string;
};

/** Niches with leads that are due now; those whose turn another worker holds are skipped later. */
export async function nichesWithWork(tx: Tx): Promise<string[]> {
  const rows = await tx<{ nicheId: string }[]>`
    select n.id as "nicheId" from niches n
    where n.active and n.archived_at is null and not exists (
      select 1 from stop_switches x where x.released_at is null
        and (x.scope = 'everything' or (x.scope = 'niche' and x.scope_id = n.id))
    ) and (
      exists (select 1 from leads l where l.niche_id = n.id and l.state = 'approved' and l.parked_at is null
        and l.rests_since is null and l.due_at <= statement_timestamp() and l.expires_at > statement_timestamp())
      or exists (select 1 from leads l where l.niche_id = n.id and l.state = 'unsold' and l.parked_at is null
        and l.rests_since is null and l.due_at <= statement_timestamp() and l.expires_at > statement_timestamp()))`;
  return rows.map(({ nicheId }) => nicheId);
}

/**
 * Takes the niche's turn; undefined: another worker has it. Its clock never runs backwards.
 * @param patient for a person who waits for an answer: waits for the turn, as long as a lock may take
 */
export async function lockTurn(
  tx: Tx,
  nicheId: string,
  { patient = false }: { patient?: boolean } = {},
): Promise<TurnRow | undefined> {
  const [row] = await tx<TurnRow[]>`
    select config_version as "configVersion", next_level_id as "nextLevelId", receipt_no as "receiptNo",
      chain_seq as "chainSeq", chain_hash as "chainHash",
      greatest(clock_timestamp(), last_clock)::timestamptz(3) as clock,
      pg_snapshot_xmin(pg_current_snapshot())::text as "asOf"
    from niche_turns where niche_id = ${nicheId}
    for no key update ${patient ? tx`` : tx`skip locked`}`;
  return row;
}

export type LeadRow = {
  id: string;
  state: 'approved' | 'unsold' | 'distributed';
  campaignId: string;
  country: string | null;
  leadType: 'premium' | 'raw' | null;
  test: boolean;
  readyAt: Date;
  expiresAt: Date;
  answers: string | null;
  /** Names of the contact and attribution columns that have a value. */
  filled: string[];
  /** Providers that have or had it: it is decided a second time. */
  had: string[];
  /** Providers that an operator keeps from it. */
  blocked: string[];
  /** Keyed hash of the person's address, else of the number; null: none. */
  personKeys: string[];
  /** How many providers the person was told of at most; null: not kept. */
  recipientsTold: number | null;
};

/** What is decided about a lead `l`, with the tables `besideLead`: each is asked by key. */
export const leadColumns = (tx: Tx) => tx`
      l.id, l.state, l.campaign_id as "campaignId", l.country, l.lead_type as "leadType", l.test,
      l.ready_at as "readyAt", l.expires_at as "expiresAt", c.answers, ${filledColumns(tx)} as filled,
      o.recipients_told as "recipientsTold",
      array(select provider_id from assignments where lead_id = l.id) as had,
      array(select provider_id from lead_blocks where lead_id = l.id) as blocked,
      array(
        select encode(hash, 'hex') from unnest(array[c.email_hash, c.phone_hash]) as hash where hash is not null
      ) as "personKeys"`;

export const besideLead = (tx: Tx) => tx`
    cross join lateral (select * from lead_contacts where lead_id = l.id offset 0) c
    left join lateral (select * from lead_attribution where lead_id = l.id offset 0) t on true
    left join lateral (select recipients_told from consents where lead_id = l.id offset 0) o on true
    left join sources s on s.id = l.source_id`;

/** No stop switch holds for everything, for the niche, or for the source of the lead. Index stop_switches_once. */
const notStopped = (tx: Tx, nicheId: string) => tx`
        and not exists (
          select 1 from stop_switches x where x.released_at is null
            and (x.scope = 'everything' or (x.scope = 'niche' and x.scope_id = ${nicheId}))
        )
        and not exists (
          select 1 from stop_switches x
          where x.released_at is null and x.scope = 'source' and x.scope_id = leads.source_id
        )`;

/**
 * Claims due leads: fresh ones by readiness, then unsold ones by their next chance. The row lock is the claim. Whether
 * the niche is still open is asked here, under its turn: a niche that was just switched off sells nothing any more. A
 * lead past its `expires_at` is nobody's to sell.
 * Indexes leads_approved and leads_unsold; without them every batch would sort the niche's whole backlog. The tables
 * that grow are each asked by key (`offset 0`): a plan made while they were small would read them whole.
 */
export async function claimLeads(
  tx: Tx,
  claim: { nicheId: string; clock: Date; limit: number; only: readonly string[] | null },
): Promise<LeadRow[]> {
  const { nicheId, clock, limit } = claim;
  const only = claim.only === null ? tx`` : tx`and id = any(${claim.only as string[]}::uuid[])`;
  const open = tx`
        and exists (select 1 from niches where id = ${nicheId} and active and archived_at is null) ${notStopped(tx, nicheId)}`;
  return tx<LeadRow[]>`
    with fresh as materialized (
      select id, ready_at from leads
      where niche_id = ${nicheId} and state = 'approved' and parked_at is null and rests_since is null
        and due_at <= ${clock} and expires_at > ${clock} ${open} ${only}
      order by ready_at limit ${limit}
      for no key update skip locked
    ), waiting as materialized (
      select id, ready_at from leads
      where niche_id = ${nicheId} and state = 'unsold' and parked_at is null and rests_since is null
        and due_at <= ${clock} and expires_at > ${clock} ${open} ${only}
      order by due_at limit greatest(0, ${limit} - (select count(*) from fresh))
      for no key update skip locked
    ), claimed as (
      select id, 0 as turn, ready_at from fresh union all select id, 1, ready_at from waiting
    )
    select ${leadColumns(tx)}
    from claimed
    cross join lateral (select * from leads where id = claimed.id offset 0) l
    ${besideLead(tx)}
    order by claimed.turn, l.ready_at, l.id`;
}

/**
 * Pairs of lead and provider that may not meet: on the provider's own list of people not to be contacted. A provider of
 * null stands for all of them: the person asked nobody to call after the lead had been approved.
 */
export async function suppressedPairs(
  tx: Tx,
  leadIds: readonly string[],
): Promise<{ leadId: string; providerId: string | null }[]> {
  return tx<{ leadId: string; providerId: string | null }[]>`
    select c.lead_id as "leadId", s.provider_id as "providerId"
    from lead_contacts c join suppressions s on s.person_hash in (c.email_hash, c.phone_hash)
    where c.lead_id = any(${leadIds as string[]}::uuid[])`;
}

/** What `readFacts` needs to know beside the subscriptions: the cap windows of now, as keys without their kind. */
export type Windows = {
  currency: string;
  keys: readonly string[];
  /** Of the caps of whole providers. */
  providerKeys: readonly string[];
  /** Some level serves the least loaded: it matters who joined when. */
  loads: boolean;
};

export type FactRow = {
  id: string;
  providerId: string;
  paused: boolean;
  pausedUntil: Date | null;
  receiptNo: bigint | null;
  recentTypes: string;
  providerActive: boolean;
  providerPaused: boolean;
  providerPausedUntil: Date | null;
  available: bigint | null;
  creditLimit: bigint | null;
  endpointState: 'active' | 'disabled' | null;
  breakerState: 'closed' | 'open' | 'half_open' | null;
  probeAt: Date | null;
  /** `count:day:2026-11-20` to a whole number as text. */
  used: Record<string, string> | null;
  /** When it joined, or the last pause was ended by hand; this and the two below only where loads are compared. */
  openSince: Date | null;
  /** When it was last given its place among the loads of its level. */
  loadSince: Date | null;
  providerOpenSince: Date | null;
  weightState: number;
  missedTurns: number;
  stopped: boolean;
  /** Use of the provider's own caps; null: none was read. */
  providerUsed: Record<string, string> | null;
};

export type Handover = {
  id: string;
  acceptsTest: boolean | null;
  /** Mail address for the notice, null when the provider wants none. */
  noticeTo: string | null;
};

/** How those who were chosen are told. No verdict rests on it, so it is read for them alone. */
export async function readHandovers(
  tx: Tx,
  subscriptionIds: readonly string[],
): Promise<Map<string, Handover>> {
  const rows = await tx<Handover[]>`
    select s.id, e.accepts_test as "acceptsTest",
      case when s.endpoint_id is null or (p.notification_preferences ->> 'new_lead')::boolean
        then p.contact_email end as "noticeTo"
    from subscriptions s join providers p on p.id = s.provider_id left join endpoints e on e.id = s.endpoint_id
    where s.id = any(${subscriptionIds as string[]}::uuid[])`;
  return new Map(rows.map((row) => [row.id, row]));
}

/** Whose facts are read: these, or those of a niche that may differ from what was read before (facts-kept.ts). */
export type FactsOf = { ids: readonly string[] } | FactsSince;
export type FactsSince = {
  nicheId: string;
  /** Read whether they changed or not. */
  missing: readonly string[];
  /** Rows that no transaction wrote which is as young as this one (xid8) are left out, */
  asOf: string;
  /** and those that these (xid) wrote: they are ours. */
  own: readonly string[];
};

/**
 * A row tells who wrote it (`xmin`), whatever part of the program that was. Endpoints are rewritten with every delivery,
 * so of them what they say counts: whoever has not a plainly healthy one is always read. Each table is walked through
 * by itself (index endpoints_troubled), which for 600 subscriptions takes a tenth of joining first.
 */
function whereFacts(tx: Tx, of: FactsOf & { currency: string }) {
  if ('ids' in of) return tx`any(${columnOf(of.ids)}::uuid[])`;
  const newer = tx`age(t.xmin) <= age(${of.asOf}::xid8::xid) and t.xmin <> all (${of.own as string[]}::xid[])`;
  const ofNiche = tx`join subscriptions s on s.niche_id = ${of.nicheId}`;
  return tx`any(array(
      select unnest(${columnOf(of.missing)}::uuid[])
      union select t.id from subscriptions t where t.niche_id = ${of.nicheId} and ${newer}
      union select s.id from providers t ${ofNiche} and s.provider_id = t.id where ${newer}
      union select s.id from wallets t ${ofNiche} and s.provider_id = t.provider_id
        where t.currency = ${of.currency} and ${newer}
      union select s.id from stop_switches t ${ofNiche} and s.provider_id = t.scope_id
        where t.scope = 'provider' and t.released_at is null
      union select s.id from endpoints t ${ofNiche} and s.endpoint_id = t.id
        where not (t.state = 'active' and t.breaker_state = 'closed' and t.probe_at is null)
    ))`;
}

/** The mutable facts of these subscriptions, as one statement saw them. */
export async function readFacts(tx: Tx, of: { of: FactsOf } & Windows): Promise<FactRow[]> {
  const since = of.loads
    ? tx`s.open_since as "openSince", s.load_since as "loadSince", p.open_since as "providerOpenSince",`
    : tx``;
  const providerUsed =
    of.providerKeys.length === 0
      ? tx`null::jsonb`
      : tx`(
        select jsonb_object_agg(c.kind || ':' || c.window_key, c.used::text) from cap_counters c
        where c.scope_id = s.provider_id and c.window_key = any(${of.providerKeys as string[]})
      )`;
  return tx<FactRow[]>`
    select s.id, s.provider_id as "providerId", s.paused, s.paused_until as "pausedUntil",
      s.receipt_no as "receiptNo", s.recent_types as "recentTypes", ${since}
      p.status = 'active' and p.archived_at is null as "providerActive", p.paused as "providerPaused",
      p.paused_until as "providerPausedUntil", w.available, w.credit_limit as "creditLimit",
      e.state as "endpointState", e.breaker_state as "breakerState", e.probe_at as "probeAt",
      s.weight_state as "weightState", s.missed_turns as "missedTurns",
      x.scope_id is not null as stopped, ${providerUsed} as "providerUsed",
      (
        select jsonb_object_agg(c.kind || ':' || c.window_key, c.used::text) from cap_counters c
        where c.scope_id = s.id and c.kind in ('count', 'spend', 'load') and c.window_key = any(${of.keys as string[]})
      ) as used
    from subscriptions s
    join providers p on p.id = s.provider_id
    left join wallets w on w.provider_id = s.provider_id and w.currency = ${of.currency}
    left join endpoints e on e.id = s.endpoint_id
    left join stop_switches x on x.scope = 'provider' and x.scope_id = s.provider_id and x.released_at is null
    where s.id = ${whereFacts(tx, { ...of.of, currency: of.currency })}`;
}

/**
 * Which providers got a lead of the same person since then, by e-mail address or number. Those of the leads asked about
 * do not count: the engine knows what it gives within a batch, in its own order.
 */
export async function samePersonPairs(
  tx: Tx,
  of: { leadIds: readonly string[]; since: Date },
): Promise<{ leadId: string; providerId: string; at: Date }[]> {
  return tx<{ leadId: string; providerId: string; at: Date }[]>`
    select c.lead_id as "leadId", a.provider_id as "providerId", max(a.assigned_at) as at
    from lead_contacts c
    cross join lateral (
      select o.lead_id from lead_contacts o where o.email_hash = c.email_hash
      union
      select o.lead_id from lead_contacts o where o.phone_hash = c.phone_hash
      offset 0
    ) other
    join assignments a on a.lead_id = other.lead_id and not a.test and a.assigned_at > ${of.since}
    where c.lead_id = any(${of.leadIds as string[]}::uuid[]) and other.lead_id <> all(${of.leadIds as string[]}::uuid[])
    group by 1, 2`;
}

/** The day's secret for ties; whoever needs it first makes it. */
export async function daySeed(tx: Tx, day: string, fresh: { seed: Buffer; hash: Buffer }): Promise<Buffer> {
  const [row] = await tx<{ seed: Buffer }[]>`
    with made as (
      insert into day_seeds (day, seed, seed_hash) values (${day}, ${fresh.seed}, ${fresh.hash})
      on conflict (day) do nothing returning seed
    )
    select seed from made union all select seed from day_seeds where day = ${day} limit 1`;
  if (row) return row.seed;
  // Another niche's batch made it at this moment: only a new statement sees it.
  const [other] = await tx<{ seed: Buffer }[]>`select seed from day_seeds where day = ${day}`;
  return other!.seed;
}

/** Niches in which something changed for a subscription: money in, pause ended, rules edited, endpoint healthy. */
export async function flaggedNiches(tx: Tx): Promise<string[]> {
  const rows = await tx<{ nicheId: string }[]>`
    select distinct niche_id as "nicheId" from subscriptions where flagged_at is not null`;
  return rows.map(({ nicheId }) => nicheId);
}

export type Flag = { id: string; flaggedAt: Date };

/** The niche's raised flags. Index subscriptions_flagged. */
export async function raisedFlags(tx: Tx, nicheId: string): Promise<Flag[]> {
  return tx<Flag[]>`
    select id, flagged_at as "flaggedAt" from subscriptions
    where niche_id = ${nicheId} and flagged_at is not null`;
}

/**
 * Lowers flags that have not been raised again since. It takes no provider's lock and waits for no row: whoever pays in
 * holds that lock and waits for the flag.
 */
export async function lowerFlags(tx: Tx, flags: readonly Flag[]): Promise<void> {
  await tx`
    update subscriptions set flagged_at = null
    where id in (
      select s.id
      from subscriptions s join unnest(
        ${column(flags, 'id')}::uuid[], ${column(flags, 'flaggedAt')}::timestamptz[]
      ) as flag (id, at) on flag.id = s.id and flag.at = s.flagged_at
      for no key update of s skip locked
    )`;
}

/** The newest record of each of these leads. */
export async function lastRecords(
  tx: Tx,
  leadIds: readonly string[],
): Promise<{ leadId: string; record: Buffer }[]> {
  return tx<{ leadId: string; record: Buffer }[]>`
    select distinct on (lead_id) lead_id as "leadId", record from decisions
    where lead_id = any(${leadIds as string[]}::uuid[])
    order by lead_id, seq desc`;
}
