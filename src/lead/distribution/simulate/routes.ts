import { z } from 'zod';
import { auditActorOf, OPERATORS, PROVIDER, providerOf, STAFF } from '../../../access/index.ts';
import { type Currency, formatMoney } from '../../../kernel/money.ts';
import { country, id } from '../../../market/schema.ts';
import type { App } from '../../../platform/app.ts';
import { dataOf, ok, type Server } from '../../../platform/http.ts';
import { nichesOfProvider } from '../explain/store.ts';
import { draftShape } from './draft-shape.ts';
import { publishDraft } from './publish-draft.ts';
import { ALERT_DAYS, fairnessAlert, readFairness } from './read-fairness.ts';
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
import { ALERT_SKEW, ALERT_TURNS_MIN, skewOf, type Turns } from './turns.ts';

/** Looks back on decisions, and dry runs. Nothing here writes but `publish`. */
export function simulateRoutes(server: Server, app: App): void {
  fairnessRoutes(server, app);
  leadRoute(server, app);
  draftRoutes(server, app);
}

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const period = z.object({ from: time.optional(), to: time.optional() });
const PERIOD_DAYS = 7;
const DAY_MS = 24 * 60 * 60 * 1_000;

const periodOf = (query: z.infer<typeof period>): { from: Date; to: Date } => {
  const to = query.to ?? new Date();
  return { to, from: query.from ?? new Date(to.getTime() - PERIOD_DAYS * DAY_MS) };
};

const BASIS =
  'A turn is due to everybody who could have had a lead at that moment: seats of the level, divided by how many they ' +
  'were, or by weight where the level goes by weights. Sold leads only, without test leads. Whoever takes few leads by its filters waits longer, so waiting longest ' +
  'serves it first: it gets somewhat more than is due.';

const shareOf = ({ received, expected }: Turns) => {
  const skew = skewOf({ received, expected });
  const rounded = (value: number) => Math.round(value * 1_000) / 1_000;
  return { received, expected: rounded(expected), skew: skew === null ? null : rounded(skew) };
};

function fairnessRoutes(server: Server, app: App): void {
  const tags = ['Distribution'];
  server.route({
    method: 'GET',
    url: '/api/v1/admin/fairness',
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'Turns due against turns got, per subscription and level of a niche',
      querystring: period.extend({ niche_id: id }),
      response: { 200: dataOf(shape.fairnessView) },
    },
    handler: async ({ query }) => {
      const { from, to } = periodOf(query);
      const { coverage, levels, ...niche } = await readFairness(app, query.niche_id, { from, to });
      return ok({
        niche_id: niche.nicheId,
        niche_name: niche.nicheName,
        from: from.toISOString(),
        to: to.toISOString(),
        decisions: coverage.decisions,
        read_until: coverage.endedAt?.toISOString() ?? null,
        threshold: { skew: ALERT_SKEW, turns: ALERT_TURNS_MIN },
        levels: levels.map((level) => ({
          level_id: level.levelId,
          level_name: level.levelName,
          strategy: level.strategy,
          shares: level.shares.map((one) => ({
            ...shareOf(one),
            subscription_id: one.subscriptionId,
            provider_id: one.providerId,
            provider_name: one.providerName,
            skewed: one.skewed,
          })),
        })),
        basis: BASIS,
      });
    },
  });
  server.route({
    method: 'GET',
    url: '/api/v1/admin/fairness/alert',
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'How many subscriptions got clearly more or fewer turns than were due; for the home page',
      response: { 200: dataOf(shape.fairnessAlertView) },
    },
    handler: async () => {
      const { value, niches } = await fairnessAlert(app);
      const basis = `Subscriptions that got over ${ALERT_SKEW * 100} % more or fewer turns than were due in ${ALERT_DAYS} days.`;
      return ok({ value, niches, basis });
    },
  });
  server.route({
    method: 'GET',
    url: '/api/v1/providers/me/fairness',
    config: { access: PROVIDER },
    schema: {
      tags,
      summary: 'Own turns due and got, among others who are not named',
      querystring: period,
      response: { 200: dataOf(shape.ownFairnessView) },
    },
    handler: async (request) => {
      const own = await ownFairness(app, providerOf(request), periodOf(request.query));
      return ok({ ...own, basis: BASIS });
    },
  });
}

async function ownFairness(app: App, providerId: string, { from, to }: { from: Date; to: Date }) {
  const niches = await app.db.tx({ role: 'operator' }, (tx) => nichesOfProvider(tx, providerId), {
    readOnly: true,
  });
  const levels: shape.OwnFairnessView['levels'] = [];
  for (const nicheId of niches) {
    const found = await readFairness(app, nicheId, { from, to });
    for (const { levelName, shares } of found.levels) {
      const mine = shares.find((share) => share.providerId === providerId);
      if (!mine) continue;
      levels.push({
        subscription_id: mine.subscriptionId,
        niche_name: found.nicheName,
        level_name: levelName,
        own: shareOf(mine),
        shares: shares.map((share) => ({ ...shareOf(share), mine: share === mine })),
      });
    }
  }
  return { from: from.toISOString(), to: to.toISOString(), levels };
}

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
