import { newId } from '../kernel/ids.ts';
import type { Tx } from '../platform/db.ts';
import { renewLeases } from '../platform/leases.ts';

/** SQL of schedules, side jobs and of what is forgotten in time. */

export type ScheduleRow = { name: string; rhythm: string; nextDueAt: Date };

export async function now(tx: Tx): Promise<Date> {
  const [row] = await tx<{ now: Date }[]>`select clock_timestamp() as now`;
  return row!.now;
}

/** A row that is there keeps its time unless its rhythm changed: a restart must not skip what is due. */
export async function putSchedules(tx: Tx, rows: ScheduleRow[]): Promise<void> {
  await tx`
    insert into schedules (name, rhythm, next_due_at)
    select name, rhythm, due::timestamptz from unnest(
      ${rows.map(({ name }) => name)}::text[], ${rows.map(({ rhythm }) => rhythm)}::text[],
      ${rows.map(({ nextDueAt }) => nextDueAt.toISOString())}::text[]
    ) as given (name, rhythm, due)
    order by name
    on conflict (name) do update set rhythm = excluded.rhythm, next_due_at = excluded.next_due_at
    where schedules.rhythm <> excluded.rhythm`;
  await tx`delete from schedules where not (name = any(${rows.map(({ name }) => name)}::text[]))`;
}

/** Rows that are due and that nobody is moving on at this moment. */
export async function claimSchedules(tx: Tx): Promise<ScheduleRow[]> {
  return tx<ScheduleRow[]>`
    select name, rhythm, next_due_at as "nextDueAt" from schedules
    where next_due_at <= clock_timestamp()
    order by name for no key update skip locked`;
}

export async function moveSchedule(tx: Tx, to: { name: string; nextDueAt: Date }): Promise<void> {
  await tx`
    update schedules set next_due_at = ${to.nextDueAt}, last_enqueued_at = clock_timestamp()
    where name = ${to.name}`;
}

export async function enqueueJob(tx: Tx, job: { kind: string; uniqueKey: string }): Promise<void> {
  await tx`
    insert into jobs (id, kind, unique_key) values (${newId()}, ${job.kind}, ${job.uniqueKey})
    on conflict on constraint jobs_once do nothing`;
}

/** For the claim: jobs that have not failed for good. */
export const openJobs = (tx: Tx): ReturnType<Tx> => tx<readonly (object | undefined)[]>`failed_at is null`;

export type Job = { id: string; kind: string; tries: number };
type Held = { id: string; token: string };

export async function readJob(tx: Tx, held: Held): Promise<Job | undefined> {
  const [job] = await tx<Job[]>`
    select id, kind, tries from jobs where id = ${held.id} and lease_token = ${held.token}`;
  return job;
}

export async function keepJob(tx: Tx, held: Held & { leaseMs: number }): Promise<boolean> {
  const { id, token, leaseMs } = held;
  return (await renewLeases(tx, { table: 'jobs', ids: [id], token, leaseMs })).length === 1;
}

export async function endJob(tx: Tx, held: Held): Promise<void> {
  await tx`delete from jobs where id = ${held.id} and lease_token = ${held.token}`;
}

export async function failJob(
  tx: Tx,
  job: Held & { reason: string; final: boolean; retryMs: number },
): Promise<void> {
  await tx`
    update jobs set
      tries = tries + 1, last_error = ${job.reason}, lease_token = null, lease_until = null,
      due_at = clock_timestamp() + ${job.retryMs} * interval '1 ms',
      failed_at = case when ${job.final} then clock_timestamp() end
    where id = ${job.id} and lease_token = ${job.token}`;
}

export async function ensurePartitions(tx: Tx, monthsAhead: number): Promise<void> {
  await tx`select ensure_partitions(${monthsAhead}::int)`;
}

/** Through the index idempotency_keys_age. */
export async function deleteIdempotencyKeys(tx: Tx, days: number, limit: number): Promise<number> {
  const { count } = await tx`
    delete from idempotency_keys where (scope, key) in (
      select scope, key from idempotency_keys
      where created_at < clock_timestamp() - ${days} * interval '1 day'
      order by created_at limit ${limit}
    )`;
  return count;
}

/**
 * The longest window is a day ("three times a day"), counted from its start: what began 25 hours ago counts for nobody.
 * The table is unlogged and holds a row per caller, not per call.
 */
export async function deleteRateBuckets(tx: Tx, limit: number): Promise<number> {
  const { count } = await tx`
    delete from rate_buckets where key in (
      select key from rate_buckets where window_start < clock_timestamp() - interval '25 hours' limit ${limit}
    )`;
  return count;
}

/** The row stays (when, from which source, with which outcome); what the person wrote and from where goes. */
export async function emptyReceipts(tx: Tx, days: number, limit: number): Promise<number> {
  const { count } = await tx`
    update lead_receipts r set body_enc = null, ip = null, user_agent = null
    from (
      select created_at, id from lead_receipts
      where created_at < clock_timestamp() - ${days} * interval '1 day'
        and (body_enc is not null or ip is not null or user_agent is not null)
      order by created_at limit ${limit} for no key update skip locked
    ) as old
    where r.created_at = old.created_at and r.id = old.id`;
  return count;
}

/** Counted from the end of the delivery, through the index deliveries_body_kept; a replay is refused from then on. */
export async function emptyDeliveryBodies(tx: Tx, days: number, limit: number): Promise<number> {
  const { count } = await tx`
    update deliveries d set body_enc = null
    from (
      select id from deliveries
      where body_enc is not null and ended_at < clock_timestamp() - ${days} * interval '1 day'
      order by ended_at limit ${limit} for no key update skip locked
    ) as old
    where d.id = old.id`;
  return count;
}

/** A message that is still under way keeps its words. */
export async function emptyMessages(tx: Tx, days: number, limit: number): Promise<number> {
  const { count } = await tx`
    update messages m set recipient = null, params = null, secret_enc = null
    from (
      select created_at, id from messages
      where created_at < clock_timestamp() - ${days} * interval '1 day'
        and state not in ('pending', 'sending')
        and (recipient is not null or params is not null or secret_enc is not null)
      order by created_at limit ${limit} for no key update skip locked
    ) as old
    where m.created_at = old.created_at and m.id = old.id`;
  return count;
}
