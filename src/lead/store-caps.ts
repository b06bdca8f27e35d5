import { column } from '../platform/columns.ts';
import type { Tx } from '../platform/db.ts';
import type { CountedCap } from './cap-windows.ts';

/** SQL of caps that are given back. */

export type PinnedCap = CountedCap & { weekday?: number; gives_back?: boolean };

/** An assignment with the caps that its decision went by, and the zones of their days. */
export type PinnedCaps = {
  subscriptionId: string;
  providerId: string;
  assignedAt: Date;
  amount: bigint;
  currency: string;
  caps: PinnedCap[];
  timezone: string;
  /** null: the provider had none over all its subscriptions. */
  providerCaps: PinnedCap[] | null;
  providerTimezone: string | null;
};

/** Test assignments were never counted. Indexes: the keys of assignments, decisions and versions. */
export async function pinnedCapsOf(tx: Tx, assignmentIds: readonly string[]): Promise<PinnedCaps[]> {
  return tx<PinnedCaps[]>`
    select a.subscription_id as "subscriptionId", a.provider_id as "providerId", a.assigned_at as "assignedAt",
      a.charged_amount as amount, a.currency, w.caps, w.timezone, m.caps as "providerCaps",
      m.timezone as "providerTimezone"
    from assignments a
    join decisions d on d.niche_id = a.niche_id and d.seq = a.decision_seq
    join subscription_versions w on w.subscription_id = a.subscription_id
      and w.from_version <= d.config_version and (w.to_version is null or w.to_version > d.config_version)
    left join provider_cap_versions m on m.provider_id = a.provider_id and m.niche_id = a.niche_id
      and m.from_version <= d.config_version and (m.to_version is null or m.to_version > d.config_version)
    where a.id = any(${assignmentIds as string[]}::uuid[]) and not a.test`;
}

export type CountedDown = { scopeId: string; kind: 'count' | 'spend'; windowKey: string; by: bigint };

export async function lowerCounters(tx: Tx, rows: readonly CountedDown[]): Promise<void> {
  if (rows.length === 0) return;
  await tx`
    update cap_counters c set used = c.used - row.by
    from unnest(
      ${column(rows, 'scopeId')}::uuid[], ${column(rows, 'kind')}::text[], ${column(rows, 'windowKey')}::text[],
      ${column(rows, 'by')}::bigint[]
    ) as row (scope_id, kind, window_key, by)
    where c.scope_id = row.scope_id and c.kind = row.kind and c.window_key = row.window_key`;
}
