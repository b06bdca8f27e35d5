import { type Detail, Refusal } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { type Answers, type Contact, type FormSchema, validateAnswers } from '../../market/catalog/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { httpRefusals } from '../../platform/errors.ts';
import { idempotent, inputHash } from '../../platform/idempotency.ts';
import { tokenHash } from '../../platform/secrets.ts';
import type { LeadState } from '../lead.ts';
import { personHashes, personLocks } from '../person.ts';
import { requireRoom } from './backlog.ts';
import { checkClaim } from './check-claim.ts';
import { ContextChanged, freshContext, keptContext } from './context.ts';
import { refusals } from './errors.ts';
import { leadReceived, leadRefused } from './events.ts';
import { nonceOf } from './form-token.ts';
import { judge } from './judge.ts';
import { planLead } from './plan-lead.ts';
import { type Claim, loggedField, readBody } from './read-body.ts';
import {
  type ContextKey,
  type IntakeContext,
  lockAndFind,
  type Repeat,
  readOutcome,
  receiptRow,
} from './store.ts';
import { receiptOf, writeLead } from './write-lead.ts';

export type Submission = {
  /** A public form, or a source by its token. */
  origin: { kind: 'form' } | { kind: 'source'; token: string };
  /** The body as it was parsed; `readBody` names its keys. */
  body: unknown;
  /** Its bytes as they came, for the receipt; without them the parsed body is kept. */
  raw?: Uint8Array | null;
  idempotencyKey?: string | null;
  ip?: string | null;
  userAgent?: string | null;
  requestId?: string | null;
};

export type Received = {
  /** Opaque: all that a public form is told. */
  receipt: string;
  leadId: string;
  state: LeadState;
  reason: string | null;
  test: boolean;
  /** The same submission had come before; this is the present outcome of that lead. */
  replayed: boolean;
};

/**
 * Takes in a lead. It is stored before anything else is asked of anybody; a fully automatic one is `approved` when
 * this returns, a person's own form waits for confirmation, and a bad one is quarantined, never dropped. The same
 * submission again answers with the same lead. What is refused leaves its receipt.
 * @throws Refusal `intake_backlog`, `source_token_unknown`, `source_paused`, `niche_not_open`, `input_invalid` naming
 *   the fields, `form_token_invalid`, and the three of an Idempotency-Key
 */
export async function receiveLead(app: App, input: Submission): Promise<Received> {
  await requireRoom(app);
  const request: Request = { ...input, requestId: input.requestId ?? newId(), context: null };
  try {
    return await app.db.tx({ role: 'engine' }, (tx) => take(app, tx, request));
  } catch (error) {
    if (error instanceof Refusal && error.status < 500) await keepRefused(app, request, error);
    throw error;
  }
}

type Request = Submission & { requestId: string; context: IntakeContext | null };
type Read = { claim: Claim; context: IntakeContext; answers: Answers; contact: Contact; texts: string[] };
type Judged = Read & { contextKey: ContextKey };

/** By the kept context first; where that would refuse, or has changed meanwhile, by a fresh one. */
async function take(app: App, tx: Tx, request: Request): Promise<Received> {
  const body = readBody(request.body);
  const key = contextKey(request, body);
  const kept = key && keptContext(app.db, key);
  if (kept) {
    try {
      return await takeBy(app, tx, request, { body, key, context: kept });
    } catch (error) {
      // Nothing has been written yet: whoever refuses does so before the lead is stored.
      if (!(error instanceof Refusal || error instanceof ContextChanged)) throw error;
    }
  }
  const context = key && (await freshContext(app.db, tx, key));
  if (request.origin.kind === 'source' && !context) throw refusals.source_token_unknown();
  return takeBy(app, tx, request, { body, key, context });
}

type Body = ReturnType<typeof readBody>;
type By = { body: Body; key: ContextKey | null; context: IntakeContext | null };

/** What names the context; null: the body is too broken to say. */
function contextKey({ origin }: Request, body: Body): ContextKey | null {
  if (origin.kind === 'source') return { tokenHash: tokenHash(origin.token) };
  if (!body.ok) return null;
  const { campaign, niche } = body.claim;
  if (campaign === null && niche === null) {
    const message = 'Name the niche or the campaign of the form.';
    throw httpRefusals.input_invalid({ details: [{ field: 'niche', message }] });
  }
  return { campaign, niche };
}

async function takeBy(app: App, tx: Tx, request: Request, by: By): Promise<Received> {
  const { body } = by;
  request.context = by.context;
  if (request.context !== null && !request.context.sourceActive) throw refusals.source_paused();
  if (!body.ok) throw httpRefusals.input_invalid({ details: body.details });
  const context = openContext(request.context, body.claim);
  const read = { ...readClaim(body.claim, context, request), contextKey: by.key! };

  const place = context.sourceId ?? `form:${context.campaignId}`;
  const key =
    body.claim.formToken === null
      ? (request.idempotencyKey ?? null)
      : nonceOf(app.secrets, body.claim.formToken, context.campaignId);
  const input = { ...(request.body as Record<string, unknown>), wait: undefined, form_token: undefined };
  if (key !== null) {
    const scope = `intake-key:${place}`;
    const { answer, replayed } = await idempotent<Repeat>(tx, { scope, key, input }, async () => {
      const stored = await store(app, tx, request, read, null);
      return { status: 202, answer: { receipt: stored.receipt, leadId: stored.leadId } };
    });
    return present(tx, answer, replayed);
  }
  return store(app, tx, request, read, { scope: `intake:${place}`, hash: inputHash(input) });
}

function openContext(context: IntakeContext | null, claim: Claim): IntakeContext {
  if (context?.open) return context;
  const field = claim.campaign === null ? 'niche' : 'campaign';
  throw refusals.niche_not_open({ details: [{ field, message: 'There is no open form of this name.' }] });
}

function readClaim(claim: Claim, context: IntakeContext, request: Request): Read {
  const details: Detail[] = checkClaim(claim, context);
  const schema = { fields: context.fields } as FormSchema;
  const country = context.countries.length === 1 ? context.countries[0]! : null;
  const form = validateAnswers(schema, claim.answers, { country });
  if (!form.ok) {
    const prefix = (request.body as { answers?: unknown }).answers === undefined ? '' : 'answers.';
    for (const { field, message } of form.details) {
      details.push({ field: field === '' ? 'answers' : `${prefix}${field}`, message });
    }
  }
  if (details.length > 0 || !form.ok) throw httpRefusals.input_invalid({ details });
  const texts = schema.fields
    .filter(({ type }) => type === 'text' || type === 'long_text')
    .map(({ id }) => form.answers[id])
    .filter((answer) => typeof answer === 'string');
  return { claim, context, answers: form.answers, contact: form.contact, texts };
}

type RepeatOf = { scope: string; hash: Buffer };
const MINUTE_MS = 60_000;
const FIELDS_LOGGED_MAX = 500;

/** Under the person's locks: judge, plan, write everything. */
async function store(
  app: App,
  tx: Tx,
  request: Request,
  read: Judged,
  repeatOf: RepeatOf | null,
): Promise<Received> {
  const { claim, context, contact } = read;
  const keys = { emailFolded: contact.emailFolded, e164: contact.phone?.e164 ?? null };
  const hashes = personHashes(app.secrets, keys);
  const minute = Math.floor(Date.now() / MINUTE_MS);
  const repeatKeys = [minute, minute - 1].map((at) => `same:${repeatOf?.hash.toString('hex')}:${at}`);
  const found = await lockAndFind(tx, {
    ...{ locks: personLocks(context.nicheGroup, keys), emails: hashes.emails, phones: hashes.phones },
    ...{ nicheGroup: context.nicheGroup, windowDays: context.duplicateWindowDays, exceptLeadId: null },
    test: claim.test,
    mailDomain: contact.email.slice(contact.email.lastIndexOf('@') + 1),
    scope: repeatOf?.scope ?? '',
    repeatKeys: repeatOf === null ? [] : repeatKeys,
    context: read.contextKey,
  });
  if (found.stamp !== context.stamp) throw new ContextChanged();
  if (found.repeat !== null) return present(tx, found.repeat, true);

  const country = contact.address.country ?? contact.phone?.country ?? null;
  const subject = { contact, country, texts: read.texts, campaignCountries: context.countries };
  const judgement = judge(subject, found);
  const plan = planLead({
    policy: context,
    attested: context.attested,
    declaredType: context.attested ? claim.leadType : null,
    judgement,
    checksOutstanding: app.config.MX_CHECK && found.acceptsMail === null,
    confirmationExpiryMs: app.config.CONFIRMATION_EXPIRY_MS,
    quarantineExpiryMs: app.config.QUARANTINE_EXPIRY_MS,
  });
  const remembered = repeatOf && { scope: repeatOf.scope, key: repeatKeys[0]!, inputHash: repeatOf.hash };
  const ids = await writeLead(app, tx, { ...read, request, country, hashes, judgement, plan }, remembered);
  const outcome = { leadId: ids.leadId, state: plan.state, reason: plan.reason, test: claim.test };
  const { nicheId, campaignId, sourceId } = context;
  leadReceived(tx, {
    ...{ ...outcome, nicheId, campaignId, sourceId },
    score: judgement.score,
    requestId: request.requestId,
  });
  return { ...outcome, receipt: ids.receipt, replayed: false };
}

async function present(tx: Tx, repeat: Repeat, replayed: boolean): Promise<Received> {
  const outcome = await readOutcome(tx, repeat.leadId);
  if (!outcome) throw new Error('a receipt names a lead that does not exist');
  const { state, reason, test } = outcome;
  return { ...repeat, state, reason, test, replayed };
}

/** A refused request of somebody we know is kept too, so that it can be mended; in a transaction of its own. */
async function keepRefused(app: App, request: Request, refusal: Refusal): Promise<void> {
  const { context } = request;
  if (context === null) return;
  const ids = new Set((context.fields as FormSchema['fields']).map(({ id }) => id));
  const fields = new Set(refusal.details.map(({ field }) => loggedField(field, ids)));
  await app.db.tx({ role: 'engine' }, async (tx) => {
    const receipt = receiptOf(app, request, newId());
    await receiptRow(tx, { ...receipt, leadId: null, outcome: refusal.code });
    leadRefused(tx, {
      code: refusal.code,
      requestId: request.requestId,
      sourceId: receipt.sourceId,
      fields: [...fields].join(' ').slice(0, FIELDS_LOGGED_MAX),
    });
  });
}
