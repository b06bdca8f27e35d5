import { createHash, type KeyObject } from 'node:crypto';
import type { Known } from '../facts-memory.ts';
import type { DecisionRecord } from '../record.ts';
import type { Rules } from '../rules.ts';
import { decisionLeaf, leafHash, rootOf, saltOf } from './tree.ts';

/**
 * The leaves of one decision: one for its link in the chain, then one for each candidate in the order of its record. A
 * leaf is a line of text, so that anybody can read and hash it:
 *   fairlead leaf 1|niche|number|sha256 of the lead's id|subscription|verdict|last receipt number before|leads received
 *   before, as the order of its level counts them|price in minor units|receipt number
 * A dash stands for what there is not.
 */
export type CandidateLeaf = {
  index: number;
  subscriptionId: string;
  providerId: string;
  text: string;
  salt: Buffer;
  hash: Buffer;
};
export type DecisionLeaves = { chain: Buffer; candidates: CandidateLeaf[]; root: Buffer; leaf: Buffer };

const CHAIN = 'chain';

export const leadHash = (leadId: string): string => createHash('sha256').update(leadId).digest('hex');

export function leavesOf(of: {
  nicheId: string;
  seq: bigint;
  leadId: string;
  chainHash: Buffer;
  /** null: the record cannot be read; then the link of the chain is all that is proven of it. */
  read: { record: DecisionRecord; rules: Rules; known: Known } | null;
  daySalt: KeyObject;
}): DecisionLeaves {
  const { nicheId, seq, read, daySalt } = of;
  const lead = leadHash(of.leadId);
  const saltFor = (name: string) => saltOf(daySalt, { nicheId, seq, name });
  const chosen = new Map(read?.record.chosen.map((one) => [one.index, one]));
  const chain = leafHash(saltFor(CHAIN), `fairlead chain 1|${of.chainHash.toString('hex')}`);
  const candidates = (read?.record.verdicts ?? []).flatMap(({ index, verdict }): CandidateLeaf[] => {
    const { rules, known } = read!;
    const subscription = rules.subscriptions[index];
    if (!subscription) return [];
    const { id, providerId } = subscription;
    const facts = known.subscriptions.get(index);
    const taken = chosen.get(index);
    const text = [
      'fairlead leaf 1', nicheId, seq, lead, id, verdict, facts?.receiptNo ?? '-', facts?.receivedToday ?? '-',
      taken?.price ?? '-', taken?.receiptNo ?? '-',
    ].join('|'); // biome-ignore format: in the order of the line
    const salt = saltFor(id);
    return [{ index, subscriptionId: id, providerId, text, salt, hash: leafHash(salt, text) }];
  });
  const root = rootOf([chain, ...candidates.map(({ hash }) => hash)]);
  return { chain, candidates, root, leaf: decisionLeaf({ nicheId, seq, root }) };
}
