import { actorOf, auditActorOf, OPERATORS, PROVIDER, providerOf, STAFF } from '../../access/index.ts';
import { camelKeys } from '../../kernel/names.ts';
import { pagination } from '../../kernel/page.ts';
import type { App } from '../../platform/app.ts';
import { type AccessRule, dataOf, ok, page, pageOf, pageQuery, type Server } from '../../platform/http.ts';
import { versionHeaders, versionOf } from '../../platform/versions.ts';
import { idParams } from '../schema.ts';
import { createEndpoint, editEndpoint, rotateSecret } from './edit-endpoint.ts';
import { refusals } from './errors.ts';
import * as shape from './schema.ts';
import { listEndpoints, readEndpoint } from './store.ts';
import { endpointView } from './view.ts';

const tags = ['Endpoints'];
const ADMIN_URL = '/api/v1/admin/endpoints';
const OWN_URL = '/api/v1/providers/me/endpoints';

export function endpointRoutes(server: Server, app: App): void {
  server.route({
    method: 'POST',
    url: ADMIN_URL,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Create an endpoint of a provider; its signing secret is shown in this answer only',
      body: shape.newEndpointFor,
      response: { 201: dataOf(shape.endpointWithSecret) },
    },
    handler: async (request, reply) => {
      const made = await createEndpoint(app, termsOf(request.body), auditActorOf(request));
      return reply.code(201).send(ok({ endpoint: endpointView(app, made.endpoint), secret: made.secret }));
    },
  });
  server.route({
    method: 'POST',
    url: OWN_URL,
    config: { access: PROVIDER },
    schema: {
      tags,
      summary: 'Create an endpoint of one’s own; its signing secret is shown in this answer only',
      body: shape.newEndpoint,
      response: { 201: dataOf(shape.endpointWithSecret) },
    },
    handler: async (request, reply) => {
      const terms: shape.NewEndpoint = termsOf(request.body);
      const input = { ...terms, providerId: providerOf(request) };
      const made = await createEndpoint(app, input, auditActorOf(request), actorOf(request));
      return reply.code(201).send(ok({ endpoint: endpointView(app, made.endpoint), secret: made.secret }));
    },
  });
  endpointReads(server, app, ADMIN_URL, STAFF);
  endpointReads(server, app, OWN_URL, PROVIDER);
  endpointEdits(server, app, ADMIN_URL, OPERATORS);
  endpointEdits(server, app, OWN_URL, PROVIDER);
}

/** The same for staff and, under row-level security, for a provider. */
function endpointReads(server: Server, app: App, url: string, access: AccessRule): void {
  server.route({
    method: 'GET',
    url,
    config: { access },
    schema: {
      tags,
      summary: 'Endpoints, newest first',
      querystring: pageQuery.extend(shape.endpointQuery.shape),
      response: { 200: pageOf(shape.endpointView) },
    },
    handler: async (request) => {
      const { query } = request;
      const at = { page: query.page, limit: query.limit, offset: (query.page - 1) * query.limit };
      const filter = { providerId: query.provider_id ?? null };
      const { rows, counted } = await app.db.tx(actorOf(request), (tx) => listEndpoints(tx, filter, at));
      return page(
        rows.map((row) => endpointView(app, row)),
        pagination(at, counted),
      );
    },
  });
  server.route({
    method: 'GET',
    url: `${url}/:id`,
    config: { access },
    schema: {
      tags,
      summary: 'One endpoint',
      params: idParams,
      response: { 200: dataOf(shape.endpointView) },
    },
    handler: async (request) => {
      const endpoint = await app.db.tx(actorOf(request), (tx) => readEndpoint(tx, request.params.id));
      if (!endpoint) throw refusals.endpoint_not_found();
      return ok(endpointView(app, endpoint));
    },
  });
}

function endpointEdits(server: Server, app: App, url: string, access: AccessRule): void {
  server.route({
    method: 'PATCH',
    url: `${url}/:id`,
    config: { access },
    schema: {
      tags,
      summary: 'Change an endpoint; a new address is tried with TLS first',
      headers: versionHeaders,
      params: idParams,
      body: shape.endpointEdit,
      response: { 200: dataOf(shape.endpointView) },
    },
    handler: async (request) => {
      const { version: _, ...edit } = request.body;
      const expected = versionOf(request.headers, request.body);
      const input = { id: request.params.id, expected, edit: termsOf(edit) };
      const endpoint = await editEndpoint(app, input, auditActorOf(request), actorOf(request));
      return ok(endpointView(app, endpoint));
    },
  });
  server.route({
    method: 'POST',
    url: `${url}/:id/rotate-secret`,
    config: { access },
    schema: {
      tags,
      summary: 'Give an endpoint a new signing secret; the former one is valid for 24 hours more',
      params: idParams,
      response: { 200: dataOf(shape.rotatedSecret) },
    },
    handler: async (request) => {
      const made = await rotateSecret(app, request.params.id, auditActorOf(request), actorOf(request));
      return ok({
        endpoint: endpointView(app, made.endpoint),
        secret: made.secret,
        previous_valid_until: made.previousValidUntil.toISOString(),
      });
    },
  });
}

type Rules = { response_rules?: object[] | undefined };

/** The body with our names, those of the rules too. */
function termsOf<T extends object>(body: T & Rules) {
  const { response_rules: rules, ...rest } = body;
  return {
    ...camelKeys(rest),
    ...(rules !== undefined && { responseRules: rules.map((rule) => camelKeys(rule)) }),
  } as never;
}
