/**
 * Turns that were due against turns that were got. Pure. A lead gives a level's seats to those who could have had it at
 * that moment; each of them was due seats / eligible of a turn, at most one.
 */

export type Served = {
  /** Seats of each level for this lead. */
  seats: readonly { levelId: string; seats: number }[];
  /** Who passed all checks, by level, and whether it got a seat. */
  eligible: readonly { id: string; levelId: string; got: boolean }[];
};

export type Turns = { received: number; expected: number };

/** Adds one lead to the tally by subscription. */
export function countTurns(tally: Map<string, Turns>, served: Served): void {
  const rivals = new Map<string, number>();
  for (const { levelId } of served.eligible) rivals.set(levelId, (rivals.get(levelId) ?? 0) + 1);
  const seatsOf = new Map(served.seats.map(({ levelId, seats }) => [levelId, seats]));
  for (const { id, levelId, got } of served.eligible) {
    const own = tally.get(id) ?? { received: 0, expected: 0 };
    own.expected += Math.min(1, (seatsOf.get(levelId) ?? 0) / rivals.get(levelId)!);
    own.received += got ? 1 : 0;
    tally.set(id, own);
  }
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
