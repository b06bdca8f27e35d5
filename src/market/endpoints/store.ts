import type { Tx } from '../../platform/db.ts';
import type { Endpoint } from './endpoint.ts';
import type { AskedField } from './fields.ts';

/** One endpoint serves a handful of niches. */
const NICHES_MAX = 200;

const columns = (tx: Tx) => tx`
  e.id, e.provider_id as "providerId", e.name, e.url, e.format, e.phone_format as "phoneFormat",
  e.country_format as "countryFormat", e.required_fields as "requiredFields", e.field_map as "fieldMap",
  e.default_values as "defaultValues", e.with_extras as "withExtras", e.response_rules as "responseRules",
  e.headers_enc as "headersEnc", e.secret_enc as "secretEnc", e.secret_previous_enc as "secretPreviousEnc",
  e.secret_previous_until as "secretPreviousUntil", e.timeout_ms as "timeoutMs", e.slots,
  e.accepts_test as "acceptsTest", e.state, e.disabled_reason as "disabledReason",
  e.breaker_state as "breakerState", e.breaker_opened_at as "breakerOpenedAt", e.next_due_at as "nextDueAt",
  e.last_served_at as "lastServedAt", e.version, e.created_at as "createdAt", e.updated_at as "updatedAt"`;

export async function readEndpoint(tx: Tx, id: string): Promise<Endpoint | null> {
  const [endpoint] = await tx<Endpoint[]>`select ${columns(tx)} from endpoints e where e.id = ${id}`;
  return endpoint ?? null;
}

/** Reads it for a change; the row stays locked until the transaction ends. */
export async function lockEndpoint(tx: Tx, id: string): Promise<Endpoint | null> {
  const [endpoint] = await tx<Endpoint[]>`
    select ${columns(tx)} from endpoints e where e.id = ${id} for no key update`;
  return endpoint ?? null;
}

export async function listEndpoints(
  tx: Tx,
  filter: { providerId: string | null },
  page: { limit: number; offset: number },
) {
  const matching = tx`
    from endpoints e where ${filter.providerId}::uuid is null or e.provider_id = ${filter.providerId}::uuid`;
  const [rows, [counted]] = await Promise.all([
    tx<Endpoint[]>`
      select ${columns(tx)} ${matching} order by e.created_at desc, e.id limit ${page.limit} offset ${page.offset}`,
    tx<{ count: number }[]>`select count(*)::int as count from (select 1 ${matching} limit 1001) counted`,
  ]);
  return { rows, counted: counted?.count ?? 0 };
}

export async function providerIsThere(tx: Tx, providerId: string): Promise<boolean> {
  const rows = await tx`select 1 from providers where id = ${providerId} and archived_at is null`;
  return rows.length > 0;
}

export async function insertEndpoint(tx: Tx, endpoint: Endpoint): Promise<void> {
  await tx`
    insert into endpoints (id, provider_id, name, url, format, phone_format, country_format, required_fields, field_map,
      default_values, with_extras, response_rules, headers_enc, secret_enc, timeout_ms, slots, accepts_test)
    values (${endpoint.id}, ${endpoint.providerId}, ${endpoint.name}, ${endpoint.url}, ${endpoint.format},
      ${endpoint.phoneFormat}, ${endpoint.countryFormat}, ${endpoint.requiredFields}, ${tx.json(endpoint.fieldMap)},
      ${tx.json(endpoint.defaultValues)}, ${endpoint.withExtras}, ${tx.json(endpoint.responseRules as never)},
      ${endpoint.headersEnc}, ${endpoint.secretEnc}, ${endpoint.timeoutMs}, ${endpoint.slots}, ${endpoint.acceptsTest})`;
}

/**
 * What its owner edits. The breaker belongs to delivery; taken back into use, an endpoint begins anew, and is looked at
 * now: its next time was that of a probe, up to ten minutes away.
 */
export async function updateEndpoint(
  tx: Tx,
  endpoint: Endpoint,
  options: { resetBreaker: boolean },
): Promise<void> {
  await tx`
    update endpoints set name = ${endpoint.name}, url = ${endpoint.url}, format = ${endpoint.format},
      phone_format = ${endpoint.phoneFormat}, country_format = ${endpoint.countryFormat},
      required_fields = ${endpoint.requiredFields}, field_map = ${tx.json(endpoint.fieldMap)},
      default_values = ${tx.json(endpoint.defaultValues)}, with_extras = ${endpoint.withExtras},
      response_rules = ${tx.json(endpoint.responseRules as never)}, headers_enc = ${endpoint.headersEnc},
      timeout_ms = ${endpoint.timeoutMs}, slots = ${endpoint.slots}, accepts_test = ${endpoint.acceptsTest},
      state = ${endpoint.state}, disabled_reason = ${endpoint.disabledReason},
      breaker_state = case when ${options.resetBreaker} then 'closed' else breaker_state end,
      breaker = case when ${options.resetBreaker} then '{}' else breaker end,
      breaker_opened_at = case when ${options.resetBreaker} then null else breaker_opened_at end,
      probe_at = case when ${options.resetBreaker} then null else probe_at end,
      next_due_at = case when ${options.resetBreaker} then clock_timestamp() else next_due_at end, version = ${endpoint.version},
      updated_at = clock_timestamp()
    where id = ${endpoint.id}`;
}

/** The old secret stays valid until `overlapMs` from now. Returns when it ends. */
export async function updateSecret(
  tx: Tx,
  secret: { endpointId: string; secretEnc: Buffer; previousEnc: Buffer; overlapMs: number; version: number },
): Promise<Date> {
  const [row] = await tx<{ until: Date }[]>`
    update endpoints set secret_enc = ${secret.secretEnc}, secret_previous_enc = ${secret.previousEnc},
      secret_previous_until = clock_timestamp() + ${secret.overlapMs} * interval '1 millisecond',
      version = ${secret.version}, updated_at = clock_timestamp()
    where id = ${secret.endpointId} returning secret_previous_until as until`;
  return row!.until;
}

/** A mended endpoint is worth another look at unsold leads for the subscriptions that use it. */
export async function flagSubscriptions(tx: Tx, endpointId: string): Promise<void> {
  await tx`
    update subscriptions set flagged_at = clock_timestamp()
    where id in (
      select id from subscriptions where endpoint_id = ${endpointId} and active order by id for no key update
    )`;
}

/** The forms of the niches whose subscriptions send here. */
export async function formsUsing(
  tx: Tx,
  endpointId: string,
): Promise<{ name: string; fields: AskedField[] }[]> {
  return tx<{ name: string; fields: AskedField[] }[]>`
    select n.name, coalesce(f.fields, '[]') as fields
    from niches n left join form_schemas f on f.niche_id = n.id and f.active
    where n.archived_at is null
      and n.id in (select s.niche_id from subscriptions s where s.endpoint_id = ${endpointId} and s.active)
    order by n.name limit ${NICHES_MAX}`;
}

/** The endpoints of one provider, newest first. */
export async function endpointsOf(tx: Tx, providerId: string, limit: number): Promise<Endpoint[]> {
  return tx<Endpoint[]>`
    select ${columns(tx)} from endpoints e where e.provider_id = ${providerId}
    order by e.created_at desc, e.id limit ${limit}`;
}
