import type { Tx } from '../platform/db.ts';
import type { StoredVerdict } from './store-advance.ts';

/** Everything about one lead for its page, in one call: a read across the stages. Each list has its limit. */

export const ROWS_MAX = 500;

export type LeadRow = {
  id: string;
  state: string;
  reason: string | null;
  stoppedAt: string | null;
  test: boolean;
  nicheId: string;
  nicheName: string;
  campaignId: string;
  campaignName: string;
  sourceId: string | null;
  sourceName: string | null;
  schemaVersion: number;
  country: string | null;
  leadType: string | null;
  score: number | null;
  submittedAt: Date;
  confirmationExpiresAt: Date | null;
  confirmedAt: Date | null;
  confirmedBy: string | null;
  readyAt: Date | null;
  approvedAt: Date | null;
  approvedBy: string | null;
  dueAt: Date | null;
  expiresAt: Date | null;
  endedAt: Date | null;
  nAssigned: number;
  parkedAt: Date | null;
  parkedReason: string | null;
  version: number;
};

export async function readLead(tx: Tx, id: string): Promise<LeadRow | null> {
  const [lead] = await tx<LeadRow[]>`
    select l.id, l.state, l.reason, l.stopped_at as "stoppedAt", l.test, l.niche_id as "nicheId",
      n.name as "nicheName", l.campaign_id as "campaignId", c.name as "campaignName", l.source_id as "sourceId",
      s.name as "sourceName", l.schema_version as "schemaVersion", l.country, l.lead_type as "leadType", l.score,
      l.submitted_at as "submittedAt", l.confirmation_expires_at as "confirmationExpiresAt",
      l.confirmed_at as "confirmedAt", l.confirmed_by as "confirmedBy", l.ready_at as "readyAt",
      l.approved_at as "approvedAt", l.approved_by as "approvedBy", l.due_at as "dueAt", l.expires_at as "expiresAt",
      l.ended_at as "endedAt", l.n_assigned as "nAssigned", l.parked_at as "parkedAt",
      l.parked_reason as "parkedReason", l.version
    from leads l join niches n on n.id = l.niche_id join campaigns c on c.id = l.campaign_id
      left join sources s on s.id = l.source_id
    where l.id = ${id}`;
  return lead ?? null;
}

export type HoldingStop = { id: string; scope: string; name: string | null; reason: string; setAt: Date };

/**
 * The stop switches that this lead, or a delivery of it, waits for: it goes on when they are released. Deliveries wait
 * for everything and for their provider.
 */
export async function readHoldingStops(tx: Tx, leadId: string): Promise<HoldingStop[]> {
  return tx<HoldingStop[]>`
    select x.id, x.scope, coalesce(n.name, s.name, p.company_name) as name, x.reason, x.set_at as "setAt"
    from leads l cross join stop_switches x
      left join niches n on x.scope = 'niche' and n.id = x.scope_id
      left join sources s on x.scope = 'source' and s.id = x.scope_id
      left join providers p on x.scope = 'provider' and p.id = x.scope_id
    where l.id = ${leadId} and x.released_at is null and (
      (l.state in ('approved', 'unsold') and l.parked_at is null and (x.scope = 'everything'
        or (x.scope = 'niche' and x.scope_id = l.niche_id) or (x.scope = 'source' and x.scope_id = l.source_id)))
      or (x.scope in ('everything', 'provider') and exists (
        select from deliveries d where d.lead_id = l.id and d.state = 'pending'
          and (x.scope = 'everything' or d.provider_id = x.scope_id))))
    order by x.set_at, x.id`;
}

export type ContactRow = {
  name: string | null;
  first_name: string | null;
  last_name: string | null;
  email: string | null;
  phone: string | null;
  phone_typed: string | null;
  street: string | null;
  city: string | null;
  postcode: string | null;
  region: string | null;
  country: string | null;
  latitude: number | null;
  longitude: number | null;
  answers: string | null;
  erased_at: Date | null;
};

export async function readContact(tx: Tx, leadId: string): Promise<ContactRow | null> {
  const [contact] = await tx<ContactRow[]>`
    select name, first_name, last_name, email, phone, phone_typed, street, city, postcode, region, country, latitude,
      longitude, answers, erased_at
    from lead_contacts where lead_id = ${leadId}`;
  return contact ?? null;
}

export type AttributionRow = Record<string, string | null>;
type Other = { utm_other: Record<string, string> | null };

export async function readAttribution(tx: Tx, leadId: string): Promise<AttributionRow | null> {
  const [from] = await tx<(AttributionRow & Other)[]>`
    select referrer_url, page_url, utm_source, utm_medium, utm_campaign, utm_term, utm_content, click_id, session_id,
      affiliate, source_name, utm_other
    from lead_attribution where lead_id = ${leadId}`;
  if (!from) return null;
  const { utm_other: other, ...named } = from;
  return { ...named, ...other };
}

export type CheckRun = { stage: string; verdicts: StoredVerdict[]; score: number; checkedAt: Date };

export async function readCheckRuns(tx: Tx, leadId: string): Promise<CheckRun[]> {
  return tx<CheckRun[]>`
    select stage, verdicts, score, checked_at as "checkedAt" from lead_checks where lead_id = ${leadId}
    order by checked_at, id limit ${ROWS_MAX}`;
}

export type DecisionRow = {
  seq: bigint;
  decidedAt: Date;
  outcome: string;
  nAssigned: number;
  retryAt: Date | null;
};

export async function readDecisions(tx: Tx, leadId: string): Promise<DecisionRow[]> {
  return tx<DecisionRow[]>`
    select seq, decided_at as "decidedAt", outcome, n_assigned as "nAssigned", retry_at as "retryAt"
    from decisions where lead_id = ${leadId} order by seq limit ${ROWS_MAX}`;
}

export type AssignmentRow = {
  id: string;
  providerId: string;
  providerName: string;
  levelId: string;
  levelName: string | null;
  state: string;
  amount: bigint;
  currency: string;
  maxShared: number;
  test: boolean;
  assignedAt: Date;
  refundedAt: Date | null;
  refundReason: string | null;
};

export async function readAssignments(tx: Tx, leadId: string): Promise<AssignmentRow[]> {
  return tx<AssignmentRow[]>`
    select a.id, a.provider_id as "providerId", p.company_name as "providerName", a.level_id as "levelId", a.state,
      a.charged_amount as amount, a.currency, a.max_shared as "maxShared", a.test, a.assigned_at as "assignedAt",
      a.refunded_at as "refundedAt", a.refund_reason as "refundReason",
      (select v.name from level_versions v where v.level_id = a.level_id order by v.from_version desc limit 1)
        as "levelName"
    from assignments a join providers p on p.id = a.provider_id
    where a.lead_id = ${leadId} order by a.assigned_at, a.receipt_no, a.id limit ${ROWS_MAX}`;
}

export type DeliveryRow = {
  id: string;
  assignmentId: string;
  number: number;
  endpointId: string;
  state: string;
  dueAt: Date | null;
  tries: number;
  endedAt: Date | null;
  reason: string | null;
  partnerReference: string | null;
};

export async function readDeliveries(tx: Tx, leadId: string): Promise<DeliveryRow[]> {
  return tx<DeliveryRow[]>`
    select id, assignment_id as "assignmentId", number, endpoint_id as "endpointId", state, due_at as "dueAt", tries,
      ended_at as "endedAt", reason, partner_reference as "partnerReference"
    from deliveries where lead_id = ${leadId} order by assignment_id, number limit ${ROWS_MAX}`;
}

export type AttemptRow = {
  deliveryId: string;
  number: number;
  startedAt: Date;
  durationMs: number;
  outcome: string;
  status: number | null;
  reason: string | null;
  message: string | null;
};

/** By delivery, not by lead: that is the index the attempts have. */
export async function readAttempts(tx: Tx, deliveryIds: readonly string[]): Promise<AttemptRow[]> {
  if (deliveryIds.length === 0) return [];
  return tx<AttemptRow[]>`
    select delivery_id as "deliveryId", number, started_at as "startedAt", duration_ms as "durationMs", outcome,
      status, reason, message
    from attempts where delivery_id = any(${deliveryIds as string[]}::uuid[])
    order by started_at, number limit ${ROWS_MAX}`;
}

export type TimelineRow = {
  id: string;
  createdAt: Date;
  actorId: string | null;
  /** Of a person with a login; null for the program, sources and people who asked. */
  actorName: string | null;
  actorRole: string;
  action: string;
  entityType: string;
  entityId: string | null;
  before: unknown;
  after: unknown;
  description: string;
};

/** Roles of actors who are users, so that their id is one of `users`. */
const PEOPLE = ['admin', 'operator', 'finance', 'auditor', 'provider_owner', 'provider_member'];

/**
 * What happened to the lead and its assignments, in order; what one transaction wrote stands in the order of the way
 * (`stateOrder`). Index: audit_log_entity. The operator's private memos are not among it.
 */
export async function readTimeline(
  tx: Tx,
  of: { leadId: string; assignmentIds: readonly string[]; stateOrder: readonly string[] },
): Promise<TimelineRow[]> {
  return tx<TimelineRow[]>`
    select id, created_at as "createdAt", actor_id as "actorId", actor_role as "actorRole", action,
      entity_type as "entityType", entity_id as "entityId", before_state as before, after_state as after, description,
      (select nullif(trim(u.first_name || ' ' || u.last_name), '') from users u
        where u.id = case when actor_role = any(${PEOPLE}::text[]) then actor_id::uuid end) as "actorName"
    from audit_log
    where (entity_type = 'lead' and entity_id = ${of.leadId})
      or (entity_type = 'assignment' and entity_id = any(${of.assignmentIds as string[]}::text[]))
    order by created_at, array_position(${of.stateOrder as string[]}::text[], substr(action, 6)), id limit ${ROWS_MAX}`;
}

export type TransferRow = {
  id: string;
  kind: string;
  assignmentId: string | null;
  amount: bigint;
  currency: string;
  availableAfter: bigint;
  createdAt: Date;
};

/** How money moved for these assignments, found by the cause of each movement, which is unique. */
export async function readTransfers(tx: Tx, assignmentIds: readonly string[]): Promise<TransferRow[]> {
  if (assignmentIds.length === 0) return [];
  const kinds = ['charge', 'hold', 'capture', 'release', 'refund'];
  const causes = assignmentIds.flatMap((id) => kinds.map((kind) => `${kind}:${id}`));
  return tx<TransferRow[]>`
    select id, kind, assignment_id as "assignmentId", amount, currency, available_after as "availableAfter",
      created_at as "createdAt"
    from transfers where cause = any(${causes}::text[]) order by created_at, id limit ${ROWS_MAX}`;
}

export type MessageRow = {
  id: string;
  template: string;
  recipient: string | null;
  state: string;
  lastError: string | null;
  createdAt: Date;
  sentAt: Date | null;
};

/** Mails about the lead, without their words. Index: messages_lead. */
export async function readMessages(tx: Tx, leadId: string): Promise<MessageRow[]> {
  return tx<MessageRow[]>`
    select id, template, recipient, state, last_error as "lastError", created_at as "createdAt", sent_at as "sentAt"
    from messages where lead_id = ${leadId} order by created_at, id limit ${ROWS_MAX}`;
}
