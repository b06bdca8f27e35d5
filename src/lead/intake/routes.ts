import { isId } from '../../kernel/ids.ts';
import type { App } from '../../platform/app.ts';
import { dataOf, ok, type Request, type Server } from '../../platform/http.ts';
import { networkOf } from '../../platform/private-host.ts';
import { limitRequest } from '../../platform/rate-limit.ts';
import { refusals } from './errors.ts';
import { limitSource } from './limit-source.ts';
import { type Received, receiveLead } from './receive-lead.ts';
import * as shape from './schema.ts';
import { type Outcome, readThanks } from './store.ts';
import { waitForOutcome } from './wait-outcome.ts';

const tags = ['Leads in'];
const USER_AGENT_MAX = 1_000;
const WAIT_MAX_MS = 10_000;

export function intakeRoutes(server: Server, app: App): void {
  server.route({
    method: 'POST',
    url: '/api/v1/leads',
    config: { access: 'public', anyOrigin: true, keepBody: true },
    schema: {
      tags,
      summary: 'Send a public form',
      body: shape.submission,
      response: { 202: dataOf(shape.receiptAnswer) },
    },
    handler: async (request, reply) => {
      await limitRequest(app, reply, `form:${networkOf(request.ip)}`, app.config.RATE_FORM_PER_MINUTE);
      const received = await receiveLead(app, { origin: { kind: 'form' }, ...circumstancesOf(request) });
      return reply.code(202).send(ok({ receipt: received.receipt }));
    },
  });
  server.route({
    method: 'POST',
    url: '/api/v1/inbound/:token',
    config: { access: 'token', keepBody: true },
    schema: {
      tags,
      summary: 'Send a lead as a source, and be told what became of it',
      headers: shape.keyHeaders,
      params: shape.tokenParams,
      body: shape.inbound,
      response: { 202: dataOf(shape.inboundAnswer) },
    },
    handler: async (request, reply) => {
      const { token } = request.params;
      await limitSource(app, reply, token, request.ip);
      const idempotencyKey = request.headers['idempotency-key'] ?? null;
      const received = await receiveLead(app, {
        origin: { kind: 'source', token },
        ...circumstancesOf(request),
        idempotencyKey,
      });
      return reply.code(202).send(ok(await outcomeOf(app, received, request.body.wait)));
    },
  });
  server.route({
    method: 'GET',
    url: '/api/v1/leads/:receipt/thank-you',
    config: { access: 'public', anyOrigin: true },
    schema: {
      tags,
      summary: 'What to tell a person who has sent a form: nothing of the person, nothing of the outcome',
      params: shape.receiptParams,
      response: { 200: dataOf(shape.thanksAnswer) },
    },
    handler: async (request, reply) => {
      await limitRequest(app, reply, `thanks:${networkOf(request.ip)}`, app.config.RATE_FORM_PER_MINUTE * 4);
      const { receipt } = request.params;
      const thanks = isId(receipt)
        ? await app.db.tx({ role: 'engine' }, (tx) => readThanks(tx, receipt))
        : null;
      if (!thanks) throw refusals.receipt_not_found();
      return ok({
        niche: thanks.nicheName,
        niche_slug: thanks.nicheSlug,
        confirmation_by_mail: thanks.confirmation !== 'admin_attested',
        recipients_told: thanks.recipientsTold,
      });
    },
  });
}

function circumstancesOf(request: Request) {
  return {
    body: request.body,
    raw: request.rawBody,
    ip: request.ip,
    userAgent: request.headers['user-agent']?.slice(0, USER_AGENT_MAX) ?? null,
    requestId: request.id,
  };
}

/** The intake has judged `wait` already: it is a whole number of seconds or it was refused. */
async function outcomeOf(app: App, received: Received, wait: unknown): Promise<shape.InboundAnswer> {
  const { receipt, replayed } = received;
  const waitMs = Math.min(WAIT_MAX_MS, Number(wait ?? 0) * 1_000);
  const now: Outcome =
    waitMs > 0 || replayed
      ? await waitForOutcome(app, received.leadId, waitMs)
      : { ...received, nAssigned: 0 };
  return {
    lead_id: now.leadId,
    receipt,
    state: now.state,
    reason: now.reason,
    test: now.test,
    assigned: now.nAssigned,
    replayed,
  };
}
