import { auditActorOf, OPERATORS, STAFF } from '../../access/index.ts';
import type { App } from '../../platform/app.ts';
import { dataOf, ok, type Server } from '../../platform/http.ts';
import { idParams } from '../schema.ts';
import { orderSubscriptions, type Priorities, readPriorities } from './order-subscriptions.ts';
import * as shape from './schema.ts';

/** Who comes first at a level that goes by priority. */
export function orderRoutes(server: Server, app: App): void {
  const tags = ['Competition levels'];
  const url = '/api/v1/admin/competition-levels/:id/priorities';
  server.route({
    method: 'GET',
    url,
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'The subscriptions of a level that come before all others, in order',
      params: idParams,
      response: { 200: dataOf(shape.levelPrioritiesView) },
    },
    handler: async ({ params }) => ok(view(await readPriorities(app, params.id))),
  });
  server.route({
    method: 'PUT',
    url,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Say which subscriptions of a level come first and in which order; all others take turns',
      params: idParams,
      body: shape.levelPriorities,
      response: { 200: dataOf(shape.levelPrioritiesView) },
    },
    handler: async (request) => {
      const { subscription_ids: subscriptionIds, subscription_ids_seen: seen } = request.body;
      const input = { levelId: request.params.id, subscriptionIds, seen };
      return ok(view(await orderSubscriptions(app, input, auditActorOf(request))));
    },
  });
}

const view = ({ level, first, others }: Priorities) => ({
  level: { id: level.id, name: level.name, strategy: level.strategy },
  first: first.map((one) => ({
    subscription_id: one.subscriptionId,
    provider_id: one.providerId,
    provider_name: one.providerName,
    priority: one.priority,
  })),
  others,
});
