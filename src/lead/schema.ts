import { z } from 'zod';
import { isId } from '../kernel/ids.ts';
import { textProblem } from '../kernel/text.ts';

/** Lists and pages of leads, as the API answers them. Times are ISO texts, money is a decimal text with its currency. */

export const leadStates = [
  'received',
  'pending_confirmation',
  'checking',
  'pending_approval',
  'approved',
  'unsold',
  'distributed',
  'quarantined',
  'rejected',
  'expired',
  'bad_lead',
] as const;
const state = z.enum(leadStates);
const id = z.string().refine(isId, { message: 'This is no id.' });
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const SEARCH_MAX = 254;

export const leadParams = z.object({ id });

const pageFields = {
  page: z.coerce.number().int().min(1).max(100).default(1),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(400).optional(),
};

export const leadQuery = z.object({
  ...pageFields,
  /** One state, or several separated by commas. */
  state: z
    .string()
    .max(200)
    .transform((text) => text.split(',').filter((one) => one !== ''))
    .pipe(z.array(state).max(leadStates.length))
    .optional(),
  niche_id: id.optional(),
  campaign_id: id.optional(),
  source_id: id.optional(),
  test: flag.optional(),
  parked: flag.optional(),
  /** Of the time of submission; a queue is worked from its oldest. */
  order: z.enum(['newest', 'oldest']).default('newest'),
  from: time.optional(),
  to: time.optional(),
  /** An id, a receipt, an e-mail address or a phone number with its country code; exact. */
  q: z.string().trim().max(SEARCH_MAX).optional(),
});
export type LeadQuery = z.infer<typeof leadQuery>;

const text = z.string().nullable();

export const leadListItem = z.object({
  id: z.string(),
  state,
  reason: text,
  test: z.boolean(),
  niche_id: z.string(),
  niche_name: z.string(),
  campaign_id: z.string(),
  campaign_name: z.string(),
  source_id: text,
  source_name: text,
  country: text,
  lead_type: text,
  score: z.number().nullable(),
  name: text,
  email: text,
  phone: text,
  submitted_at: z.string(),
  ready_at: text,
  due_at: text,
  n_assigned: z.number(),
  parked_at: text,
  version: z.number(),
});
export type LeadListItem = z.infer<typeof leadListItem>;

export const answerView = z.object({
  field: z.string(),
  label: z.string(),
  type: z.string(),
  value: z.unknown(),
});

const contactView = z.object({
  name: text,
  first_name: text,
  last_name: text,
  email: text,
  phone: text,
  phone_typed: text,
  street: text,
  city: text,
  postcode: text,
  region: text,
  country: text,
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  erased_at: text,
});

const verdictView = z.object({
  check: z.string(),
  result: z.enum(['pass', 'warn', 'fail', 'unknown']),
  reason: z.string().optional(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  weight: z.number(),
});

const attemptView = z.object({
  number: z.number(),
  started_at: z.string(),
  duration_ms: z.number(),
  outcome: z.string(),
  status: z.number().nullable(),
  reason: text,
  message: text,
});

const deliveryView = z.object({
  id: z.string(),
  assignment_id: z.string(),
  number: z.number(),
  endpoint_id: z.string(),
  state: z.string(),
  due_at: text,
  tries: z.number(),
  ended_at: text,
  reason: text,
  partner_reference: text,
  attempts: z.array(attemptView),
});

const consentView = z.object({
  text: z.string(),
  text_version: z.number(),
  given_at: z.string(),
  method: z.string(),
  ip: text,
  user_agent: text,
  page_url: text,
  locale: text,
});

/** Everything about a lead, for the operator. */
export const leadPage = z.object({
  id: z.string(),
  state,
  reason: text,
  stopped_at: text,
  test: z.boolean(),
  niche_id: z.string(),
  niche_name: z.string(),
  campaign_id: z.string(),
  campaign_name: z.string(),
  source_id: text,
  source_name: text,
  schema_version: z.number(),
  country: text,
  lead_type: text,
  score: z.number().nullable(),
  submitted_at: z.string(),
  confirmation_expires_at: text,
  confirmed_at: text,
  confirmed_by: text,
  ready_at: text,
  approved_at: text,
  approved_by: text,
  due_at: text,
  expires_at: text,
  ended_at: text,
  n_assigned: z.number(),
  parked_at: text,
  parked_reason: text,
  version: z.number(),
  /** Stop switches that the lead or one of its deliveries waits for. */
  stops: z.array(
    z.object({ id: z.string(), scope: z.string(), name: text, reason: z.string(), set_at: z.string() }),
  ),
  contact: contactView.nullable(),
  answers: z.array(answerView),
  attribution: z.record(z.string(), text).nullable(),
  consent: consentView.nullable(),
  checks: z.array(
    z.object({
      stage: z.string(),
      score: z.number(),
      checked_at: z.string(),
      verdicts: z.array(verdictView),
    }),
  ),
  decisions: z.array(
    z.object({
      seq: z.string(),
      decided_at: z.string(),
      outcome: z.string(),
      n_assigned: z.number(),
      retry_at: text,
    }),
  ),
  assignments: z.array(
    z.object({
      id: z.string(),
      provider_id: z.string(),
      provider_name: z.string(),
      level_id: z.string(),
      level_name: text,
      state: z.string(),
      charged_amount: z.string(),
      currency: z.string(),
      max_shared: z.number(),
      test: z.boolean(),
      assigned_at: z.string(),
      refunded_at: text,
      refund_reason: text,
    }),
  ),
  /** How money moved for the assignments, with the balance after each movement. */
  transfers: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      assignment_id: text,
      amount: z.string(),
      currency: z.string(),
      available_after: z.string(),
      created_at: z.string(),
    }),
  ),
  /** Mails about the lead. */
  messages: z.array(
    z.object({
      id: z.string(),
      template: z.string(),
      recipient: text,
      state: z.string(),
      last_error: text,
      created_at: z.string(),
      sent_at: text,
    }),
  ),
  deliveries: z.array(deliveryView),
  timeline: z.array(
    z.object({
      id: z.string(),
      at: z.string(),
      actor_id: text,
      /** Who, when it was somebody with a login. */
      actor_name: text,
      actor_role: z.string(),
      action: z.string(),
      entity_type: z.string(),
      entity_id: text,
      before: z.unknown(),
      after: z.unknown(),
      description: z.string(),
    }),
  ),
});
export type LeadPage = z.infer<typeof leadPage>;

/** A figure with what it counts, so that two screens never mean different things by one word. */
const figure = z.object({ value: z.number(), basis: z.string() });
/** `oldest_at`: when the lead was submitted that has waited longest. */
const waiting = figure.extend({ oldest_at: text });
export const overview = z.object({
  generated_at: z.string(),
  day_began_at: z.string(),
  timezone: z.string(),
  leads_today: z.object({ total: z.number(), by_state: z.record(z.string(), z.number()), basis: z.string() }),
  money_today: z.object({
    by_currency: z.array(
      z.object({ currency: z.string(), charged: z.string(), refunded: z.string(), revenue: z.string() }),
    ),
    basis: z.string(),
  }),
  waiting_for_approval: waiting,
  quarantined: waiting,
  waiting_for_checks: figure,
  waiting_for_distribution: figure,
  failed_deliveries: figure,
  stopped_endpoints: figure,
  parked: figure,
  oldest_due_ms: figure,
});
export type OverviewView = z.infer<typeof overview>;

// A provider's own leads.

export const assignmentStates = ['held', 'charged', 'released', 'refunded'] as const;

export const ownLeadQuery = z.object({
  ...pageFields,
  niche_id: id.optional(),
  /** One state of the assignment, or several separated by commas. */
  state: z
    .string()
    .max(60)
    .transform((words) => words.split(',').filter((one) => one !== ''))
    .pipe(z.array(z.enum(assignmentStates)).max(assignmentStates.length))
    .optional(),
  /** An id, or a whole e-mail address or phone number with its country code, of a lead that is charged. */
  q: z.string().trim().max(SEARCH_MAX).optional(),
  from: time.optional(),
  to: time.optional(),
});

export type OwnLeadQuery = z.infer<typeof ownLeadQuery>;

export const ownLeadItem = z.object({
  id: z.string(),
  assignment_id: z.string(),
  niche_id: z.string(),
  niche_name: z.string(),
  level_name: text,
  /** held, charged, released or refunded. */
  state: z.string(),
  test: z.boolean(),
  charged_amount: z.string(),
  currency: z.string(),
  /** At most this many providers have the lead. */
  max_shared: z.number(),
  assigned_at: z.string(),
  refunded_at: text,
  refund_reason: text,
  submitted_at: z.string(),
  country: text,
  lead_type: text,
  /** Null unless the assignment is charged: before that and after a refund the person is not shown. */
  contact: z.object({ name: text, email: text, phone: text, city: text, postcode: text }).nullable(),
  delivery_state: text,
  delivered_at: text,
});
export type OwnLeadItem = z.infer<typeof ownLeadItem>;

export const ownLeadPage = ownLeadItem.extend({
  answers: z.array(answerView),
  consent: z.object({ text: z.string(), text_version: z.number(), given_at: z.string() }).nullable(),
  source_name: text,
  deliveries: z.array(deliveryView),
});
export type OwnLeadPage = z.infer<typeof ownLeadPage>;

export const ownCounts = z.object({
  today: z.number(),
  last_7_days: z.number(),
  last_30_days: z.number(),
  timezone: z.string(),
  basis: z.string(),
});

const MEMO_MAX = 1_000;
/** A note that only administrators may write and read: it goes to the audit log, never to providers. */
export const adminOnlyMemo = z
  .string()
  .trim()
  .min(1)
  .max(MEMO_MAX)
  .refine((text) => textProblem(text, { maxLength: MEMO_MAX, multiline: true }) === null, {
    message: 'Leave out control characters.',
  })
  .optional();
