import { windowAt } from '../../../kernel/time.ts';
import type { NicheRules } from '../../../market/subscriptions/index.ts';
import type { App } from '../../../platform/app.ts';
import type { Tx } from '../../../platform/db.ts';
import { capKey, providerCapKey } from '../facts.ts';
import { type Cap, compileRules, type Rules, type Subscription } from '../rules.ts';
import { type Entry, type Period, read, walkBack } from './past.ts';
import type { Change, Start } from './run.ts';
import {
  type MoneyMove,
  moneyAt,
  outsideMoney,
  type PastDecision,
  providersEver,
  receiptsAt,
  type Sum,
  seedsBetween,
  typesAt,
  usedAt,
} from './store-past.ts';
import { openTrack, type Standing, type Track } from './track.ts';

/**
 * What the runs of a period start from: the facts as the chain said them right before it, and what nobody was asked
 * about for so long, or only a draft asks about, from the assignments before it.
 */
export type Opening = { start: Start; track: Track; seeds: Map<string, Buffer>; moves: MoneyMove[] };

export const MONEY_MOVES_MAX = 50_000;
/** Records that are read before a period: facts are written in full at least every 100. */
export const RECORDS_BEFORE = 400;
/** As many leads as a ratio may look back on. */
const TYPES_MAX = 100;

export async function openingOf(
  app: App,
  of: {
    period: Period;
    currency: string;
    first: Entry<PastDecision>;
    changes: readonly Change[];
    recordsBefore?: number | undefined;
  },
): Promise<Opening> {
  const { period, currency, first, changes } = of;
  const { nicheId, from, to } = period;
  const { record, pinned } = first;
  const track = openTrack();
  const back = { nicheId, upTo: first.row.seq - 1n, max: of.recordsBefore ?? RECORDS_BEFORE };
  await walkBack(app, back, (entry) => {
    track.take(entry.record, entry.pinned.rules);
    track.move(entry.record, entry.pinned.rules);
  });
  track.enter(pinned.rules);
  return read(app, async (tx) => {
    const about = { providerIds: await providersEver(tx, nicheId), currency };
    const money = await moneyAt(tx, { ...about, at: from });
    const drafted = changes.flatMap(({ configuration }) =>
      configuration ? [compileRules(configuration(pinned.configuration))] : [],
    );
    const { clockMs, turnBefore } = record;
    const asked = { nicheId, from, clockMs, configuration: pinned.configuration, drafted };
    const { standings, providerUsed } = await beginning(tx, track, pinned.rules, asked);
    const receipts = [...standings.values()].map(({ receiptNo }) => receiptNo ?? 0);
    return {
      start: {
        money: new Map(money.map(({ providerId, ...facts }) => [providerId, facts])),
        clockMs,
        standings,
        providerUsed,
        nextLevelId: turnBefore === null ? null : (pinned.rules.levels[turnBefore]?.id ?? null),
        receiptNo: record.lead?.receiptBefore ?? Math.max(0, ...receipts),
      },
      track,
      seeds: await seedsBetween(tx, from, to),
      moves: await outsideMoney(tx, { ...about, nicheId, from, to, limit: MONEY_MOVES_MAX }),
    };
  });
}

type Asked = {
  nicheId: string;
  from: Date;
  clockMs: number;
  configuration: NicheRules;
  /** What the runs decide by, where it is another one. */
  drafted: readonly Rules[];
};

/** Everybody's facts, by id. Whom the chain did not name is looked up, and the track learns it too. */
async function beginning(
  tx: Tx,
  track: Track,
  actual: Rules,
  asked: Asked,
): Promise<Pick<Start, 'standings' | 'providerUsed'>> {
  const { clockMs, from, nicheId } = asked;
  const told = track.standings(clockMs);
  const standings = new Map(told.subscriptions);
  const providerUsed = new Map(told.providers);
  const receipts = await receiptsAt(tx, nicheId, from);
  const all = [actual, ...asked.drafted];
  for (const { id } of all.flatMap(({ subscriptions }) => subscriptions))
    if (!standings.has(id))
      standings.set(id, { ...NEW, receiptNo: receipts.get(id) ?? null, used: new Map() });
  for (const id of all.flatMap(({ providerCaps }) => [...providerCaps.keys()]))
    if (!providerUsed.has(id)) providerUsed.set(id, new Map());

  const gaps = all.flatMap((rules) => [
    ...usesToFind(rules, { actual, told, standings, ...asked }),
    ...providerUsesToFind(rules, { actual, told, providerUsed, ...asked }),
  ]);
  const found = await usedAt(
    tx,
    gaps.map(({ sum }) => sum),
    from,
  );
  for (const [at, { put }] of gaps.entries()) put(found[at]!);
  const ratios = all.flatMap((rules) => ratiosToFind(rules, actual, told.subscriptions));
  const types = await typesAt(tx, { subscriptionIds: [...new Set(ratios)], at: from, count: TYPES_MAX });
  for (const [id, recentTypes] of types) standings.get(id)!.recentTypes = recentTypes;

  for (const one of actual.subscriptions)
    if (!told.subscriptions.has(one.id)) track.seed(one, standings.get(one.id)!, clockMs);
  for (const id of actual.providerCaps.keys())
    if (!told.providers.has(id)) track.seedProvider(id, providerUsed.get(id)!);
  return { standings, providerUsed };
}

const NEW: Omit<Standing, 'used'> = {
  receiptNo: null,
  recentTypes: '',
  weightState: 0,
  missedTurns: 0,
  load: 0,
};

type Told = ReturnType<Track['standings']>;
type Gap = { sum: Sum; put: (used: bigint) => void };

const startOf = ({ window }: Pick<Cap, 'window'>, clockMs: number, zone: string): Date =>
  new Date(window === 'total' ? 0 : windowAt(window, clockMs, zone).startMs);
const sameCap = (a: Pick<Cap, 'kind' | 'window'>) => (b: Pick<Cap, 'kind' | 'window'>) =>
  a.kind === b.kind && a.window === b.window;

/** Use of caps that the chain did not tell: of those it did not name, and of caps that only a draft has. */
function usesToFind(
  rules: Rules,
  of: Asked & { actual: Rules; told: Told; standings: ReadonlyMap<string, Standing> },
): Gap[] {
  const { actual, told, standings, clockMs, configuration } = of;
  const before = new Map(actual.subscriptions.map((one) => [one.id, one]));
  const written = new Map(configuration.subscriptions.map(({ id, caps }) => [id, caps]));
  return rules.subscriptions.flatMap((one) => {
    const { id, providerId, timezone } = one;
    const standing = standings.get(id)!;
    const own = told.subscriptions.has(id) ? before.get(id) : undefined;
    const about = { providerId, subscriptionId: id, currency: null };
    const gaps = one.caps.flatMap((cap): Gap[] => {
      const key = capKey(cap, clockMs, timezone);
      // A cap that the chain knows, in a window of which it said nothing: nothing was used of it.
      const known = own?.timezone === timezone && own.caps.some(sameCap(cap));
      if (standing.used.has(key) || known) return [];
      const givesBack = written.get(id)?.some((own) => sameCap(cap)(own) && own.gives_back === true) ?? false;
      const sum = { ...about, kind: cap.kind, since: startOf(cap, clockMs, timezone), givesBack };
      return [{ sum, put: (used) => standing.used.set(key, used) }];
    });
    const counts = (where: Rules, by: Subscription | undefined) =>
      where.levels.find((level) => level.id === by?.levelId)?.strategy === 'least_loaded_today';
    if (!counts(rules, one) || counts(actual, own)) return gaps;
    const sum = {
      ...about,
      kind: 'count' as const,
      since: startOf({ window: 'day' }, clockMs, 'UTC'),
      givesBack: false,
    };
    return [...gaps, { sum, put: (used) => Object.assign(standing, { load: Number(used) }) }];
  });
}

/** The same for caps of whole providers, over all their niches. */
function providerUsesToFind(
  rules: Rules,
  of: Asked & { actual: Rules; told: Told; providerUsed: Start['providerUsed'] },
): Gap[] {
  const { actual, told, providerUsed, clockMs, configuration } = of;
  const written = new Map(configuration.providerCaps.map(({ providerId, caps }) => [providerId, caps]));
  return [...rules.providerCaps].flatMap(([providerId, { caps, timezone }]) => {
    const uses = providerUsed.get(providerId) as Map<string, bigint>;
    const own = told.providers.has(providerId) ? actual.providerCaps.get(providerId) : undefined;
    return caps.flatMap((cap): Gap[] => {
      const key = providerCapKey(cap, clockMs, timezone, rules.currency);
      const known = own?.timezone === timezone && own.caps.some(sameCap(cap));
      if (uses.has(key) || known) return [];
      const givesBack =
        written.get(providerId)?.some((one) => sameCap(cap)(one) && one.gives_back === true) ?? false;
      const currency = cap.kind === 'spend' ? rules.currency : null;
      const about = { providerId, subscriptionId: null, currency, kind: cap.kind, givesBack };
      return [
        { sum: { ...about, since: startOf(cap, clockMs, timezone) }, put: (used) => uses.set(key, used) },
      ];
    });
  });
}

/** Those whose ratio looks back further than the chain told. */
const ratiosToFind = (rules: Rules, actual: Rules, told: Told['subscriptions']): string[] => {
  const before = new Map(actual.subscriptions.map((one) => [one.id, one]));
  return rules.subscriptions.flatMap(({ id, premiumRatio, ratioWindow }) => {
    const own = told.has(id) ? before.get(id) : undefined;
    const enough = own !== undefined && own.premiumRatio !== null && own.ratioWindow >= ratioWindow;
    return premiumRatio === null || enough ? [] : [id];
  });
};
