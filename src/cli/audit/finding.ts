import type { Tx } from '../../platform/db.ts';

/** A row that breaks an invariant. */
export type Finding = { row: string; text: string };

export type Check = {
  /** What must hold, as a sentence. */
  rule: string;
  /** Number of the invariant it belongs to; several rules can make one invariant. */
  id: string;
  /** The rows that break it, at most `limit`. A note says what could not be checked. */
  run: (tx: Tx, limit: number) => Promise<Finding[] | { findings: Finding[]; note: string }>;
};
