import { auditActorOf, OPERATORS, STAFF } from '../../access/index.ts';
import { camelKeys, snakeKeys } from '../../kernel/names.ts';
import { pagination } from '../../kernel/page.ts';
import type { App } from '../../platform/app.ts';
import { dataOf, ok, page, pageOf, pageQuery, type Server } from '../../platform/http.ts';
import { idParams } from '../schema.ts';
import * as shape from './schema.ts';
import { endStop, setStop } from './set-stop.ts';
import { listStops, type Stop } from './store.ts';

const tags = ['Stop switches'];
const url = '/api/v1/admin/stop-switches';

export function stopRoutes(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url,
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'What is or was stopped, newest first',
      querystring: pageQuery.extend(shape.stopQuery.shape),
      response: { 200: pageOf(shape.stopView) },
    },
    handler: async ({ query }) => {
      const at = { page: query.page, limit: query.limit, offset: (query.page - 1) * query.limit };
      const held = query.held === undefined ? null : query.held === 'true';
      const { rows, counted } = await app.db.tx({ role: 'operator' }, (tx) => listStops(tx, held, at));
      return page(rows.map(view), pagination(at, counted));
    },
  });
  server.route({
    method: 'POST',
    url,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Stop everything, a niche, a source or a provider at once',
      description:
        'No decision and, for everything and a provider, no delivery begins after the answer. Leads keep coming in and wait.',
      body: shape.newStop,
      response: { 201: dataOf(shape.stopView) },
    },
    handler: async (request, reply) => {
      const stop = await setStop(app, camelKeys(request.body), auditActorOf(request));
      return reply.code(201).send(ok(view(stop)));
    },
  });
  server.route({
    method: 'POST',
    url: `${url}/:id/release`,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'End a stop: what waited goes on',
      params: idParams,
      body: shape.releaseBody,
      response: { 200: dataOf(shape.stopView) },
    },
    handler: async (request) => {
      const input = { id: request.params.id, reason: request.body.reason };
      return ok(view(await endStop(app, input, auditActorOf(request))));
    },
  });
}

const view = (stop: Stop): shape.StopView =>
  snakeKeys({
    ...stop,
    setAt: stop.setAt.toISOString(),
    releasedAt: stop.releasedAt?.toISOString() ?? null,
  });
