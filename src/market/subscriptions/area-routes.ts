import { z } from 'zod';
import { actorOf, auditActorOf } from '../../access/index.ts';
import type { App } from '../../platform/app.ts';
import type { Actor } from '../../platform/db.ts';
import { type AccessRule, dataOf, ok, type Server } from '../../platform/http.ts';
import { decodeUtf8 } from '../../platform/json-guard.ts';
import { versionHeaders, versionOf } from '../../platform/versions.ts';
import { idParams } from '../schema.ts';
import { areasCsv, readAreasCsv } from './area-csv.ts';
import { updateFilters } from './edit-subscription.ts';
import { refusals } from './errors.ts';
import { showSubscription } from './list-subscriptions.ts';
import * as shape from './schema.ts';
import { readLists } from './store-areas.ts';
import { subscriptionView } from './view.ts';

const tags = ['Subscriptions'];
/** 5,000 entries with line ends are far smaller. */
const FILE_BYTES_MAX = 256 * 1_024;

/** The list of postcodes of a subscription as a file, out and in. */
export function areaRoutes(
  server: Server,
  app: App,
  url: string,
  access: { read: AccessRule; write: AccessRule },
): void {
  server.route({
    method: 'GET',
    url: `${url}/:id/areas.csv`,
    config: { access: access.read },
    schema: {
      tags,
      summary: 'The postcodes of a filter as a CSV file',
      params: idParams,
      querystring: shape.areasQuery,
      response: { 200: z.string() },
    },
    handler: async (request, reply) => {
      const entries = await entriesOf(app, request.params.id, request.query.field, actorOf(request));
      return reply
        .serializer(String)
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="areas.csv"')
        .send(areasCsv(entries));
    },
  });
  // Only here a body may be CSV: everywhere else it stays an unknown type of content.
  server.register(async (scope) => {
    scope.addContentTypeParser(
      'text/csv',
      { parseAs: 'buffer', bodyLimit: FILE_BYTES_MAX },
      async (_request: unknown, body: Buffer) => decodeUtf8(body),
    );
    importRoute(scope as unknown as Server, app, url, access.write);
  });
}

function importRoute(server: Server, app: App, url: string, access: AccessRule): void {
  server.route({
    method: 'PUT',
    url: `${url}/:id/areas.csv`,
    config: { access },
    schema: {
      tags,
      summary: 'Replace the postcodes of a filter by a CSV file, or begin to filter by them',
      headers: versionHeaders,
      params: idParams,
      querystring: shape.areasEdit,
      body: z.string(),
      response: { 200: dataOf(shape.subscriptionView) },
    },
    handler: async (request) => {
      const { id } = request.params;
      const { field, missing } = request.query;
      const entries = readAreasCsv(request.body);
      const actor = actorOf(request);
      const { filters: present } = await showSubscription(app, id, actor);
      const others = present.filter((one) => one.kind !== 'postcodes' || one.field !== field);
      const filters = [...others, { field, kind: 'postcodes' as const, entries, missing }];
      const edit = { filters } as Parameters<typeof updateFilters>[1]['edit'];
      const input = { id, expected: versionOf(request.headers), edit };
      await updateFilters(app, input, auditActorOf(request), actor);
      return ok(subscriptionView(await showSubscription(app, id, actor)));
    },
  });
}

async function entriesOf(app: App, id: string, field: string, actor: Actor): Promise<string[]> {
  const { filters } = await showSubscription(app, id, actor);
  const filter = filters.find((one) => one.kind === 'postcodes' && one.field === field);
  if (filter?.kind !== 'postcodes') throw refusals.areas_not_found();
  const [list] = await app.db.tx(actor, (tx) => readLists(tx, [filter.hash]), { readOnly: true });
  if (!list) throw refusals.areas_not_found();
  return list.entries;
}
