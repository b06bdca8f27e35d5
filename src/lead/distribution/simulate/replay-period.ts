import { setImmediate as breathe } from 'node:timers/promises';
import type { App } from '../../../platform/app.ts';
import { refusals } from '../explain/errors.ts';
import type { DecidedLead } from '../rules.ts';
import {
  type Coverage,
  type Entry,
  leadThen,
  type Opening,
  openChain,
  openingOf,
  type Period,
  walkLeads,
} from './past.ts';
import { type Change, type Group, openRun, type Run, type Tally } from './run.ts';
import type { MoneyMove, PastLead } from './store-past.ts';

/** Wall time that a look back may take; what was not reached by then is said. */
export const REPLAY_BUDGET_MS = 20_000;
/** The engine works at most so long before answers to others get their turn. */
const WORK_MS = 25;

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
  const { period, changes, visit } = request;
  const opening = await openingOf(app, period, request.currency);
  const endsAt = Date.now() + (request.budgetMs ?? REPLAY_BUDGET_MS);
  const chain = openChain();
  let runs: Run[] | undefined;
  let left = 0;
  let moved = 0;
  let restAt = Date.now() + WORK_MS;

  const coverage = await walkLeads(app, period, async (entries) => {
    visit?.(entries);
    runs ??= openRuns(changes, opening, entries[0]);
    for (const part of together(entries)) {
      for (const entry of part) chain.take(entry);
      const leads = part.flatMap((entry): DecidedLead[] => {
        const lead = leadThen(entry);
        return lead ? [lead] : [];
      });
      left += part.length - leads.length;
      const money: MoneyMove[] = [];
      const { clockMs } = part[0]!.record;
      while (moved < opening.moves.length && opening.moves[moved]!.at.getTime() <= clockMs)
        money.push(opening.moves[moved++]!);
      const group = groupOf(part[0]!, { leads, money, ...chain.now() }, opening.seeds);
      for (const run of runs) {
        run.feed(group);
        if (Date.now() < restAt) continue;
        await breathe();
        restAt = Date.now() + WORK_MS;
      }
    }
    return Date.now() < endsAt;
  });
  const tallies = (runs ?? openRuns(changes, opening, undefined)).map(({ tally }) => tally);
  return { tallies, coverage, left };
}

const groupOf = (
  { record, pinned }: Entry<PastLead>,
  of: Pick<Group, 'leads' | 'money' | 'stopped' | 'switches'>,
  seeds: ReadonlyMap<string, Buffer>,
): Group => ({
  clockMs: record.clockMs,
  configVersion: record.configVersion,
  configuration: pinned.configuration,
  seed: seeds.get(new Date(record.clockMs).toISOString().slice(0, 10)) ?? NO_SEED,
  ...of,
});

/** Of a day without a decision nobody needs a tie broken. */
const NO_SEED = Buffer.alloc(32);

function openRuns(changes: readonly Change[], { start }: Opening, first: Entry<PastLead> | undefined): Run[] {
  const place = first?.record.turnBefore ?? null;
  const nextLevelId = place === null ? null : (first?.pinned.rules.levels[place]?.id ?? null);
  return changes.map((change) => openRun({ ...start, nextLevelId }, change));
}

/** Neighbours that were decided in one go: one clock, one configuration. */
function together(entries: readonly Entry<PastLead>[]): Entry<PastLead>[][] {
  const parts: Entry<PastLead>[][] = [];
  for (const entry of entries) {
    const last = parts.at(-1)?.[0]?.record;
    const joins = last?.clockMs === entry.record.clockMs && last.configVersion === entry.record.configVersion;
    if (joins) parts.at(-1)!.push(entry);
    else parts.push([entry]);
  }
  return parts;
}
