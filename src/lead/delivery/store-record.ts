import { column, columnOf } from '../../platform/columns.ts';
import type { Tx } from '../../platform/db.ts';

/** SQL of the record of results: one statement per table for a whole batch. */

export type LockedDelivery = {
  id: string;
  state: string;
  leaseToken: string | null;
  unknownSeen: boolean;
  now: Date;
};

/** Locks the deliveries in id order; who still holds its lease token may move its delivery. */
export async function lockDeliveries(tx: Tx, ids: readonly string[]): Promise<Map<string, LockedDelivery>> {
  const rows = await tx<LockedDelivery[]>`
    select id, state, lease_token as "leaseToken", unknown_seen as "unknownSeen",
      clock_timestamp()::timestamptz(3) as now
    from deliveries where id = any(${ids as string[]}::uuid[]) order by id for no key update`;
  return new Map(rows.map((row) => [row.id, row]));
}

export type LockedEndpoint = {
  id: string;
  providerId: string;
  name: string;
  state: 'active' | 'disabled';
  breakerState: 'closed' | 'open' | 'half_open';
  breaker: { toldAt?: string };
  openedAt: Date | null;
  probeAt: Date | null;
  now: Date;
};

/** After deliveries and providers in the program's lock order. */
export async function lockEndpoints(tx: Tx, ids: readonly string[]): Promise<LockedEndpoint[]> {
  return tx<LockedEndpoint[]>`
    select id, provider_id as "providerId", name, state, breaker_state as "breakerState", breaker,
      breaker_opened_at as "openedAt", probe_at as "probeAt", clock_timestamp()::timestamptz(3) as now
    from endpoints where id = any(${ids as string[]}::uuid[]) order by id for no key update`;
}

export type AttemptOutcome = 'delivered' | 'refused' | 'retry' | 'unknown' | 'disabled' | 'blocked' | 'lost';
export type NewAttempt = {
  id: string;
  deliveryId: string;
  endpointId: string;
  providerId: string;
  leadId: string;
  startedAt: Date;
  durationMs: number;
  outcome: AttemptOutcome;
  status: number | null;
  reason: string | null;
  message: string | null;
  answer: string | null;
  answerTruncated: boolean;
  requestHeaders: Record<string, string> | null;
  responseHeaders: Record<string, string> | null;
};

const jsonText = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

/**
 * Attempts of one delivery are numbered 1, 2, 3 ... in the order in which they are recorded, without a gap: the caller
 * holds the locks of their deliveries. Index attempts_delivery.
 */
export async function insertAttempts(tx: Tx, rows: readonly NewAttempt[]): Promise<void> {
  if (rows.length === 0) return;
  await tx`
    insert into attempts (id, delivery_id, number, endpoint_id, provider_id, lead_id, started_at, duration_ms, outcome,
      status, reason, message, answer, answer_truncated, request_headers, response_headers)
    select row.id, row.delivery_id,
      coalesce((select max(b.number) from attempts b where b.delivery_id = row.delivery_id), 0)
        + row_number() over (partition by row.delivery_id order by row.at),
      row.endpoint_id, row.provider_id, row.lead_id, row.started_at, row.duration_ms, row.outcome, row.status,
      row.reason, row.message, row.answer, row.answer_truncated, row.request_headers::jsonb,
      row.response_headers::jsonb
    from unnest(
      ${column(rows, 'id')}::uuid[], ${column(rows, 'deliveryId')}::uuid[],
      ${column(rows, 'endpointId')}::uuid[], ${column(rows, 'providerId')}::uuid[],
      ${column(rows, 'leadId')}::uuid[], ${column(rows, 'startedAt')}::timestamptz[],
      ${column(rows, 'durationMs')}::int[], ${column(rows, 'outcome')}::text[],
      ${column(rows, 'status')}::smallint[], ${column(rows, 'reason')}::text[],
      ${column(rows, 'message')}::text[], ${column(rows, 'answer')}::text[],
      ${column(rows, 'answerTruncated')}::boolean[],
      ${columnOf(rows.map(({ requestHeaders }) => jsonText(requestHeaders)))}::text[],
      ${columnOf(rows.map(({ responseHeaders }) => jsonText(responseHeaders)))}::text[]
    ) with ordinality as row (id, delivery_id, endpoint_id, provider_id, lead_id, started_at, duration_ms, outcome,
      status, reason, message, answer, answer_truncated, request_headers, response_headers, at)`;
}

export type DeliveryMove = {
  id: string;
  token: string;
  state: 'pending' | 'delivered' | 'refused' | 'dead';
  dueAt: Date | null;
  unknownSeen: boolean;
  reason: string | null;
  partnerReference: string | null;
};

/** Ends the lease of each and says what comes next. A body is kept after the end, for sending it again. */
export async function moveDeliveries(tx: Tx, rows: readonly DeliveryMove[]): Promise<number> {
  if (rows.length === 0) return 0;
  const moved = await tx`
    update deliveries d set
      state = row.state, due_at = row.due_at, unknown_seen = row.unknown_seen, reason = row.reason,
      partner_reference = coalesce(row.partner_reference, d.partner_reference),
      ended_at = case when row.due_at is null then clock_timestamp() end, lease_token = null, lease_until = null
    from unnest(
      ${column(rows, 'id')}::uuid[], ${column(rows, 'token')}::uuid[],
      ${column(rows, 'state')}::text[], ${column(rows, 'dueAt')}::timestamptz[],
      ${column(rows, 'unknownSeen')}::boolean[], ${column(rows, 'reason')}::text[],
      ${column(rows, 'partnerReference')}::text[]
    ) as row (id, token, state, due_at, unknown_seen, reason, partner_reference)
    where d.id = row.id and d.state = 'sending' and d.lease_token = row.token`;
  return moved.count;
}

/** A mended endpoint is worth another look at unsold leads for the subscriptions that use it. */
export async function flagSubscriptions(tx: Tx, endpointIds: readonly string[]): Promise<void> {
  if (endpointIds.length === 0) return;
  await tx`
    update subscriptions set flagged_at = clock_timestamp()
    where id in (
      select id from subscriptions where endpoint_id = any(${endpointIds as string[]}::uuid[]) and active
      order by id for no key update
    )`;
}

export type Contacts = { id: string; email: string };

/** Where providers are told about trouble. */
export async function providerContacts(tx: Tx, providerIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx<Contacts[]>`
    select id, contact_email as email from providers where id = any(${providerIds as string[]}::uuid[])`;
  return new Map(rows.map(({ id, email }) => [id, email]));
}

const STAFF_TOLD_MAX = 5;

/** The staff who are told about trouble. */
export async function staffContacts(tx: Tx): Promise<string[]> {
  const rows = await tx<{ email: string }[]>`
    select email from users
    where role in ('admin', 'operator') and status = 'active' and deleted_at is null
    order by role, created_at limit ${STAFF_TOLD_MAX}`;
  return rows.map(({ email }) => email);
}

/** Names of providers as staff know them. */
export async function companyNames(tx: Tx, providerIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx<{ id: string; name: string }[]>`
    select id, company_name as name from providers where id = any(${providerIds as string[]}::uuid[])`;
  return new Map(rows.map(({ id, name }) => [id, name]));
}

export type Stranded = {
  id: string;
  assignmentId: string;
  leadId: string;
  providerId: string;
  endpointId: string;
  /** Its worker vanished during the last try. */
  lost: boolean;
  unknownSeen: boolean;
};

/** What waits at endpoints that are switched off, for longer than a schedule lasts. Index deliveries_due. */
export async function findStranded(tx: Tx, of: { scheduleMs: number; limit: number }): Promise<Stranded[]> {
  return tx<Stranded[]>`
    select d.id, d.assignment_id as "assignmentId", d.lead_id as "leadId", d.provider_id as "providerId",
      d.endpoint_id as "endpointId", d.state = 'sending' as lost, d.unknown_seen or d.state = 'sending' as "unknownSeen"
    from endpoints e
    join deliveries d on d.endpoint_id = e.id and d.state in ('pending', 'sending')
      and d.due_at < statement_timestamp() - ${of.scheduleMs} * interval '1 ms'
    where e.state = 'disabled'
    limit ${of.limit}`;
}

/** Ends deliveries that nobody is sending: those that wait, and those whose lease has ended. */
export async function endDeliveries(
  tx: Tx,
  rows: readonly { id: string; reason: string }[],
): Promise<Set<string>> {
  const ended = await tx<{ id: string }[]>`
    update deliveries d set state = 'dead', due_at = null, ended_at = clock_timestamp(), reason = row.reason,
      unknown_seen = d.unknown_seen or d.state = 'sending', lease_token = null, lease_until = null
    from unnest(${column(rows, 'id')}::uuid[], ${column(rows, 'reason')}::text[]) as row (id, reason)
    where d.id = row.id
      and (d.state = 'pending' or (d.state = 'sending' and d.lease_until < clock_timestamp()))
    returning d.id`;
  return new Set(ended.map(({ id }) => id));
}
