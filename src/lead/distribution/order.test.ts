import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SubscriptionFacts } from './facts.ts';
import { openQueue, pickWeighted, tieRank } from './order.ts';
import type { Level, Strategy, Subscription } from './rules.ts';

/** The order of the candidates against the order of all members with the others left out. */
const SEED = Buffer.alloc(32, 3);

const member = fc.record({
  receiptNo: fc.option(fc.nat(20)),
  receivedToday: fc.nat(2),
  createdAtMs: fc.nat(3),
  priority: fc.nat(1),
});
const strategies: Strategy[] = ['longest_waiting', 'least_loaded_today', 'priority'];

describe('the order of a level', () => {
  it('is the same for few candidates as for all members, lead after lead', () => {
    const places = fc.array(fc.nat(79), { maxLength: 80 });
    const members = fc.oneof(
      fc.array(member, { minLength: 1, maxLength: 8 }),
      fc.array(member, { minLength: 60, maxLength: 80, size: 'max' }),
    );
    const leads = fc.array(fc.oneof(places, fc.array(fc.nat(79), { maxLength: 2 })), { maxLength: 12 });
    fc.assert(
      fc.property(members, leads, fc.constantFrom(...strategies), (of, tried, strategy) => {
        const list = of.map(
          ({ createdAtMs, priority }, index) =>
            ({ index, id: String(index).padStart(3, '0'), createdAtMs, priority }) as Subscription,
        );
        const facts = of.map((one) => ({ ...one }) as unknown as SubscriptionFacts);
        const factsOf = ({ index }: Subscription) => facts[index]!;
        const queue = openQueue({ strategy } as Level, list, factsOf);
        let receiptNo = 100;
        for (const [n, wanted] of tried.entries()) {
          const chosen = new Set(wanted.map((place) => place % list.length));
          const candidates = list.filter(({ index }) => chosen.has(index));
          const tie = { seed: SEED, leadKey: `lead ${n}` };
          const given = queue.ordered(tie, {
            count: candidates.length,
            list: () => candidates,
            has: ({ index }) => chosen.has(index),
          });
          const waiting = (a: Subscription, b: Subscription) =>
            (factsOf(a).receiptNo ?? -1) - (factsOf(b).receiptNo ?? -1) ||
            a.createdAtMs - b.createdAtMs ||
            Number(a.id) - Number(b.id);
          const expected = {
            longest_waiting: waiting,
            priority: (a: Subscription, b: Subscription) => b.priority - a.priority || waiting(a, b),
            least_loaded_today: (a: Subscription, b: Subscription) =>
              factsOf(a).receivedToday - factsOf(b).receivedToday ||
              (tieRank(tie, a.id) < tieRank(tie, b.id) ? -1 : 1),
            weighted: waiting,
          }[strategy];
          const reference = list.toSorted(expected).filter(({ index }) => chosen.has(index));
          expect(given.map(({ id }) => id)).toEqual(reference.map(({ id }) => id));
          const [first] = given;
          if (!first) continue;
          receiptNo += 1;
          facts[first.index]!.receiptNo = receiptNo;
          facts[first.index]!.receivedToday += 1;
          queue.received(first);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('seats by weight', () => {
  /** Counts who got how many of so many leads with one seat each; `seen` looks on after every lead. */
  function serve(
    weights: number[],
    leads: number,
    seen: (counts: number[], leads: number) => void = () => {},
  ) {
    const members = weights.map((weight, index) => ({ index, id: String(index), weight }) as Subscription);
    const states = weights.map(() => 0);
    const counts = weights.map(() => 0);
    for (let n = 1; n <= leads; n += 1) {
      const picked = pickWeighted(members, 1, ({ index }) => states[index]!);
      for (const [{ index }, state] of picked.states) states[index] = state;
      counts[picked.chosen[0]!.index]! += 1;
      seen(counts, n);
    }
    return counts;
  }

  it('give each its share, less than one lead off at every moment, also with weights that are far apart', () => {
    const weight = fc.oneof(
      fc.constant(1),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 1_000 }),
    );
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1, maxLength: 12 }), (weights) => {
        const total = weights.reduce((sum, one) => sum + one, 0);
        let furthest = 0;
        serve(weights, Math.min(2 * total, 300), (counts, leads) => {
          for (const [index, count] of counts.entries())
            furthest = Math.max(furthest, Math.abs(count - (leads * weights[index]!) / total));
        });
        expect(furthest).toBeLessThan(1);
      }),
      { seed: 20_261_120, examples: [[[87, 1, 1, 17, 1, 1, 1, 1, 87]]] },
    );
  });

  it('come out even after as many leads as the weights are together', () => {
    expect(serve([5, 3, 1], 9)).toEqual([5, 3, 1]);
    expect(serve([1, 1, 1], 6)).toEqual([2, 2, 2]);
  });

  it.each([
    [[3, 8, 9, 2], '2121021321210212123012'],
    [[6, 1, 1], '00010200'],
  ])(
    'of %j come in this order and in no other: the records of the past are run again with it',
    (weights, expected) => {
      const order: number[] = [];
      let before = weights.map(() => 0);
      serve(weights, expected.length, (counts) => {
        order.push(counts.findIndex((count, index) => count > before[index]!));
        before = [...counts];
      });
      expect(order.join('')).toBe(expected);
    },
  );

  it('go to different members within one lead, and what they gained and paid is zero together', () => {
    const members = [7, 2, 1].map((weight, index) => ({ index, id: String(index), weight }) as Subscription);
    const { chosen, states } = pickWeighted(members, 2, () => 0);
    expect(new Set(chosen).size).toBe(2);
    expect([...states.values()].reduce((sum, state) => sum + state, 0)).toBe(0);
    expect(pickWeighted(members, 5, () => 0).chosen).toHaveLength(3);
    expect(pickWeighted(members, 0, () => 0).chosen).toEqual([]);
  });

  it('go to who is owed most when all others had more than their share', () => {
    const members = [1, 1, 1].map((weight, index) => ({ index, id: String(index), weight }) as Subscription);
    const { chosen } = pickWeighted(members, 1, ({ index }) => [-9, -5, -7][index]!);
    expect(chosen.map(({ id }) => id)).toEqual(['1']);
    // Among equals it is who comes first in the order of the level.
    const equal = pickWeighted(members, 1, ({ index }) => [-9, -5, -5][index]!);
    expect(equal.chosen.map(({ id }) => id)).toEqual(['1']);
  });
});
