import type { Tx } from '../../platform/db.ts';
import type { Provider, ProviderStatus } from './provider.ts';

const columns = (tx: Tx) => tx`
  p.id, p.company_name as "companyName", p.contact_email as "contactEmail", p.website, p.country, p.timezone, p.status,
  p.paused, p.paused_until as "pausedUntil", p.paused_by as "pausedBy", p.low_balance_threshold as "lowBalanceThreshold",
  p.low_balance_alert_email as "lowBalanceAlertEmail", p.notification_preferences as "notificationPreferences", p.caps,
  exists (
    select 1 from stop_switches x where x.released_at is null and x.scope = 'provider' and x.scope_id = p.id
  ) as stopped, p.version, p.created_at as "createdAt", p.updated_at as "updatedAt", p.archived_at as "archivedAt"`;

export async function readProvider(tx: Tx, id: string): Promise<Provider | null> {
  const [provider] = await tx<Provider[]>`select ${columns(tx)} from providers p where p.id = ${id}`;
  return provider ?? null;
}

/** Reads it for a change. The row is the one lock for everything that is the provider's. */
export async function lockProvider(tx: Tx, id: string): Promise<Provider | null> {
  const [provider] = await tx<Provider[]>`
    select ${columns(tx)} from providers p where p.id = ${id} for no key update`;
  return provider ?? null;
}

export type ProviderFilter = {
  search: string | null;
  status: ProviderStatus | null;
  country: string | null;
  nicheId: string | null;
  paused: boolean | null;
  /** Only those with an endpoint that is switched off or does not take leads. */
  endpointDown: boolean;
};

/** One row of the operators' list; `subscriptions` counts those that are not cancelled. */
export type ProviderRow = Provider & { subscriptions: number };

export async function listProviders(tx: Tx, filter: ProviderFilter, page: { limit: number; offset: number }) {
  const matching = tx`
    from providers p where p.archived_at is null
      and (${filter.search}::text is null or p.company_name ilike '%' || ${filter.search} || '%'
        or p.contact_email ilike '%' || ${filter.search} || '%')
      and (${filter.status}::text is null or p.status = ${filter.status})
      and (${filter.country}::text is null or p.country = ${filter.country})
      and (${filter.paused}::boolean is null or p.paused = ${filter.paused})
      and (not ${filter.endpointDown}::boolean or exists (
        select 1 from endpoints e
        where e.provider_id = p.id and (e.state = 'disabled' or e.breaker_state <> 'closed')))
      and (${filter.nicheId}::uuid is null or exists (
        select 1 from subscriptions s where s.provider_id = p.id and s.niche_id = ${filter.nicheId}::uuid and s.active))`;
  const [rows, [counted]] = await Promise.all([
    tx<ProviderRow[]>`
      select ${columns(tx)},
        (select count(*)::int from subscriptions s where s.provider_id = p.id and s.active) as subscriptions
      ${matching} order by p.company_name, p.id limit ${page.limit} offset ${page.offset}`,
    tx<{ count: number }[]>`select count(*)::int as count from (select 1 ${matching} limit 1001) counted`,
  ]);
  return { rows, counted: counted?.count ?? 0 };
}

export type Totals = { currency: string; accounts: number; available: bigint; held: bigint; owed: bigint };

/** What all accounts hold together, by currency. Reads every wallet once: one row a provider and currency. */
export async function walletTotals(tx: Tx): Promise<Totals[]> {
  return tx<Totals[]>`
    select currency, count(*)::int as accounts, coalesce(sum(available) filter (where available > 0), 0)::bigint as available,
      sum(held)::bigint as held, coalesce(sum(available) filter (where available < 0), 0)::bigint as owed
    from wallets group by currency order by currency`;
}

/** The currencies in which anything is sold: a provider has a wallet in some of them. */
export async function currenciesInUse(tx: Tx): Promise<string[]> {
  const rows = await tx<{ currency: string }[]>`select distinct currency from niches order by 1 limit 50`;
  return rows.map((row) => row.currency);
}

export async function databaseTime(tx: Tx): Promise<Date> {
  const [row] = await tx<{ now: Date }[]>`select clock_timestamp() as now`;
  return row!.now;
}

export async function insertProvider(tx: Tx, provider: Provider): Promise<void> {
  await tx`
    insert into providers (id, company_name, contact_email, website, country, timezone, status, low_balance_threshold,
      low_balance_alert_email, notification_preferences)
    values (${provider.id}, ${provider.companyName}, ${provider.contactEmail}, ${provider.website}, ${provider.country},
      ${provider.timezone}, ${provider.status}, ${provider.lowBalanceThreshold}, ${provider.lowBalanceAlertEmail},
      ${tx.json(provider.notificationPreferences)})`;
}

/** Who comes back (approved, resumed) is open since now. */
export async function updateProvider(tx: Tx, provider: Provider): Promise<void> {
  await tx`
    update providers set company_name = ${provider.companyName}, contact_email = ${provider.contactEmail},
      website = ${provider.website}, country = ${provider.country}, timezone = ${provider.timezone},
      open_since = case
        when (status <> 'active' and ${provider.status} = 'active') or (paused and not ${provider.paused})
          then clock_timestamp() else open_since end,
      status = ${provider.status}, paused = ${provider.paused}, paused_until = ${provider.pausedUntil},
      paused_by = ${provider.pausedBy}, low_balance_threshold = ${provider.lowBalanceThreshold},
      low_balance_alert_email = ${provider.lowBalanceAlertEmail},
      notification_preferences = ${tx.json(provider.notificationPreferences)},
      caps = ${tx.json(provider.caps as never)}, version = ${provider.version},
      updated_at = clock_timestamp()
    where id = ${provider.id}`;
}

/** Its subscriptions are worth another look at unsold leads: it is back. */
export async function flagSubscriptions(tx: Tx, providerId: string): Promise<void> {
  await tx`
    update subscriptions set flagged_at = clock_timestamp()
    where id in (
      select id from subscriptions where provider_id = ${providerId} and active order by id for no key update
    )`;
}

/** Niches in which the provider subscribes, in the order in which their turns are taken. */
export async function nichesJoined(tx: Tx, providerId: string): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select distinct niche_id as id from subscriptions where provider_id = ${providerId} and active order by 1`;
  return rows.map(({ id }) => id);
}

/** Currencies of the niches in which it subscribes or did. */
export async function currenciesOf(tx: Tx, providerId: string): Promise<string[]> {
  const rows = await tx<{ currency: string }[]>`
    select distinct n.currency from subscriptions s join niches n on n.id = s.niche_id
    where s.provider_id = ${providerId} order by 1`;
  return rows.map(({ currency }) => currency);
}
