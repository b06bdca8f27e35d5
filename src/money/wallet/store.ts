import { columnOf } from '../../platform/columns.ts';
import type { Tx } from '../../platform/db.ts';

/** All SQL of the wallet module: reads of wallets and ledger, and what crossing a line needs to know. */

export type WalletRow = {
  id: string;
  currency: string;
  available: bigint;
  held: bigint;
  credit_limit: bigint;
  version: number;
  low_balance_threshold: bigint;
};

/** A provider's wallets, the first opened first. No row: there is no such provider; row without id: no wallet. */
export async function selectProviderWallets(
  tx: Tx,
  providerId: string,
): Promise<(WalletRow | { id: null; low_balance_threshold: bigint })[]> {
  return tx<WalletRow[]>`
    select w.id, w.currency, w.available, w.held, w.credit_limit, w.version, p.low_balance_threshold
    from providers p left join wallets w on w.provider_id = p.id
    where p.id = ${providerId} order by w.created_at, w.currency`;
}

export async function updateCreditLimit(tx: Tx, walletId: string, creditLimit: bigint): Promise<void> {
  await tx`update wallets set credit_limit = ${creditLimit}, version = version + 1 where id = ${walletId}`;
}

export type LedgerFilter = {
  walletId: string;
  kinds?: string[] | undefined;
  leadId?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
};

export type LedgerRow = {
  id: string;
  seq: bigint;
  kind: string;
  cause: string;
  from_account: string;
  to_account: string;
  amount: bigint;
  currency: string;
  available_after: bigint;
  held_after: bigint;
  lead_id: string | null;
  assignment_id: string | null;
  subscription_id: string | null;
  memo: string | null;
  created_by: string | null;
  created_at: Date;
  hash: Buffer;
};

const matching = (tx: Tx, { walletId, kinds, leadId, from, to }: LedgerFilter) => tx`
  wallet_id = ${walletId}
  ${kinds === undefined ? tx`` : tx`and kind = any(${kinds}::text[])`}
  ${leadId === undefined ? tx`` : tx`and lead_id = ${leadId}`}
  ${from === undefined ? tx`` : tx`and created_at >= ${from}::timestamptz`}
  ${to === undefined ? tx`` : tx`and created_at < ${to}::timestamptz`}`;

/** Newest first by the unique key (wallet_id, seq), so the running balance is right; `limit + 1` rows. */
export async function selectLedger(
  tx: Tx,
  filter: LedgerFilter,
  below: string | undefined,
  limit: number,
): Promise<LedgerRow[]> {
  return tx<LedgerRow[]>`
    select id, seq, kind, cause, from_account, to_account, amount, currency, available_after, held_after, lead_id,
      assignment_id, subscription_id, memo, created_by, created_at, hash
    from transfers
    where ${matching(tx, filter)} ${below === undefined ? tx`` : tx`and seq < ${below}::bigint`}
    order by seq desc limit ${limit + 1}`;
}

/** Counts up to `max`. */
export async function countLedger(tx: Tx, filter: LedgerFilter, max: number): Promise<number> {
  const [row] = await tx<{ n: number }[]>`
    select count(*)::int as n from (select from transfers where ${matching(tx, filter)} limit ${max}) as counted`;
  return row!.n;
}

export type LineChange = {
  provider_id: string;
  wallet_id: string;
  low: boolean;
  available: bigint;
  threshold: bigint;
  currency: string;
  company_name: string;
  recipient: string;
  wanted: boolean;
};

/**
 * Wallets that fell below the provider's threshold (`spent`) or rose to it again (`touched`), each told apart one
 * time: the flag stays until the balance has been above.
 */
export async function markLowBalances(tx: Tx, touched: string[], spent: string[]): Promise<LineChange[]> {
  return tx<LineChange[]>`
    update wallets w
    set low_balance_alert_sent = not w.low_balance_alert_sent
    from providers p
    where w.id = any(${columnOf(touched)}::uuid[]) and p.id = w.provider_id
      and w.low_balance_alert_sent <> (w.available < p.low_balance_threshold)
      and (w.low_balance_alert_sent or w.id = any(${columnOf(spent)}::uuid[]))
    returning w.provider_id, w.id as wallet_id, w.low_balance_alert_sent as low, w.available,
      p.low_balance_threshold as threshold, w.currency, p.company_name,
      coalesce(p.low_balance_alert_email, p.contact_email) as recipient,
      coalesce((p.notification_preferences ->> 'low_balance')::boolean, true) as wanted`;
}

/**
 * Money came in: unsold leads are worth another look for these providers. A flag that is up is raised again: whoever is
 * about to lower it has looked at the money from before.
 */
export async function flagSubscriptions(tx: Tx, providerIds: string[]): Promise<number> {
  const result = await tx`
    update subscriptions set flagged_at = clock_timestamp()
    where id in (
      select id from subscriptions
      where provider_id = any(${providerIds}::uuid[]) and active
      order by id for no key update
    )`;
  return result.count;
}

/** The lowest price each provider can be charged in a currency now; a provider without subscription has none. */
export async function selectLowestPrices(
  tx: Tx,
  providerIds: string[],
): Promise<{ provider_id: string; currency: string; price: bigint }[]> {
  return tx`
    select s.provider_id, n.currency, min(coalesce(sv.price_override, cheapest.price, lv.price_per_lead)) as price
    from subscriptions s
    join subscription_versions sv on sv.subscription_id = s.id and sv.to_version is null
    join level_versions lv on lv.level_id = s.level_id and lv.to_version is null
    join niches n on n.id = s.niche_id
    left join lateral (
      select min(coalesce((k.level_prices ->> s.level_id::text)::bigint, lv.price_per_lead)) as price
      from campaign_versions k
      where k.niche_id = s.niche_id and k.to_version is null and k.active
        and (sv.campaign_ids = '{}' or k.campaign_id = any(sv.campaign_ids))
    ) cheapest on true
    where s.provider_id = any(${providerIds}::uuid[]) and s.active and lv.active
    group by s.provider_id, n.currency`;
}

/** Who is written to about a provider's money. */
export async function selectRecipients(
  tx: Tx,
  providerIds: string[],
): Promise<{ provider_id: string; recipient: string; company_name: string; wanted: boolean }[]> {
  return tx`
    select id as provider_id, company_name, coalesce(low_balance_alert_email, contact_email) as recipient,
      coalesce((notification_preferences ->> 'low_balance')::boolean, true) as wanted
    from providers where id = any(${providerIds}::uuid[])`;
}

/** The database's time now, not that of the transaction's begin: locks may have been waited for. */
export async function selectClock(tx: Tx): Promise<Date> {
  const [row] = await tx<{ at: Date }[]>`select clock_timestamp()::timestamptz(3) as at`;
  return row!.at;
}
