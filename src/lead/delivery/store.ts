import { column, columnOf } from '../../platform/columns.ts';
import type { Tx } from '../../platform/db.ts';
import type { Target } from './job.ts';

/**
 * SQL of the claim. Statement 1 locks endpoints that have due work, statement 2 takes their oldest due deliveries.
 * Neither ever waits for a lock (`skip locked`), so the claim may take endpoints before deliveries.
 *
 * A delivery that is being sent is due again when its lease ends: `due_at` = `lease_until`. So the first entry of the
 * index deliveries_due (endpoint_id, due_at) is all that an endpoint has to know.
 */

export type DueEndpoint = Target & {
  slots: number;
  breakerState: 'closed' | 'open' | 'half_open';
  breaker: unknown;
  openedAt: Date | null;
  probeAt: Date | null;
  now: Date;
};

/**
 * Statement 1: served longest ago first. Index endpoints_due; without it every claim reads every endpoint. The time is
 * that of the statement: an index cannot be asked with a clock that moves. A stop switch for everything or for the
 * provider holds its deliveries back: whoever sets it waits for these locks, so nothing starts after its answer.
 */
export async function lockDueEndpoints(
  tx: Tx,
  of: { limit: number; slots: number; only: string | null },
): Promise<DueEndpoint[]> {
  return tx<DueEndpoint[]>`
    select e.id, e.provider_id as "providerId", e.url, e.format, e.phone_format as "phoneFormat",
      e.country_format as "countryFormat", e.required_fields as "requiredFields", e.field_map as "fieldMap",
      e.default_values as "defaultValues", e.with_extras as "withExtras", e.response_rules as "responseRules",
      e.timeout_ms as "timeoutMs", e.headers_enc as "headersEnc", e.secret_enc as "secretEnc",
      e.secret_previous_enc as "secretPreviousEnc", e.secret_previous_until as "secretPreviousUntil",
      coalesce(e.slots, ${of.slots})::int as slots, e.breaker_state as "breakerState", e.breaker,
      e.breaker_opened_at as "openedAt", e.probe_at as "probeAt", clock_timestamp()::timestamptz(3) as now
    from endpoints e
    where e.next_due_at <= statement_timestamp() and e.state = 'active'
      and (e.breaker_state = 'closed' or e.probe_at is null or e.probe_at <= statement_timestamp())
      and (${of.only}::uuid is null or e.id = ${of.only}::uuid)
      and not exists (
        select from stop_switches x where x.released_at is null
          and (x.scope = 'everything' or (x.scope = 'provider' and x.scope_id = e.provider_id))
      )
    order by e.last_served_at nulls first
    limit ${of.limit}
    for no key update skip locked`;
}

export type DueDelivery = {
  id: string;
  assignmentId: string;
  leadId: string;
  providerId: string;
  endpointId: string;
  /** `sending`: its worker is gone. */
  state: 'pending' | 'sending';
  tries: number;
  firstAttemptAt: Date | null;
  leaseUntil: Date | null;
  unknownSeen: boolean;
  bodyEnc: Buffer | null;
  contentType: string | null;
  dueAt: Date;
};

/**
 * Statement 2: from each locked endpoint its oldest due deliveries, at most as many as slots are free. A statement of
 * its own, because what another worker took before the lock was free is only seen by a statement begun after it.
 * Indexes deliveries_sending and deliveries_due.
 */
export async function lockDueDeliveries(
  tx: Tx,
  endpoints: readonly { id: string; slots: number; probe: boolean }[],
): Promise<DueDelivery[]> {
  if (endpoints.length === 0) return [];
  return tx<DueDelivery[]>`
    select d.id, d.assignment_id as "assignmentId", d.lead_id as "leadId", d.provider_id as "providerId",
      d.endpoint_id as "endpointId", d.state, d.tries, d.first_attempt_at as "firstAttemptAt",
      d.lease_until as "leaseUntil", d.unknown_seen as "unknownSeen", d.body_enc as "bodyEnc",
      d.content_type as "contentType", d.due_at as "dueAt"
    from unnest(
      ${column(endpoints, 'id')}::uuid[], ${column(endpoints, 'slots')}::int[],
      ${column(endpoints, 'probe')}::boolean[]
    ) as e (id, slots, probe)
    cross join lateral (
      select count(*)::int as busy from deliveries s
      where s.endpoint_id = e.id and s.state = 'sending' and s.lease_until > statement_timestamp()
    ) b
    cross join lateral (
      select w.* from deliveries w
      where w.endpoint_id = e.id and w.state in ('pending', 'sending') and w.due_at <= statement_timestamp()
      order by w.due_at
      limit case when e.probe then (b.busy = 0)::int else greatest(e.slots - b.busy, 0) end
      for no key update skip locked
    ) d`;
}

export type ContentRow = {
  deliveryId: string;
  leadId: string;
  submittedAt: Date;
  test: boolean;
  leadType: 'premium' | 'raw' | null;
  niche: string;
  source: string | null;
  country: string | null;
  contact: Record<string, string | null>;
  answers: string | null;
  attribution: Record<string, string | null> | null;
  utmOther: Record<string, string> | null;
  assignmentId: string;
  amount: bigint;
  currency: string;
  maxShared: number;
  subscriptionId: string;
  level: string;
  consentVersion: string | null;
  consentAt: Date | null;
};

/**
 * Everything that the bodies of these deliveries are made of, in one read. The five tables that grow are each asked for
 * one row by its key (`offset 0` keeps them apart): joined freely, a plan that was made while they were small read all
 * assignments for every claim, 12,000 blocks instead of 700 after 9,000 leads, until the next `analyze`. Of the level its
 * newest version, which is no open one once the level is archived.
 */
export async function readContents(tx: Tx, deliveryIds: readonly string[]): Promise<ContentRow[]> {
  if (deliveryIds.length === 0) return [];
  return tx<ContentRow[]>`
    select d.id as "deliveryId", l.id as "leadId", l.submitted_at as "submittedAt", l.test,
      l.lead_type as "leadType", n.slug as niche, coalesce(t.source_name, s.name) as source,
      coalesce(c.country, l.country) as country, c.answers,
      jsonb_build_object('name', c.name, 'first_name', c.first_name, 'last_name', c.last_name, 'email', c.email,
        'phone', c.phone, 'street', c.street, 'city', c.city, 'postcode', c.postcode, 'region', c.region,
        'calling_code', c.calling_code) as contact,
      case when t.lead_id is not null then jsonb_build_object('referrer_url', t.referrer_url, 'page_url', t.page_url,
        'utm_source', t.utm_source, 'utm_medium', t.utm_medium, 'utm_campaign', t.utm_campaign,
        'utm_term', t.utm_term, 'utm_content', t.utm_content, 'click_id', t.click_id, 'affiliate', t.affiliate)
      end as attribution, t.utm_other as "utmOther",
      a.id as "assignmentId", a.charged_amount as amount, a.currency, a.max_shared as "maxShared",
      a.subscription_id as "subscriptionId", v.name as level,
      case when o.id is not null then g.slug || '-' || o.text_version end as "consentVersion",
      o.given_at as "consentAt"
    from deliveries d
    cross join lateral (select * from assignments where id = d.assignment_id offset 0) a
    cross join lateral (select * from leads where id = d.lead_id offset 0) l
    cross join lateral (select * from lead_contacts where lead_id = d.lead_id offset 0) c
    left join lateral (select * from lead_attribution where lead_id = d.lead_id offset 0) t on true
    left join lateral (select * from consents where lead_id = d.lead_id offset 0) o on true
    join niches n on n.id = l.niche_id
    join campaigns g on g.id = l.campaign_id
    cross join lateral (
      select name from level_versions where level_id = a.level_id order by from_version desc limit 1
    ) v
    left join sources s on s.id = l.source_id
    where d.id = any(${deliveryIds as string[]}::uuid[])`;
}

export type Start = {
  id: string;
  tries: number;
  unknownSeen: boolean;
  /** Null leaves what is there. */
  bodyEnc: Buffer | null;
  contentType: string | null;
};

/** Gives the deliveries to this worker, until the lease ends. */
export async function startSending(
  tx: Tx,
  of: { token: string; leaseMs: number; rows: readonly Start[] },
): Promise<Map<string, Date>> {
  const { rows } = of;
  if (rows.length === 0) return new Map();
  const started = await tx<{ id: string; firstAttemptAt: Date }[]>`
    with lease as materialized (select (clock_timestamp() + ${of.leaseMs} * interval '1 ms')::timestamptz(3) as until)
    update deliveries d set
      state = 'sending', lease_token = ${of.token}, lease_until = lease.until, due_at = lease.until,
      tries = row.tries, unknown_seen = row.unknown_seen,
      first_attempt_at = coalesce(d.first_attempt_at, clock_timestamp()),
      body_enc = coalesce(d.body_enc, row.body_enc), content_type = coalesce(d.content_type, row.content_type)
    from unnest(
      ${column(rows, 'id')}::uuid[], ${column(rows, 'tries')}::smallint[],
      ${column(rows, 'unknownSeen')}::boolean[], ${column(rows, 'bodyEnc')}::bytea[],
      ${column(rows, 'contentType')}::text[]
    ) as row (id, tries, unknown_seen, body_enc, content_type), lease
    where d.id = row.id
    returning d.id, d.first_attempt_at as "firstAttemptAt"`;
  return new Map(started.map(({ id, firstAttemptAt }) => [id, firstAttemptAt]));
}

/** Prolongs what is still under way under these tokens. A row that is being ended at this moment needs no more time. */
export async function renewSending(
  tx: Tx,
  of: { leaseMs: number; rows: readonly { id: string; token: string }[] },
): Promise<void> {
  if (of.rows.length === 0) return;
  await tx`
    with ours as materialized (
      select d.id
      from deliveries d join unnest(${column(of.rows, 'id')}::uuid[], ${column(of.rows, 'token')}::uuid[]) as row (id, token)
        on d.id = row.id and d.lease_token = row.token
      where d.state = 'sending'
      order by d.id for no key update of d skip locked
    )
    update deliveries d set
      lease_until = clock_timestamp() + ${of.leaseMs} * interval '1 ms',
      due_at = clock_timestamp() + ${of.leaseMs} * interval '1 ms'
    from ours where d.id = ours.id`;
}

/**
 * Sets when these endpoints have work next: its oldest waiting delivery; while every slot is taken the first lease to
 * end, so that a full endpoint is not looked at; while its breaker is open the next probe.
 */
export async function refreshDue(
  tx: Tx,
  of: { endpointIds: readonly string[]; slots: number },
): Promise<void> {
  if (of.endpointIds.length === 0) return;
  await tx`
    update endpoints e set next_due_at = next.at
    from (
      select x.id, case
          when x.breaker_state <> 'closed' then coalesce(x.probe_at, statement_timestamp())
          when busy.count >= coalesce(x.slots, ${of.slots}) then busy.until
          else (
            select min(w.due_at) from deliveries w where w.endpoint_id = x.id and w.state in ('pending', 'sending')
          )
        end as at
      from endpoints x
      cross join lateral (
        select count(*)::int as count, min(s.lease_until) as until from deliveries s
        where s.endpoint_id = x.id and s.state = 'sending' and s.lease_until > statement_timestamp()
      ) busy
      where x.id = any(${of.endpointIds as string[]}::uuid[])
    ) next
    where e.id = next.id and e.next_due_at is distinct from next.at`;
}

export async function noteServed(tx: Tx, endpointIds: readonly string[]): Promise<void> {
  if (endpointIds.length === 0) return;
  await tx`
    update endpoints set last_served_at = clock_timestamp() where id = any(${endpointIds as string[]}::uuid[])`;
}

export type BreakerRow = {
  id: string;
  state: 'closed' | 'open' | 'half_open';
  openedAt: Date | null;
  probeAt: Date | null;
  memory: object;
  /** Switches the endpoint off, with this reason. */
  disabledReason: string | null;
};

export async function storeBreakers(tx: Tx, rows: readonly BreakerRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx`
    update endpoints e set
      breaker_state = row.state, breaker = row.memory::jsonb, breaker_opened_at = row.opened_at,
      probe_at = row.probe_at,
      state = case when row.disabled_reason is null then e.state else 'disabled' end,
      disabled_reason = coalesce(row.disabled_reason, e.disabled_reason),
      version = case when row.disabled_reason is null then e.version else e.version + 1 end
    from unnest(
      ${column(rows, 'id')}::uuid[], ${column(rows, 'state')}::text[],
      ${columnOf(rows.map(({ memory }) => JSON.stringify(memory)))}::text[],
      ${column(rows, 'openedAt')}::timestamptz[], ${column(rows, 'probeAt')}::timestamptz[],
      ${column(rows, 'disabledReason')}::text[]
    ) as row (id, state, memory, opened_at, probe_at, disabled_reason)
    where e.id = row.id`;
}
