import { setImmediate as breathe } from 'node:timers/promises';
import type { Place } from '../../../kernel/distance.ts';
import { type NicheRules, nicheRulesAt } from '../../../market/subscriptions/index.ts';
import type { App } from '../../../platform/app.ts';
import type { Tx } from '../../../platform/db.ts';
import { EVERYBODY } from '../facts.ts';
import { withPlace } from '../filters.ts';
import { leadPlaces } from '../lead-places.ts';
import { asPinned } from '../pins.ts';
import { answersOf, presentFields, withCountry } from '../present.ts';
import { type DecisionRecord, decodeRecord, providerPlaces } from '../record.ts';
import { compileRules, type DecidedLead, type Rules } from '../rules.ts';
import {
  chainEnds,
  decidedAt,
  decisionsAfter,
  leadsAfter,
  type PastDecision,
  type PastLead,
} from './store-past.ts';

/**
 * Reads the decisions of a period in the order in which they were taken: in chunks, each in a short read-only
 * transaction of its own, so that no snapshot stands open while the engine works.
 */

export const CHUNK = 500;
/** Different configurations of one period; beyond them the reading ends and says so. */
export const VERSIONS_MAX = 300;
/** Configurations that are read for the time before a period. */
const BACK_VERSIONS_MAX = 20;

export type Period = {
  nicheId: string;
  from: Date;
  to: Date;
  max: number;
  /** Decisions that are read at a time, at most CHUNK; who looks for long at each takes fewer. */
  chunk?: number;
};
export type Pinned = { configuration: NicheRules; rules: Rules };
export type Entry<T extends PastDecision> = {
  row: T;
  record: DecisionRecord;
  pinned: Pinned;
  place?: Place | undefined;
};
export type Coverage = {
  /** Decisions that were read. */
  decisions: number;
  /** Until when the period was read; null: to its end. */
  endedAt: Date | null;
  firstAt: Date | null;
};

export const read = <T>(app: App, work: (tx: Tx) => Promise<T>): Promise<T> =>
  app.db.tx({ role: 'operator' }, work, { readOnly: true });

/** The numbers of a period's decisions: `after` is the one before its first. Times grow with the numbers. */
export async function rangeOf(
  app: App,
  { nicheId, from, to }: Omit<Period, 'max' | 'chunk'>,
): Promise<{ after: bigint; upTo: bigint } | null> {
  return read(app, async (tx) => {
    const ends = await chainEnds(tx, nicheId);
    if (!ends) return null;
    const firstAtOrAfter = async (at: Date): Promise<bigint> => {
      let [low, high] = [ends.first, ends.last + 1n];
      while (low < high) {
        const middle = (low + high) / 2n;
        const decided = await decidedAt(tx, nicheId, middle);
        if (decided && decided < at) low = middle + 1n;
        else high = middle;
      }
      return low;
    };
    return { after: (await firstAtOrAfter(from)) - 1n, upTo: (await firstAtOrAfter(to)) - 1n };
  });
}

/** Sees a chunk; false ends the walk. */
type Visit<T extends PastDecision> = (entries: Entry<T>[]) => Promise<boolean>;

/** Walks the records of a period, without what the people answered. */
export const walkRecords = (app: App, period: Period, visit: Visit<PastDecision>): Promise<Coverage> =>
  walk(app, period, decisionsAfter, visit);

/** Walks the decisions of a period with what the engine needs to take them again. */
export const walkLeads = (app: App, period: Period, visit: Visit<PastLead>): Promise<Coverage> =>
  walk(app, period, leadsAfter, async (entries) => visit(await placed(app, entries)));

/**
 * Walks the last records up to a number, as far back as they are of few configurations.
 * @param of.upTo the newest that is read
 * @param of.max how many at most
 */
export async function walkBack(
  app: App,
  of: { nicheId: string; upTo: bigint; max: number },
  visit: (entry: Entry<PastDecision>) => void,
): Promise<void> {
  const { nicheId, upTo, max } = of;
  const rows: PastDecision[] = [];
  for (let after = upTo - BigInt(max); rows.length < max; ) {
    const next = await read(app, (tx) => decisionsAfter(tx, { nicheId, after, upTo, limit: CHUNK }));
    rows.push(...next);
    if (next.length < CHUNK) break;
    after = next.at(-1)!.seq;
  }
  const versions = [...new Set(rows.map(({ configVersion }) => configVersion))].slice(-BACK_VERSIONS_MAX);
  const near = rows.filter(({ configVersion }) => versions.includes(configVersion));
  for (const entry of await pin(app, nicheId, near, new Map())) visit(entry);
}

/** Where the leads are, when anybody asks for it. */
async function placed(app: App, entries: Entry<PastLead>[]): Promise<Entry<PastLead>[]> {
  const asking = entries.filter(({ pinned }) => pinned.rules.asksPlace);
  if (asking.length === 0) return entries;
  const places = await read(app, (tx) =>
    leadPlaces(
      tx,
      { asksPlace: true },
      asking.map(({ row }) => row.leadId),
    ),
  );
  return entries.map((entry) => ({ ...entry, place: places.get(entry.row.leadId) }));
}

async function walk<T extends PastDecision>(
  app: App,
  period: Period,
  next: (tx: Tx, of: { nicheId: string; after: bigint; upTo: bigint; limit: number }) => Promise<T[]>,
  visit: Visit<T>,
): Promise<Coverage> {
  const range = await rangeOf(app, period);
  const coverage: Coverage = { decisions: 0, endedAt: null, firstAt: null };
  if (!range) return coverage;
  const pinned = new Map<number, Pinned>();
  const { nicheId } = period;
  let { after } = range;
  let lastAt: Date | null = null;
  while (after < range.upTo) {
    const room = period.max - coverage.decisions;
    if (room <= 0) return { ...coverage, endedAt: lastAt };
    const limit = Math.min(period.chunk ?? CHUNK, room);
    const rows = await read(app, (tx) => next(tx, { nicheId, after, upTo: range.upTo, limit }));
    if (rows.length === 0) break;
    const entries = await pin(app, nicheId, rows, pinned);
    lastAt = entries.at(-1)?.row.decidedAt ?? lastAt ?? rows[0]!.decidedAt;
    coverage.firstAt ??= rows[0]!.decidedAt;
    coverage.decisions += entries.length;
    const goesOn = entries.length === 0 || (await visit(entries));
    after = rows.at(-1)!.seq;
    if (entries.length < rows.length || (!goesOn && after < range.upTo))
      return { ...coverage, endedAt: lastAt };
    // Answers to others go first: this may take seconds in all.
    await breathe();
  }
  return coverage;
}

/** Each decision with the configuration it was taken by; ends at the one that would be one too many. */
async function pin<T extends PastDecision>(
  app: App,
  nicheId: string,
  rows: readonly T[],
  pinned: Map<number, Pinned>,
): Promise<Entry<T>[]> {
  const entries: Entry<T>[] = [];
  for (const row of rows) {
    let own = pinned.get(row.configVersion);
    if (!own) {
      if (pinned.size >= VERSIONS_MAX) break;
      const configuration = await read(app, (tx) => nicheRulesAt(tx, nicheId, row.configVersion));
      if (!configuration) break;
      own = { configuration, rules: compileRules(configuration) };
      pinned.set(row.configVersion, own);
    }
    entries.push({ row, record: decodeRecord(row.record), pinned: own });
  }
  return entries;
}

/** Test leads, erased people, purchases, leads by hand and second decisions are not. */
export const isDecidedAgain = ({ row, record }: Entry<PastLead>): boolean =>
  !record.test && !record.offer && !row.erased && (record.lead?.hadCount ?? 0) === 0;

/** A lead as it was decided then; undefined for those that are not decided again. */
export function leadThen(entry: Entry<PastLead>): DecidedLead | undefined {
  const { row, record, pinned, place: placeNow } = entry;
  if (!isDecidedAgain(entry)) return undefined;
  const answers = answersOf(row.answers, pinned.rules.answerMoves);
  const { country, place } = asPinned(record.lead, { country: row.country, place: placeNow });
  const { ids } = providerPlaces(pinned.rules);
  const suppressed = (record.lead?.suppressed ?? []).flatMap((place) => ids[place] ?? []);
  return {
    id: row.leadId,
    campaignId: row.campaignId,
    country,
    answers: withPlace(withCountry(answers, country, pinned.rules.countryFields), place),
    leadType: record.premium ? 'premium' : 'raw',
    test: false,
    readyAtMs: record.lead?.readyAtMs ?? row.readyAt?.getTime() ?? record.clockMs,
    expiresAtMs: record.lead?.expiresAtMs ?? row.expiresAt?.getTime() ?? record.clockMs,
    present: presentFields(row.filled, answers),
    told: row.recipientsTold,
    had: new Set(),
    suppressed: new Set(record.lead?.everybodySuppressed ? [...suppressed, EVERYBODY] : suppressed),
    blocked: new Set((record.lead?.blocked ?? []).flatMap((place) => ids[place] ?? [])),
    samePerson: new Set(
      (record.lead?.samePerson ?? []).flatMap((place) => pinned.rules.subscriptions[place]?.id ?? []),
    ),
    personKeys: [],
  };
}
