import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  climb,
  dayRoot,
  EMPTY_ROOT,
  leafHash,
  nodeHash,
  pathOf,
  ROW_LEAVES,
  rootOf,
  saltOf,
  splitRow,
} from './tree.ts';

const leaf = (n: number) => leafHash(Buffer.alloc(32, n % 256), `leaf ${n}`);
const leaves = (count: number) => Array.from({ length: count }, (_, n) => leaf(n));

describe('the tree of a proof', () => {
  it('leads every leaf to the root by its own path, and no other leaf', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(69), fc.nat(69), (count, one, two) => {
        const all = leaves(count);
        const [a, b] = [one % count, two % count];
        expect(climb(all[a]!, pathOf(all, a)).equals(rootOf(all))).toBe(true);
        if (a !== b) expect(climb(all[b]!, pathOf(all, a)).equals(rootOf(all))).toBe(false);
      }),
    );
  });

  it('has another root when the last leaf of an odd row comes twice', () => {
    expect(rootOf([leaf(1), leaf(2), leaf(3), leaf(3)]).equals(rootOf([leaf(1), leaf(2), leaf(3)]))).toBe(
      false,
    );
  });

  it('takes no node for a leaf: the two are hashed apart', () => {
    const [left, right] = [leaf(1), leaf(2)];
    const asText = Buffer.concat([left, right]).toString('latin1');
    expect(nodeHash(left, right).equals(leafHash(Buffer.alloc(0), asText))).toBe(false);
  });

  it('is the same when its leaves are kept in rows', () => {
    for (const count of [1, ROW_LEAVES - 1, ROW_LEAVES, ROW_LEAVES + 1, 3 * ROW_LEAVES + 5, 5 * ROW_LEAVES]) {
      const all = leaves(count);
      const rows = Array.from({ length: Math.ceil(count / ROW_LEAVES) }, (_, at) =>
        splitRow(Buffer.concat(all.slice(at * ROW_LEAVES, (at + 1) * ROW_LEAVES))),
      );
      const tops = rows.map(rootOf);
      expect(rootOf(tops).equals(rootOf(all))).toBe(true);
      const place = count - 1;
      const row = Math.floor(place / ROW_LEAVES);
      const path = [...pathOf(rows[row]!, place % ROW_LEAVES), ...pathOf(tops, row)];
      expect(climb(all[place]!, path).equals(rootOf(all))).toBe(true);
    }
  });

  // Worked out with another program (Python's hashlib).
  it('keeps its bytes', () => {
    const salt = saltOf(createSecretKey(Buffer.alloc(32, 7)), {
      nicheId: '00000001-0000-7000-8000-000000000001',
      seq: 5n,
      name: 'x',
    });
    expect(salt.toString('hex')).toBe('fb8a98d37c751536281a2931a03c3f51d33f150fbe4973ddf8483f707776182b');
    expect(rootOf(leaves(3)).toString('hex')).toBe(
      '553e6754fd5d2cd58d6acad40c2483897bf34b0743058b73dfc3adec97d5669c',
    );
    expect(
      dayRoot({ day: '2026-11-20', previousRoot: null, decisions: 3n, treeRoot: EMPTY_ROOT }).toString('hex'),
    ).toBe('7887cc853e1659156f5fb59de37f0fa215781a1934b3cc96573b0f5d996c1739');
  });
});
