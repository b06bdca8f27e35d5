import { z } from 'zod';
import {
  actorOf,
  isStaff,
  OPERATORS,
  PROVIDER,
  principalOf,
  providerOf,
  STAFF,
} from '../../../access/index.ts';
import { countries, fieldName, filterShape, id, idParams } from '../../../market/schema.ts';
import type { App } from '../../../platform/app.ts';
import {
  type AccessRule,
  dataOf,
  ok,
  type Reply,
  type Request,
  type Server,
} from '../../../platform/http.ts';
import { limitRequest } from '../../../platform/rate-limit.ts';
import { type Estimate, estimate } from './estimate.ts';
import type { Counted } from './funnel.ts';
import { explainOwnLead } from './own-lead.ts';
import type { Place } from './preflight.ts';
import { type Preflight, readPreflight } from './read-preflight.ts';
import { readWhy, type WhyOfSubscription } from './read-why.ts';
import * as shape from './schema.ts';
import { reasonSentence, WHY_BASIS, whatIfSentence, whyAnswer } from './why-words.ts';

/** What an operator or a provider asks about a subscription: what keeps leads away, and what would match. */
export function explainRoutes(server: Server, app: App): void {
  preflightRoute(server, app, '/api/v1/admin/subscriptions/:id/preflight', STAFF);
  preflightRoute(server, app, '/api/v1/subscriptions/:id/preflight', PROVIDER);
  estimateRoutes(server, app);
  whyRoutes(server, app);
}

/** Each looks through up to 5,000 leads; a form that is being edited asks every few seconds. */
const LOOKS_PER_MINUTE = 60;
const limitLooks = (app: App, reply: Reply, providerId: string) =>
  limitRequest(app, reply, `looks:${providerId}`, LOOKS_PER_MINUTE);

function preflightRoute(server: Server, app: App, url: string, access: AccessRule): void {
  server.route({
    method: 'GET',
    url,
    config: { access },
    schema: {
      tags: ['Subscriptions'],
      summary:
        'Everything that would keep leads away from a subscription now, good or bad, in one sentence each',
      params: idParams,
      response: { 200: dataOf(shape.preflightView) },
    },
    handler: async (request, reply) => {
      const { role, providerId } = principalOf(request);
      if (providerId !== null) await limitLooks(app, reply, providerId);
      const found = await readPreflight(app, request.params.id, actorOf(request));
      return ok(viewPreflight(found, isStaff(role)));
    },
  });
}

function viewPreflight(found: Preflight, staff: boolean): shape.PreflightView {
  const blockers = found.checks.filter(({ state }) => state === 'bad').length;
  return {
    subscription_id: found.subscriptionId,
    checked_at: found.checkedAt.toISOString(),
    ready: blockers === 0,
    blockers,
    checks: found.checks.map(({ passesAt, ...check }) => ({
      ...check,
      link: linkTo(check.place, found, staff),
      passes_at: passesAt?.toISOString() ?? null,
    })),
  };
}

/** Where the portal puts it right. A provider cannot switch on what the operator switched off. */
function linkTo(place: Place, of: Preflight, staff: boolean): string | null {
  const company = `/admin/providers/${of.providerId}`;
  switch (place) {
    case 'niche':
      return staff ? `/admin/niches/${of.nicheId}` : null;
    case 'form':
      return staff ? `/admin/niches/${of.nicheId}?tab=form` : null;
    case 'provider':
      return staff ? company : '/dashboard/subscriptions';
    case 'subscription':
      return staff
        ? `${company}?tab=subscriptions&open=${of.subscriptionId}`
        : `/dashboard/subscriptions?open=${of.subscriptionId}`;
    case 'money':
      return staff ? `${company}?tab=money` : '/dashboard/billing';
    case 'endpoint':
      return staff ? `${company}?tab=endpoints` : '/dashboard/delivery';
  }
}

const FILTERS_MAX = 50;
const FIELDS_MAX = 100;

/** The rules that decide which leads match; what is left out matches every lead. */
const rulesBody = z.strictObject({
  niche_id: id,
  countries: countries.default([]),
  campaign_ids: z.array(id).max(100).default([]),
  filters: z.array(filterShape).max(FILTERS_MAX).default([]),
  required_fields: z.array(fieldName).max(FIELDS_MAX).default([]),
});

function estimateRoutes(server: Server, app: App): void {
  const read = (request: Request, body: z.infer<typeof rulesBody>) =>
    estimate(
      app,
      {
        nicheId: body.niche_id,
        countries: body.countries,
        campaignIds: body.campaign_ids,
        filters: body.filters,
        requiredFields: body.required_fields,
      },
      actorOf(request),
    );
  server.route({
    method: 'POST',
    url: '/api/v1/subscriptions/estimate',
    config: { access: PROVIDER },
    schema: {
      tags: ['Subscriptions'],
      summary: 'About how many leads a week would match these filters and countries',
      body: rulesBody,
      response: { 200: dataOf(shape.estimateView) },
    },
    handler: async (request, reply) => {
      await limitLooks(app, reply, providerOf(request));
      return ok(viewEstimate(await read(request, request.body)));
    },
  });
  server.route({
    method: 'POST',
    url: '/api/v1/admin/subscriptions/estimate',
    config: { access: OPERATORS },
    schema: {
      tags: ['Subscriptions'],
      summary:
        'How many leads of the last weeks these filters and countries match, and what keeps the others away',
      body: rulesBody,
      response: { 200: dataOf(shape.estimateForStaff) },
    },
    handler: async (request) => {
      const found = await read(request, request.body);
      return ok({
        ...viewEstimate(found),
        looked_at: found.demand.looked,
        matching: found.demand.matching,
        days: Math.round(found.days),
        kept_away: found.demand.keptAway,
        by_filter: found.demand.byFilter.map((count, place) => ({
          field: found.filters[place]!.field,
          kept_away: count,
        })),
      });
    },
  });
}

const BASIS =
  'Leads of the niche in the last 28 days (at most 5,000, newest first) that the filters, countries and fields match; ' +
  'caps, hours, money and whose turn it is are not counted.';

function viewEstimate({ perWeek }: Estimate): shape.EstimateView {
  const sentence =
    perWeek === null
      ? 'Fewer than 3 leads a week would match.'
      : `About ${perWeek.toLocaleString('en')} leads a week would match.`;
  return { per_week: perWeek, sentence, basis: BASIS };
}

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const WHY_DAYS = 7;
const DAY_MS = 24 * 60 * 60 * 1_000;

function whyRoutes(server: Server, app: App): void {
  const tags = ['Own leads'];
  server.route({
    method: 'GET',
    url: '/api/v1/providers/me/why',
    config: { access: PROVIDER },
    schema: {
      tags,
      summary:
        'Why not more leads: own verdicts of a period, counted, and what one change would have brought',
      querystring: z.object({ from: time.optional(), to: time.optional() }),
      response: { 200: dataOf(shape.whyView) },
    },
    handler: async (request) => {
      const to = request.query.to ?? new Date();
      const from = request.query.from ?? new Date(to.getTime() - WHY_DAYS * DAY_MS);
      const found = await readWhy(app, providerOf(request), { from, to });
      return ok({
        from: from.toISOString(),
        to: to.toISOString(),
        subscriptions: found.map(viewWhy),
        basis: WHY_BASIS,
      });
    },
  });
  server.route({
    method: 'GET',
    url: '/api/v1/providers/me/leads/:id/why',
    config: { access: PROVIDER },
    schema: {
      tags,
      summary: 'Why one of the own leads came here: seats, how many could take it, whose turn it was',
      params: idParams,
      response: { 200: dataOf(shape.ownLeadWhy) },
    },
    handler: async (request) => ok(await explainOwnLead(app, providerOf(request), request.params.id)),
  });
}

const countedView = (reasons: readonly Counted[]) =>
  reasons.map(({ reason, count }) => ({ reason, count, sentence: reasonSentence(reason) }));

function viewWhy(one: WhyOfSubscription): shape.WhyView['subscriptions'][number] {
  const { sums, coverage, tried } = one;
  return {
    subscription_id: one.subscriptionId,
    niche_name: one.nicheName,
    level_name: one.levelName,
    answer: whyAnswer(sums),
    came: sums.came,
    matched: sums.matched,
    able: sums.able,
    received: sums.received,
    reasons: countedView(sums.reasons),
    days: sums.days.map((day) => ({ ...day, reasons: countedView(day.reasons) })),
    seats: one.seats,
    place: one.place,
    what_if: one.whatIf.map((tried) => ({ id: tried.id, more: tried.more, sentence: whatIfSentence(tried) })),
    read_until: coverage.endedAt?.toISOString() ?? null,
    tried_until: tried.endedAt?.toISOString() ?? null,
  };
}
