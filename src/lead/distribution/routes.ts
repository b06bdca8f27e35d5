import { z } from 'zod';
import { auditActorOf, OPERATORS, STAFF } from '../../access/index.ts';
import type { App } from '../../platform/app.ts';
import { dataOf, ok, type Server } from '../../platform/http.ts';
import { assignByHand } from './assign-by-hand.ts';
import { blockProvider, readBlocks, unblockProvider } from './block-lead.ts';
import { distributorOf } from './distribute-batch.ts';
import { explainRoutes } from './explain/routes.ts';
import { explainDecision } from './explain-decision.ts';
import { purchaseRoutes } from './purchase/routes.ts';
import * as shape from './schema.ts';
import { simulateRoutes } from './simulate/routes.ts';
import type { Block } from './store-blocks.ts';
import { watchRoutes } from './watch/routes.ts';

const tags = ['Leads'];

/** The distribution view of a lead (operator). */
export function distributionRoutes(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url: '/api/v1/admin/leads/:id/distribution',
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'Why each subscription did or did not get a lead, decision by decision',
      params: shape.leadParams,
      querystring: shape.explainQuery,
      response: { 200: dataOf(shape.explainedLead) },
    },
    handler: async ({ params, query }) => ok(await explainDecision(app, params.id, query.provider_id)),
  });
  byHandRoutes(server, app);
  blockRoutes(server, app);
  purchaseRoutes(server, app);
  explainRoutes(server, app);
  watchRoutes(server, app);
  simulateRoutes(server, app);
}

function byHandRoutes(server: Server, app: App): void {
  server.route({
    method: 'POST',
    url: '/api/v1/admin/leads/:id/assignments',
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Give a lead to one subscription by hand; every check holds',
      params: shape.leadParams,
      headers: shape.assignHeaders,
      body: shape.assignBody,
      response: { 201: dataOf(shape.assigned) },
    },
    handler: async (request, reply) => {
      const { subscription_id: subscriptionId, reason } = request.body;
      const idempotencyKey = request.headers['idempotency-key'];
      const input = { leadId: request.params.id, subscriptionId, reason, idempotencyKey };
      return reply
        .code(201)
        .send(ok(await assignByHand(app.db, distributorOf(app), input, auditActorOf(request))));
    },
  });
}

const viewOf = ({ providerId, providerName, reason, by, at }: Block) => ({
  provider_id: providerId,
  provider_name: providerName,
  reason,
  by,
  at: at.toISOString(),
});

function blockRoutes(server: Server, app: App): void {
  const url = '/api/v1/admin/leads/:id/blocks';
  server.route({
    method: 'GET',
    url,
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'Providers that are kept from this lead',
      params: shape.leadParams,
      response: { 200: dataOf(z.array(shape.blockView)) },
    },
    handler: async (request) => ok((await readBlocks(app, request.params.id)).map(viewOf)),
  });
  server.route({
    method: 'POST',
    url,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Keep a provider from this lead',
      params: shape.leadParams,
      body: shape.blockBody,
      response: { 201: dataOf(shape.blockView) },
    },
    handler: async (request, reply) => {
      const { provider_id: providerId, reason } = request.body;
      const input = { leadId: request.params.id, providerId, reason };
      return reply.code(201).send(ok(viewOf(await blockProvider(app, input, auditActorOf(request)))));
    },
  });
  server.route({
    method: 'DELETE',
    url: `${url}/:provider_id`,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Keep a provider from this lead no longer',
      params: shape.blockParams,
      response: { 200: dataOf(shape.unblocked) },
    },
    handler: async (request) => {
      const { id: leadId, provider_id: providerId } = request.params;
      const { already } = await unblockProvider(app, { leadId, providerId }, auditActorOf(request));
      return ok({ provider_id: providerId, already });
    },
  });
}
