import type { Tx } from '../../platform/db.ts';
import type { LeadState } from '../lead.ts';

/** The person of a lead as confirmation needs it; null when it was erased. */
export type ConfirmingPerson = {
  nicheGroup: string;
  email: string | null;
  phone: string | null;
  locale: string | null;
};

export async function readPersonOf(tx: Tx, leadId: string): Promise<ConfirmingPerson | null> {
  const [person] = await tx<ConfirmingPerson[]>`
    select n.niche_group as "nicheGroup", c.email, c.phone,
      (select locale from consents where lead_id = l.id) as locale
    from leads l join niches n on n.id = l.niche_id join lead_contacts c on c.lead_id = l.id
    where l.id = ${leadId}`;
  return person ?? null;
}

/** Whether the mail domain takes mail, if that was found out lately; the same time as at intake. */
export async function readMailDomain(tx: Tx, domain: string, days: number): Promise<boolean | null> {
  const [known] = await tx<{ accepts: boolean }[]>`
    select accepts_mail as accepts from mx_cache
    where domain = ${domain} and checked_at > clock_timestamp() - ${days}::int * interval '1 day'`;
  return known?.accepts ?? null;
}

/** A fresh link; the lead waits for the full time again. */
export async function setConfirmLink(
  tx: Tx,
  link: { leadId: string; hash: Buffer; expiresAt: Date },
): Promise<void> {
  await tx`
    update leads set confirmation_token_hash = ${link.hash}, confirmation_expires_at = ${link.expiresAt},
      due_at = ${link.expiresAt}
    where id = ${link.leadId} and state = 'pending_confirmation'`;
}

/** The lead of a public form's receipt. Index: lead_receipts_id. */
export async function leadOfReceipt(tx: Tx, receipt: string): Promise<string | null> {
  const [row] = await tx<{ leadId: string }[]>`
    select lead_id as "leadId" from lead_receipts where id = ${receipt} and lead_id is not null`;
  return row?.leadId ?? null;
}

/** Leads whose time in a state is up, locked until the end of the transaction. Index: leads_waiting. */
export async function claimOverdue(
  tx: Tx,
  state: 'pending_confirmation' | 'quarantined',
  limit: number,
): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select id from leads where state = ${state} and parked_at is null and due_at <= clock_timestamp()
    order by due_at limit ${limit} for no key update skip locked`;
  return rows.map(({ id }) => id);
}

/**
 * Leads that are no longer offered: unsold ones, and approved ones that nobody decided about (their niche was switched
 * off). Distribution leaves unsold ones alone from that moment. Indexes: leads_unsold, leads_approved; the second holds
 * a handful unless work has stopped.
 */
export async function claimUnoffered(tx: Tx, state: 'unsold' | 'approved', limit: number): Promise<string[]> {
  // As a word of the statement, not as a value: a plan for any state could use neither of the two partial indexes.
  const inState = state === 'unsold' ? tx`state = 'unsold'` : tx`state = 'approved'`;
  const rows = await tx<{ id: string }[]>`
    select id from leads
    where ${inState} and parked_at is null and rests_since is null
      and due_at <= clock_timestamp() and expires_at <= clock_timestamp()
    order by due_at limit ${limit} for no key update skip locked`;
  return rows.map(({ id }) => id);
}

/**
 * Leads of stopped sources whose time is over, back in the queue in which they are ended: times go on while a stop
 * holds. Index leads_resting.
 */
export async function wakeOverdue(tx: Tx, limit: number): Promise<void> {
  await tx`
    update leads set rests_since = null
    where id in (
      select late.id
      from (select scope_id from stop_switches where released_at is null and scope = 'source') x
      cross join lateral (
        select id from leads
        where source_id = x.scope_id and rests_since is not null and expires_at <= clock_timestamp()
        order by expires_at limit ${limit} for no key update skip locked
      ) late
      limit ${limit}
    )`;
}

export type WaitingLead = {
  id: string;
  nicheId: string;
  test: boolean;
  /** Since it was ready, or since it left quarantine if that was later. */
  waitedMs: number;
  /** What its campaign wants after 25 minutes. */
  lateApproval: 'alert' | 'approve';
  /** The staff have had a mail about it. */
  warned: boolean;
};

/** Leads that wait for an approval longer than they should. Index: leads_waiting. */
export async function claimUnreviewed(tx: Tx, limit: number): Promise<WaitingLead[]> {
  return tx<WaitingLead[]>`
    select l.id, l.niche_id as "nicheId", l.test, c.late_approval as "lateApproval",
      l.approval_warned_at is not null as warned,
      (extract(epoch from clock_timestamp() - greatest(coalesce(l.ready_at, l.confirmed_at), l.released_at)) * 1000)::float8
        as "waitedMs"
    from leads l join campaigns c on c.id = l.campaign_id
    where l.state = 'pending_approval' and l.parked_at is null and l.due_at <= clock_timestamp()
    order by l.due_at limit ${limit} for no key update of l skip locked`;
}

/** Remembers that the staff have had a mail about these leads. */
export async function setWarned(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx`update leads set approval_warned_at = clock_timestamp() where id = any(${ids as string[]}::uuid[])`;
}

const STAFF_TOLD_MAX = 20;

/** Who may approve: the staff who are told that leads wait. */
export async function reviewersOf(tx: Tx): Promise<string[]> {
  const rows = await tx<{ email: string }[]>`
    select email from users
    where role in ('admin', 'operator') and status = 'active' and deleted_at is null
    order by role, created_at limit ${STAFF_TOLD_MAX}`;
  return rows.map(({ email }) => email);
}

/** Leads that intake left half done. It judges in the transaction that stores, so there should be none. */
export async function claimStuck(
  tx: Tx,
  claim: { limit: number; limitMs: number; againMs: number },
): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    with stuck as materialized (
      select id from leads where state = 'received' and parked_at is null and due_at <= clock_timestamp()
        and submitted_at <= clock_timestamp() - ${claim.limitMs}::float8 * interval '1 ms'
      order by due_at limit ${claim.limit} for no key update skip locked
    )
    update leads l set due_at = clock_timestamp() + ${claim.againMs}::float8 * interval '1 ms'
    from stuck where l.id = stuck.id
    returning l.id`;
  return rows.map(({ id }) => id);
}

export async function setDue(tx: Tx, leads: readonly { id: string; inMs: number }[]): Promise<void> {
  if (leads.length === 0) return;
  await tx`
    update leads l set due_at = clock_timestamp() + due.in_ms * interval '1 ms'
    from unnest(${leads.map(({ id }) => id)}::text[]::uuid[], ${leads.map(({ inMs }) => inMs)}::float8[]) as due (id, in_ms)
    where l.id = due.id and l.state = 'pending_approval'`;
}

/** A quarantined lead that waits for the next check to be overridden. */
export async function setReason(tx: Tx, lead: { id: string; reason: string }): Promise<void> {
  await tx`
    update leads set reason = ${lead.reason}, version = version + 1 where id = ${lead.id} and state = 'quarantined'`;
}

export async function stateOf(tx: Tx, id: string): Promise<LeadState | null> {
  const [lead] = await tx<{ state: LeadState }[]>`select state from leads where id = ${id}`;
  return lead?.state ?? null;
}

export type ContactFields = {
  name: string | null;
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  phone: string | null;
  phoneTyped: string | null;
  callingCode: string | null;
  country: string | null;
};

export async function readContactFields(tx: Tx, leadId: string): Promise<ContactFields | null> {
  const [contact] = await tx<ContactFields[]>`
    select c.name, c.first_name as "firstName", c.last_name as "lastName", c.email, c.phone,
      c.phone_typed as "phoneTyped", c.calling_code as "callingCode", coalesce(c.country, l.country) as country
    from lead_contacts c join leads l on l.id = c.lead_id where c.lead_id = ${leadId}`;
  return contact ?? null;
}

/** The lead's country follows, because the search for a buyer goes by it. */
export async function updateContact(
  tx: Tx,
  contact: ContactFields & { leadId: string; hashes: { keyId: string; email: string; phone: string | null } },
): Promise<void> {
  await tx`
    update lead_contacts set name = ${contact.name}, first_name = ${contact.firstName},
      last_name = ${contact.lastName}, email = ${contact.email}, phone = ${contact.phone},
      phone_typed = ${contact.phoneTyped}, calling_code = ${contact.callingCode}, country = ${contact.country},
      email_hash = decode(${contact.hashes.email}, 'hex'), phone_hash = decode(${contact.hashes.phone}, 'hex'),
      key_id = ${contact.hashes.keyId}
    where lead_id = ${contact.leadId}`;
  await tx`
    update leads set country = ${contact.country}, version = version + 1 where id = ${contact.leadId}`;
}

/** Takes a parked lead back into its queue; the reason it was parked for, or null when it is not parked. */
export async function unpark(tx: Tx, leadId: string): Promise<string | null> {
  const [row] = await tx<{ reason: string }[]>`
    with parked as materialized (select id, parked_reason from leads where id = ${leadId} and parked_at is not null)
    update leads l set parked_at = null, parked_reason = null, failures = 0, due_at = clock_timestamp()
    from parked where l.id = parked.id
    returning parked.parked_reason as reason`;
  return row?.reason ?? null;
}
