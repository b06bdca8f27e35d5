import type { Tx } from '../../platform/db.ts';

/** SQL of the lists of deliveries and of sending again. */

export type DeliveryFilter = {
  states: readonly string[] | null;
  endpointId: string | null;
  providerId: string | null;
  leadId: string | null;
  from: Date | null;
  to: Date | null;
};

export type ListedDelivery = {
  id: string;
  assignmentId: string;
  leadId: string;
  providerId: string;
  providerName: string;
  endpointId: string;
  endpointName: string;
  state: string;
  dueAt: Date | null;
  tries: number;
  firstAttemptAt: Date | null;
  unknownSeen: boolean;
  endedAt: Date | null;
  reason: string | null;
  partnerReference: string | null;
  createdAt: Date;
  contentType: string | null;
  hasBody: boolean;
};

const columns = (tx: Tx) => tx`
  d.id, d.assignment_id as "assignmentId", d.lead_id as "leadId", d.provider_id as "providerId",
  p.company_name as "providerName", d.endpoint_id as "endpointId", e.name as "endpointName", d.state,
  d.due_at as "dueAt", d.tries, d.first_attempt_at as "firstAttemptAt", d.unknown_seen as "unknownSeen",
  d.ended_at as "endedAt", d.reason, d.partner_reference as "partnerReference", d.created_at as "createdAt",
  d.content_type as "contentType", d.body_enc is not null as "hasBody"`;

const matching = (tx: Tx, filter: DeliveryFilter) => tx`
  (${filter.states as string[] | null}::text[] is null or d.state = any(${filter.states as string[] | null}::text[]))
  and (${filter.endpointId}::uuid is null or (d.endpoint_id = ${filter.endpointId}::uuid and d.provider_id =
    (select provider_id from endpoints where id = ${filter.endpointId}::uuid)))
  and (${filter.providerId}::uuid is null or d.provider_id = ${filter.providerId}::uuid)
  and (${filter.leadId}::uuid is null or d.lead_id = ${filter.leadId}::uuid)
  and (${filter.from}::timestamptz is null or d.created_at >= ${filter.from}::timestamptz)
  and (${filter.to}::timestamptz is null or d.created_at < ${filter.to}::timestamptz)`;

/** Newest first; ids are made in the order of time. Indexes deliveries_provider, deliveries_lead, the key. */
export async function listDeliveries(
  tx: Tx,
  filter: DeliveryFilter,
  page: { before: string | null; offset: number; limit: number },
): Promise<ListedDelivery[]> {
  return tx<ListedDelivery[]>`
    select ${columns(tx)}
    from deliveries d join providers p on p.id = d.provider_id join endpoints e on e.id = d.endpoint_id
    where ${matching(tx, filter)} and (${page.before}::uuid is null or d.id < ${page.before}::uuid)
    order by d.id desc offset ${page.offset} limit ${page.limit}`;
}

export async function countDeliveries(tx: Tx, filter: DeliveryFilter, max: number): Promise<number> {
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int as count from (select 1 from deliveries d where ${matching(tx, filter)} limit ${max}) counted`;
  return row?.count ?? 0;
}

export type ReadDelivery = ListedDelivery & {
  url: string;
  bodyEnc: Buffer | null;
  assignmentState: 'held' | 'charged' | 'released' | 'refunded';
};

export async function readDelivery(tx: Tx, id: string): Promise<ReadDelivery | null> {
  const [row] = await tx<ReadDelivery[]>`
    select ${columns(tx)}, e.url, d.body_enc as "bodyEnc", a.state as "assignmentState"
    from deliveries d join providers p on p.id = d.provider_id join endpoints e on e.id = d.endpoint_id
      join assignments a on a.id = d.assignment_id
    where d.id = ${id}`;
  return row ?? null;
}

export type ListedAttempt = {
  number: number;
  startedAt: Date;
  durationMs: number;
  outcome: string;
  status: number | null;
  reason: string | null;
  message: string | null;
  answer: string | null;
  answerTruncated: boolean;
  requestHeaders: Record<string, string> | null;
  responseHeaders: Record<string, string> | null;
};

const ATTEMPTS_SHOWN_MAX = 100;

/** Index attempts_delivery. */
export async function listAttempts(tx: Tx, deliveryId: string): Promise<ListedAttempt[]> {
  return tx<ListedAttempt[]>`
    select number, started_at as "startedAt", duration_ms as "durationMs", outcome, status, reason, message, answer,
      answer_truncated as "answerTruncated", request_headers as "requestHeaders",
      response_headers as "responseHeaders"
    from attempts where delivery_id = ${deliveryId} order by number limit ${ATTEMPTS_SHOWN_MAX}`;
}

export type EndedDelivery = {
  id: string;
  state: string;
  tries: number;
  endpointId: string;
  hasBody: boolean;
  /** The provider pays for the lead: not refunded, and not released because nobody accepted it. */
  paid: boolean;
};

/** A delivery under the lock of its assignment, so that no refund comes between the look and the sending. */
export async function lockDelivery(tx: Tx, id: string): Promise<EndedDelivery | null> {
  await tx`
    select 1 from assignments where id = (select assignment_id from deliveries where id = ${id}) for no key update`;
  const [row] = await tx<EndedDelivery[]>`
    select d.id, d.state, d.tries, d.endpoint_id as "endpointId", d.body_enc is not null as "hasBody",
      a.state = 'charged' as paid
    from deliveries d join assignments a on a.id = d.assignment_id where d.id = ${id} for no key update of d`;
  return row ?? null;
}

export type FailedFilter = {
  endpointId: string | null;
  providerId: string | null;
  since: Date;
  until: Date | null;
};

/**
 * Deliveries that ended without arriving and are paid for, oldest first, under the locks of their assignments: what was
 * refunded or never charged is not sent to anybody. Index deliveries_failed.
 */
export async function lockFailed(tx: Tx, filter: FailedFilter, max: number): Promise<EndedDelivery[]> {
  const failed = await tx<{ id: string; assignmentId: string }[]>`
    select d.id, d.assignment_id as "assignmentId" from deliveries d join assignments a on a.id = d.assignment_id
    where d.state in ('refused', 'dead') and d.ended_at >= ${filter.since}
      and (${filter.until}::timestamptz is null or d.ended_at < ${filter.until}::timestamptz)
      and (${filter.endpointId}::uuid is null or d.endpoint_id = ${filter.endpointId}::uuid)
      and (${filter.providerId}::uuid is null or d.provider_id = ${filter.providerId}::uuid)
      and a.state = 'charged'
    order by d.ended_at limit ${max}`;
  await tx`
    select 1 from assignments where id = any(${failed.map(({ assignmentId }) => assignmentId)}::uuid[])
    order by id for no key update`;
  return tx<EndedDelivery[]>`
    select d.id, d.state, d.tries, d.endpoint_id as "endpointId", d.body_enc is not null as "hasBody", true as paid
    from deliveries d join assignments a on a.id = d.assignment_id and a.state = 'charged'
    where d.id = any(${failed.map(({ id }) => id)}::uuid[]) and d.state in ('refused', 'dead')
    order by d.id for no key update of d`;
}

/**
 * Due again now, with a schedule of its own from the beginning; bytes, id and what is not known stay. A receiver that
 * took it before may answer that it has it already, and that is an acceptance.
 */
export async function resetDeliveries(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx`
    update deliveries set
      state = 'pending', due_at = clock_timestamp(), tries = 0, first_attempt_at = null, ended_at = null, reason = null,
      unknown_seen = unknown_seen or state = 'delivered'
    where id = any(${ids as string[]}::uuid[]) and state in ('delivered', 'refused', 'dead')`;
}

/** Locked in id order even when its due time stays: see the deliveries of a distribution. */
export async function bringForward(tx: Tx, endpointIds: readonly string[]): Promise<void> {
  await tx`
    with locked as materialized (
      select id from endpoints where id = any(${endpointIds as string[]}::uuid[]) order by id for no key update
    )
    update endpoints e set next_due_at = least(e.next_due_at, clock_timestamp()) from locked where e.id = locked.id`;
}

/** For the gauge: the oldest delivery that may be sent now. Index endpoints_due. */
export async function oldestDue(tx: Tx): Promise<number> {
  const [row] = await tx<{ seconds: number }[]>`
    select coalesce(extract(epoch from clock_timestamp() - min(next_due_at)), 0)::float8 as seconds
    from endpoints
    where next_due_at <= statement_timestamp() and state = 'active' and breaker_state = 'closed'`;
  return row?.seconds ?? 0;
}

/** For the mock receiver: whose secrets a message was signed with. */
export async function endpointOfDelivery(tx: Tx, deliveryId: string): Promise<string | null> {
  const [row] = await tx<{ id: string }[]>`select endpoint_id as id from deliveries where id = ${deliveryId}`;
  return row?.id ?? null;
}
