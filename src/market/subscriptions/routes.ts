import { actorOf, auditActorOf, OPERATORS, PROVIDER, providerOf, STAFF } from '../../access/index.ts';
import { camelKeys } from '../../kernel/names.ts';
import type { App } from '../../platform/app.ts';
import {
  type AccessRule,
  dataOf,
  ok,
  page,
  pageOf,
  pageQuery,
  type Request,
  type Server,
} from '../../platform/http.ts';
import { versionHeaders, versionOf } from '../../platform/versions.ts';
import { idParams } from '../schema.ts';
import { areaRoutes } from './area-routes.ts';
import { unsubscribe, updateFilters } from './edit-subscription.ts';
import { formActivationRoutes } from './form-routes.ts';
import { historyRoutes } from './history-routes.ts';
import { showSubscription, showSubscriptions } from './list-subscriptions.ts';
import { orderRoutes } from './order-routes.ts';
import { pause, resume } from './pause-subscription.ts';
import * as shape from './schema.ts';
import { subscribe } from './subscribe.ts';
import { subscriptionView } from './view.ts';

const tags = ['Subscriptions'];
const ADMIN_URL = '/api/v1/admin/subscriptions';
const OWN_URL = '/api/v1/subscriptions';
/** What only operators deal out. */
const ORDINARY = { priceOverride: null, weight: 1, priority: 0 };

export function subscriptionRoutes(server: Server, app: App): void {
  formActivationRoutes(server, app);
  server.route({
    method: 'POST',
    url: OWN_URL,
    config: { access: PROVIDER },
    schema: {
      tags,
      summary: 'Subscribe to a competition level',
      body: shape.newSubscription,
      response: { 201: dataOf(shape.subscriptionView) },
    },
    handler: async (request, reply) => {
      const input = { ...camelKeys(request.body), ...ORDINARY, providerId: providerOf(request) };
      const made = await subscribe(app, input, auditActorOf(request), actorOf(request));
      return reply.code(201).send(await answer(app, request, made.id));
    },
  });
  server.route({
    method: 'POST',
    url: ADMIN_URL,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Subscribe a provider to a competition level',
      body: shape.newSubscriptionFor,
      response: { 201: dataOf(shape.subscriptionView) },
    },
    handler: async (request, reply) => {
      const made = await subscribe(app, camelKeys(request.body), auditActorOf(request));
      return reply.code(201).send(await answer(app, request, made.id));
    },
  });
  subscriptionReads(server, app, OWN_URL, PROVIDER);
  subscriptionReads(server, app, ADMIN_URL, STAFF);
  subscriptionEdits(server, app, OWN_URL, PROVIDER, shape.subscriptionEdit);
  subscriptionEdits(server, app, ADMIN_URL, OPERATORS, shape.subscriptionEditFor);
  subscriptionStops(server, app, OWN_URL, PROVIDER);
  subscriptionStops(server, app, ADMIN_URL, OPERATORS);
  orderRoutes(server, app);
  historyRoutes(server, app);
  areaRoutes(server, app, OWN_URL, { read: PROVIDER, write: PROVIDER });
  areaRoutes(server, app, ADMIN_URL, { read: STAFF, write: OPERATORS });
}

const answer = async (app: App, request: Request, id: string) =>
  ok(subscriptionView(await showSubscription(app, id, actorOf(request))));

/** The same for staff and, under row-level security, for a provider. */
function subscriptionReads(server: Server, app: App, url: string, access: AccessRule): void {
  server.route({
    method: 'GET',
    url,
    config: { access },
    schema: {
      tags,
      summary: 'Subscriptions with their state, today’s count and the health of their endpoint',
      querystring: pageQuery.extend(shape.subscriptionQuery.shape),
      response: { 200: pageOf(shape.subscriptionView) },
    },
    handler: async (request) => {
      const { query } = request;
      const at = { page: query.page, limit: query.limit, offset: (query.page - 1) * query.limit };
      const filter = {
        providerId: query.provider_id ?? null,
        nicheId: query.niche_id ?? null,
        levelId: query.level_id ?? null,
        cancelled: query.cancelled === 'true',
        search: query.search || null,
      };
      const { rows, pagination } = await showSubscriptions(app, filter, at, actorOf(request));
      return page(rows.map(subscriptionView), pagination);
    },
  });
  server.route({
    method: 'GET',
    url: `${url}/:id`,
    config: { access },
    schema: {
      tags,
      summary: 'One subscription',
      params: idParams,
      response: { 200: dataOf(shape.subscriptionView) },
    },
    handler: (request) => answer(app, request, request.params.id),
  });
}

function subscriptionEdits(
  server: Server,
  app: App,
  url: string,
  access: AccessRule,
  body: typeof shape.subscriptionEdit | typeof shape.subscriptionEditFor,
): void {
  server.route({
    method: 'PATCH',
    url: `${url}/:id`,
    config: { access },
    schema: {
      tags,
      summary: 'Change filters, caps, hours and other terms; they hold from the next decision on',
      headers: versionHeaders,
      params: idParams,
      body,
      response: { 200: dataOf(shape.subscriptionView) },
    },
    handler: async (request) => {
      const { version: _, ...edit } = request.body;
      const expected = versionOf(request.headers, request.body);
      const input = { id: request.params.id, expected, edit: camelKeys(edit) };
      await updateFilters(app, input, auditActorOf(request), actorOf(request));
      return answer(app, request, request.params.id);
    },
  });
}

/** No version is asked for: stopping must work from a stale page. */
function subscriptionStops(server: Server, app: App, url: string, access: AccessRule): void {
  server.route({
    method: 'POST',
    url: `${url}/:id/pause`,
    config: { access },
    schema: {
      tags,
      summary: 'Pause, until a time or until further notice',
      params: idParams,
      body: shape.pauseBody.optional(),
      response: { 200: dataOf(shape.subscriptionView) },
    },
    handler: async (request) => {
      const until = request.body?.until ?? null;
      const input = { id: request.params.id, until: until === null ? null : new Date(until) };
      await pause(app, input, auditActorOf(request), actorOf(request));
      return answer(app, request, request.params.id);
    },
  });
  server.route({
    method: 'POST',
    url: `${url}/:id/resume`,
    config: { access },
    schema: {
      tags,
      summary: 'End a pause',
      params: idParams,
      response: { 200: dataOf(shape.subscriptionView) },
    },
    handler: async (request) => {
      await resume(app, request.params.id, auditActorOf(request), actorOf(request));
      return answer(app, request, request.params.id);
    },
  });
  server.route({
    method: 'DELETE',
    url: `${url}/:id`,
    config: { access },
    schema: {
      tags,
      summary: 'Unsubscribe; history and place in the order stay for a return',
      params: idParams,
      response: { 200: dataOf(shape.subscriptionView) },
    },
    handler: async (request) => {
      await unsubscribe(app, request.params.id, auditActorOf(request), actorOf(request));
      return answer(app, request, request.params.id);
    },
  });
}
