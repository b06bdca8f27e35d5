import { PROVIDER, providerOf, STAFF } from '../access/index.ts';
import type { App } from '../platform/app.ts';
import { dataOf, ok, page, pageOf, type Server } from '../platform/http.ts';
import { readLeadList, readLeadPage, readOwnLead, readOwnLeads } from './read-leads.ts';
import { overviewOf } from './read-overview.ts';
import * as shape from './schema.ts';
import { countOwnLeads } from './store-list.ts';

/** What a stage does has its routes in the stage; here are the reads that go across them. */
export function leadRoutes(server: Server, app: App): void {
  staffReads(server, app);
  providerReads(server, app);
}

function staffReads(server: Server, app: App): void {
  const tags = ['Leads'];
  server.route({
    method: 'GET',
    url: '/api/v1/admin/leads',
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'Leads, newest first; q finds an id, an e-mail address or a phone number exactly',
      querystring: shape.leadQuery,
      response: { 200: pageOf(shape.leadListItem) },
    },
    handler: async (request) => {
      const read = await readLeadList(app, request.query);
      return page(read.data, read.pagination);
    },
  });
  server.route({
    method: 'GET',
    url: '/api/v1/admin/leads/:id',
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'Everything about one lead: person, checks, consent, decisions, money, deliveries, timeline',
      params: shape.leadParams,
      response: { 200: dataOf(shape.leadPage) },
    },
    handler: async (request) => ok(await readLeadPage(app, request.params.id)),
  });
  server.route({
    method: 'GET',
    url: '/api/v1/admin/overview',
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'The figures of the home page, each with what it counts',
      response: { 200: dataOf(shape.overview) },
    },
    handler: async () => ok(await overviewOf(app)),
  });
}

function providerReads(server: Server, app: App): void {
  const tags = ['Own leads'];
  server.route({
    method: 'GET',
    url: '/api/v1/providers/me/leads',
    config: { access: PROVIDER },
    schema: {
      tags,
      summary: 'Own leads, newest first; the person is shown, and found by q, while the lead is charged',
      querystring: shape.ownLeadQuery,
      response: { 200: pageOf(shape.ownLeadItem) },
    },
    handler: async (request) => {
      const read = await readOwnLeads(app, providerOf(request), request.query);
      return page(read.data, read.pagination);
    },
  });
  server.route({
    method: 'GET',
    url: '/api/v1/providers/me/leads/counts',
    config: { access: PROVIDER },
    schema: { tags, summary: 'How many leads came lately', response: { 200: dataOf(shape.ownCounts) } },
    handler: async (request) => {
      const providerId = providerOf(request);
      const counts = await app.db.tx({ role: 'provider', providerId }, (tx) => countOwnLeads(tx, providerId));
      return ok({
        today: counts.today,
        last_7_days: counts.last7Days,
        last_30_days: counts.last30Days,
        timezone: counts.timezone,
        basis:
          'Assignments that are held or charged, without test leads; today began at midnight in your zone.',
      });
    },
  });
  server.route({
    method: 'GET',
    url: '/api/v1/providers/me/leads/:id',
    config: { access: PROVIDER },
    schema: {
      tags,
      summary: 'One of the own leads',
      params: shape.leadParams,
      response: { 200: dataOf(shape.ownLeadPage) },
    },
    handler: async (request) => ok(await readOwnLead(app, providerOf(request), request.params.id)),
  });
}
