import { type AuditActor, audit } from '../../journal/audit/index.ts';
import { newId } from '../../kernel/ids.ts';
import type { App } from '../../platform/app.ts';
import type { Actor, Tx } from '../../platform/db.ts';
import { requireVersion } from '../../platform/versions.ts';
import { endpointChanged } from '../events.ts';
import { bumpConfig, nichesUsing, renewEndpointFields, TurnMissed } from '../store.ts';
import { type Endpoint, newSigningSecret, SECRET_OVERLAP_MS, sealedPlace } from './endpoint.ts';
import { refusals } from './errors.ts';
import { formatProblems, unfillable, unfillableWords } from './fields.ts';
import type { EndpointEdit, NewEndpoint } from './schema.ts';
import { sealedHeaders } from './sealed.ts';
import {
  flagSubscriptions,
  formsUsing,
  insertEndpoint,
  lockEndpoint,
  providerIsThere,
  readEndpoint,
  updateEndpoint,
  updateSecret,
} from './store.ts';

const OPERATOR: Actor = { role: 'operator' };
const FORMAT_KEYS = ['format', 'requiredFields', 'fieldMap', 'defaultValues'] as const;

/** The endpoint with its signing secret: shown this one time, stored encrypted. */
export type NewlySealed = { endpoint: Endpoint; secret: string };

/** Somebody listens there or will: whoever knows that may save the address all the same. */
const UNREACHABLE = new Set<string>([
  'connect_timeout',
  'connection_refused',
  'unreachable',
  'connect_failed',
  'tls_failed',
]);

/**
 * Tries an address: the rules for addresses, the name, and a connection with TLS on which nothing is asked. It takes
 * up to five seconds, so never inside a transaction. A certificate that is not valid and trusted is always refused; a
 * receiver that cannot be reached now is refused unless `saveUnreachable`.
 * @throws Refusal 422 webhook_url_refused, webhook_unreachable, with the exact reason on the field
 */
export async function checkUrl(
  app: App,
  url: string,
  options: { field?: string; saveUnreachable?: boolean | undefined } = {},
): Promise<void> {
  const verdict = await app.outbound.tryConnection(url);
  if (verdict.ok) return;
  const details = [{ field: options.field ?? 'url', message: `${verdict.reason}: ${verdict.message}` }];
  if (!UNREACHABLE.has(verdict.reason)) {
    throw refusals.webhook_url_refused({ message: verdict.message, details });
  }
  if (!options.saveUnreachable) throw refusals.webhook_unreachable({ details });
}

/**
 * An endpoint of a provider.
 * @throws Refusal webhook_url_refused, webhook_unreachable, endpoint_provider_not_found, response_rules_invalid,
 *   endpoint_format_invalid
 */
export async function createEndpoint(
  app: App,
  input: NewEndpoint & { providerId: string },
  who: AuditActor,
  actor: Actor = OPERATOR,
): Promise<NewlySealed> {
  const { saveUnreachable, ...terms } = input;
  await checkUrl(app, terms.url, { saveUnreachable });
  return app.db.tx(actor, async (tx) => {
    if (!(await providerIsThere(tx, terms.providerId))) throw refusals.endpoint_provider_not_found();
    return addEndpoint(app, tx, terms, who);
  });
}

/** Adds an endpoint inside a transaction of others; its address was checked before (`checkUrl`). */
export async function addEndpoint(
  app: App,
  tx: Tx,
  input: Omit<NewEndpoint, 'saveUnreachable'> & { providerId: string },
  who: AuditActor,
): Promise<NewlySealed> {
  const id = newId();
  const secret = newSigningSecret();
  const { headers, ...terms } = input;
  refuseOddRules(terms.responseRules);
  refuseOddFormat(terms);
  const now = new Date();
  await insertEndpoint(tx, {
    ...terms,
    id,
    headersEnc: sealedHeaders(app.secrets, id, headers),
    secretEnc: app.secrets.encrypt(secret, sealedPlace(id, 'secret_enc')),
    secretPreviousEnc: null,
    secretPreviousUntil: null,
    state: 'active',
    disabledReason: null,
    breakerState: 'closed',
    breakerOpenedAt: null,
    nextDueAt: null,
    lastServedAt: null,
    version: 1,
    createdAt: now,
    updatedAt: now,
  });
  await audit(tx, [
    {
      actor: who,
      action: 'endpoint.created',
      entityType: 'endpoint',
      entityId: id,
      after: { ...terms, url: shownUrl(terms.url), headers: Object.keys(headers) },
      description: `Endpoint ${terms.name} was created.`,
    },
  ]);
  endpointChanged(tx, 'endpoint.created', { endpointId: id, providerId: input.providerId });
  return { endpoint: (await readEndpoint(tx, id))!, secret };
}

/**
 * Changes an endpoint. A changed address, or one taken back into use, is checked first. What is under way keeps its
 * bytes and goes to the new address.
 * @throws Refusal endpoint_not_found, webhook_url_refused, webhook_unreachable, version_stale,
 *   response_rules_invalid, endpoint_format_invalid, endpoint_field_unfillable
 */
export async function editEndpoint(
  app: App,
  input: { id: string; expected: number; edit: Omit<EndpointEdit, 'version'> },
  who: AuditActor,
  actor: Actor = OPERATOR,
): Promise<Endpoint> {
  const { saveUnreachable, ...edit } = input.edit;
  const { url, state } = edit;
  if (url !== undefined || state === 'active') {
    const seen = await app.db.tx(actor, (tx) => readEndpoint(tx, input.id));
    if (!seen) throw refusals.endpoint_not_found();
    await checkUrl(app, url ?? seen.url, { saveUnreachable });
  }
  return app.db.tx(actor, async (tx) => {
    const turns = needsMayChange(edit) ? await takeTurns(tx, input.id) : null;
    const before = await endpointForEdit(tx, input.id);
    requireVersion(before, input.expected, edit);
    const { headers, ...terms } = edit;
    const given = Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined));
    const after: Endpoint = { ...before, ...given, version: before.version + 1 };
    if (terms.responseRules !== undefined) refuseOddRules(terms.responseRules);
    if (FORMAT_KEYS.some((key) => terms[key] !== undefined)) refuseOddFormat(after);
    if (terms.requiredFields !== undefined || terms.defaultValues !== undefined) {
      await refuseUnfillable(tx, after);
    }
    if (headers !== undefined) after.headersEnc = sealedHeaders(app.secrets, after.id, headers);
    const takenBack = before.state === 'disabled' && after.state === 'active';
    if (takenBack) after.disabledReason = null;
    if (before.state === 'active' && after.state === 'disabled') after.disabledReason = 'switched_off';
    await updateEndpoint(tx, after, { resetBreaker: takenBack });
    if (turns) await renewTerms(tx, after.id, turns);
    if (takenBack || turns) await flagSubscriptions(tx, after.id);
    const changed = [...Object.keys(given), ...(headers === undefined ? [] : ['headers'])];
    await audit(tx, [
      {
        actor: who,
        action: 'endpoint.changed',
        entityType: 'endpoint',
        entityId: after.id,
        before: pick(before, Object.keys(given)),
        after: { ...pick(after, Object.keys(given)), ...(headers && { headers: Object.keys(headers) }) },
        description: `Endpoint ${after.name} was changed: ${changed.join(', ')}.`,
      },
    ]);
    endpointChanged(tx, 'endpoint.changed', { endpointId: after.id, providerId: after.providerId });
    return (await readEndpoint(tx, after.id))!;
  });
}

/**
 * Gives an endpoint a new signing secret. For 24 hours deliveries carry signatures of both, so that the receiver can
 * change over at its own time. Needs no version: it is what one does after a leak.
 * @throws Refusal endpoint_not_found
 */
export async function rotateSecret(
  app: App,
  id: string,
  who: AuditActor,
  actor: Actor = OPERATOR,
): Promise<NewlySealed & { previousValidUntil: Date }> {
  const secret = newSigningSecret();
  return app.db.tx(actor, async (tx) => {
    const before = await endpointForEdit(tx, id);
    const former = app.secrets.decrypt(before.secretEnc, sealedPlace(id, 'secret_enc'));
    const previousValidUntil = await updateSecret(tx, {
      endpointId: id,
      secretEnc: app.secrets.encrypt(secret, sealedPlace(id, 'secret_enc')),
      previousEnc: app.secrets.encrypt(former, sealedPlace(id, 'secret_previous_enc')),
      overlapMs: SECRET_OVERLAP_MS,
      version: before.version + 1,
    });
    await audit(tx, [
      {
        actor: who,
        action: 'endpoint.secret_rotated',
        entityType: 'endpoint',
        entityId: id,
        before: {
          version: before.version,
          previousValidUntil: before.secretPreviousUntil?.toISOString() ?? null,
        },
        after: { version: before.version + 1, previousValidUntil: previousValidUntil.toISOString() },
        description: `Endpoint ${before.name} got a new signing secret; the former one is valid for 24 hours more.`,
      },
    ]);
    endpointChanged(tx, 'endpoint.secret_rotated', { endpointId: id, providerId: before.providerId });
    return { endpoint: (await readEndpoint(tx, id))!, secret, previousValidUntil };
  });
}

/** What an endpoint requires keeps leads away from the subscriptions that use it: it is part of their rules. */
const needsMayChange = (edit: Omit<EndpointEdit, 'version'>): boolean =>
  edit.requiredFields !== undefined || edit.defaultValues !== undefined;

/** Begins an edit of the rules of every niche that the endpoint is used in; before the endpoint's own lock. */
async function takeTurns(tx: Tx, endpointId: string): Promise<Map<string, number>> {
  const turns = new Map<string, number>();
  for (const nicheId of await nichesUsing(tx, endpointId)) turns.set(nicheId, await bumpConfig(tx, nicheId));
  return turns;
}

async function renewTerms(tx: Tx, endpointId: string, turns: ReadonlyMap<string, number>): Promise<void> {
  const niches = await nichesUsing(tx, endpointId);
  if (niches.some((nicheId) => !turns.has(nicheId)))
    throw new TurnMissed('a niche began to use the endpoint');
  for (const [nicheId, configVersion] of turns)
    await renewEndpointFields(tx, { endpointId, nicheId, configVersion });
}

async function endpointForEdit(tx: Tx, id: string): Promise<Endpoint> {
  const endpoint = await lockEndpoint(tx, id);
  if (!endpoint) throw refusals.endpoint_not_found();
  return endpoint;
}

/** Two fields under one name, or a name that the format cannot carry: something would be lost without a word. */
function refuseOddFormat(terms: Parameters<typeof formatProblems>[0]): void {
  const details = formatProblems(terms);
  if (details.length > 0) throw refusals.endpoint_format_invalid({ details });
}

/** Every lead would be paid and never sent: each niche it is used for must be able to fill its fields. */
async function refuseUnfillable(tx: Tx, endpoint: Endpoint): Promise<void> {
  for (const { name: nicheName, fields } of await formsUsing(tx, endpoint.id)) {
    const details = unfillable(endpoint, fields).map(({ name, at }) => ({
      field: `required_fields.${at}`,
      message: unfillableWords(name, nicheName),
    }));
    if (details.length > 0) throw refusals.endpoint_field_unfillable({ details });
  }
}

/** What the shape alone cannot say: a comparison needs its value, a reference its path. */
function refuseOddRules(rules: NewEndpoint['responseRules']): void {
  const details = rules.flatMap((rule, at) => {
    const message = ruleProblem(rule);
    return message === null ? [] : [{ field: `response_rules.${at}`, message }];
  });
  if (details.length > 0) throw refusals.response_rules_invalid({ details });
}

function ruleProblem(rule: NewEndpoint['responseRules'][number]): string | null {
  if (rule.kind === 'reference') return rule.path === null ? 'A reference rule needs a path.' : null;
  if (rule.test === null) return null;
  if (rule.test === 'in')
    return Array.isArray(rule.value) ? null : 'The comparison "in" needs a list of values.';
  if (rule.test === 'exists') return rule.path === null ? 'The comparison "exists" needs a path.' : null;
  return typeof rule.value === 'string' ? null : `The comparison "${rule.test}" needs a value.`;
}

/** Keys often stand in the query: the audit log keeps the address without it. */
function shownUrl(url: string): string {
  return url.split(/[?#]/)[0] ?? url;
}

function pick(endpoint: Endpoint, keys: string[]): object {
  const row = { ...endpoint, url: shownUrl(endpoint.url) } as Record<string, unknown>;
  return Object.fromEntries(keys.map((key) => [key, row[key]]));
}
