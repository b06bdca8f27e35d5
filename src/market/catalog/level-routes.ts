import { z } from 'zod';
import { auditActorOf, OPERATORS, PROVIDER, STAFF } from '../../access/index.ts';
import { camelKeys } from '../../kernel/names.ts';
import { pagination } from '../../kernel/page.ts';
import type { App } from '../../platform/app.ts';
import { type AccessRule, dataOf, ok, page, pageOf, pageQuery, type Server } from '../../platform/http.ts';
import { versionHeaders, versionOf } from '../../platform/versions.ts';
import { idParams } from '../schema.ts';
import { createLevel, type SavedLevel } from './create-level.ts';
import { archiveLevel, editLevel, reorderLevels } from './edit-level.ts';
import { refusals } from './errors.ts';
import * as shape from './schema.ts';
import { listLevels, readLevel, readNiche } from './store.ts';
import { levelView } from './view.ts';

const tags = ['Competition levels'];
const url = '/api/v1/admin/competition-levels';

/** The HTTP side of competition levels; routes.ts registers it. */
export function levelRoutes(server: Server, app: App): void {
  levelList(server, app, url, STAFF, { offered: false });
  levelList(server, app, '/api/v1/competition-levels', PROVIDER, { offered: true });
  server.route({
    method: 'POST',
    url,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Create a competition level at the end of the order',
      body: shape.newLevel,
      response: { 201: dataOf(shape.levelAnswer) },
    },
    handler: async (request, reply) => {
      const saved = await createLevel(app, camelKeys(request.body), auditActorOf(request));
      return reply.code(201).send(ok(answer(saved)));
    },
  });
  server.route({
    method: 'POST',
    url: `${url}/reorder`,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Put the levels of a niche in a new order; the list holds every one of them',
      body: shape.levelOrder,
      response: { 200: dataOf(z.array(shape.levelView)) },
    },
    handler: async (request) => {
      const { levels, currency } = await reorderLevels(app, camelKeys(request.body), auditActorOf(request));
      return ok(levels.map((level) => levelView(level, currency)));
    },
  });
  levelEdits(server, app);
}

/** Operators see every level; a provider those it could subscribe to, without how many others did. */
function levelList(
  server: Server,
  app: App,
  at: string,
  access: AccessRule,
  { offered }: { offered: boolean },
): void {
  const view = offered ? shape.levelOfferView : shape.levelListView;
  server.route({
    method: 'GET',
    url: at,
    config: { access },
    schema: {
      tags,
      summary: offered ? 'The levels that can be subscribed to' : 'Competition levels by niche and order',
      querystring: pageQuery.extend({ niche_id: shape.levelOrder.shape.niche_id.optional() }),
      response: { 200: pageOf(view) },
    },
    handler: async ({ query }) => {
      const part = { page: query.page, limit: query.limit, offset: (query.page - 1) * query.limit };
      const filter = { nicheId: query.niche_id ?? null, offeredOnly: offered };
      const { rows, counted } = await app.db.tx({ role: 'operator' }, (tx) => listLevels(tx, filter, part));
      const views = rows.map((row) => ({
        ...levelView(row, row.currency),
        niche_name: row.nicheName,
        niche_slug: row.nicheSlug,
        ...(!offered && { subscriptions: row.subscriptions }),
      }));
      return page(views as never, pagination(part, counted));
    },
  });
}

function levelEdits(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url: `${url}/:id`,
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'One competition level',
      params: idParams,
      response: { 200: dataOf(shape.levelView) },
    },
    handler: async ({ params }) => {
      const found = await app.db.tx({ role: 'operator' }, async (tx) => {
        const level = await readLevel(tx, params.id);
        return level && { level, niche: (await readNiche(tx, level.nicheId))! };
      });
      if (!found) throw refusals.level_not_found();
      return ok(levelView(found.level, found.niche.currency));
    },
  });
  server.route({
    method: 'PATCH',
    url: `${url}/:id`,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Change a competition level; its terms hold from the next decision on',
      headers: versionHeaders,
      params: idParams,
      body: shape.levelEdit,
      response: { 200: dataOf(shape.levelAnswer) },
    },
    handler: async (request) => {
      const { version: _, ...edit } = request.body;
      const expected = versionOf(request.headers, request.body);
      const input = { id: request.params.id, expected, edit: camelKeys(edit) };
      return ok(answer(await editLevel(app, input, auditActorOf(request))));
    },
  });
  server.route({
    method: 'DELETE',
    url: `${url}/:id`,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Archive a competition level that nobody subscribes to; nothing is deleted',
      params: idParams,
      response: { 200: dataOf(shape.archivedLevel) },
    },
    handler: async (request) => {
      const level = await archiveLevel(app, request.params.id, auditActorOf(request));
      return ok({ id: level.id, archived_at: level.archivedAt!.toISOString() });
    },
  });
}

const answer = ({ level, currency, warnings }: SavedLevel) => ({
  level: levelView(level, currency),
  warnings,
});
