import { actorOf, PROVIDER, STAFF } from '../../access/index.ts';
import { decodeCursor, encodeCursor, pagination } from '../../kernel/page.ts';
import type { App } from '../../platform/app.ts';
import { type AccessRule, page, pageOf, refusals, type Server } from '../../platform/http.ts';
import { idParams } from '../schema.ts';
import { type Happened, readHistory } from './read-history.ts';
import * as shape from './schema.ts';

/** What was changed about a subscription, for both sides. */
export function historyRoutes(server: Server, app: App): void {
  historyRoute(server, app, '/api/v1/subscriptions/:id/history', PROVIDER);
  historyRoute(server, app, '/api/v1/admin/subscriptions/:id/history', STAFF);
}

function historyRoute(server: Server, app: App, url: string, access: AccessRule): void {
  server.route({
    method: 'GET',
    url,
    config: { access },
    schema: {
      tags: ['Subscriptions'],
      summary: 'What was changed about a subscription, newest first: when, by which side, from what to what',
      params: idParams,
      querystring: shape.historyQuery,
      response: { 200: pageOf(shape.historyView) },
    },
    handler: async (request) => {
      const { limit, cursor } = request.query;
      const after = cursor === undefined ? undefined : positionOf(cursor);
      const { rows, next } = await readHistory(
        app,
        { id: request.params.id, limit, after },
        actorOf(request),
      );
      const more = next && encodeCursor([next.createdAt, next.id]);
      return page(rows.map(view), pagination({ page: 1, limit }, rows.length, more));
    },
  });
}

const view = ({ at, configVersion, ...one }: Happened): shape.HistoryView => ({
  ...one,
  at: at.toISOString(),
  config_version: configVersion,
});

function positionOf(cursor: string): { createdAt: string; id: string } {
  const parts = decodeCursor(cursor, ['time', 'uuid']);
  if (parts) return { createdAt: parts[0] as string, id: parts[1] as string };
  const message = 'This cursor is not one of this list; begin again without it.';
  throw refusals.input_invalid({ details: [{ field: 'cursor', message }] });
}
