import type { Tx } from '../platform/db.ts';

/**
 * Begins an edit of a niche's rules: takes the niche's turn row, so that no distribution of the niche runs meanwhile,
 * and returns the config_version that the edit makes. Call it before any other lock, and once in a transaction.
 */
export async function bumpConfig(tx: Tx, nicheId: string): Promise<number> {
  const [turn] = await tx<{ version: number }[]>`
    update niche_turns set config_version = config_version + 1 where niche_id = ${nicheId}
    returning config_version as version`;
  if (!turn) throw new Error(`niche ${nicheId} has no turn row`);
  return turn.version;
}
