import { column, columnOf } from '../platform/columns.ts';
import type { Tx } from '../platform/db.ts';

/** SQL of money given back: what returns and delivery both do to assignments. */

export type AssignmentState = 'held' | 'charged' | 'released' | 'refunded';

export type Returned = {
  id: string;
  leadId: string;
  providerId: string;
  subscriptionId: string;
  state: AssignmentState;
  amount: bigint;
  currency: string;
  test: boolean;
};

/** Why held money was freed. Only `unresolved` means that the receiver may have the lead. */
export type ReleaseReason = 'refused' | 'undelivered' | 'late' | 'unresolved' | 'bad_lead';

const columns = (tx: Tx) => tx`
  a.id, a.lead_id as "leadId", a.provider_id as "providerId", a.subscription_id as "subscriptionId", a.state,
  a.charged_amount as amount, a.currency, a.test`;

/** The assignments of a lead, locked in id order; the lead's row is locked before. */
export async function lockAssignments(tx: Tx, leadId: string): Promise<Returned[]> {
  return tx<Returned[]>`
    select ${columns(tx)} from assignments a where a.lead_id = ${leadId} order by a.id for no key update`;
}

/**
 * Locks those assignments, in id order, whose money moves when their delivery ends: the held ones, and among `failing`
 * the charged ones whose level, as it stood at the decision, gives the money back for what never arrived. Nearly
 * always none: most leads are charged at once, and arrive.
 */
export async function lockBillable(
  tx: Tx,
  of: { ids: readonly string[]; failing: readonly string[] },
): Promise<Map<string, Returned>> {
  const rows = await tx<Returned[]>`
    select ${columns(tx)} from assignments a
    where a.id = any(${of.ids as string[]}::uuid[]) and (a.state = 'held' or (
      a.state = 'charged' and not a.test and a.id = any(${of.failing as string[]}::uuid[])
      and exists (
        select from decisions c join level_versions v on v.level_id = a.level_id
          and v.from_version <= c.config_version and (v.to_version is null or v.to_version > c.config_version)
        where c.niche_id = a.niche_id and c.seq = a.decision_seq and v.bill_on = 'assigned' and v.refund_undelivered
      )
      and not exists (
        select from deliveries d join attempts t on t.delivery_id = d.id and t.outcome = 'delivered'
        where d.assignment_id = a.id
      )
    ))
    order by a.id for no key update of a`;
  return new Map(rows.map((row) => [row.id, row]));
}

/** Charged ones become refunded, by compare-and-set. Returns those that moved: only they get their money back. */
export async function refundCharged(
  tx: Tx,
  refunds: readonly { id: string; reason: string }[],
): Promise<Returned[]> {
  if (refunds.length === 0) return [];
  return tx<Returned[]>`
    update assignments a set state = 'refunded', refunded_at = clock_timestamp(), refund_reason = row.reason
    from unnest(${column(refunds, 'id')}::uuid[], ${column(refunds, 'reason')}::text[]) as row (id, reason)
    where a.id = row.id and a.state = 'charged'
    returning ${columns(tx)}`;
}

/** Held ones become released: their money was never taken. */
export async function releaseHeld(
  tx: Tx,
  releases: readonly { id: string; release: ReleaseReason }[],
): Promise<Returned[]> {
  if (releases.length === 0) return [];
  return tx<Returned[]>`
    update assignments a set state = 'released', hold_ended_at = clock_timestamp(), release_reason = row.reason
    from unnest(
      ${column(releases, 'id')}::uuid[], ${columnOf(releases.map(({ release }) => release))}::text[]
    ) as row (id, reason)
    where a.id = row.id and a.state = 'held'
    returning ${columns(tx)}`;
}

/** Held ones become charged: the receiver has the lead. */
export async function captureHeld(tx: Tx, ids: readonly string[]): Promise<Returned[]> {
  if (ids.length === 0) return [];
  return tx<Returned[]>`
    update assignments a set state = 'charged', hold_ended_at = clock_timestamp()
    where a.id = any(${ids as string[]}::uuid[]) and a.state = 'held'
    returning ${columns(tx)}`;
}

export type Told = { providerId: string; email: string; wantsMail: boolean };

export async function readTold(tx: Tx, providerIds: string[]): Promise<Told[]> {
  return tx<Told[]>`
    select id as "providerId", contact_email as email,
      coalesce((notification_preferences ->> 'bad_lead_decision')::boolean, true) as "wantsMail"
    from providers where id = any(${providerIds}::uuid[])`;
}

export async function nicheNamesOf(tx: Tx, leadIds: string[]): Promise<Map<string, string>> {
  const rows = await tx<{ leadId: string; name: string }[]>`
    select l.id as "leadId", n.name from leads l join niches n on n.id = l.niche_id
    where l.id = any(${leadIds}::uuid[])`;
  return new Map(rows.map(({ leadId, name }) => [leadId, name]));
}
