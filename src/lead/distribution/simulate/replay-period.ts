import { setImmediate as breathe } from 'node:timers/promises';
import type { App } from '../../../platform/app.ts';
import { refusals } from '../explain/errors.ts';
import { type Opening, openingOf } from './opening.ts';
import {
  CHUNK,
  type Coverage,
  type Entry,
  isDecidedAgain,
  leadThen,
  type Period,
  walkLeads,
} from './past.ts';
import { type Change, type Group, openRun, type Run, type Start, type Tally } from './run.ts';
import type { MoneyMove, PastLead } from './store-past.ts';
import type { Given } from './track.ts';

/** Wall time that a look back may take; what was not reached by then is said. */
export const REPLAY_BUDGET_MS = 20_000;
/** The engine works at most so long before answers to others get their turn. */
const WORK_MS = 25;
/** The clock is looked at after each chunk: the more runs, the smaller the chunks, down to this. */
const CHUNK_MIN = 20;

export type Replay = {
  tallies: Tally[];
  coverage: Coverage;
  /** Decisions that were not taken again: test leads, erased people, second decisions and purchases. */
  left: number;
};

export type ReplayRequest = {
  period: Period;
  currency: string;
  /** One run each; an empty one is the control. */
  changes: readonly Change[];
  /** Records before the period that the start is read from; left out: as many as hold the facts of all. */
  recordsBefore?: number | undefined;
  /** Sees each chunk as well, with its leads as they were. */
  visit?: (entries: Entry<PastLead>[]) => void;
  budgetMs?: number;
};

/** Look backs that wait for the one that runs; the next one is asked to come again. */
const WAITING_MAX = 8;
let waiting = 0;
let lastOne: Promise<unknown> = Promise.resolve();

/**
 * Looks back one at a time in a process: it is work for the processor, and whoever asks again and again must not slow
 * down the others.
 * @throws Refusal 429 look_back_busy
 */
export async function oneAtATime<T>(look: () => Promise<T>): Promise<T> {
  if (waiting >= WAITING_MAX) throw refusals.look_back_busy({ headers: { 'retry-after': '10' } });
  waiting += 1;
  const mine = lastOne.then(look).finally(() => (waiting -= 1));
  lastOne = mine.catch(() => undefined);
  return mine;
}

/**
 * Reads the period one time and feeds all runs alike. Never writes.
 * @throws Refusal 429 look_back_busy
 */
export const replayPeriod = (app: App, request: ReplayRequest): Promise<Replay> =>
  oneAtATime(() => replayNow(app, request));

async function replayNow(app: App, request: ReplayRequest): Promise<Replay> {
  const { currency, changes, visit, recordsBefore } = request;
  const chunk = Math.max(CHUNK_MIN, Math.floor(CHUNK / changes.length));
  const period = { ...request.period, chunk };
  const endsAt = Date.now() + (request.budgetMs ?? REPLAY_BUDGET_MS);
  let feeder: Feeder | undefined;
  let restAt = Date.now() + WORK_MS;

  const coverage = await walkLeads(app, period, async (entries) => {
    visit?.(entries);
    feeder ??= openFeeder(
      await openingOf(app, { period, currency, first: entries[0]!, changes, recordsBefore }),
      changes,
    );
    for (const part of together(entries)) {
      const group = feeder.groupOf(part);
      for (const run of feeder.runs) {
        run.feed(group);
        if (Date.now() < restAt) continue;
        await breathe();
        restAt = Date.now() + WORK_MS;
      }
    }
    return Date.now() < endsAt;
  });
  const tallies = (feeder?.runs ?? changes.map((change) => openRun(NO_START, change))).map(
    ({ tally }) => tally,
  );
  return { tallies, coverage, left: feeder?.left ?? 0 };
}

/** Of a period without a decision. */
const NO_START: Start = {
  money: new Map(),
  clockMs: 0,
  standings: new Map(),
  providerUsed: new Map(),
  nextLevelId: null,
  receiptNo: 0,
};

export type Feeder = {
  runs: Run[];
  /** Decisions that were not taken again. */
  left: number;
  /** What was decided in one go, as the runs take it. */
  groupOf(part: readonly Entry<PastLead>[]): Group;
};

export function openFeeder({ start, track, seeds, moves }: Opening, changes: readonly Change[]): Feeder {
  let moved = 0;
  const feeder: Feeder = {
    runs: changes.map((change) => openRun(start, change)),
    left: 0,
    groupOf(part) {
      const [{ row, record, pinned }] = part as [Entry<PastLead>];
      const outside = track.take(record, pinned.rules);
      const now = track.now();
      const leads = part.flatMap((entry) => leadThen(entry) ?? []);
      feeder.left += part.length - leads.length;
      let given: Given | undefined;
      for (const [at, entry] of part.entries()) {
        if (at > 0) track.take(entry.record, pinned.rules);
        if (leads.length > 0) track.move(entry.record, pinned.rules);
        else given = track.give(row.leadId, record, pinned.rules);
      }
      const money: MoneyMove[] = [];
      while (moved < moves.length && moves[moved]!.at.getTime() <= record.clockMs)
        money.push(moves[moved++]!);
      return {
        clockMs: record.clockMs,
        configVersion: record.configVersion,
        configuration: pinned.configuration,
        seed: seeds.get(new Date(record.clockMs).toISOString().slice(0, 10)) ?? NO_SEED,
        ...{ leads, money, outside, given, ...now },
      };
    },
  };
  return feeder;
}

/** Of a day without a decision nobody needs a tie broken. */
const NO_SEED = Buffer.alloc(32);

/**
 * Neighbours that were decided in one go: one clock, one configuration, and nothing new from outside. What is not
 * decided again stands by itself.
 */
export function together(entries: readonly Entry<PastLead>[]): Entry<PastLead>[][] {
  const parts: Entry<PastLead>[][] = [];
  let open = false;
  for (const entry of entries) {
    const { record } = entry;
    const last = parts.at(-1)?.[0]?.record;
    const again = isDecidedAgain(entry);
    const joins =
      open && again && last?.clockMs === record.clockMs && last.configVersion === record.configVersion &&
      record.facts.length === 0 && record.providers.length === 0; // biome-ignore format: one condition a word
    if (joins) parts.at(-1)!.push(entry);
    else parts.push([entry]);
    open = again;
  }
  return parts;
}
