import type { ProviderProof } from './schema.ts';
import { climb, dayRoot, decisionLeaf, leafHash, type PathStep } from './tree.ts';

/**
 * Checks a provider's proof by itself: every line leads over its path to the root of its decision, and from there to the
 * root of the day. It needs nothing but the file, and the root from a place that the operator cannot change any more.
 */
export type Checked = { holds: boolean; lines: number; decisions: number; problems: string[] };

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const stepsOf = (path: readonly { side: 'left' | 'right'; hash: string }[]): PathStep[] =>
  path.map(({ side, hash }) => ({ side, hash: bytes(hash) }));

/** @param root as it was published; without it the root in the file is believed */
export function checkProof(proof: ProviderProof, root?: string): Checked {
  const { day, previous_root: previous, tree_root: tree, decisions } = proof;
  const problems: string[] = [];
  if (root !== undefined && root.toLowerCase() !== proof.root)
    problems.push(`The root of ${day} in the file is ${proof.root}, not ${root}.`);
  const whole = dayRoot({
    day,
    previousRoot: previous === null ? null : bytes(previous),
    decisions: BigInt(decisions),
    treeRoot: bytes(tree),
  });
  if (whole.toString('hex') !== proof.root) problems.push(`The root of ${day} does not come from its parts.`);
  let lines = 0;
  for (const { niche_id: nicheId, seq, lines: own, path } of proof.proofs) {
    const where = `decision ${seq} of niche ${nicheId}`;
    for (const { text, salt, path: within } of own) {
      lines += 1;
      const [kind, niche, number] = text.split('|');
      if (kind !== 'fairlead leaf 1' || niche !== nicheId || number !== seq)
        problems.push(`A line of ${where} speaks of another decision.`);
      const top = climb(leafHash(bytes(salt), text), stepsOf(within));
      const reached = climb(decisionLeaf({ nicheId, seq: BigInt(seq), root: top }), stepsOf(path));
      if (reached.toString('hex') !== tree) problems.push(`A line of ${where} does not lead to the root.`);
    }
  }
  return { holds: problems.length === 0, lines, decisions: proof.proofs.length, problems };
}
