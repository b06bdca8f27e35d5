import { readNiche } from '../../../market/catalog/index.ts';
import { type NicheRules, nicheRules, type RuleSubscription } from '../../../market/subscriptions/index.ts';
import type { App } from '../../../platform/app.ts';
import { compileRules } from '../rules.ts';
import { type Coverage, leadThen, walkLeads } from '../simulate/past.ts';
import { oneAtATime, replayPeriod } from '../simulate/replay-period.ts';
import { refusals } from './errors.ts';
import { addLoss, type FilterLosses, openLosses } from './filter-losses.ts';
import { addDecision, type Funnel, type FunnelSums, openFunnel, sumFunnel } from './funnel.ts';
import { nichesOfProvider, placeInOrder } from './store.ts';
import { WHAT_IFS_TOLD_MAX, whatIfs } from './what-if.ts';

/** Longest period of a look back. */
export const WHY_DAYS_MAX = 31;
/** Decisions of one niche that are read for it. */
export const WHY_DECISIONS_MAX = 10_000;
/** Decisions that are taken again for "what would have changed it"; each of them several times. */
export const WHAT_IF_DECISIONS_MAX = 2_000;
/** Wall time for the verdicts of one niche; what was not reached by then is said. */
const VERDICTS_BUDGET_MS = 10_000;
/** Wall time for all that is tried for one provider. */
const WHAT_IF_BUDGET_MS = 12_000;
const DAY_MS = 24 * 60 * 60 * 1_000;

export type WhyOfSubscription = {
  subscriptionId: string;
  nicheId: string;
  nicheName: string;
  levelName: string;
  sums: FunnelSums;
  /** Place among those who wait at its level now; null where the level does not go by waiting. */
  place: { position: number; of: number } | null;
  seats: number;
  whatIf: { id: string; words: string; more: number }[];
  /** Leads that it got when the period was decided again without any change: what `more` is measured against. */
  control: number;
  coverage: Coverage;
  tried: Coverage;
};

/**
 * Why a provider did not get more leads: its own verdicts of the period, counted, and what one change would have
 * brought, found by deciding the period again. Nothing about others is told but their number.
 * @throws Refusal 422 period_invalid; 429 look_back_busy
 */
export async function readWhy(
  app: App,
  providerId: string,
  period: { from: Date; to: Date },
): Promise<WhyOfSubscription[]> {
  const { from, to } = period;
  if (!(from < to) || to.getTime() - from.getTime() > WHY_DAYS_MAX * DAY_MS) throw refusals.period_invalid();
  const readOnly = { readOnly: true };
  const niches = await app.db.tx({ role: 'operator' }, (tx) => nichesOfProvider(tx, providerId), readOnly);
  const found: WhyOfSubscription[] = [];
  const endsAt = Date.now() + WHAT_IF_BUDGET_MS;
  for (const nicheId of niches) {
    const read = await app.db.tx(
      { role: 'operator' },
      async (tx) => ({ niche: await readNiche(tx, nicheId), rules: await nicheRules(tx, nicheId) }),
      readOnly,
    );
    if (!read.niche || !read.rules) continue;
    found.push(
      ...(await whyInNiche(app, {
        providerId,
        nicheName: read.niche.name,
        rules: read.rules,
        from,
        to,
        endsAt,
      })),
    );
  }
  return found;
}

type InNiche = {
  providerId: string;
  nicheName: string;
  rules: NicheRules;
  from: Date;
  to: Date;
  endsAt: number;
};

async function whyInNiche(app: App, of: InNiche): Promise<WhyOfSubscription[]> {
  const { rules, from, to } = of;
  const { nicheId } = rules;
  const mine = rules.subscriptions.filter(({ providerId }) => providerId === of.providerId);
  const funnels = new Map(mine.map(({ id }) => [id, openFunnel(id)]));
  const present = compileRules(rules).subscriptions;
  const losses = new Map(mine.map(({ id }) => [id, openLosses(present.find((one) => one.id === id)!)]));
  const period = { nicheId, from, to, max: WHY_DECISIONS_MAX };
  const coverage = await oneAtATime(() => {
    const endsAt = Date.now() + VERDICTS_BUDGET_MS;
    return walkLeads(app, period, async (entries) => {
      for (const entry of entries) {
        const { row, record, pinned } = entry;
        const lead = leadThen(entry);
        for (const [id, funnel] of funnels) {
          addDecision(funnel, { leadId: row.leadId, record, rules: pinned.rules, lead });
          // Whoever was not there yet lost nothing.
          if (lead && funnel.leads.has(lead.id)) addLoss(losses.get(id)!, lead);
        }
      }
      return Date.now() < endsAt;
    });
  });
  const found: WhyOfSubscription[] = [];
  for (const own of mine) {
    const told = { funnel: funnels.get(own.id)!, losses: losses.get(own.id)! };
    found.push(await whyOf(app, of, own, told, coverage));
  }
  return found;
}

async function whyOf(
  app: App,
  { nicheName, rules, from, to, endsAt }: InNiche,
  own: RuleSubscription,
  { funnel, losses }: { funnel: Funnel; losses: FilterLosses },
  coverage: Coverage,
): Promise<WhyOfSubscription> {
  const level = rules.levels.find(({ id }) => id === own.levelId)!;
  const price = own.priceOverride ?? level.price;
  const sums = sumFunnel(funnel);
  const tries = whatIfs({ own, price, currency: rules.currency, sums, lost: losses.lost });
  const { tallies, coverage: tried } =
    tries.length === 0
      ? { tallies: [], coverage }
      : await replayPeriod(app, {
          period: { nicheId: rules.nicheId, from, to, max: WHAT_IF_DECISIONS_MAX },
          currency: rules.currency,
          changes: [{}, ...tries.map(({ change }) => change)],
          budgetMs: Math.max(0, endsAt - Date.now()),
        });
  const gotIn = (place: number) => tallies[place]?.turns.get(own.id)?.received ?? 0;
  const place =
    level.strategy === 'longest_waiting'
      ? await app.db.tx({ role: 'operator' }, (tx) => placeInOrder(tx, own.id), { readOnly: true })
      : null;
  return {
    subscriptionId: own.id,
    nicheId: rules.nicheId,
    nicheName,
    levelName: level.name,
    sums,
    place,
    seats: level.maxProviders,
    whatIf: tries
      .map(({ id, words }, at) => ({ id, words, more: gotIn(at + 1) - gotIn(0) }))
      .filter(({ more }) => more > 0)
      .sort((a, b) => b.more - a.more)
      .slice(0, WHAT_IFS_TOLD_MAX),
    control: gotIn(0),
    coverage,
    tried,
  };
}
