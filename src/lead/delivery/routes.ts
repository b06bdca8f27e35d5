import { actorOf, auditActorOf, OPERATORS, PROVIDER, STAFF } from '../../access/index.ts';
import type { App } from '../../platform/app.ts';
import { type AccessRule, dataOf, ok, page, pageOf, type Server } from '../../platform/http.ts';
import { partnerRoutes } from './mock-partner.ts';
import { findDeliveries, showDelivery } from './read-delivery.ts';
import { resendDelivery, resendFailed } from './resend-deliveries.ts';
import * as shape from './schema.ts';
import { testEndpoint } from './test-endpoint.ts';
import { viewTest } from './view.ts';

const tags = ['Deliveries'];

export function deliveryRoutes(server: Server, app: App): void {
  adminReads(server, app);
  resends(server, app);
  tests(server, app, '/api/v1/admin/endpoints/:id/test', OPERATORS);
  tests(server, app, '/api/v1/providers/me/endpoints/:id/test', PROVIDER);
  server.route({
    method: 'GET',
    url: '/api/v1/providers/me/deliveries',
    config: { access: PROVIDER },
    schema: {
      tags,
      summary: 'Own deliveries, newest first',
      querystring: shape.deliveryQuery,
      response: { 200: pageOf(shape.deliveryView) },
    },
    handler: async (request) => {
      const found = await findDeliveries(app, request.query, actorOf(request));
      return page(found.data, found.pagination);
    },
  });
  server.route({
    method: 'GET',
    url: '/api/v1/providers/me/deliveries/:id',
    config: { access: PROVIDER },
    schema: {
      tags,
      summary: 'One of one’s own deliveries with every attempt and what was sent',
      params: shape.idParams,
      response: { 200: dataOf(shape.deliveryDetail) },
    },
    handler: async (request) =>
      ok(await showDelivery(app, request.params.id, actorOf(request), { withBody: true })),
  });
  partnerRoutes(server, app);
}

function adminReads(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url: '/api/v1/admin/deliveries',
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'Deliveries, newest first',
      querystring: shape.adminDeliveryQuery,
      response: { 200: pageOf(shape.deliveryView) },
    },
    handler: async (request) => {
      const found = await findDeliveries(app, request.query, actorOf(request));
      return page(found.data, found.pagination);
    },
  });
  server.route({
    method: 'GET',
    url: '/api/v1/admin/deliveries/:id',
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'One delivery with every attempt; the body only for admins and operators',
      params: shape.idParams,
      response: { 200: dataOf(shape.deliveryDetail) },
    },
    handler: async (request) => {
      const withBody = (OPERATORS as readonly string[]).includes(request.principal?.role ?? '');
      return ok(await showDelivery(app, request.params.id, actorOf(request), { withBody }));
    },
  });
}

function resends(server: Server, app: App): void {
  server.route({
    method: 'POST',
    url: '/api/v1/admin/deliveries/:id/resend',
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Send an ended delivery again: the same content under the same id',
      params: shape.idParams,
      response: { 202: dataOf(shape.deliveryDetail) },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      await resendDelivery(app, id, auditActorOf(request));
      return reply.code(202).send(ok(await showDelivery(app, id, actorOf(request), { withBody: false })));
    },
  });
  server.route({
    method: 'POST',
    url: '/api/v1/admin/deliveries/bulk-resend',
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Send again what failed since a time, at most 1,000; first as a dry run',
      body: shape.bulkResend,
      response: { 200: dataOf(shape.bulkResendResult) },
    },
    handler: async (request) => {
      const { since, until, endpoint_id, provider_id, dry_run } = request.body;
      const result = await resendFailed(
        app,
        {
          since,
          until: until ?? null,
          endpointId: endpoint_id ?? null,
          providerId: provider_id ?? null,
          dryRun: dry_run,
        },
        auditActorOf(request),
      );
      return ok({ ...result, dry_run });
    },
  });
}

/** The same for staff and, under row-level security, for a provider. */
function tests(server: Server, app: App, url: string, access: AccessRule): void {
  server.route({
    method: 'POST',
    url,
    config: { access },
    schema: {
      tags,
      summary: 'Send a signed sample lead to an endpoint and show the whole exchange',
      params: shape.idParams,
      response: { 200: dataOf(shape.endpointTest) },
    },
    handler: async (request) => ok(viewTest(await testEndpoint(app, request.params.id, actorOf(request)))),
  });
}
