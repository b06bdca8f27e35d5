/**
 * Rows that do not jump while somebody reads them: what is shown stays in its place and is brought up to date where
 * it stands; what came in since is counted and shown when the reader asks for it.
 */
import { useState } from 'react';

interface Dated {
  id: string;
  submitted_at: string;
}

export interface Steady<Row> {
  rows: readonly Row[] | undefined;
  /** How many newer rows wait. */
  fresh: number;
  showFresh: () => void;
}

/**
 * @param latest the newest answer, newest row first
 * @param scope changes with filters and page: the list then begins anew
 * @param follow shows what is new at once
 */
export function useSteadyRows<Row extends Dated>(
  latest: readonly Row[] | undefined,
  scope: string,
  follow = false,
): Steady<Row> {
  const [held, setHeld] = useState<{ scope: string; rows: readonly Row[] }>();
  const current = held?.scope === scope ? held.rows : undefined;
  if (latest && (!current || (follow && current !== latest))) setHeld({ scope, rows: latest });
  if (!latest || !current || follow) return { rows: latest, fresh: 0, showFresh: () => undefined };
  const { rows, fresh } = settle(current, latest);
  return { rows, fresh, showFresh: () => setHeld({ scope, rows: latest }) };
}

/** The held rows as they are now, without those that no longer belong here, and how many newer ones there are. */
export function settle<Row extends Dated>(
  held: readonly Row[],
  latest: readonly Row[],
): { rows: readonly Row[]; fresh: number } {
  const now = new Map(latest.map((row) => [row.id, row]));
  const known = new Set(held.map(({ id }) => id));
  const oldest = latest.at(-1)?.submitted_at ?? '';
  // Older than all of the answer: pushed off its end by newer rows. Otherwise it does not match any more.
  const rows = held.flatMap((row) => now.get(row.id) ?? (row.submitted_at < oldest ? row : []));
  const newest = held[0]?.submitted_at ?? '';
  const fresh = latest.filter((row) => !known.has(row.id) && row.submitted_at >= newest).length;
  return { rows, fresh };
}
