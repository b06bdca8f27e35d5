import { type AuditActor, auditRows } from '../../journal/audit/index.ts';
import { enqueueMessages } from '../../journal/messages/index.ts';
import { newId } from '../../kernel/ids.ts';
import type { Answers, Contact, FormField } from '../../market/catalog/index.ts';
import type { App } from '../../platform/app.ts';
import type { Part, Tx } from '../../platform/db.ts';
import { consentRow } from '../../record/consent/index.ts';
import { type ConfirmToken, confirmUrl, newConfirmToken } from '../confirm-token.ts';
import type { PersonHashes } from '../person.ts';
import { sealAnswers } from '../sealed-answers.ts';
import type { Judgement } from './judge.ts';
import { auditOf, type Plan } from './plan-lead.ts';
import type { Claim } from './read-body.ts';
import {
  attributionRow,
  checksRow,
  contactRow,
  type IntakeContext,
  leadRow,
  receiptRow,
  repeatRow,
} from './store.ts';

/** The circumstances of a request, as receipt, consent and audit log keep them. */
export type Circumstances = {
  requestId: string;
  context: IntakeContext | null;
  body: unknown;
  raw?: Uint8Array | null;
  ip?: string | null;
  userAgent?: string | null;
};

/** A submission that can be stored: read, judged and planned. */
export type Writing = {
  request: Circumstances;
  context: IntakeContext;
  claim: Claim;
  answers: Answers;
  contact: Contact;
  country: string | null;
  hashes: PersonHashes;
  judgement: Judgement;
  plan: Plan;
};

/**
 * Writes a lead with everything around it in one statement; the foreign keys between its rows are checked at its end.
 * @param repeat remembers the input, so that the same one within a minute is answered and not stored again
 */
export async function writeLead(
  app: App,
  tx: Tx,
  of: Writing,
  repeat: { scope: string; key: string; inputHash: Buffer } | null,
): Promise<{ receipt: string; leadId: string }> {
  const ids = { leadId: newId(), receipt: newId() };
  const expiresAt = new Date(Date.now() + app.config.CONFIRMATION_EXPIRY_MS);
  // A form whose person is not asked does the same work, so that the time of the answer tells nobody who is known here.
  const form = of.context.sourceId === null && of.context.confirmation !== 'admin_attested';
  const token = of.plan.asksByMail || form ? newConfirmToken(app.secrets, ids.leadId, expiresAt) : null;
  const link = of.plan.asksByMail ? token : null;
  const { judgement, claim, context, plan } = of;
  // A public form has no source of its own: providers read the campaign's name in its place.
  const source_name = claim.attribution.source_name ?? context.sourceName ?? context.campaignName;
  const receipt = { ...receiptOf(app, of.request, ids.receipt), leadId: ids.leadId, outcome: plan.state };
  const entries = auditOf(plan, { id: ids.leadId, who: senderOf(of), policy: context, test: claim.test });
  const written = tx`
    with lead as (${leadOf(app, tx, of, ids.leadId, link === null ? null : { ...link, expiresAt })}),
      contact as (${contactOf(app, tx, of, ids.leadId)}),
      checks as (${checksRow(tx, { leadId: ids.leadId, verdicts: judgement.verdicts, score: judgement.score })}),
      attribution as (${attributionRow(tx, { ...claim.attribution, source_name, utmOther: claim.utmOther, leadId: ids.leadId })}),
      consent as (${agreementOf(tx, of, ids.leadId)}),
      receipt as (${receiptRow(tx, receipt)}),
      ${repeat === null ? tx`` : tx`repeat as (${repeatRow(tx, { ...repeat, answer: ids })}),`}
      journal as (${auditRows(tx, entries)})
    select`;
  await Promise.all([
    written,
    token === null ? null : askByMail(app, tx, of, { leadId: ids.leadId, token: token.token, expiresAt }),
  ]);
  return ids;
}

function leadOf(
  app: App,
  tx: Tx,
  { context, claim, plan, judgement, country }: Writing,
  leadId: string,
  link: (ConfirmToken & { expiresAt: Date }) | null,
): Part {
  return leadRow(tx, {
    id: leadId,
    nicheId: context.nicheId,
    campaignId: context.campaignId,
    sourceId: context.sourceId,
    schemaVersion: context.schemaVersion,
    state: plan.state,
    test: claim.test,
    country,
    leadType: plan.leadType,
    score: judgement.score,
    confirmationTokenHash: link?.hash ?? null,
    confirmationExpiresAt: link?.expiresAt ?? null,
    confirmedBy: plan.confirmedBy === null ? null : `source:${context.sourceId}`,
    approvedBy: plan.approvedBy,
    reason: plan.reason,
    stoppedAt: plan.stoppedAt,
    dueInMs: plan.dueInMs,
    unsoldExpiryMs: context.unsoldExpiryMs ?? app.config.UNSOLD_EXPIRY_MS,
  });
}

function contactOf(app: App, tx: Tx, { contact, answers, hashes, context }: Writing, leadId: string): Part {
  const { address, phone } = contact;
  return contactRow(tx, {
    leadId,
    name: contact.name,
    firstName: contact.firstName,
    lastName: contact.lastName,
    email: contact.email,
    phone: phone?.e164 ?? null,
    phoneTyped: phone?.typed ?? null,
    callingCode: phone?.callingCode ?? null,
    street: address.street,
    city: address.city,
    postcode: address.postcode,
    region: address.state,
    country: address.country,
    latitude: address.point?.lat ?? null,
    longitude: address.point?.lng ?? null,
    answers: sealAnswers(app.secrets, leadId, answers, context.fields as FormField[]),
    emailHash: hashes.email,
    phoneHash: hashes.phone,
    keyId: hashes.keyId,
  });
}

/** A form is the person's own act, with its circumstances; a source passes on those it was told. */
function agreementOf(tx: Tx, { context, claim, request }: Writing, leadId: string): Part {
  const form = context.sourceId === null;
  const { consent } = claim;
  return consentRow(tx, {
    leadId,
    campaignId: context.campaignId,
    textVersion: consent.textVersion ?? context.consentVersion,
    givenAt: consent.givenAt,
    method: form ? 'form' : 'source',
    ip: form ? (request.ip ?? null) : consent.ip,
    userAgent: form ? (request.userAgent ?? null) : consent.userAgent,
    pageUrl: consent.page ?? claim.attribution.page_url,
    locale: claim.locale,
    recipientsTold: context.recipientsTold,
  });
}

const senderOf = ({ context, request }: Writing): AuditActor => ({
  id: context.sourceId,
  role: context.sourceId === null ? 'submitter' : 'source',
  requestId: request.requestId,
});

function askByMail(
  app: App,
  tx: Tx,
  { context, claim, contact, plan }: Writing,
  link: { leadId: string; token: string; expiresAt: Date },
): Promise<void> {
  const message = {
    template: 'confirm-lead',
    recipient: contact.email,
    locale: claim.locale ?? 'en-GB',
    leadId: link.leadId,
    params: { campaign: context.nicheName, expiresOn: link.expiresAt.toISOString().slice(0, 10) },
    secret: { params: { confirmUrl: confirmUrl(app.config.PUBLIC_URL, link.token) }, by: app.secrets },
    withheld: !plan.asksByMail,
  };
  return enqueueMessages(tx, [message]);
}

/** The raw input, readable with the data keys only. */
export function receiptOf(app: App, request: Circumstances, id: string) {
  const plain = request.raw ?? Buffer.from(JSON.stringify(request.body) ?? '', 'utf8');
  return {
    id,
    requestId: request.requestId,
    sourceId: request.context?.sourceId ?? null,
    campaignId: request.context?.campaignId ?? null,
    bodyEnc: app.secrets.encrypt(plain, { table: 'lead_receipts', row: id, column: 'body_enc' }),
    ip: request.ip ?? null,
    userAgent: request.userAgent ?? null,
  };
}
