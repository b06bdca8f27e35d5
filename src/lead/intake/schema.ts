import { z } from 'zod';

/**
 * What intake reads is checked by `read-body.ts`, because a refused submission keeps its receipt: these shapes name
 * the keys for the description of the API and let everything through.
 */
const anything = z.unknown().optional();

export const submission = z
  .looseObject({
    niche: anything.describe('Slug of the niche; or name the campaign'),
    campaign: anything.describe('Slug of the campaign'),
    answers: anything.describe('Answers by field name. Without this key every other field is an answer'),
    consent: anything.describe('{"accepted": true, "text_version": 1}'),
    attribution: anything.describe('referrer, page, utm_*, click_id, session_id, affiliate, source_name'),
    form_token: anything.describe(
      'From the page that showed the form; makes a second click the same submission',
    ),
    locale: anything.describe('Language of the person, such as de or en-GB'),
  })
  .meta({
    example: {
      niche: 'vps-hosting',
      answers: { name: 'Ada Lovelace', email: 'ada@example.org', phone: '+49 30 901820', country: 'DE' },
      consent: { accepted: true, text_version: 1 },
      attribution: { utm_source: 'newsletter' },
    },
  });

export const inbound = submission.extend({
  test: anything.describe('true: a test lead, outside turns, caps, money and figures'),
  wait: anything.describe('Seconds to wait for the outcome, at most 10'),
  lead_type: anything.describe('premium or raw; from sources that attest their leads'),
});

/** All that a public form is told, whatever became of the lead. */
export const receiptAnswer = z.object({ receipt: z.string() });
export type ReceiptAnswer = z.infer<typeof receiptAnswer>;

export const inboundAnswer = z.object({
  lead_id: z.string(),
  receipt: z.string(),
  state: z.string(),
  /** Why it was stopped or ended; a code. */
  reason: z.string().nullable(),
  test: z.boolean(),
  /** How many providers have it. */
  assigned: z.number(),
  /** The same submission had come before; this is how it stands now. */
  replayed: z.boolean(),
});
export type InboundAnswer = z.infer<typeof inboundAnswer>;

export const keyHeaders = z.object({ 'idempotency-key': z.string().max(1_000).optional() });
export const tokenParams = z.object({ token: z.string().max(200) });
export const receiptParams = z.object({ receipt: z.string().max(60) });

export const thanksAnswer = z.object({
  niche: z.string(),
  niche_slug: z.string(),
  /** A confirmation mail belongs to this form. */
  confirmation_by_mail: z.boolean(),
  recipients_told: z.number(),
});
export type ThanksAnswer = z.infer<typeof thanksAnswer>;
