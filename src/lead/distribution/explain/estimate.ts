import { readNiche } from '../../../market/catalog/index.ts';
import type { GivenFilter } from '../../../market/schema.ts';
import { nicheRules, readTerms, withAreas } from '../../../market/subscriptions/index.ts';
import type { App } from '../../../platform/app.ts';
import type { Actor } from '../../../platform/db.ts';
import { compileFilter, type Filter } from '../filters.ts';
import type { Subscription } from '../rules.ts';
import { type Demand, demandFor, weeklyRounded } from './demand.ts';
import { refusals } from './errors.ts';
import { recentLeads } from './past-leads.ts';

export type Wish = {
  nicheId: string;
  countries: string[];
  campaignIds: string[];
  filters: GivenFilter[];
  requiredFields: string[];
};

export type Estimate = { perWeek: number | null; demand: Demand; days: number; filters: readonly Filter[] };

/**
 * How many of the niche's newest leads some rules would match: the engine's own matcher over the past. Writes nothing.
 * @throws Refusal 404 niche_not_found; those of filters and required fields
 */
export async function estimate(app: App, wish: Wish, actor: Actor): Promise<Estimate> {
  const now = Date.now();
  const readOnly = { readOnly: true };
  // First as who asks, so that a provider cannot ask about what it may not see.
  const niche = await app.db.tx(actor, (tx) => readNiche(tx, wish.nicheId), readOnly);
  if (!niche || niche.archivedAt !== null) throw refusals.niche_not_found();
  const { recent, filters } = await app.db.tx(
    { role: 'operator' },
    async (tx) => {
      const terms = await readTerms(tx, niche, { ...NO_OTHER_WISH, ...wish }, { saveLists: false });
      const filters = (await withAreas(tx, [terms.filters]))(terms.filters);
      const configuration = await nicheRules(tx, niche.id);
      const about = {
        nicheId: niche.id,
        countryFields: configuration?.countryFields ?? [],
        answerMoves: configuration?.answerMoves ?? [],
        asksPlace: filters.some(({ kind }) => kind === 'geo'),
      };
      return { recent: await recentLeads(tx, about, now), filters };
    },
    readOnly,
  );
  const demand = demandFor(subscriptionOf(wish, filters), recent.leads);
  return { perWeek: weeklyRounded(demand.matching, recent.days), demand, days: recent.days, filters };
}

/** The rest of the terms says nothing about which leads match. */
const NO_OTHER_WISH = {
  caps: [],
  schedule: null,
  timezone: 'UTC',
  offHours: 'skip' as const,
  premiumRatio: null,
  ratioMode: 'soft' as const,
  maxAgeMs: 24 * 60 * 60 * 1_000,
  priceOverride: null,
  weight: 1,
  priority: 0,
};

const setOrAll = (values: readonly string[]): ReadonlySet<string> | null =>
  values.length === 0 ? null : new Set(values);

/** The matcher reads no more of a subscription than this. */
const subscriptionOf = (wish: Wish, filters: readonly Filter[]) =>
  ({
    countries: setOrAll(wish.countries),
    campaigns: setOrAll(wish.campaignIds),
    filters: filters.map(compileFilter),
    requiredFields: wish.requiredFields,
  }) as Pick<Subscription, 'countries' | 'campaigns' | 'filters' | 'requiredFields'> as Subscription;
