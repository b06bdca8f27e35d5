import type { Tx } from '../../platform/db.ts';

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

const columns = (tx: Tx) => tx`
  a.id, a.lead_id as "leadId", a.provider_id as "providerId", a.subscription_id as "subscriptionId", a.state,
  a.charged_amount as amount, a.currency, a.test`;

/** The assignments of a lead, locked in id order; the lead's row is locked before. */
export async function lockAssignments(tx: Tx, leadId: string): Promise<Returned[]> {
  return tx<Returned[]>`
    select ${columns(tx)} from assignments a where a.lead_id = ${leadId} order by a.id for no key update`;
}

export async function leadOfAssignment(tx: Tx, assignmentId: string): Promise<string | null> {
  const [row] = await tx<{ leadId: string }[]>`
    select lead_id as "leadId" from assignments where id = ${assignmentId}`;
  return row?.leadId ?? null;
}

/** Charged ones become refunded, by compare-and-set. Returns those that moved: only they get their money back. */
export async function refundCharged(tx: Tx, refund: { ids: string[]; reason: string }): Promise<Returned[]> {
  return tx<Returned[]>`
    update assignments a set state = 'refunded', refunded_at = clock_timestamp(), refund_reason = ${refund.reason}
    where a.id = any(${refund.ids}::uuid[]) and a.state = 'charged'
    returning ${columns(tx)}`;
}

/** Held ones become released: their money was never taken. */
export async function releaseHeld(tx: Tx, ids: string[]): Promise<Returned[]> {
  return tx<Returned[]>`
    update assignments a set state = 'released' where a.id = any(${ids}::uuid[]) and a.state = 'held'
    returning ${columns(tx)}`;
}

/** What has not left us yet for one assignment stays here: the provider no longer pays for it. */
export async function cancelDeliveriesOf(tx: Tx, assignmentId: string, reason: string): Promise<number> {
  const rows = await tx`
    with open as materialized (
      select id from deliveries where assignment_id = ${assignmentId} and state in ('pending', 'sending')
      order by id for no key update
    )
    update deliveries d set state = 'cancelled', due_at = null, ended_at = clock_timestamp(), reason = ${reason},
      body_enc = null, lease_token = null, lease_until = null
    from open where d.id = open.id returning d.id`;
  return rows.length;
}

export type Told = { providerId: string; email: string; wantsMail: boolean };

export async function readTold(tx: Tx, providerIds: string[]): Promise<Told[]> {
  return tx<Told[]>`
    select id as "providerId", contact_email as email,
      coalesce((notification_preferences ->> 'bad_lead_decision')::boolean, true) as "wantsMail"
    from providers where id = any(${providerIds}::uuid[])`;
}

export async function nicheNameOf(tx: Tx, leadId: string): Promise<string> {
  const [niche] = await tx<{ name: string }[]>`
    select n.name from leads l join niches n on n.id = l.niche_id where l.id = ${leadId}`;
  return niche?.name ?? '';
}

/** The time of the database, for transfers. */
export async function readClock(tx: Tx): Promise<Date> {
  const [clock] = await tx<{ now: Date }[]>`select clock_timestamp()::timestamptz(3) as now`;
  return clock!.now;
}
