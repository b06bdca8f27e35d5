import { foldEmail, normaliseEmail } from '../kernel/contact.ts';
import { isId } from '../kernel/ids.ts';
import { type Currency, formatMoney } from '../kernel/money.ts';
import { decodeCursor, encodeCursor, pagination, TOTAL_EXACT_MAX } from '../kernel/page.ts';
import { type FormField, formAt, readPhone } from '../market/catalog/index.ts';
import type { App } from '../platform/app.ts';
import type { Tx } from '../platform/db.ts';
import { httpRefusals } from '../platform/errors.ts';
import type { Secrets } from '../platform/secrets.ts';
import { consentOf } from '../record/consent/index.ts';
import { refusals } from './errors.ts';
import { LEAD_STATES } from './lead.ts';
import type { LeadListItem, LeadPage, LeadQuery, OwnLeadItem, OwnLeadPage, OwnLeadQuery } from './schema.ts';
import { openAnswers } from './sealed-answers.ts';
import {
  type ListedLead,
  listLeads,
  listOwnLeads,
  type OwnLead,
  type OwnLeadFilter,
  type Page,
} from './store-list.ts';
import * as store from './store-page.ts';

/** Reads of leads for screens and API: the operator's list and page, and what a provider sees of its own. */

type PageFields = { page: number; limit: number; cursor?: string | undefined };

/** @throws Refusal `input_invalid` for a cursor of another list */
function pageOf(query: PageFields): Page {
  const parts = query.cursor === undefined ? null : decodeCursor(query.cursor, ['time', 'uuid']);
  if (query.cursor !== undefined && parts === null) {
    const message = 'This cursor is not one of this list; begin again without it.';
    throw httpRefusals.input_invalid({ details: [{ field: 'cursor', message }] });
  }
  const after = parts === null ? null : { time: parts[0] as string, id: parts[1] as string };
  return { limit: query.limit, offset: (query.page - 1) * query.limit, after };
}

/** The rows of a page, and where the next one begins. */
function cut<T>(rows: readonly T[], limit: number, key: (row: T) => { time: Date; id: string }) {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const at = last === undefined ? null : key(last);
  return { shown, next: at === null ? null : encodeCursor([at.time.toISOString(), at.id]) };
}

/** The operator's list of leads, newest first unless asked otherwise. */
export async function readLeadList(app: App, query: LeadQuery) {
  const at = pageOf(query);
  const filter = {
    states: query.state ?? [],
    nicheId: query.niche_id ?? null,
    campaignId: query.campaign_id ?? null,
    sourceId: query.source_id ?? null,
    test: query.test ?? null,
    parked: query.parked ?? null,
    oldestFirst: query.order === 'oldest',
    from: query.from ?? null,
    to: query.to ?? null,
    search: query.q ? searchOf(app.secrets, query.q) : null,
  };
  const { rows, counted } = await app.db.tx({ role: 'operator' }, (tx) =>
    listLeads(tx, filter, at, TOTAL_EXACT_MAX + 1),
  );
  const { shown, next } = cut(rows, query.limit, (row) => ({ time: row.submittedAt, id: row.id }));
  return { data: shown.map(listed), pagination: pagination(query, counted, next) };
}

/** Person data are found by keyed hashes of the whole value only; there is no search by parts of it. */
function searchOf(secrets: Secrets, words: string): { id: string | null; hashes: string[] } {
  const lower = words.toLowerCase();
  if (isId(lower)) return { id: lower, hashes: [] };
  const email = words.includes('@') ? normaliseEmail(words) : null;
  if (email?.ok) return { id: null, hashes: hashesOf(secrets, foldEmail(email.email)) };
  const phone = readPhone(words.startsWith('00') ? `+${words.slice(2)}` : words, null);
  return { id: null, hashes: phone.ok ? hashesOf(secrets, phone.phone.e164) : [] };
}

const hashesOf = (secrets: Secrets, value: string) => secrets.keyedHashes(value).map(({ hash }) => hash);

const iso = (time: Date | null): string | null => time?.toISOString() ?? null;

const listed = (lead: ListedLead): LeadListItem => ({
  id: lead.id,
  state: lead.state,
  reason: lead.reason,
  test: lead.test,
  niche_id: lead.nicheId,
  niche_name: lead.nicheName,
  campaign_id: lead.campaignId,
  campaign_name: lead.campaignName,
  source_id: lead.sourceId,
  source_name: lead.sourceName,
  country: lead.country,
  lead_type: lead.leadType,
  score: lead.score,
  name: lead.name,
  email: lead.email,
  phone: lead.phone,
  submitted_at: lead.submittedAt.toISOString(),
  ready_at: iso(lead.readyAt),
  due_at: iso(lead.dueAt),
  n_assigned: lead.nAssigned,
  parked_at: iso(lead.parkedAt),
  version: lead.version,
});

/** Everything about one lead in one snapshot. @throws Refusal `lead_not_found` */
export async function readLeadPage(app: App, leadId: string): Promise<LeadPage> {
  return app.db.tx(
    { role: 'operator' },
    async (tx) => {
      const lead = await store.readLead(tx, leadId);
      if (!lead) throw refusals.lead_not_found();
      const [contact, attribution, consent, checks, decisions, assignments, deliveries, stops] =
        await Promise.all([
          store.readContact(tx, leadId),
          store.readAttribution(tx, leadId),
          consentOf(tx, leadId),
          store.readCheckRuns(tx, leadId),
          store.readDecisions(tx, leadId),
          store.readAssignments(tx, leadId),
          store.readDeliveries(tx, leadId),
          store.readHoldingStops(tx, leadId),
        ]);
      const assignmentIds = assignments.map(({ id }) => id);
      const [attempts, timeline, answers, transfers, messages] = await Promise.all([
        store.readAttempts(
          tx,
          deliveries.map(({ id }) => id),
        ),
        store.readTimeline(tx, { leadId, assignmentIds, stateOrder: LEAD_STATES }),
        answersOf(app, tx, lead, contact?.answers ?? null),
        store.readTransfers(tx, assignmentIds),
        store.readMessages(tx, leadId),
      ]);
      return {
        ...headOf(lead),
        stops: stops.map(({ setAt, ...stop }) => ({ ...stop, set_at: setAt.toISOString() })),
        contact: contact === null ? null : contactOf(contact),
        answers,
        attribution,
        consent: consent === null ? null : consentFields(consent),
        checks: checks.map(({ checkedAt, ...run }) => ({ ...run, checked_at: checkedAt.toISOString() })),
        decisions: decisions.map((decision) => ({
          seq: decision.seq.toString(),
          decided_at: decision.decidedAt.toISOString(),
          outcome: decision.outcome,
          n_assigned: decision.nAssigned,
          retry_at: iso(decision.retryAt),
        })),
        assignments: assignments.map(assignmentOf),
        transfers: transfers.map(transferOf),
        messages: messages.map(messageOf),
        deliveries: deliveries.map((delivery) => deliveryOf(delivery, attempts)),
        timeline: timeline.map(timelineOf),
      };
    },
    { readOnly: true },
  );
}

const headOf = (lead: store.LeadRow) => ({
  id: lead.id,
  state: lead.state as LeadPage['state'],
  reason: lead.reason,
  stopped_at: lead.stoppedAt,
  test: lead.test,
  niche_id: lead.nicheId,
  niche_name: lead.nicheName,
  campaign_id: lead.campaignId,
  campaign_name: lead.campaignName,
  source_id: lead.sourceId,
  source_name: lead.sourceName,
  schema_version: lead.schemaVersion,
  country: lead.country,
  lead_type: lead.leadType,
  score: lead.score,
  submitted_at: lead.submittedAt.toISOString(),
  confirmation_expires_at: iso(lead.confirmationExpiresAt),
  confirmed_at: iso(lead.confirmedAt),
  confirmed_by: lead.confirmedBy,
  ready_at: iso(lead.readyAt),
  approved_at: iso(lead.approvedAt),
  approved_by: lead.approvedBy,
  due_at: iso(lead.dueAt),
  expires_at: iso(lead.expiresAt),
  ended_at: iso(lead.endedAt),
  n_assigned: lead.nAssigned,
  parked_at: iso(lead.parkedAt),
  parked_reason: lead.parkedReason,
  version: lead.version,
});

const contactOf = ({ answers: _answers, erased_at, ...contact }: store.ContactRow) => ({
  ...contact,
  erased_at: iso(erased_at),
});

type ConsentRow = NonNullable<Awaited<ReturnType<typeof consentOf>>>;
const consentFields = (consent: ConsentRow) => ({
  text: consent.text,
  text_version: consent.textVersion,
  given_at: consent.givenAt.toISOString(),
  method: consent.method,
  ip: consent.ip,
  user_agent: consent.userAgent,
  page_url: consent.pageUrl,
  locale: consent.locale,
});

const amountOf = (amount: bigint, currency: string) =>
  formatMoney({ amount, currency: currency as Currency });

const assignmentOf = (assignment: store.AssignmentRow) => ({
  id: assignment.id,
  provider_id: assignment.providerId,
  provider_name: assignment.providerName,
  level_id: assignment.levelId,
  level_name: assignment.levelName,
  state: assignment.state,
  charged_amount: amountOf(assignment.amount, assignment.currency),
  currency: assignment.currency,
  max_shared: assignment.maxShared,
  test: assignment.test,
  assigned_at: assignment.assignedAt.toISOString(),
  refunded_at: iso(assignment.refundedAt),
  refund_reason: assignment.refundReason,
});

const deliveryOf = (delivery: store.DeliveryRow, attempts: readonly store.AttemptRow[]) => ({
  id: delivery.id,
  assignment_id: delivery.assignmentId,
  number: delivery.number,
  endpoint_id: delivery.endpointId,
  state: delivery.state,
  due_at: iso(delivery.dueAt),
  tries: delivery.tries,
  ended_at: iso(delivery.endedAt),
  reason: delivery.reason,
  partner_reference: delivery.partnerReference,
  attempts: attempts
    .filter(({ deliveryId }) => deliveryId === delivery.id)
    .map(({ deliveryId: _id, startedAt, durationMs, ...attempt }) => ({
      ...attempt,
      started_at: startedAt.toISOString(),
      duration_ms: durationMs,
    })),
});

const transferOf = (transfer: store.TransferRow) => ({
  id: transfer.id,
  kind: transfer.kind,
  assignment_id: transfer.assignmentId,
  amount: amountOf(transfer.amount, transfer.currency),
  currency: transfer.currency,
  available_after: amountOf(transfer.availableAfter, transfer.currency),
  created_at: transfer.createdAt.toISOString(),
});

const messageOf = ({ lastError, createdAt, sentAt, ...message }: store.MessageRow) => ({
  ...message,
  last_error: lastError,
  created_at: createdAt.toISOString(),
  sent_at: iso(sentAt),
});

const timelineOf = (row: store.TimelineRow) => ({
  id: row.id,
  at: row.createdAt.toISOString(),
  actor_id: row.actorId,
  actor_name: row.actorName,
  actor_role: row.actorRole,
  action: row.action,
  entity_type: row.entityType,
  entity_id: row.entityId,
  before: row.before,
  after: row.after,
  description: row.description,
});

/** The answers with the labels of the form they were given to, in its order. */
async function answersOf(
  app: App,
  tx: Tx,
  lead: { id: string; nicheId: string; schemaVersion: number },
  stored: string | null,
): Promise<LeadPage['answers']> {
  if (stored === null) return [];
  const answers = openAnswers(app.secrets, lead.id, stored);
  const form = await formAt(tx, lead.nicheId, lead.schemaVersion);
  const fields: readonly FormField[] = form?.fields ?? [];
  return fields
    .filter(({ id }) => Object.hasOwn(answers, id))
    .map(({ id, label, type }) => ({ field: id, label, type, value: answers[id] }));
}

const ALL_OWN: OwnLeadFilter = { id: null, nicheId: null, states: [], from: null, to: null, search: null };

/** A provider's leads, newest first. */
export async function readOwnLeads(app: App, providerId: string, query: OwnLeadQuery) {
  const at = pageOf(query);
  const filter = {
    ...ALL_OWN,
    nicheId: query.niche_id ?? null,
    states: query.state ?? [],
    from: query.from ?? null,
    to: query.to ?? null,
    search: query.q ? searchOf(app.secrets, query.q) : null,
  };
  const { rows, counted } = await app.db.tx({ role: 'provider', providerId }, (tx) =>
    listOwnLeads(tx, providerId, filter, at, TOTAL_EXACT_MAX + 1),
  );
  const { shown, next } = cut(rows, query.limit, (row) => ({ time: row.assignedAt, id: row.assignmentId }));
  return { data: shown.map(ownLead), pagination: pagination(query, counted, next) };
}

/** One of a provider's leads. @throws Refusal `lead_not_found` also for one that is somebody else's */
export async function readOwnLead(app: App, providerId: string, leadId: string): Promise<OwnLeadPage> {
  return app.db.tx({ role: 'provider', providerId }, async (tx) => {
    const filter = { ...ALL_OWN, id: leadId };
    const { rows } = await listOwnLeads(tx, providerId, filter, { limit: 1, offset: 0, after: null }, 1);
    const [lead] = rows;
    if (!lead) throw refusals.lead_not_found();
    const [consent, attribution, deliveries, answers] = await Promise.all([
      consentOf(tx, leadId),
      store.readAttribution(tx, leadId),
      store.readDeliveries(tx, leadId),
      answersOf(app, tx, { ...lead, id: leadId }, lead.answers),
    ]);
    const attempts = await store.readAttempts(
      tx,
      deliveries.map(({ id }) => id),
    );
    return {
      ...ownLead(lead),
      answers,
      consent:
        consent === null
          ? null
          : {
              text: consent.text,
              text_version: consent.textVersion,
              given_at: consent.givenAt.toISOString(),
            },
      source_name: attribution?.source_name ?? null,
      deliveries: deliveries.map((delivery) => deliveryOf(delivery, attempts)),
    };
  });
}

const ownLead = (lead: OwnLead): OwnLeadItem => ({
  id: lead.leadId,
  assignment_id: lead.assignmentId,
  niche_id: lead.nicheId,
  niche_name: lead.nicheName,
  level_name: lead.levelName,
  state: lead.state,
  test: lead.test,
  charged_amount: amountOf(lead.amount, lead.currency),
  currency: lead.currency,
  max_shared: lead.maxShared,
  assigned_at: lead.assignedAt.toISOString(),
  refunded_at: iso(lead.refundedAt),
  refund_reason: lead.refundReason,
  submitted_at: lead.submittedAt.toISOString(),
  country: lead.country,
  lead_type: lead.leadType,
  contact:
    lead.email === null && lead.name === null && lead.phone === null
      ? null
      : { name: lead.name, email: lead.email, phone: lead.phone, city: lead.city, postcode: lead.postcode },
  delivery_state: lead.deliveryState,
  delivered_at: iso(lead.deliveredAt),
});
