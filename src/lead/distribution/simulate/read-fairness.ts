import { readNiche } from '../../../market/catalog/index.ts';
import { nicheRules } from '../../../market/subscriptions/index.ts';
import type { App } from '../../../platform/app.ts';
import { refusals } from '../explain/errors.ts';
import { providerNames } from '../store-explain.ts';
import { type Coverage, type Entry, walkRecords } from './past.ts';
import { oneAtATime } from './replay-period.ts';
import { nichesDecidedSince, type PastDecision } from './store-past.ts';
import { countTurns, isSkewed, type Turns, whoCould } from './turns.ts';

/** Longest period that is looked back on. */
export const FAIRNESS_DAYS_MAX = 31;
/** Decisions of one niche that are read. */
export const FAIRNESS_DECISIONS_MAX = 20_000;
/** Wall time for one niche; what was not reached by then is said. */
const FAIRNESS_BUDGET_MS = 10_000;
const DAY_MS = 24 * 60 * 60 * 1_000;

export type FairShare = Turns & {
  subscriptionId: string;
  providerId: string;
  providerName: string;
  skewed: boolean;
};
export type FairnessOfLevel = { levelId: string; levelName: string; strategy: string; shares: FairShare[] };
export type Fairness = { nicheId: string; nicheName: string; coverage: Coverage; levels: FairnessOfLevel[] };

/**
 * Turns due against turns got, per subscription and level, from the decisions of a period. Reads records only: what
 * people answered is not touched.
 * @throws Refusal 404 niche_not_found; 422 period_invalid; 429 look_back_busy
 */
export async function readFairness(
  app: App,
  nicheId: string,
  period: { from: Date; to: Date },
): Promise<Fairness> {
  const { from, to } = period;
  if (!(from < to) || to.getTime() - from.getTime() > FAIRNESS_DAYS_MAX * DAY_MS)
    throw refusals.period_invalid();
  const readOnly = { readOnly: true };
  const found = await app.db.tx(
    { role: 'operator' },
    async (tx) => ({ niche: await readNiche(tx, nicheId), rules: await nicheRules(tx, nicheId) }),
    readOnly,
  );
  if (!found.niche || !found.rules) throw refusals.niche_not_found();
  const tally = new Map<string, Turns>();
  const places = new Map<string, { levelId: string; providerId: string }>();
  const read = { nicheId, from, to, max: FAIRNESS_DECISIONS_MAX };
  const coverage = await oneAtATime(() => {
    const endsAt = Date.now() + FAIRNESS_BUDGET_MS;
    return walkRecords(app, read, async (entries) => {
      for (const entry of entries) addEntry(tally, places, entry);
      return Date.now() < endsAt;
    });
  });
  const ids = [...new Set([...places.values()].map(({ providerId }) => providerId))];
  const names = await app.db.tx({ role: 'operator' }, (tx) => providerNames(tx, ids), readOnly);
  const levels = found.rules.levels.map((level) => ({
    levelId: level.id,
    levelName: level.name,
    strategy: level.strategy,
    shares: [...tally]
      .filter(([id]) => places.get(id)!.levelId === level.id)
      .map(([subscriptionId, turns]) => {
        const { providerId } = places.get(subscriptionId)!;
        const providerName = names.get(providerId) ?? '';
        return { ...turns, subscriptionId, providerId, providerName, skewed: isSkewed(turns) };
      })
      .filter(({ expected, received }) => expected > 0 || received > 0)
      .sort((a, b) => b.received - a.received || (a.subscriptionId < b.subscriptionId ? -1 : 1)),
  }));
  return {
    nicheId,
    nicheName: found.niche.name,
    coverage,
    levels: levels.filter(({ shares }) => shares.length > 0),
  };
}

/** A page is asked for after the other: what was read for the first one is kept so long, for so many periods. */
const KEPT_MS = 60_000;
const KEPT_MAX = 8;
type Kept = { at: number; fairness: Promise<Fairness> };
const keptPeriods = new WeakMap<App, Map<string, Kept>>();

/** `readFairness`, read once for all pages of a period. */
export function keptFairness(app: App, nicheId: string, period: { from: Date; to: Date }): Promise<Fairness> {
  const all = keptPeriods.get(app) ?? new Map<string, Kept>();
  keptPeriods.set(app, all);
  const key = `${nicheId} ${period.from.getTime()} ${period.to.getTime()}`;
  const before = all.get(key);
  if (before && Date.now() - before.at < KEPT_MS) return before.fairness;
  const fairness = readFairness(app, nicheId, period);
  all.delete(key);
  all.set(key, { at: Date.now(), fairness });
  for (const oldest of [...all.keys()].slice(0, Math.max(0, all.size - KEPT_MAX))) all.delete(oldest);
  fairness.catch(() => all.delete(key));
  return fairness;
}

function addEntry(
  tally: Map<string, Turns>,
  places: Map<string, { levelId: string; providerId: string }>,
  { record, pinned: { rules } }: Entry<PastDecision>,
): void {
  // A test lead takes no turn; an unsold one gave none; by hand, bought or a freed seat: nobody's turn was asked.
  if (record.test || record.offer || record.chosen.length === 0 || (record.lead?.hadCount ?? 0) > 0) return;
  const { verdicts } = record;
  const eligible = whoCould(rules, { verdicts, chosen: record.chosen.map(({ index }) => index) });
  for (const { index } of verdicts) {
    const { id, levelId, providerId } = rules.subscriptions[index]!;
    places.set(id, { levelId, providerId });
  }
  const seats = record.seats.map(({ level, seats }) => ({ levelId: rules.levels[level]!.id, seats }));
  countTurns(tally, { seats, eligible });
}

/** Days that the home page looks back on. */
export const ALERT_DAYS = 7;
/** Niches it looks at; those with the newest decisions. */
const ALERT_NICHES_MAX = 20;
/** The answer is kept so long: it reads thousands of records, and a home page is opened often. */
const ALERT_KEPT_MS = 5 * 60_000;

export type FairnessAlert = { value: number; niches: { id: string; name: string; skewed: number }[] };
const kept = new WeakMap<App, { at: number; alert: Promise<FairnessAlert> }>();

/** How many subscriptions got clearly more or fewer turns than were due in the last days. */
export function fairnessAlert(app: App): Promise<FairnessAlert> {
  const before = kept.get(app);
  if (before && Date.now() - before.at < ALERT_KEPT_MS) return before.alert;
  const alert = countSkewed(app);
  kept.set(app, { at: Date.now(), alert });
  alert.catch(() => kept.delete(app));
  return alert;
}

async function countSkewed(app: App): Promise<FairnessAlert> {
  const to = new Date();
  const from = new Date(to.getTime() - ALERT_DAYS * DAY_MS);
  const niches = await app.db.tx(
    { role: 'operator' },
    (tx) => nichesDecidedSince(tx, from, ALERT_NICHES_MAX),
    { readOnly: true },
  );
  const alert: FairnessAlert = { value: 0, niches: [] };
  for (const id of niches) {
    const { nicheName, levels } = await readFairness(app, id, { from, to });
    const skewed = levels.flatMap(({ shares }) => shares).filter((share) => share.skewed).length;
    if (skewed > 0) alert.niches.push({ id, name: nicheName, skewed });
    alert.value += skewed;
  }
  return alert;
}
