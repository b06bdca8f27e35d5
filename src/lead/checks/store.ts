import type { Tx } from '../../platform/db.ts';

/** The lead as the outside checks see it. */
export type CheckedPerson = {
  leadId: string;
  email: string | null;
  name: string | null;
  phone: string | null;
  country: string | null;
};

export async function readPersons(tx: Tx, leadIds: readonly string[]): Promise<CheckedPerson[]> {
  return tx<CheckedPerson[]>`
    select c.lead_id as "leadId", c.email, c.name, c.phone, l.country
    from lead_contacts c join leads l on l.id = c.lead_id
    where c.lead_id = any(${leadIds as string[]}::uuid[])`;
}

/** Whether this worker still holds the lead: its lease may have ended while it asked outside. */
export async function holdsLease(tx: Tx, lease: { id: string; token: string }): Promise<boolean> {
  const rows = await tx`select 1 from leads where id = ${lease.id} and lease_token = ${lease.token}`;
  return rows.length > 0;
}

/**
 * Leads that have been due for checks longer than they should and that no worker is asking about, locked in order of
 * their ids. Index: leads_waiting.
 */
export async function claimLate(tx: Tx, limitMs: number, countMax: number): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select id from leads
    where state = 'checking' and parked_at is null
      and due_at <= clock_timestamp() - ${limitMs}::float8 * interval '1 ms'
      and (lease_until is null or lease_until < clock_timestamp())
    order by due_at limit ${countMax} for no key update skip locked`;
  return rows.map(({ id }) => id);
}

/** A step that failed is tried again a little later; after `failuresMax` in a row the lead is parked. */
export async function failStep(
  tx: Tx,
  failed: { id: string; token: string; restMs: number; failuresMax: number; reason: string },
): Promise<boolean> {
  const [row] = await tx<{ parked: boolean }[]>`
    update leads set failures = failures + 1, lease_token = null, lease_until = null,
      due_at = clock_timestamp() + ${failed.restMs}::float8 * interval '1 ms',
      parked_at = case when failures + 1 >= ${failed.failuresMax} then clock_timestamp() end,
      parked_reason = case when failures + 1 >= ${failed.failuresMax} then ${failed.reason}::text end
    where id = ${failed.id} and lease_token = ${failed.token}
    returning parked_at is not null as parked`;
  return row?.parked === true;
}

export async function readMx(tx: Tx, domain: string, days: number): Promise<boolean | null> {
  const [known] = await tx<{ accepts: boolean }[]>`
    select accepts_mail as accepts from mx_cache
    where domain = ${domain} and checked_at > clock_timestamp() - ${days}::int * interval '1 day'`;
  return known?.accepts ?? null;
}

export async function writeMx(tx: Tx, domain: string, acceptsMail: boolean): Promise<void> {
  await tx`
    insert into mx_cache (domain, accepts_mail) values (${domain}, ${acceptsMail})
    on conflict (domain) do update set accepts_mail = excluded.accepts_mail, checked_at = clock_timestamp()`;
}
