import { auditActorOf, OPERATORS, STAFF } from '../../access/index.ts';
import { camelKeys, snakeKeys } from '../../kernel/names.ts';
import { pagination } from '../../kernel/page.ts';
import type { App } from '../../platform/app.ts';
import { dataOf, ok, page, pageOf, pageQuery, type Server } from '../../platform/http.ts';
import { versionHeaders, versionOf } from '../../platform/versions.ts';
import { idParams } from '../schema.ts';
import { createSource, editSource, pauseSource, rotateSource } from './edit-source.ts';
import { refusals } from './errors.ts';
import * as shape from './schema.ts';
import type { Source } from './source.ts';
import { listSources, readSource } from './store.ts';

const tags = ['Sources'];
const url = '/api/v1/admin/sources';

export function sourceRoutes(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url,
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'Sources, newest first',
      querystring: pageQuery.extend(shape.sourceQuery.shape),
      response: { 200: pageOf(shape.sourceView) },
    },
    handler: async ({ query }) => {
      const at = { page: query.page, limit: query.limit, offset: (query.page - 1) * query.limit };
      const filter = { campaignId: query.campaign_id ?? null, nicheId: query.niche_id ?? null };
      const { rows, counted } = await app.db.tx({ role: 'operator' }, (tx) => listSources(tx, filter, at));
      return page(rows.map(view), pagination(at, counted));
    },
  });
  server.route({
    method: 'POST',
    url,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Create a source; its token is shown in this answer only',
      body: shape.newSource,
      response: { 201: dataOf(shape.sourceWithToken) },
    },
    handler: async (request, reply) => {
      const { source, token } = await createSource(app, camelKeys(request.body), auditActorOf(request));
      return reply.code(201).send(ok({ source: view(source), token }));
    },
  });
  server.route({
    method: 'GET',
    url: `${url}/:id`,
    config: { access: STAFF },
    schema: { tags, summary: 'One source', params: idParams, response: { 200: dataOf(shape.sourceView) } },
    handler: async ({ params }) => {
      const source = await app.db.tx({ role: 'operator' }, (tx) => readSource(tx, params.id));
      if (!source) throw refusals.source_not_found();
      return ok(view(source));
    },
  });
  sourceEdits(server, app);
}

function sourceEdits(server: Server, app: App): void {
  server.route({
    method: 'PATCH',
    url: `${url}/:id`,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Change a source',
      headers: versionHeaders,
      params: idParams,
      body: shape.sourceEdit,
      response: { 200: dataOf(shape.sourceView) },
    },
    handler: async (request) => {
      const { version: _, ...edit } = request.body;
      const expected = versionOf(request.headers, request.body);
      const input = { id: request.params.id, expected, edit: camelKeys(edit) };
      return ok(view(await editSource(app, input, auditActorOf(request))));
    },
  });
  for (const [verb, active] of [
    ['pause', false],
    ['resume', true],
  ] as const) {
    server.route({
      method: 'POST',
      url: `${url}/:id/${verb}`,
      config: { access: OPERATORS },
      schema: {
        tags,
        summary: active ? 'Take leads of a source again' : 'Refuse leads of a source for now',
        params: idParams,
        response: { 200: dataOf(shape.sourceView) },
      },
      handler: async (request) =>
        ok(view(await pauseSource(app, { id: request.params.id, active }, auditActorOf(request)))),
    });
  }
  server.route({
    method: 'POST',
    url: `${url}/:id/rotate`,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Give a source a new token; the former one ends at once',
      params: idParams,
      response: { 200: dataOf(shape.sourceWithToken) },
    },
    handler: async (request) => {
      const { source, token } = await rotateSource(app, request.params.id, auditActorOf(request));
      return ok({ source: view(source), token });
    },
  });
}

function view(source: Source): shape.SourceView {
  return snakeKeys({
    ...source,
    createdAt: source.createdAt.toISOString(),
    updatedAt: source.updatedAt.toISOString(),
  });
}
