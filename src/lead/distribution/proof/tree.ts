import { createHash, createHmac, type KeyObject } from 'node:crypto';

/**
 * The hash tree of the proof. Four kinds of input have a first byte of their own, so that no leaf can be passed off as
 * a node, a decision as a day, or the other way round:
 *   0 leaf      salt (32 bytes), text
 *   1 node      left, right
 *   2 decision  niche, number (8 bytes), root of its leaves
 *   3 day       day as text, root of the day before or 32 zeros, number of decisions (8 bytes), root of its decisions
 * Where a row has an odd number of nodes the last one goes up as it is. Doubling it instead would give the rows
 * [a, b, c] and [a, b, c, c] one root: a second list of decisions for the same proof.
 */
export type PathStep = { side: 'left' | 'right'; hash: Buffer };

const HASH_BYTES = 32;
/** Root of no leaves at all. */
export const EMPTY_ROOT: Buffer = createHash('sha256').update('fairlead: nothing').digest();

const digest = (...parts: readonly (Buffer | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const [LEAF, NODE, DECISION, DAY] = [Buffer.of(0), Buffer.of(1), Buffer.of(2), Buffer.of(3)];

const eight = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
};

export const leafHash = (salt: Buffer, text: string): Buffer => digest(LEAF, salt, text);
export const nodeHash = (left: Buffer, right: Buffer): Buffer => digest(NODE, left, right);

export const decisionLeaf = (of: { nicheId: string; seq: bigint; root: Buffer }): Buffer =>
  digest(DECISION, Buffer.from(of.nicheId.replaceAll('-', ''), 'hex'), eight(of.seq), of.root);

export const dayRoot = (of: {
  day: string;
  previousRoot: Buffer | null;
  decisions: bigint;
  treeRoot: Buffer;
}): Buffer =>
  digest(DAY, of.day, of.previousRoot ?? Buffer.alloc(HASH_BYTES), eight(of.decisions), of.treeRoot);

/** Without the salt nobody can try out what the leaf of another says. One for each leaf, of the secret of the day. */
export const saltOf = (daySalt: KeyObject, of: { nicheId: string; seq: bigint; name: string }): Buffer =>
  createHmac('sha256', daySalt).update(`${of.nicheId}|${of.seq}|${of.name}`).digest();

/** The row above: neighbours together, an odd last one as it is. */
function rowAbove(row: readonly Buffer[]): Buffer[] {
  const above: Buffer[] = [];
  for (let at = 0; at < row.length; at += 2)
    above.push(at + 1 < row.length ? nodeHash(row[at]!, row[at + 1]!) : row[at]!);
  return above;
}

export function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return EMPTY_ROOT;
  let row: readonly Buffer[] = leaves;
  while (row.length > 1) row = rowAbove(row);
  return row[0]!;
}

/** What a leaf needs to come to the root; from the bottom up. */
export function pathOf(leaves: readonly Buffer[], place: number): PathStep[] {
  if (place < 0 || place >= leaves.length) throw new Error(`there is no leaf ${place}`);
  const path: PathStep[] = [];
  let [row, at]: [readonly Buffer[], number] = [leaves, place];
  while (row.length > 1) {
    const other = at % 2 === 0 ? at + 1 : at - 1;
    if (other < row.length) path.push({ side: other < at ? 'left' : 'right', hash: row[other]! });
    row = rowAbove(row);
    at = Math.floor(at / 2);
  }
  return path;
}

export const climb = (leaf: Buffer, path: readonly PathStep[]): Buffer =>
  path.reduce(
    (node, { side, hash }) => (side === 'left' ? nodeHash(hash, node) : nodeHash(node, hash)),
    leaf,
  );

/**
 * Leaves of a day are kept so many in a row. A power of two: then the root of a row is a node of the whole tree, and a
 * path is that within the row and that of the row's root among all.
 */
export const ROW_LEAVES = 1_024;

export const splitRow = (bytes: Buffer): Buffer[] =>
  Array.from({ length: bytes.length / HASH_BYTES }, (_, at) =>
    bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );
