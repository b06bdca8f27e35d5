import { describe, expect, it, test } from 'vitest';
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
