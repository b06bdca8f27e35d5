import { auditActorOf, memoOf, OPERATORS } from '../../access/index.ts';
import { Refusal } from '../../kernel/errors.ts';
import type { App } from '../../platform/app.ts';
import { dataOf, ok, type Reply, type Request, type Server } from '../../platform/http.ts';
import { networkOf } from '../../platform/private-host.ts';
import { limitRequest } from '../../platform/rate-limit.ts';
import { versionHeaders, versionOf } from '../../platform/versions.ts';
import { attestLead, confirmLead } from './confirm-lead.ts';
import { confirmPage, PAGE_POLICY, type PageState } from './confirm-page.ts';
import { correctLead } from './correct-lead.ts';
import { approveLead, type Decided, rejectLead } from './decide-lead.ts';
import { releaseLead } from './release-lead.ts';
import { resendConfirmation } from './resend-confirmation.ts';
import { retryLead } from './retry-lead.ts';
import * as shape from './schema.ts';

export function reviewRoutes(server: Server, app: App): void {
  confirmRoutes(server, app);
  confirmPages(server, app);
  decisionRoutes(server, app);
  stoppedRoutes(server, app);
  correctionRoute(server, app);
}

/** A person may press the button again; per address, as many times as forms may be sent. */
const CONFIRMS_PER_FORM = 2;
const limitConfirm = (app: App, request: Request, reply: Reply) =>
  limitRequest(
    app,
    reply,
    `confirm:${networkOf(request.ip)}`,
    app.config.RATE_FORM_PER_MINUTE * CONFIRMS_PER_FORM,
  );

const submitter = (request: Request) => ({ id: null, role: 'submitter', requestId: request.id }) as const;

function confirmRoutes(server: Server, app: App): void {
  const tags = ['Leads in'];
  server.route({
    method: 'POST',
    url: '/api/v1/leads/confirm',
    config: { access: 'public', anyOrigin: true },
    schema: {
      tags,
      summary: 'Confirm a request by the token of the mail',
      body: shape.confirmInput,
      response: { 200: dataOf(shape.confirmAnswer) },
    },
    handler: async (request, reply) => {
      await limitConfirm(app, request, reply);
      await confirmLead(app, { token: request.body.token }, submitter(request));
      return ok({ confirmed: true as const });
    },
  });
  server.route({
    method: 'POST',
    url: '/api/v1/leads/confirm/resend',
    config: { access: 'public', anyOrigin: true },
    schema: {
      tags,
      summary: 'Send the confirmation mail again: once in ten minutes, three times a day',
      body: shape.resendInput,
      response: { 202: dataOf(shape.resendAnswer) },
    },
    handler: async (request, reply) => {
      await limitConfirm(app, request, reply);
      await resendConfirmation(app, { receipt: request.body.receipt });
      return reply.code(202).send(ok({ accepted: true as const }));
    },
  });
}

function confirmPages(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url: '/confirm',
    config: { access: 'public', raw: true },
    schema: { hide: true, querystring: shape.confirmQuery },
    handler: async (request, reply) => {
      const { token } = request.query;
      return sendPage(request, reply, token ? 'ask' : 'invalid', { token: token ?? null });
    },
  });
  server.route({
    method: 'POST',
    url: '/confirm',
    config: { access: 'public', raw: true },
    schema: { hide: true, body: shape.confirmInput },
    handler: async (request, reply) => {
      await limitConfirm(app, request, reply);
      try {
        await confirmLead(app, { token: request.body.token }, submitter(request));
      } catch (error) {
        if (!(error instanceof Refusal) || error.status >= 500) throw error;
        const again = /\/[a-z0-9-]+/.exec(error.details[0]?.message ?? '')?.[0] ?? null;
        const state = error.status === 410 ? 'expired' : 'invalid';
        return sendPage(request, reply.code(error.status), state, { again });
      }
      return sendPage(request, reply, 'done', {});
    },
  });
}

async function sendPage(
  request: Request,
  reply: Reply,
  state: PageState,
  options: { token?: string | null; again?: string | null },
): Promise<Reply> {
  const language = request.headers['accept-language'];
  return reply
    .header('content-security-policy', PAGE_POLICY)
    .header('referrer-policy', 'no-referrer')
    .type('text/html; charset=utf-8')
    .send(await confirmPage(state, { ...options, language }));
}

const answer = ({ leadId, state }: Decided) => ok({ lead_id: leadId, state });

function correctionRoute(server: Server, app: App): void {
  server.route({
    method: 'PATCH',
    url: '/api/v1/admin/leads/:id',
    config: { access: OPERATORS },
    schema: {
      tags: ['Leads'],
      summary: 'Correct the contact data of a lead in quarantine',
      headers: versionHeaders,
      params: shape.leadParams,
      body: shape.correctionInput,
      response: { 200: dataOf(shape.correctedAnswer) },
    },
    handler: async (request) => {
      const { version: _, ...edit } = request.body;
      const expected = versionOf(request.headers, request.body);
      const input = { leadId: request.params.id, expected, edit };
      const done = await correctLead(app, input, auditActorOf(request));
      return ok({ lead_id: done.leadId, version: done.version });
    },
  });
}

function decisionRoutes(server: Server, app: App): void {
  const tags = ['Leads'];
  const config = { access: OPERATORS };
  const response = { 200: dataOf(shape.decidedAnswer) };
  server.route({
    method: 'POST',
    url: '/api/v1/admin/leads/:id/approve',
    config,
    schema: {
      tags,
      summary: 'Approve a lead: it may be sold from now on',
      params: shape.leadParams,
      response,
    },
    handler: async (request) =>
      answer(await approveLead(app, { leadId: request.params.id }, auditActorOf(request))),
  });
  server.route({
    method: 'POST',
    url: '/api/v1/admin/leads/:id/confirm',
    config,
    schema: {
      tags,
      summary: 'Attest that the person agreed, in campaigns where the operator does',
      params: shape.leadParams,
      response,
    },
    handler: async (request) =>
      answer(await attestLead(app, { leadId: request.params.id }, auditActorOf(request))),
  });
  server.route({
    method: 'POST',
    url: '/api/v1/admin/leads/:id/reject',
    config,
    schema: {
      tags,
      summary: 'Reject a lead that nobody has: it is never distributed',
      params: shape.leadParams,
      body: shape.rejectInput,
      response,
    },
    handler: async (request) => {
      const { reason, admin_only_memo: memo } = request.body;
      const input = { leadId: request.params.id, reason, adminOnlyMemo: memoOf(request, memo) };
      return answer(await rejectLead(app, input, auditActorOf(request)));
    },
  });
}

/** Leads that stand still: stopped by a check, or parked. */
function stoppedRoutes(server: Server, app: App): void {
  const tags = ['Leads'];
  const config = { access: OPERATORS };
  const response = { 200: dataOf(shape.decidedAnswer) };
  server.route({
    method: 'POST',
    url: '/api/v1/admin/leads/:id/retry',
    config,
    schema: {
      tags,
      summary: 'Try a parked lead again',
      params: shape.leadParams,
      response,
    },
    handler: async (request) => answer(await retryLead(app, request.params.id, auditActorOf(request))),
  });
  server.route({
    method: 'POST',
    url: '/api/v1/admin/leads/:id/release',
    config,
    schema: {
      tags,
      summary: 'Override the check that stopped a lead; it goes on where it was stopped',
      params: shape.leadParams,
      body: shape.releaseInput.nullish(),
      response,
    },
    handler: async (request) => {
      const { check = null, admin_only_memo: memo } = request.body ?? {};
      const input = { leadId: request.params.id, check, adminOnlyMemo: memoOf(request, memo) };
      return answer(await releaseLead(app, input, auditActorOf(request)));
    },
  });
}
