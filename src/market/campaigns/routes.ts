import { auditActorOf, OPERATORS, STAFF } from '../../access/index.ts';
import { camelKeys, snakeKeys } from '../../kernel/names.ts';
import { pagination } from '../../kernel/page.ts';
import type { App } from '../../platform/app.ts';
import { dataOf, ok, page, pageOf, pageQuery, type Server } from '../../platform/http.ts';
import { versionHeaders, versionOf } from '../../platform/versions.ts';
import { idParams } from '../schema.ts';
import type { Campaign } from './campaign.ts';
import { createCampaign } from './create-campaign.ts';
import { archiveCampaign, editCampaign } from './edit-campaign.ts';
import { refusals } from './errors.ts';
import { shownComingPrices, shownPrices } from './level-prices.ts';
import * as shape from './schema.ts';
import { listCampaigns, readCampaign } from './store.ts';

const tags = ['Campaigns'];
const url = '/api/v1/admin/campaigns';

export function campaignRoutes(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url,
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'Campaigns, newest first',
      querystring: pageQuery.extend(shape.campaignQuery.shape),
      response: { 200: pageOf(shape.campaignView) },
    },
    handler: async ({ query }) => {
      const at = { page: query.page, limit: query.limit, offset: (query.page - 1) * query.limit };
      const filter = {
        nicheId: query.niche_id ?? null,
        archived: query.archived === 'true',
        search: query.search ?? null,
      };
      const { rows, counted } = await app.db.tx({ role: 'operator' }, (tx) => listCampaigns(tx, filter, at));
      return page(rows.map(view), pagination(at, counted));
    },
  });
  server.route({
    method: 'POST',
    url,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Create a campaign of a niche',
      body: shape.newCampaign,
      response: { 201: dataOf(shape.campaignAnswer) },
    },
    handler: async (request, reply) => {
      const made = await createCampaign(app, camelKeys(request.body), auditActorOf(request));
      return reply.code(201).send(ok({ ...made, campaign: view(made.campaign) }));
    },
  });
  server.route({
    method: 'GET',
    url: `${url}/:id`,
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'One campaign',
      params: idParams,
      response: { 200: dataOf(shape.campaignView) },
    },
    handler: async ({ params }) => {
      const campaign = await app.db.tx({ role: 'operator' }, (tx) => readCampaign(tx, params.id));
      if (!campaign) throw refusals.campaign_not_found();
      return ok(view(campaign));
    },
  });
  campaignEdits(server, app);
}

function campaignEdits(server: Server, app: App): void {
  server.route({
    method: 'PATCH',
    url: `${url}/:id`,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Change a campaign; another consent text becomes its next version',
      headers: versionHeaders,
      params: idParams,
      body: shape.campaignEdit,
      response: { 200: dataOf(shape.campaignAnswer) },
    },
    handler: async (request) => {
      const { version: _, ...edit } = request.body;
      const expected = versionOf(request.headers, request.body);
      const input = { id: request.params.id, expected, edit: camelKeys(edit) };
      const saved = await editCampaign(app, input, auditActorOf(request));
      return ok({ ...saved, campaign: view(saved.campaign) });
    },
  });
  server.route({
    method: 'DELETE',
    url: `${url}/:id`,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Archive a campaign; nothing is deleted',
      params: idParams,
      response: { 200: dataOf(shape.campaignView) },
    },
    handler: async (request) =>
      ok(view(await archiveCampaign(app, request.params.id, auditActorOf(request)))),
  });
}

function view(campaign: Campaign): shape.CampaignView {
  const { comingLevelPricesAt: _, ...shown } = campaign;
  return snakeKeys({
    ...shown,
    levelPrices: shownPrices(campaign),
    comingLevelPrices: shownComingPrices(campaign),
    archivedAt: campaign.archivedAt?.toISOString() ?? null,
    createdAt: campaign.createdAt.toISOString(),
    updatedAt: campaign.updatedAt.toISOString(),
  });
}
