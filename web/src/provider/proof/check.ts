import type { DecisionProof, ProviderProof } from '../../../../src/lead/distribution/proof/schema.ts';

/**
 * Checks a proof in the browser, so that nobody needs to believe the server: the same steps as `fairlead check-proof`.
 * The first byte of what is hashed says what it is: 0 a leaf, 1 a node, 2 a decision, 3 a day.
 */
type Path = DecisionProof['path'];

const fromHex = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const toHex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const ofText = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Eight bytes, the highest first. */
function ofNumber(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

async function hash(kind: number, ...parts: Uint8Array[]): Promise<Uint8Array> {
  const input = new Uint8Array(1 + parts.reduce((sum, { length }) => sum + length, 0));
  input[0] = kind;
  let at = 1;
  for (const part of parts) {
    input.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', input));
}

async function climb(leaf: Uint8Array, path: Path): Promise<Uint8Array> {
  let node = leaf;
  for (const step of path) {
    const other = fromHex(step.hash);
    node = step.side === 'left' ? await hash(1, other, node) : await hash(1, node, other);
  }
  return node;
}

/** Whether every own line of a decision leads to the root of the day's decisions. */
export async function decisionHolds(proof: DecisionProof, treeRoot: string): Promise<boolean> {
  const niche = fromHex(proof.niche_id.replaceAll('-', ''));
  for (const { text, salt, path } of proof.lines) {
    const [kind, nicheId, seq] = text.split('|');
    if (kind !== 'fairlead leaf 1' || nicheId !== proof.niche_id || seq !== proof.seq) return false;
    const top = await climb(await hash(0, fromHex(salt), ofText(text)), path);
    const decision = await hash(2, niche, ofNumber(BigInt(proof.seq)), top);
    if (toHex(await climb(decision, proof.path)) !== treeRoot) return false;
  }
  return true;
}

/** Whether the root of the day comes from the root of its decisions and the day before it. */
export async function dayHolds(
  proof: Pick<ProviderProof, 'day' | 'root' | 'previous_root' | 'tree_root' | 'decisions'>,
): Promise<boolean> {
  const before = proof.previous_root === null ? new Uint8Array(32) : fromHex(proof.previous_root);
  const parts = [ofText(proof.day), before, ofNumber(BigInt(proof.decisions)), fromHex(proof.tree_root)];
  return toHex(await hash(3, ...parts)) === proof.root;
}

/** Browsers give their hash functions to pages over https and on the own machine only. */
export const canCheck = (): boolean => globalThis.crypto?.subtle !== undefined;

/** What a line says, taken apart. */
export function readLine(text: string) {
  const [, , , , subscription, verdict, receipt, received, price, number] = text.split('|');
  const known = (value: string | undefined) => (value === undefined || value === '-' ? null : value);
  return {
    subscription: subscription ?? '',
    verdict: verdict ?? '',
    lastReceipt: known(receipt),
    received: known(received),
    price: known(price),
    number: known(number),
  };
}
