import { z } from 'zod';
import { actorOf, auditActorOf, OPERATORS, PROVIDER, providerOf, STAFF } from '../../access/index.ts';
import { camelKeys } from '../../kernel/names.ts';
import type { App } from '../../platform/app.ts';
import { dataOf, ok, page, pageOf, pageQuery, type Server } from '../../platform/http.ts';
import { versionHeaders, versionOf } from '../../platform/versions.ts';
import { endpointShape, endpointView } from '../endpoints/index.ts';
import { idParams } from '../schema.ts';
import { showSubscription, subscriptionShape, subscriptionView } from '../subscriptions/index.ts';
import { addPartner } from './add-partner.ts';
import {
  createProvider,
  editProvider,
  pauseProvider,
  resumeProvider,
  setProviderStatus,
} from './edit-provider.ts';
import { type ProviderDetail, showProvider, showProviders } from './list-providers.ts';
import * as shape from './schema.ts';
import { walletTotals } from './store.ts';
import { providerView, totalsView, walletView } from './view.ts';

const tags = ['Providers'];
const url = '/api/v1/admin/providers';
const OWN_URL = '/api/v1/providers/me';

const providerDetail = shape.providerView.extend({
  wallets: z.array(shape.walletView),
  subscriptions: z.array(subscriptionShape),
  endpoints: z.array(endpointShape),
});
/** The signing secret is shown this one time. */
const partnerAnswer = z.object({
  provider: shape.providerView,
  endpoint: endpointShape,
  secret: z.string(),
  subscription: subscriptionShape,
});

export function providerRoutes(server: Server, app: App): void {
  providerLists(server, app);
  newProviders(server, app);
  providerEdits(server, app);
  providerStates(server, app);
  ownRoutes(server, app);
}

function providerLists(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url,
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'Providers with their money, by name',
      querystring: pageQuery.extend(shape.providerQuery.shape),
      response: { 200: pageOf(shape.providerListView) },
    },
    handler: async ({ query }) => {
      const at = { page: query.page, limit: query.limit, offset: (query.page - 1) * query.limit };
      const filter = {
        search: query.search ?? null,
        status: query.status ?? null,
        country: query.country ?? null,
        nicheId: query.niche_id ?? null,
        paused: query.paused === undefined ? null : query.paused === 'true',
        endpointDown: query.endpoints === 'down',
      };
      const { rows, pagination } = await showProviders(app, filter, at);
      const views = rows.map((row) => ({
        ...providerView(row),
        subscriptions: row.subscriptions,
        wallets: row.wallets.map(walletView),
      }));
      return page(views, pagination);
    },
  });
  server.route({
    method: 'GET',
    url: `${url}/totals`,
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'What all accounts hold together, by currency',
      response: { 200: dataOf(z.array(shape.walletTotals)) },
    },
    handler: async () => ok((await app.db.tx({ role: 'operator' }, walletTotals)).map(totalsView)),
  });
  server.route({
    method: 'GET',
    url: `${url}/:id`,
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'One provider with its money, subscriptions and endpoints',
      params: idParams,
      response: { 200: dataOf(providerDetail) },
    },
    handler: async (request) => ok(detail(app, await showProvider(app, request.params.id, actorOf(request)))),
  });
}

function newProviders(server: Server, app: App): void {
  server.route({
    method: 'POST',
    url,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Create a provider',
      body: shape.newProvider,
      response: { 201: dataOf(shape.providerView) },
    },
    handler: async (request, reply) => {
      const provider = await createProvider(app, camelKeys(request.body), auditActorOf(request));
      return reply.code(201).send(ok(providerView(provider)));
    },
  });
  server.route({
    method: 'POST',
    url: `${url}/partners`,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Add a partner in one form: provider, endpoint and subscription; the secret is shown once',
      headers: shape.partnerHeaders,
      body: shape.newPartner,
      response: { 201: dataOf(partnerAnswer) },
    },
    handler: async (request, reply) => {
      const key = request.headers['idempotency-key'];
      const added = await addPartner(app, camelKeys(request.body), auditActorOf(request), key);
      const subscription = await showSubscription(app, added.subscription.id, actorOf(request));
      return reply.code(201).send(
        ok({
          provider: providerView(added.provider),
          endpoint: endpointView(app, added.endpoint),
          secret: added.secret,
          subscription: subscriptionView(subscription),
        }),
      );
    },
  });
}

function providerEdits(server: Server, app: App): void {
  server.route({
    method: 'PATCH',
    url: `${url}/:id`,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Change a provider',
      headers: versionHeaders,
      params: idParams,
      body: shape.providerEdit,
      response: { 200: dataOf(shape.providerView) },
    },
    handler: async (request) => {
      const { version: _, ...edit } = request.body;
      const expected = versionOf(request.headers, request.body);
      const input = { id: request.params.id, expected, edit: camelKeys(edit) };
      return ok(providerView(await editProvider(app, input, auditActorOf(request))));
    },
  });
}

/** No version is asked for: stopping must work from a stale page. */
function providerStates(server: Server, app: App): void {
  for (const [verb, status, summary] of [
    ['approve', 'active', 'Let a provider receive leads'],
    ['deactivate', 'inactive', 'Take a provider out of the distribution; money and history stay'],
  ] as const) {
    server.route({
      method: 'POST',
      url: `${url}/:id/${verb}`,
      config: { access: OPERATORS },
      schema: { tags, summary, params: idParams, response: { 200: dataOf(shape.providerView) } },
      handler: async (request) => {
        const input = { id: request.params.id, status };
        return ok(providerView(await setProviderStatus(app, input, auditActorOf(request))));
      },
    });
  }
  server.route({
    method: 'POST',
    url: `${url}/:id/pause`,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Pause everything of a provider, until a time or until further notice',
      params: idParams,
      body: shape.pauseBody.optional(),
      response: { 200: dataOf(shape.providerView) },
    },
    handler: async (request) => {
      const input = { id: request.params.id, until: dateOf(request.body?.until) };
      return ok(providerView(await pauseProvider(app, input, auditActorOf(request))));
    },
  });
  server.route({
    method: 'POST',
    url: `${url}/:id/resume`,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'End a pause',
      params: idParams,
      response: { 200: dataOf(shape.providerView) },
    },
    handler: async (request) =>
      ok(providerView(await resumeProvider(app, request.params.id, auditActorOf(request)))),
  });
}

function ownRoutes(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url: OWN_URL,
    config: { access: PROVIDER },
    schema: {
      tags,
      summary: 'One’s own provider with its money, subscriptions and endpoints',
      response: { 200: dataOf(providerDetail) },
    },
    handler: async (request) =>
      ok(detail(app, await showProvider(app, providerOf(request), actorOf(request)))),
  });
  server.route({
    method: 'PATCH',
    url: OWN_URL,
    config: { access: PROVIDER },
    schema: {
      tags,
      summary: 'Change one’s own provider',
      headers: versionHeaders,
      body: shape.providerEdit,
      response: { 200: dataOf(shape.providerView) },
    },
    handler: async (request) => {
      const { version: _, ...edit } = request.body;
      const expected = versionOf(request.headers, request.body);
      const input = { id: providerOf(request), expected, edit: camelKeys(edit) };
      return ok(providerView(await editProvider(app, input, auditActorOf(request), actorOf(request))));
    },
  });
  server.route({
    method: 'POST',
    url: `${OWN_URL}/pause`,
    config: { access: PROVIDER },
    schema: {
      tags,
      summary: 'Stop all leads, until a time or until further notice',
      body: shape.pauseBody.optional(),
      response: { 200: dataOf(shape.providerView) },
    },
    handler: async (request) => {
      const input = { id: providerOf(request), until: dateOf(request.body?.until) };
      return ok(providerView(await pauseProvider(app, input, auditActorOf(request), actorOf(request))));
    },
  });
  server.route({
    method: 'POST',
    url: `${OWN_URL}/resume`,
    config: { access: PROVIDER },
    schema: { tags, summary: 'Take leads again', response: { 200: dataOf(shape.providerView) } },
    handler: async (request) =>
      ok(
        providerView(await resumeProvider(app, providerOf(request), auditActorOf(request), actorOf(request))),
      ),
  });
}

const dateOf = (text: string | null | undefined): Date | null => (text ? new Date(text) : null);

const detail = (app: App, provider: ProviderDetail) => ({
  ...providerView(provider),
  wallets: provider.wallets.map(walletView),
  subscriptions: provider.subscriptions.map(subscriptionView),
  endpoints: provider.endpoints.map((endpoint) => endpointView(app, endpoint)),
});
