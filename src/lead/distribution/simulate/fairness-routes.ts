import { z } from 'zod';
import { PROVIDER, providerOf, STAFF } from '../../../access/index.ts';
import { id } from '../../../market/schema.ts';
import type { App } from '../../../platform/app.ts';
import { dataOf, ok, pageQuery, type Server } from '../../../platform/http.ts';
import { nichesOfProvider } from '../explain/store.ts';
import {
  ALERT_DAYS,
  type FairnessOfLevel,
  type FairShare,
  fairnessAlert,
  keptFairness,
  readFairness,
} from './read-fairness.ts';
import * as shape from './schema.ts';
import { ALERT_SKEW, ALERT_TURNS_MIN, skewOf, type Turns } from './turns.ts';

/** Whether the turns were fair: for staff with names, for providers without. */

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

export const shareOf = ({ received, expected }: Turns) => {
  const skew = skewOf({ received, expected });
  const rounded = (value: number) => Math.round(value * 1_000) / 1_000;
  return { received, expected: rounded(expected), skew: skew === null ? null : rounded(skew) };
};

export function fairnessRoutes(server: Server, app: App): void {
  const tags = ['Distribution'];
  server.route({
    method: 'GET',
    url: '/api/v1/admin/fairness',
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'Turns due against turns got, per subscription and level of a niche',
      querystring: period.extend({
        niche_id: id,
        /** Only this level. */
        level_id: id.optional(),
        ...pageQuery.omit({ cursor: true }).shape,
      }),
      response: { 200: dataOf(shape.fairnessView) },
    },
    handler: async ({ query }) => {
      const { from, to } = periodOf(query);
      const found = await keptFairness(app, query.niche_id, { from, to });
      const { coverage, ...niche } = found;
      const levels = found.levels.filter(({ levelId }) => levelId === (query.level_id ?? levelId));
      return ok({
        niche_id: niche.nicheId,
        niche_name: niche.nicheName,
        from: from.toISOString(),
        to: to.toISOString(),
        decisions: coverage.decisions,
        read_until: coverage.endedAt?.toISOString() ?? null,
        threshold: { skew: ALERT_SKEW, turns: ALERT_TURNS_MIN },
        page: query.page,
        limit: query.limit,
        levels: levels.map((level) => viewLevel(level, query)),
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

/** One page of a level's shares, those far from what was due first. */
function viewLevel(
  { levelId, levelName, strategy, shares }: FairnessOfLevel,
  { page, limit }: { page: number; limit: number },
): shape.FairnessView['levels'][number] {
  const shown = shares
    .toSorted((a, b) => Number(b.skewed) - Number(a.skewed))
    .slice((page - 1) * limit, page * limit);
  return {
    level_id: levelId,
    level_name: levelName,
    strategy,
    total: shares.length,
    skewed: shares.filter(({ skewed }) => skewed).length,
    shares: shown.map((one) => ({
      ...shareOf(one),
      subscription_id: one.subscriptionId,
      provider_id: one.providerId,
      provider_name: one.providerName,
      skewed: one.skewed,
    })),
  };
}

/** Others that a provider sees its own bar among. */
const OTHERS_MAX = 100;

/** All of them, or as many spread evenly over what they got, and always the own one. */
function amongOthers(shares: readonly FairShare[], mine: FairShare): FairShare[] {
  const step = Math.max(1, shares.length / OTHERS_MAX);
  const places = new Set(
    Array.from({ length: Math.min(shares.length, OTHERS_MAX) }, (_, at) => Math.floor(at * step)),
  );
  return shares.filter((share, place) => share === mine || places.has(place));
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
        of: shares.length,
        shares: amongOthers(shares, mine).map((share) => ({ ...shareOf(share), mine: share === mine })),
      });
    }
  }
  return { from: from.toISOString(), to: to.toISOString(), levels };
}
