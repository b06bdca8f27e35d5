import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SubscriptionFacts } from './facts.ts';
import { openQueue, tieRank } from './order.ts';
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
          const given = queue.ordered(tie, { list: candidates, has: ({ index }) => chosen.has(index) });
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
