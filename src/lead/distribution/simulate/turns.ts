import type { Verdict } from '../facts.ts';
import type { Rules } from '../rules.ts';

/**
 * Turns that were due against turns that were got. Pure. A lead gives a level's seats to those who could have had it at
 * that moment; each of them was due its part of the seats, at most one turn: an equal part, or one by its weight where
 * the level goes by weights.
 */

export type Served = {
  /** Seats of each level for this lead. */
  seats: readonly { levelId: string; seats: number }[];
  /**
   * Who passed all checks, by level, and whether it got a seat. Where the level goes by weights: its weight, and those
   * who got a seat in the order of their seats.
   */
  eligible: readonly { id: string; levelId: string; got: boolean; weight?: number }[];
};

/**
 * Who could have had a lead, as turns are counted.
 * @param of.chosen places of the subscriptions, in the order of their seats
 */
export function whoCould(
  rules: Rules,
  of: { verdicts: readonly { index: number; verdict: Verdict }[]; chosen: readonly number[] },
): Served['eligible'] {
  const weighted = new Set(rules.levels.filter((one) => one.strategy === 'weighted').map(({ id }) => id));
  const seatOf = new Map(of.chosen.map((index, seat) => [index, seat]));
  const last = of.chosen.length;
  return of.verdicts
    .filter(({ verdict }) => verdict === 'chosen' || verdict === 'no_seat')
    .toSorted((a, b) => (seatOf.get(a.index) ?? last) - (seatOf.get(b.index) ?? last))
    .map(({ index, verdict }) => {
      const { id, levelId, weight } = rules.subscriptions[index]!;
      return { id, levelId, got: verdict === 'chosen', ...(weighted.has(levelId) ? { weight } : {}) };
    });
}

export type Turns = { received: number; expected: number };

/** Adds one lead to the tally by subscription. */
export function countTurns(tally: Map<string, Turns>, served: Served): void {
  const seatsOf = new Map(served.seats.map(({ levelId, seats }) => [levelId, seats]));
  for (const [levelId, rivals] of Map.groupBy(served.eligible, (one) => one.levelId)) {
    const byWeight = rivals.some(({ weight }) => weight !== undefined);
    const equal = Math.min(1, (seatsOf.get(levelId) ?? 0) / rivals.length);
    const due = byWeight ? dueByWeight(rivals) : rivals.map(() => equal);
    for (const [place, { id, got }] of rivals.entries()) {
      const own = tally.get(id) ?? { received: 0, expected: 0 };
      own.expected += due[place]!;
      own.received += got ? 1 : 0;
      tally.set(id, own);
    }
  }
}

/** Each seat is due by weight to those who are left for it, as it is given. */
function dueByWeight(rivals: Served['eligible']): number[] {
  const due = rivals.map(() => 0);
  let left = rivals.map(({ weight = 1 }, place) => ({ weight, place }));
  for (const [seated, { got }] of rivals.entries()) {
    if (!got) continue;
    const total = left.reduce((sum, { weight }) => sum + weight, 0);
    for (const { weight, place } of left) due[place]! += weight / total;
    left = left.filter(({ place }) => place !== seated);
  }
  return due;
}

/** How far what was got is from what was due: 0.25 is a quarter more. null when nothing was due. */
export const skewOf = ({ received, expected }: Turns): number | null =>
  expected === 0 ? null : (received - expected) / expected;

/** Below so many turns due, a difference says nothing yet. */
export const ALERT_TURNS_MIN = 10;
/** A skew beyond this is shown to the operator. */
export const ALERT_SKEW = 0.25;

/** Whether somebody should look at it: many turns due, and clearly more or fewer were got. */
export function isSkewed(turns: Turns): boolean {
  const skew = skewOf(turns);
  return skew !== null && turns.expected >= ALERT_TURNS_MIN && Math.abs(skew) > ALERT_SKEW;
}
