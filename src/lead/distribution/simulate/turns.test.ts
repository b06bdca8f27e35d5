import { describe, expect, it, test } from 'vitest';
import { pickWeighted } from '../order.ts';
import type { Subscription } from '../rules.ts';
import { ALERT_TURNS_MIN, countTurns, isSkewed, skewOf, type Turns } from './turns.ts';

const LEVEL = 'level';
const lead = (seats: number, eligible: readonly string[], got: readonly string[]) => ({
  seats: [{ levelId: LEVEL, seats }],
  eligible: eligible.map((id) => ({ id, levelId: LEVEL, got: got.includes(id) })),
});
const tallyOf = (leads: ReturnType<typeof lead>[]): Map<string, Turns> => {
  const tally = new Map<string, Turns>();
  for (const one of leads) countTurns(tally, one);
  return tally;
};

describe('turns', () => {
  it('are due to everybody alike who could have had the lead', () => {
    const tally = tallyOf([lead(1, ['a', 'b', 'c', 'd'], ['a'])]);
    expect(tally.get('a')).toEqual({ received: 1, expected: 0.25 });
    expect(tally.get('d')).toEqual({ received: 0, expected: 0.25 });
  });

  it('are at most one each, however many seats there are', () => {
    expect(tallyOf([lead(5, ['a', 'b'], ['a', 'b'])]).get('b')).toEqual({ received: 1, expected: 1 });
  });

  it('are not due where other levels had taken every seat', () => {
    expect(tallyOf([lead(0, ['a'], [])]).get('a')).toEqual({ received: 0, expected: 0 });
    expect(skewOf({ received: 0, expected: 0 })).toBeNull();
  });

  it('are due by weight where a level goes by weights: each seat to those who are left for it', () => {
    const tally = new Map<string, Turns>();
    const eligible = [
      { id: 'a', levelId: LEVEL, got: true, weight: 6 },
      { id: 'b', levelId: LEVEL, got: true, weight: 3 },
      { id: 'c', levelId: LEVEL, got: false, weight: 1 },
    ];
    countTurns(tally, { seats: [{ levelId: LEVEL, seats: 2 }], eligible });
    expect([...tally.values()].map(({ expected }) => expected)).toEqual([0.6, 0.3 + 0.75, 0.1 + 0.25]);
  });

  it('of a level that goes by weights raise no alarm, with several seats too', () => {
    const members = [3, 2, 1, 1].map((weight, index) => ({ index, id: `s${index}`, weight }) as Subscription);
    const states = new Map<Subscription, number>();
    const tally = new Map<string, Turns>();
    for (let n = 0; n < 700; n += 1) {
      const { chosen, states: next } = pickWeighted(members, 2, (one) => states.get(one) ?? 0);
      for (const [one, state] of next) states.set(one, state);
      const rest = members.filter((one) => !chosen.includes(one));
      const eligible = [...chosen, ...rest].map((one) => ({
        ...{ id: one.id, levelId: LEVEL, weight: one.weight, got: chosen.includes(one) },
      }));
      countTurns(tally, { seats: [{ levelId: LEVEL, seats: 2 }], eligible });
    }
    expect([...tally.values()].filter(isSkewed)).toEqual([]);
  });

  it('are counted per level', () => {
    const tally = new Map<string, Turns>();
    countTurns(tally, {
      seats: [
        { levelId: 'one', seats: 1 },
        { levelId: 'two', seats: 2 },
      ],
      eligible: [
        { id: 'a', levelId: 'one', got: true },
        { id: 'b', levelId: 'two', got: true },
        { id: 'c', levelId: 'two', got: true },
        { id: 'd', levelId: 'two', got: false },
      ],
    });
    expect(tally.get('a')!.expected).toBe(1);
    expect(tally.get('d')!.expected).toBeCloseTo(2 / 3);
  });
});

test('among equals who take turns nobody is far from what was due', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const leads = Array.from({ length: 200 }, (_, n) =>
    lead(2, names, [names[(2 * n) % 7]!, names[(2 * n + 1) % 7]!]),
  );
  for (const turns of tallyOf(leads).values()) {
    expect(Math.abs(skewOf(turns)!)).toBeLessThan(0.02);
    expect(isSkewed(turns)).toBe(false);
  }
});

test('a favourite is seen, and so are those who paid for it', () => {
  const names = ['favourite', 'b', 'c', 'd'];
  const leads = Array.from({ length: 120 }, (_, n) =>
    lead(1, names, [n % 2 === 0 ? 'favourite' : names[1 + (((n - 1) / 2) % 3)]!]),
  );
  const tally = tallyOf(leads);
  expect(skewOf(tally.get('favourite')!)).toBeCloseTo(1);
  expect([...tally].filter(([, turns]) => isSkewed(turns)).map(([name]) => name)).toEqual(names);
});

test('a few leads are no alarm', () => {
  expect(isSkewed({ received: 3, expected: ALERT_TURNS_MIN - 1 })).toBe(false);
  expect(isSkewed({ received: 3, expected: ALERT_TURNS_MIN })).toBe(true);
});
