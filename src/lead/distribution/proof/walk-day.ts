import { setImmediate } from 'node:timers/promises';
import { nicheRulesAt } from '../../../market/subscriptions/index.ts';
import type { Tx } from '../../../platform/db.ts';
import { factsOf, type Known, moveAlong, movedByRecord, nothingKnown, remember } from '../facts-memory.ts';
import { type DecisionRecord, decodeRecord, FULL_FACTS_EVERY } from '../record.ts';
import { compileRules, type Rules } from '../rules.ts';
import type { Place } from './check-record.ts';
import { dayOf } from './days.ts';
import { type ChainRow, chainAfter, firstFrom, turnHandedOn } from './store-chain.ts';

/**
 * Walks a niche's chain through one day, decision by decision, with what the chain says before each. It starts at the
 * last record with full facts before the day and reads in steps, so that its memory is that of one step.
 */
export type Step = {
  row: ChainRow;
  seq: bigint;
  /** The decision before this one in the chain; null: there is none. */
  previous: { seq: bigint; hash: Buffer } | null;
  /** null: the bytes or the configuration cannot be read, and `problem` says why. */
  read: {
    record: DecisionRecord;
    rules: Rules;
    known: Known;
    before: Place | undefined;
    whole: boolean;
  } | null;
  problem: string | null;
  /** The first decision after the day: only its link is of interest. */
  after: boolean;
};

/** Few enough that even 10,000 candidates each are worked through before the database ends an idle transaction. */
const STEP_ROWS = 50;
/** Decisions after which other work of the process gets its turn. */
const TURN_ROWS = 10;
const CONFIGURATIONS_KEPT = 4;

/** The lowest number from which on every decision is at `at` or later; they are in order of time. */
async function firstSince(tx: Tx, nicheId: string, at: Date, end: bigint): Promise<bigint> {
  let [low, high] = [1n, end + 1n];
  while (low < high) {
    const middle = (low + high) / 2n;
    const row = await firstFrom(tx, { nicheId, seq: middle });
    if (!row || row.decidedAt >= at) high = middle;
    else low = BigInt(row.seq) + 1n;
  }
  return low;
}

/**
 * @param of.end the number of the niche's newest decision
 * @param of.from begins with this decision, when it is not the day's first
 */
export async function* walkDay(
  tx: Tx,
  of: { nicheId: string; day: string; end: bigint; from?: bigint | undefined },
): AsyncGenerator<Step, void> {
  const { nicheId, end } = of;
  const { from, to } = dayOf(of.day);
  const start = await firstSince(tx, nicheId, from, end);
  const first = of.from !== undefined && of.from > start ? of.from : start;
  const every = BigInt(FULL_FACTS_EVERY);
  // One more than needed, because the link of the first is to the one before.
  let at = (first / every) * every - 2n;
  if (at < 0n) at = 0n;
  const rulesOf = configurations(tx, nicheId);
  const reader = openReader(tx);
  let previous: Step['previous'] = at === 0n ? { seq: 0n, hash: Buffer.alloc(0) } : null;
  for (;;) {
    const rows = await chainAfter(tx, { nicheId, seq: at, limit: STEP_ROWS });
    for (const row of rows) {
      const seq = BigInt(row.seq);
      const after = row.decidedAt >= to;
      const { read, problem } = after
        ? { read: null, problem: null }
        : await reader.take(row, previous?.seq === seq - 1n, rulesOf);
      if (seq >= first) yield { row, seq, previous, read, problem, after };
      if (after) return;
      if (read) reader.move(read);
      if (seq % BigInt(TURN_ROWS) === 0n) await setImmediate();
      previous = { seq, hash: row.hash };
    }
    if (rows.length < STEP_ROWS) return;
    at = BigInt(rows.at(-1)!.seq);
  }
}

/** Rules of a configuration version, the last few kept. */
function configurations(tx: Tx, nicheId: string) {
  const kept = new Map<number, Rules | null>();
  return async (version: number): Promise<Rules | null> => {
    const found = kept.get(version);
    if (found !== undefined) return found;
    const configuration = await nicheRulesAt(tx, nicheId, version);
    const rules = configuration ? compileRules(configuration) : null;
    if (kept.size >= CONFIGURATIONS_KEPT) kept.delete(kept.keys().next().value!);
    kept.set(version, rules);
    return rules;
  };
}

function openReader(tx: Tx) {
  let known = nothingKnown();
  let whole = false;
  let before: Place | undefined;
  return {
    async take(row: ChainRow, follows: boolean, rulesOf: (version: number) => Promise<Rules | null>) {
      if (!follows) before = undefined;
      try {
        const record = decodeRecord(row.record);
        const rules = await rulesOf(record.configVersion);
        if (!rules) throw new Error(`configuration ${record.configVersion} cannot be read back`);
        if (record.fullFacts) [known, whole] = [nothingKnown(), true];
        else if (!follows) whole = false;
        remember(known, rules, factsOf(record));
        if (before && (await turnHandedOn(tx, { ...before, to: record.configVersion })))
          before = { receiptNo: before.receiptNo, configVersion: before.configVersion };
        return { read: { record, rules, known, before, whole }, problem: null };
      } catch (error) {
        [before, whole] = [undefined, false];
        return { read: null, problem: error instanceof Error ? error.message : String(error) };
      }
    },
    /** What the record chose moves facts, turn and numbers along. */
    move({ record, rules }: NonNullable<Step['read']>): void {
      const moved = movedByRecord(rules, record);
      moveAlong(known, rules, moved);
      const start = record.lead?.receiptBefore ?? before?.receiptNo;
      const last = moved.chosen.at(-1)?.receiptNo ?? start;
      const turn = record.turnAfter === null ? null : (rules.levels[record.turnAfter]?.id ?? null);
      before =
        last === undefined || last === null
          ? undefined
          : { turn, receiptNo: last, configVersion: record.configVersion };
    },
  };
}
