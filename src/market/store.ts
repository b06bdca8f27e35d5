import { windowAt } from '../kernel/time.ts';
import { column } from '../platform/columns.ts';
import type { Tx } from '../platform/db.ts';

/**
 * Begins an edit of a niche's rules: takes the niche's turn row, so that no distribution of the niche runs meanwhile,
 * and returns the config_version that the edit makes. Call it before any other lock, and once in a transaction.
 */
export async function bumpConfig(tx: Tx, nicheId: string): Promise<number> {
  const [turn] = await tx<{ version: number }[]>`
    update niche_turns set config_version = config_version + 1 where niche_id = ${nicheId}
    returning config_version as version`;
  if (!turn) throw new Error(`niche ${nicheId} has no turn row`);
  return turn.version;
}

/** What an endpoint requires and has no default value for: a lead without it could be charged and never sent. */
export async function neededFields(tx: Tx, endpointId: string | null): Promise<string[]> {
  if (endpointId === null) return [];
  const [row] = await tx<{ names: string[] }[]>`select ${needed(tx, endpointId)} as names`;
  return row!.names;
}

const needed = (tx: Tx, endpointId: string) => tx`
  array(
    select f.field from endpoints e cross join unnest(e.required_fields) with ordinality as f (field, place)
    where e.id = ${endpointId}::uuid and not e.default_values ? f.field order by f.place
  )`;

/** Niches with a subscription that uses the endpoint, in the order in which their turns are taken. */
export async function nichesUsing(tx: Tx, endpointId: string): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select distinct niche_id as id from subscriptions where endpoint_id = ${endpointId} and active order by 1`;
  return rows.map(({ id }) => id);
}

/**
 * Writes what the endpoint requires now into the terms of the niche's subscriptions that use it, as an edit under
 * `configVersion`. Index: subscriptions_endpoint.
 */
export async function renewEndpointFields(
  tx: Tx,
  of: { endpointId: string; nicheId: string; configVersion: number },
): Promise<void> {
  await tx`
    with closed as (
      update subscription_versions w set to_version = ${of.configVersion}
      from subscriptions s
      where s.endpoint_id = ${of.endpointId} and s.niche_id = ${of.nicheId} and s.active
        and w.subscription_id = s.id and w.to_version is null
      returning w.*
    )
    insert into subscription_versions (subscription_id, provider_id, niche_id, from_version, countries, campaign_ids,
      filters, required_fields, endpoint_fields, caps, schedule, timezone, off_hours, premium_ratio, ratio_mode,
      max_age_ms, price_override, weight, priority, away, person_window_days, ratio_window, holidays)
    select subscription_id, provider_id, niche_id, ${of.configVersion}, countries, campaign_ids, filters,
      required_fields, ${needed(tx, of.endpointId)}, caps, schedule, timezone, off_hours, premium_ratio,
      ratio_mode, max_age_ms, price_override, weight, priority, away, person_window_days, ratio_window, holidays
    from closed`;
}

/**
 * Writes what caps over all its subscriptions a provider has now into the rules of a niche, as an edit under
 * `configVersion`: counts, and amounts in the niche's currency. The provider's lock is held.
 */
export async function renewProviderCaps(
  tx: Tx,
  of: { providerId: string; nicheId: string; configVersion: number },
): Promise<void> {
  const { providerId, nicheId, configVersion } = of;
  const wanted = tx`
    select p.timezone, coalesce(jsonb_agg(cap.one order by cap.place) filter (
        where cap.one ->> 'kind' = 'count' or cap.one ->> 'currency' = n.currency), '[]') as caps
    from providers p join niches n on n.id = ${nicheId}
      left join jsonb_array_elements(p.caps) with ordinality as cap (one, place) on true
    where p.id = ${providerId} group by p.id, p.timezone, n.currency`;
  await tx`
    update provider_cap_versions v set to_version = ${configVersion}
    from (${wanted}) w
    where v.provider_id = ${providerId} and v.niche_id = ${nicheId} and v.to_version is null
      and (v.caps, v.timezone) is distinct from (w.caps, w.timezone)`;
  await tx`
    insert into provider_cap_versions (provider_id, niche_id, from_version, caps, timezone)
    select ${providerId}, ${nicheId}, ${configVersion}, w.caps, w.timezone from (${wanted}) w
    where w.caps <> '[]' and not exists (
      select from provider_cap_versions v
      where v.provider_id = ${providerId} and v.niche_id = ${nicheId} and v.to_version is null)`;
}

type CountedCap = {
  window: 'hour' | 'day' | 'week' | 'month' | 'total';
  kind: 'count' | 'spend';
  gives_back?: boolean;
  /** Of a cap over all subscriptions of a provider. */
  currency?: string;
};

/**
 * A cap that is set in the middle of its window counts what came in it before: leads are only counted in the windows
 * that some cap asks for. Called under the turns of the niches it holds in, so nothing is decided meanwhile.
 * @param of.subscriptionId null: the caps are over all subscriptions of the provider
 */
export async function countSoFar(
  tx: Tx,
  of: {
    providerId: string;
    subscriptionId: string | null;
    caps: readonly CountedCap[];
    timezone: string;
    at: Date;
  },
): Promise<void> {
  const counters = countersOf(of.caps, of.timezone, of.at);
  if (counters.length === 0) return;
  await tx`
    insert into cap_counters as c (scope_id, provider_id, kind, window_key, used)
    select ${of.subscriptionId ?? of.providerId}, ${of.providerId}, w.kind, w.key,
      sum(case w.kind when 'count' then 1 else a.charged_amount end)
    from unnest(
      ${column(counters, 'kind')}::text[], ${column(counters, 'key')}::text[], ${column(counters, 'since')}::timestamptz[],
      ${column(counters, 'currency')}::text[], ${column(counters, 'givesBack')}::boolean[]
    ) as w (kind, key, since, currency, gives_back)
    join assignments a on a.provider_id = ${of.providerId} and a.assigned_at >= w.since and not a.test
      and (${of.subscriptionId}::uuid is null or a.subscription_id = ${of.subscriptionId}::uuid)
      and (w.currency is null or a.currency = w.currency)
      and not (w.gives_back
        and (a.state = 'refunded' or (a.state = 'released' and a.release_reason is distinct from 'unresolved')))
    group by w.kind, w.key
    on conflict (scope_id, kind, window_key) do update set used = greatest(c.used, excluded.used)`;
}

const EVER = new Date(0);

/** The present counter of each cap, named as distribution names it; several caps may look at one. */
function countersOf(caps: readonly CountedCap[], timezone: string, at: Date) {
  const found = new Map(
    caps.map(({ window, kind, currency = null, gives_back = false }) => {
      const span =
        window === 'total' ? { key: 'total', startMs: EVER.getTime() } : windowAt(window, at, timezone);
      const key = currency === null ? span.key : `${span.key}:${currency}`;
      return [
        `${kind} ${key}`,
        { kind, key, since: new Date(span.startMs), currency, givesBack: gives_back },
      ];
    }),
  );
  return [...found.values()];
}

/** Somebody joined a further niche meanwhile: its turn comes before the lock that is held. */
export class TurnMissed extends Error {
  override readonly name = 'TurnMissed';
  /** As a serialization failure: the transaction is rolled back and repeated. */
  readonly code = '40001';
}
