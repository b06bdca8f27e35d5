import { column } from '../../../platform/columns.ts';
import type { Tx } from '../../../platform/db.ts';

/** Seeds, roots and runs of the proof. Days are text, `2026-11-20`, by UTC. Whole numbers come as text. */

/** Where a niche's chain began and ended on a day. */
export type Head = { niche: string; first: string; last: string; hash: string };

export type RootRow = {
  day: string;
  root: Buffer;
  previousDay: string | null;
  previousRoot: Buffer | null;
  treeRoot: Buffer;
  decisions: string;
  leaves: string;
  heads: Head[];
  keyId: string;
  replaces: Buffer | null;
  madeAt: Date;
};

const rootColumns = (tx: Tx) => tx`
  r.day::text as day, r.root, r.previous_day::text as "previousDay", r.previous_root as "previousRoot",
  r.tree_root as "treeRoot", r.decisions::text as decisions, r.leaves::text as leaves, r.heads, r.key_id as "keyId",
  r.replaces, r.made_at as "madeAt"`;

export async function rootOfDay(tx: Tx, day: string): Promise<RootRow | undefined> {
  const [row] = await tx<RootRow[]>`select ${rootColumns(tx)} from daily_roots r where r.day = ${day}`;
  return row;
}

/** Today by the clock of the database, in UTC. */
export async function today(tx: Tx): Promise<string> {
  const [row] = await tx<{ day: string }[]>`
    select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD') as day`;
  return row!.day;
}

/** The newest day that has a root. */
export async function lastRoot(tx: Tx): Promise<RootRow | undefined> {
  const [row] = await tx<RootRow[]>`select ${rootColumns(tx)} from daily_roots r order by r.day desc limit 1`;
  return row;
}

/** The day of the first decision of all; each niche's chain is asked by key. */
export async function firstDay(tx: Tx): Promise<string | null> {
  const [row] = await tx<{ day: string | null }[]>`
    select to_char(min(d.decided_at) at time zone 'UTC', 'YYYY-MM-DD') as day
    from niche_turns t
    cross join lateral (
      select decided_at from decisions where niche_id = t.niche_id order by seq limit 1
    ) d`;
  return row!.day;
}

/**
 * One worker at a time reads a whole day: it takes longer than a job is leased. False: another one is at it. Held until
 * the transaction ends.
 */
export async function takeReading(tx: Tx): Promise<boolean> {
  const [row] = await tx<{ taken: boolean }[]>`
    select pg_try_advisory_xact_lock(hashtextextended('fairlead.proof', 0)) as taken`;
  return row!.taken;
}

/** Returns false when somebody else has made the root of this day. */
export async function insertRoot(tx: Tx, row: Omit<RootRow, 'madeAt'>): Promise<boolean> {
  const made = await tx`
    insert into daily_roots (day, root, previous_day, previous_root, tree_root, decisions, leaves, heads, key_id, replaces)
    values (${row.day}, ${row.root}, ${row.previousDay}, ${row.previousRoot}, ${row.treeRoot}, ${row.decisions},
      ${row.leaves}, ${tx.json(row.heads)}, ${row.keyId}, ${row.replaces})
    on conflict (day) do nothing`;
  return made.count === 1;
}

export async function insertLeaves(
  tx: Tx,
  day: string,
  rows: readonly { place: number; leaves: Buffer; root: Buffer }[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx`
    insert into daily_root_leaves (day, place, leaves, root)
    select ${day}::date, place, leaves, root
    from unnest(${column(rows, 'place')}::int[], ${column(rows, 'leaves')}::bytea[], ${column(rows, 'root')}::bytea[])
      as row (place, leaves, root)`;
}

export async function leafRow(tx: Tx, day: string, place: number): Promise<Buffer | undefined> {
  const [row] = await tx<{ leaves: Buffer }[]>`
    select leaves from daily_root_leaves where day = ${day} and place = ${place}`;
  return row?.leaves;
}

/** Roots of the rows of leaves, in order. */
export async function rowRoots(tx: Tx, day: string): Promise<Buffer[]> {
  const rows = await tx<{ root: Buffer }[]>`
    select root from daily_root_leaves where day = ${day} order by place`;
  return rows.map(({ root }) => root);
}

/** Secrets of days that have none yet. */
export async function insertSeeds(
  tx: Tx,
  rows: readonly { day: string; seed: Buffer; hash: Buffer }[],
): Promise<number> {
  const made = await tx`
    insert into day_seeds (day, seed, seed_hash)
    select day::date, seed, hash
    from unnest(${column(rows, 'day')}::text[], ${column(rows, 'seed')}::bytea[], ${column(rows, 'hash')}::bytea[])
      as row (day, seed, hash)
    on conflict (day) do nothing`;
  return made.count;
}

/** A day as it is shown to everybody. The secret is there only when its day is over. */
export type ProofDay = {
  day: string;
  root: string | null;
  previousDay: string | null;
  previousRoot: string | null;
  treeRoot: string | null;
  decisions: string | null;
  leaves: string | null;
  replaces: string | null;
  madeAt: Date | null;
  seedHash: string | null;
  /** Whether the secret was made, and its hash shown, before its day began. */
  seedAhead: boolean;
  seed: string | null;
};

/**
 * Newest first, today and the days ahead included; `day` asks for one, `before` for those before it. A secret is shown
 * when its day is before `today`.
 */
export async function proofDays(
  tx: Tx,
  of: { day?: string; before?: string | undefined; limit: number; today: string },
): Promise<ProofDay[]> {
  const { day = null, before = null } = of;
  return tx<ProofDay[]>`
    select coalesce(s.day, r.day)::text as day, encode(r.root, 'hex') as root, r.previous_day::text as "previousDay",
      encode(r.previous_root, 'hex') as "previousRoot", encode(r.tree_root, 'hex') as "treeRoot",
      r.decisions::text as decisions, r.leaves::text as leaves, encode(r.replaces, 'hex') as replaces, r.made_at as "madeAt",
      encode(s.seed_hash, 'hex') as "seedHash",
      coalesce(s.created_at < s.day::timestamp at time zone 'UTC', false) as "seedAhead",
      case when s.day < ${of.today}::date then encode(s.seed, 'hex') end as seed
    from day_seeds s full join daily_roots r on r.day = s.day
    where (${day}::date is null or coalesce(s.day, r.day) = ${day}::date)
      and (${before}::date is null or coalesce(s.day, r.day) < ${before}::date)
    order by coalesce(s.day, r.day) desc limit ${of.limit}`;
}

export type RunRow = {
  day: string;
  runAt: Date;
  decisions: string;
  replayed: string;
  arithmeticOnly: string;
  erased: string;
  findings: number;
  firstFinding: string | null;
};

/** The newest run of each of these days. */
export async function runsOf(tx: Tx, days: readonly string[]): Promise<RunRow[]> {
  return tx<RunRow[]>`
    select distinct on (p.day) p.day::text as day, p.run_at as "runAt", p.decisions::text as decisions,
      p.replayed::text as replayed, p.arithmetic_only::text as "arithmeticOnly", p.erased::text as erased, p.findings,
      p.first_finding as "firstFinding"
    from proof_runs p where p.day = any(${days as string[]}::date[])
    order by p.day, p.run_at desc`;
}

/** The newest day that has a root and was never run again. */
export async function dayToRun(tx: Tx): Promise<string | undefined> {
  const [row] = await tx<{ day: string }[]>`
    select r.day::text as day from daily_roots r
    where not exists (select 1 from proof_runs p where p.day = r.day)
    order by r.day desc limit 1`;
  return row?.day;
}

export async function insertRun(tx: Tx, run: Omit<RunRow, 'runAt'>): Promise<void> {
  await tx`
    insert into proof_runs (day, decisions, replayed, arithmetic_only, erased, findings, first_finding)
    values (${run.day}, ${run.decisions}, ${run.replayed}, ${run.arithmeticOnly}, ${run.erased}, ${run.findings},
      ${run.firstFinding})`;
}

/** Who is sent the root of a day: every active provider that did not decline it. */
export async function witnesses(tx: Tx): Promise<{ id: string; email: string }[]> {
  return tx<{ id: string; email: string }[]>`
    select id, contact_email as email from providers
    where status = 'active' and archived_at is null and contact_email is not null
      and coalesce((notification_preferences ->> 'daily_proof')::boolean, true)
    order by id`;
}
