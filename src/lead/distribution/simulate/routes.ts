import { z } from 'zod';
import { auditActorOf, OPERATORS } from '../../../access/index.ts';
import { type Currency, formatMoney } from '../../../kernel/money.ts';
import { country, id } from '../../../market/schema.ts';
import type { App } from '../../../platform/app.ts';
import { dataOf, ok, type Server } from '../../../platform/http.ts';
import { draftShape } from './draft-shape.ts';
import { fairnessRoutes, shareOf } from './fairness-routes.ts';
import { publishDraft } from './publish-draft.ts';
import * as shape from './schema.ts';
import {
  ASSUMED,
  type Comparison,
  DRAFT_DAYS_MAX,
  type Outcome,
  type SideOfRun,
  simulateDraft,
} from './simulate-draft.ts';
import { simulateLead } from './simulate-lead.ts';

/** Looks back on decisions, and dry runs. Nothing here writes but `publish`. */
export function simulateRoutes(server: Server, app: App): void {
  fairnessRoutes(server, app);
  leadRoute(server, app);
  draftRoutes(server, app);
}

const PERIOD_DAYS = 7;

const ANSWERS_MAX = 300;

/** Either a stored lead, or answers for a niche. */
const triedBody = z.union([
  z.strictObject({ lead_id: id }),
  z.strictObject({
    niche_id: id,
    answers: z
      .record(z.string().max(100), z.unknown())
      .refine((answers) => Object.keys(answers).length <= ANSWERS_MAX, 'Send at most 300 answers.'),
    country: country.nullable().default(null),
    lead_type: z.enum(['premium', 'raw']).default('raw'),
  }),
]);

function leadRoute(server: Server, app: App): void {
  server.route({
    method: 'POST',
    url: '/api/v1/admin/simulations/lead',
    config: { access: OPERATORS },
    schema: {
      tags: ['Distribution'],
      summary: 'Who would get a lead if it came now, and why the others would not; writes nothing',
      body: triedBody,
      response: { 200: dataOf(shape.dryRunView) },
    },
    handler: async ({ body }) => {
      const tried =
        'lead_id' in body
          ? { leadId: body.lead_id }
          : {
              nicheId: body.niche_id,
              answers: body.answers,
              country: body.country,
              leadType: body.lead_type,
            };
      const { nicheId, nicheName, leadId, explanation, assumed } = await simulateLead(app, tried);
      return ok({ niche_id: nicheId, niche_name: nicheName, lead_id: leadId, explanation, assumed });
    },
  });
}

function draftRoutes(server: Server, app: App): void {
  const tags = ['Distribution'];
  server.route({
    method: 'POST',
    url: '/api/v1/admin/simulations/draft',
    config: { access: OPERATORS },
    schema: {
      tags,
      summary:
        'The leads of the last days decided again with a draft, against the configuration of that time',
      body: z.strictObject({
        niche_id: id,
        days: z.int().min(1).max(DRAFT_DAYS_MAX).default(PERIOD_DAYS),
        draft: draftShape,
      }),
      response: { 200: dataOf(shape.comparisonView) },
    },
    handler: async ({ body }) => {
      const { niche_id: nicheId, days, draft } = body;
      return ok(viewComparison(await simulateDraft(app, { nicheId, days, draft })));
    },
  });
  server.route({
    method: 'POST',
    url: '/api/v1/admin/simulations/publish',
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Make the edits of a draft, all or none; they hold from the next decision on',
      body: z.strictObject({ niche_id: id, base_config_version: z.int().min(1), draft: draftShape }),
      response: { 200: dataOf(shape.publishedView) },
    },
    handler: async (request) => {
      const { niche_id: nicheId, base_config_version: baseConfigVersion, draft } = request.body;
      const published = await publishDraft(app, { nicheId, baseConfigVersion, draft }, auditActorOf(request));
      return ok({ config_version: published.configVersion });
    },
  });
}

function viewComparison(of: Comparison): shape.ComparisonView {
  const amount = (minor: bigint) => formatMoney({ amount: minor, currency: of.currency as Currency });
  const outcome = (one: Outcome) => ({ ...one, revenue: amount(one.revenue) });
  const side = (one: SideOfRun) => ({ ...shareOf(one), spend: amount(one.spend) });
  return {
    niche_id: of.nicheId,
    niche_name: of.nicheName,
    currency: of.currency,
    base_config_version: of.configVersion,
    from: of.from.toISOString(),
    to: of.to.toISOString(),
    decisions: of.coverage.decisions,
    read_until: of.coverage.endedAt?.toISOString() ?? null,
    left_out: of.left,
    control: outcome(of.control),
    draft: outcome(of.draft),
    moved: of.moved,
    moved_examples: of.movedShown.map(({ leadId, ...sides }) => ({ lead_id: leadId, ...sides })),
    subscriptions: of.subscriptions.map((one) => ({
      subscription_id: one.subscriptionId,
      provider_id: one.providerId,
      provider_name: one.providerName,
      level_name: one.levelName,
      control: side(one.control),
      draft: side(one.draft),
    })),
    assumed: ASSUMED,
  };
}
