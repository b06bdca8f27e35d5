import type { KeyObject } from 'node:crypto';
import { decodeCursor, encodeCursor } from '../../../kernel/page.ts';
import type { App } from '../../../platform/app.ts';
import type { Tx } from '../../../platform/db.ts';
import { refusals } from './errors.ts';
import { type DecisionLeaves, leavesOf } from './leaves.ts';
import { daySaltUnder } from './make-root.ts';
import type { DecisionProof, ProviderProof } from './schema.ts';
import { chainEnds, nichesOf } from './store-chain.ts';
import { leafRow, type RootRow, rootOfDay, rowRoots } from './store-roots.ts';
import { type PathStep, pathOf, ROW_LEAVES, splitRow } from './tree.ts';
import { walkDay } from './walk-day.ts';

/** Decisions looked through for one page: a page may be short, or empty, and still have a next one. */
const LOOKED_THROUGH_MAX = 2_000;

type Position = { niche: string; seq: bigint };

/**
 * For each decision of a day in which a provider was a candidate: its own lines with their salts, and the hashes that
 * lead to the published root. Nothing of it says what the lines of others are.
 * @throws proof_missing, proof_unavailable, proof_cursor_invalid
 */
export async function readProofs(
  app: App,
  of: { providerId: string; day: string; limit: number; cursor?: string | undefined },
): Promise<ProviderProof> {
  const { providerId, day, limit } = of;
  const start = of.cursor === undefined ? undefined : positionOf(of.cursor);
  // Read with the eyes of the operator, because a decision belongs to nobody alone; only own lines go out.
  return app.db.tx(
    { role: 'operator' },
    async (tx) => {
      const root = await rootOfDay(tx, day);
      if (!root) throw refusals.proof_missing();
      const daySalt = daySaltUnder(app.secrets, day, root.keyId);
      if (!daySalt) throw refusals.proof_unavailable();
      const { proofs, next } = await collect(tx, { providerId, day, limit, start, root, daySalt });
      return {
        format: 'fairlead proof 1' as const,
        provider_id: providerId,
        day,
        root: hex(root.root),
        previous_root: root.previousRoot && hex(root.previousRoot),
        tree_root: hex(root.treeRoot),
        decisions: root.decisions,
        proofs,
        next_cursor: next && encodeCursor([next.niche, String(next.seq)]),
      };
    },
    { readOnly: true },
  );
}

const hex = (bytes: Buffer): string => bytes.toString('hex');
const steps = (path: readonly PathStep[]) => path.map(({ side, hash }) => ({ side, hash: hex(hash) }));

function positionOf(cursor: string): Position {
  const parts = decodeCursor(cursor, ['uuid', 'bigint']);
  if (!parts)
    throw refusals.proof_cursor_invalid({ details: [{ field: 'cursor', message: 'Leave it out.' }] });
  return { niche: parts[0] as string, seq: BigInt(parts[1] as string) };
}

type Search = {
  providerId: string;
  day: string;
  limit: number;
  start: Position | undefined;
  root: RootRow;
  daySalt: KeyObject;
};

async function collect(
  tx: Tx,
  { providerId, day, limit, start, root, daySalt }: Search,
): Promise<{ proofs: DecisionProof[]; next: Position | null }> {
  const proofs: DecisionProof[] = [];
  const own = new Set(await nichesOf(tx, providerId));
  const paths = openPaths(tx, root);
  let looked = 0;
  for (const { nicheId, name, seq: end } of await chainEnds(tx)) {
    if (!own.has(nicheId) || (start && nicheId < start.niche)) continue;
    const from = start?.niche === nicheId ? start.seq : undefined;
    for await (const { row, seq, read, after } of walkDay(tx, { nicheId, day, end: BigInt(end), from })) {
      if (after) break;
      if (proofs.length === limit || looked === LOOKED_THROUGH_MAX)
        return { proofs, next: { niche: nicheId, seq } };
      looked += 1;
      const { leadId, hash: chainHash } = row;
      const leaves = leavesOf({ nicheId, seq, leadId, chainHash, daySalt, read });
      const lines = linesOf(leaves, providerId);
      if (lines.length === 0) continue;
      proofs.push({
        niche_id: nicheId,
        niche: name,
        seq: String(seq),
        lines,
        path: await paths(nicheId, seq),
      });
    }
  }
  return { proofs, next: null };
}

function linesOf({ chain, candidates }: DecisionLeaves, providerId: string): DecisionProof['lines'] {
  const hashes = [chain, ...candidates.map(({ hash }) => hash)];
  return candidates.flatMap((one, place) =>
    one.providerId === providerId
      ? [{ text: one.text, salt: hex(one.salt), path: steps(pathOf(hashes, place + 1)) }]
      : [],
  );
}

/** From a decision to the root of the day, as the tree was when the root was published. */
function openPaths(tx: Tx, root: RootRow) {
  let tops: Buffer[] | undefined;
  let kept: { row: number; leaves: Buffer[] } | undefined;
  return async (nicheId: string, seq: bigint): Promise<DecisionProof['path']> => {
    let place = 0n;
    for (const { niche, first, last } of root.heads) {
      if (niche === nicheId) {
        if (seq < BigInt(first) || seq > BigInt(last)) return [];
        place += seq - BigInt(first);
        break;
      }
      place += BigInt(last) - BigInt(first) + 1n;
    }
    const row = Number(place) >> Math.log2(ROW_LEAVES);
    tops ??= await rowRoots(tx, root.day);
    if (kept?.row !== row) {
      const bytes = await leafRow(tx, root.day, row);
      if (!bytes) return [];
      kept = { row, leaves: splitRow(bytes) };
    }
    const within = Number(place) % ROW_LEAVES;
    if (within >= kept.leaves.length) return [];
    return steps([...pathOf(kept.leaves, within), ...pathOf(tops, row)]);
  };
}
