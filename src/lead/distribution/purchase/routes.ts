import { auditActorOf, PROVIDER, providerOf } from '../../../access/index.ts';
import { Refusal } from '../../../kernel/errors.ts';
import { type Currency, formatMoney } from '../../../kernel/money.ts';
import { pagination } from '../../../kernel/page.ts';
import type { App } from '../../../platform/app.ts';
import { dataOf, ok, page, pageOf, pageQuery, type Server } from '../../../platform/http.ts';
import { distributorOf } from '../distribute-batch.ts';
import { assignHeaders } from '../schema.ts';
import { buyLead } from './buy-lead.ts';
import { purchaseRefused } from './events.ts';
import { type LeadForSale, listLeads } from './list-leads.ts';
import * as shape from './schema.ts';

const tags = ['Store'];

/** Leads that a provider may buy itself. */
export function purchaseRoutes(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url: '/api/v1/providers/me/store',
    config: { access: PROVIDER },
    schema: {
      tags,
      summary: 'Leads that you may buy now, newest first, without anything of the person',
      querystring: pageQuery.extend(shape.saleQuery.shape),
      response: { 200: pageOf(shape.leadForSale) },
    },
    handler: async (request) => {
      const { page: at, limit, niche_id: nicheId } = request.query;
      const found = await listLeads(app, { providerId: providerOf(request), nicheId: nicheId ?? null });
      const shown = found.slice((at - 1) * limit, at * limit);
      return page(shown.map(view), pagination({ page: at, limit }, found.length));
    },
  });
  server.route({
    method: 'POST',
    url: '/api/v1/providers/me/store/:id/purchase',
    config: { access: PROVIDER },
    schema: {
      tags,
      summary: 'Buy a lead for one of your subscriptions, at the price that the list shows',
      params: shape.saleParams,
      headers: assignHeaders,
      body: shape.purchaseBody,
      response: { 201: dataOf(shape.boughtLead) },
    },
    handler: async (request, reply) => {
      const { subscription_id: subscriptionId, price } = request.body;
      const input = {
        ...{ leadId: request.params.id, providerId: providerOf(request), subscriptionId, price },
        idempotencyKey: request.headers['idempotency-key'],
      };
      try {
        const bought = await buyLead(app.db, distributorOf(app), input, auditActorOf(request));
        return await reply.code(201).send(ok(bought));
      } catch (error) {
        if (error instanceof Refusal) purchaseRefused(error.code);
        throw error;
      }
    },
  });
}

const view = (lead: LeadForSale): shape.LeadForSale => ({
  id: lead.leadId,
  niche_id: lead.nicheId,
  niche_name: lead.nicheName,
  campaign_name: lead.campaignName,
  country: lead.country,
  lead_type: lead.leadType,
  ready_at: lead.readyAt.toISOString(),
  expires_at: lead.expiresAt.toISOString(),
  holders: lead.holders,
  currency: lead.currency,
  answers: lead.answers,
  offers: lead.offers.map((offer) => ({
    subscription_id: offer.subscriptionId,
    level_name: offer.levelName,
    price: formatMoney({ amount: offer.price, currency: lead.currency as Currency }),
    max_shared: offer.maxShared,
    obstacle: offer.obstacle,
  })),
});
