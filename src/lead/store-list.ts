import type { Tx } from '../platform/db.ts';
import type { LeadState } from './lead.ts';
import { bytesOf } from './store-person.ts';

/** The lists of leads: staff see all of them, a provider its own through row-level security. */

export type LeadFilter = {
  states: LeadState[];
  nicheId: string | null;
  campaignId: string | null;
  sourceId: string | null;
  test: boolean | null;
  parked: boolean | null;
  oldestFirst: boolean;
  from: Date | null;
  to: Date | null;
  /** Exact search: an id, or keyed hashes (hex) of an e-mail or a phone; null: no search. */
  search: { id: string | null; hashes: string[] } | null;
};

export type Page = { limit: number; offset: number; after: { time: string; id: string } | null };

export type ListedLead = {
  id: string;
  state: LeadState;
  reason: string | null;
  test: boolean;
  nicheId: string;
  nicheName: string;
  campaignId: string;
  campaignName: string;
  sourceId: string | null;
  sourceName: string | null;
  country: string | null;
  leadType: string | null;
  score: number | null;
  name: string | null;
  email: string | null;
  phone: string | null;
  submittedAt: Date;
  readyAt: Date | null;
  dueAt: Date | null;
  nAssigned: number;
  parkedAt: Date | null;
  version: number;
};

/** Indexes: leads_recent for the newest, leads_waiting for a state that waits, lead_contacts_* for a search. */
const matching = (tx: Tx, filter: LeadFilter) => tx`
  ${filter.states.length === 0 ? tx`true` : tx`l.state = any(${filter.states as string[]}::text[])`}
  ${filter.nicheId === null ? tx`` : tx`and l.niche_id = ${filter.nicheId}`}
  ${filter.campaignId === null ? tx`` : tx`and l.campaign_id = ${filter.campaignId}`}
  ${filter.sourceId === null ? tx`` : tx`and l.source_id = ${filter.sourceId}`}
  ${filter.test === null ? tx`` : tx`and l.test = ${filter.test}`}
  ${filter.parked === null ? tx`` : tx`and (l.parked_at is not null) = ${filter.parked}`}
  ${filter.from === null ? tx`` : tx`and l.submitted_at >= ${filter.from}`}
  ${filter.to === null ? tx`` : tx`and l.submitted_at < ${filter.to}`}
  ${filter.search === null ? tx`` : tx`and l.id in (${found(tx, filter.search)})`}`;

const found = (tx: Tx, { id, hashes }: { id: string | null; hashes: string[] }) => tx`
  select ${id}::uuid
  union select lead_id from lead_receipts where id = ${id}::uuid
  union select lead_id from lead_contacts
    where email_hash = any(${bytesOf(tx, hashes)})
  union select lead_id from lead_contacts
    where phone_hash = any(${bytesOf(tx, hashes)})`;

/** Without receipts, which are no provider's business. */
const personFound = (tx: Tx, { id, hashes }: { id: string | null; hashes: string[] }) => tx`
  select ${id}::uuid
  union select lead_id from lead_contacts
    where email_hash = any(${bytesOf(tx, hashes)})
  union select lead_id from lead_contacts
    where phone_hash = any(${bytesOf(tx, hashes)})`;

/** One row more than the limit tells that there are more. Totals are counted up to `countMax`. */
export async function listLeads(tx: Tx, filter: LeadFilter, at: Page, countMax: number) {
  const { after } = at;
  const place = after === null ? tx`` : tx`(${after.time}::timestamptz, ${after.id}::uuid)`;
  const beyond = filter.oldestFirst
    ? tx`and (l.submitted_at, l.id) > ${place}`
    : tx`and (l.submitted_at, l.id) < ${place}`;
  const order = filter.oldestFirst ? tx`l.submitted_at, l.id` : tx`l.submitted_at desc, l.id desc`;
  const [rows, [counted]] = await Promise.all([
    tx<ListedLead[]>`
      select l.id, l.state, l.reason, l.test, l.niche_id as "nicheId", n.name as "nicheName",
        l.campaign_id as "campaignId", c.name as "campaignName", l.source_id as "sourceId",
        coalesce(a.source_name, s.name) as "sourceName", l.country, l.lead_type as "leadType", l.score, p.name,
        p.email, p.phone, l.submitted_at as "submittedAt", l.ready_at as "readyAt", l.due_at as "dueAt",
        l.n_assigned as "nAssigned", l.parked_at as "parkedAt", l.version
      from leads l join niches n on n.id = l.niche_id join campaigns c on c.id = l.campaign_id
        left join sources s on s.id = l.source_id left join lead_contacts p on p.lead_id = l.id
        left join lead_attribution a on a.lead_id = l.id
      where ${matching(tx, filter)}
        ${after === null ? tx`` : beyond}
      order by ${order} limit ${at.limit + 1} offset ${after === null ? at.offset : 0}`,
    tx<{ count: number }[]>`
      select count(*)::int as count from (
        select 1 from leads l where ${matching(tx, filter)} limit ${countMax}
      ) counted`,
  ]);
  return { rows, counted: counted?.count ?? 0 };
}

export type OwnLeadFilter = {
  id: string | null;
  nicheId: string | null;
  /** Of the assignment; empty: all. */
  states: string[];
  from: Date | null;
  to: Date | null;
  /** Finds people of charged leads only, because row-level security shows no others. */
  search: LeadFilter['search'];
};

export type OwnLead = {
  leadId: string;
  assignmentId: string;
  nicheId: string;
  nicheName: string;
  schemaVersion: number;
  levelName: string | null;
  state: string;
  test: boolean;
  amount: bigint;
  currency: string;
  maxShared: number;
  assignedAt: Date;
  refundedAt: Date | null;
  refundReason: string | null;
  country: string | null;
  leadType: string | null;
  submittedAt: Date;
  /** Null unless the assignment is charged: row-level security keeps the person back. */
  name: string | null;
  email: string | null;
  phone: string | null;
  city: string | null;
  postcode: string | null;
  answers: string | null;
  deliveryState: string | null;
  deliveredAt: Date | null;
};

const own = (tx: Tx, providerId: string, filter: OwnLeadFilter) => tx`
  a.provider_id = ${providerId}
  ${filter.id === null ? tx`` : tx`and a.lead_id = ${filter.id}`}
  ${filter.nicheId === null ? tx`` : tx`and a.niche_id = ${filter.nicheId}`}
  ${filter.states.length === 0 ? tx`` : tx`and a.state = any(${filter.states}::text[])`}
  ${filter.search === null ? tx`` : tx`and a.lead_id in (${personFound(tx, filter.search)})`}
  ${filter.from === null ? tx`` : tx`and a.assigned_at >= ${filter.from}`}
  ${filter.to === null ? tx`` : tx`and a.assigned_at < ${filter.to}`}`;

/** A provider's leads, newest first; in a transaction of that provider. Index: assignments_provider. */
export async function listOwnLeads(
  tx: Tx,
  providerId: string,
  filter: OwnLeadFilter,
  at: Page,
  countMax: number,
) {
  const { after } = at;
  const [rows, [counted]] = await Promise.all([
    tx<OwnLead[]>`
      select a.lead_id as "leadId", a.id as "assignmentId", a.niche_id as "nicheId", n.name as "nicheName",
        l.schema_version as "schemaVersion", a.state, a.test, a.charged_amount as amount, a.currency,
        a.max_shared as "maxShared", a.assigned_at as "assignedAt", a.refunded_at as "refundedAt",
        a.refund_reason as "refundReason", l.country, l.lead_type as "leadType", l.submitted_at as "submittedAt",
        p.name, p.email, p.phone, p.city, p.postcode, p.answers, d.state as "deliveryState",
        case when d.state = 'delivered' then d.ended_at end as "deliveredAt",
        (select v.name from level_versions v where v.level_id = a.level_id order by v.from_version desc limit 1)
          as "levelName"
      from assignments a join leads l on l.id = a.lead_id join niches n on n.id = a.niche_id
        left join lead_contacts p on p.lead_id = a.lead_id
        left join lateral (
          select state, ended_at from deliveries where assignment_id = a.id order by number desc limit 1
        ) d on true
      where ${own(tx, providerId, filter)}
        ${after === null ? tx`` : tx`and (a.assigned_at, a.id) < (${after.time}::timestamptz, ${after.id}::uuid)`}
      order by a.assigned_at desc, a.id desc limit ${at.limit + 1} offset ${after === null ? at.offset : 0}`,
    tx<{ count: number }[]>`
      select count(*)::int as count from (
        select 1 from assignments a where ${own(tx, providerId, filter)} limit ${countMax}
      ) counted`,
  ]);
  return { rows, counted: counted?.count ?? 0 };
}

export type OwnCounts = { today: number; last7Days: number; last30Days: number };

/** Test leads are in no figure. Days are those of the provider's time zone. */
export async function countOwnLeads(tx: Tx, providerId: string): Promise<OwnCounts & { timezone: string }> {
  const [counts] = await tx<(OwnCounts & { timezone: string })[]>`
    select p.timezone,
      count(a.id) filter (
        where a.assigned_at >= date_trunc('day', clock_timestamp() at time zone p.timezone) at time zone p.timezone
      )::int as today,
      count(a.id) filter (where a.assigned_at >= clock_timestamp() - interval '7 days')::int as "last7Days",
      count(a.id)::int as "last30Days"
    from providers p left join assignments a on a.provider_id = p.id and not a.test
      and a.state in ('charged', 'held') and a.assigned_at >= clock_timestamp() - interval '30 days'
    where p.id = ${providerId} group by p.id, p.timezone`;
  return counts ?? { today: 0, last7Days: 0, last30Days: 0, timezone: 'UTC' };
}
