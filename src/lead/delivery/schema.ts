import { z } from 'zod';
import { isId } from '../../kernel/ids.ts';

export const id = z.string().refine(isId, { message: 'This is no id.' });
export const idParams = z.object({ id });
const time = z.iso
  .datetime({ offset: true, message: 'Give the time like 2026-11-20T10:00:00Z.' })
  .transform((text) => new Date(text));

export const DELIVERY_STATES = ['pending', 'sending', 'delivered', 'refused', 'dead', 'cancelled'] as const;

/** `failed` stands for refused and dead, `waiting` for pending and sending. */
export const deliveryQuery = z.object({
  page: z.coerce.number().int().min(1).max(100).default(1),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(400).optional(),
  state: z.enum([...DELIVERY_STATES, 'failed', 'waiting']).optional(),
  endpoint_id: id.optional(),
  lead_id: id.optional(),
  from: time.optional(),
  to: time.optional(),
});
export const adminDeliveryQuery = deliveryQuery.extend({ provider_id: id.optional() });

export const deliveryView = z.object({
  id: z.string(),
  assignment_id: z.string(),
  lead_id: z.string(),
  provider_id: z.string(),
  provider_name: z.string(),
  endpoint_id: z.string(),
  endpoint_name: z.string(),
  state: z.enum(DELIVERY_STATES),
  due_at: z.string().nullable(),
  tries: z.number(),
  first_attempt_at: z.string().nullable(),
  unknown_seen: z.boolean(),
  ended_at: z.string().nullable(),
  reason: z.string().nullable(),
  partner_reference: z.string().nullable(),
  created_at: z.string(),
  content_type: z.string().nullable(),
  /** What was sent is still kept. */
  has_body: z.boolean(),
  /** False: what was sent has been deleted, and cannot be sent again. One that was never sent can. */
  can_resend: z.boolean(),
});
export type DeliveryView = z.infer<typeof deliveryView>;

const headers = z.record(z.string(), z.string()).nullable();

export const attemptView = z.object({
  number: z.number(),
  started_at: z.string(),
  duration_ms: z.number(),
  outcome: z.enum(['delivered', 'refused', 'retry', 'unknown', 'disabled', 'blocked', 'lost']),
  status: z.number().nullable(),
  reason: z.string().nullable(),
  message: z.string().nullable(),
  answer: z.string().nullable(),
  answer_truncated: z.boolean(),
  request_headers: headers,
  response_headers: headers,
});
export type AttemptView = z.infer<typeof attemptView>;

export const deliveryDetail = deliveryView.extend({
  url: z.string(),
  /** What is sent, for staff who may see people; null for the others and when it has been deleted. */
  body: z.string().nullable(),
  attempts: z.array(attemptView),
});
export type DeliveryDetail = z.infer<typeof deliveryDetail>;

export const bulkResend = z.strictObject({
  /** Deliveries that ended without arriving at or after this time. */
  since: time,
  until: time.optional(),
  endpoint_id: id.optional(),
  provider_id: id.optional(),
  /** True counts and sends nothing. Look at the numbers, then send false. */
  dry_run: z.boolean().default(true),
});
export const bulkResendResult = z.object({
  matching: z.number(),
  resent: z.number(),
  /** Cannot be sent again: what was sent has been deleted. */
  expired: z.number(),
  /** There are more than one command takes: call it again. */
  more: z.boolean(),
  dry_run: z.boolean(),
});

export const endpointTest = z.object({
  outcome: z.enum(['delivered', 'refused', 'retry', 'unknown', 'disabled', 'blocked']),
  diagnosis: z.string(),
  request: z.object({ url: z.string(), headers: z.record(z.string(), z.string()), body: z.string() }),
  response: z
    .object({
      status: z.number(),
      headers: z.record(z.string(), z.string()),
      body: z.string(),
      truncated: z.boolean(),
    })
    .nullable(),
  duration_ms: z.number().nullable(),
});
export type EndpointTestView = z.infer<typeof endpointTest>;
