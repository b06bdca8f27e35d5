import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Breaker,
  type BreakerChange,
  type BreakerOutcome,
  CLOSED_BREAKER,
  EMPTY_MEMORY,
  mayCall,
  nextBreaker,
  readMemory,
  takeProbe,
} from './breaker.ts';

const start = new Date('2026-11-20T10:00:00Z');
const at = (ms: number) => new Date(start.getTime() + ms);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const ok: BreakerOutcome = { kind: 'success' };
const fail = (deliveryId: string): BreakerOutcome => ({ kind: 'failure', deliveryId });

function run(outcomes: BreakerOutcome[], from: Breaker = CLOSED_BREAKER, now = start) {
  let breaker = from;
  const changes: BreakerChange[] = [];
  for (const outcome of outcomes) {
    const next = nextBreaker(breaker, outcome, now);
    breaker = next.breaker;
    changes.push(next.change);
  }
  return { breaker, changes, last: changes.at(-1) };
}
const opened = run(['a', 'b', 'a', 'b', 'a'].map(fail)).breaker;

describe('while closed', () => {
  test('it opens at the fifth failure in a row when two deliveries failed', () => {
    const { breaker, changes } = run(['a', 'a', 'a', 'a', 'b'].map(fail));
    expect(changes).toEqual([null, null, null, null, 'opened']);
    expect(breaker).toEqual({ state: 'open', openedAt: start, probeAt: at(30_000), memory: EMPTY_MEMORY });
  });

  test('one delivery that fails nine times does not open it', () => {
    expect(run(Array.from({ length: 9 }, () => fail('a'))).breaker.state).toBe('closed');
  });

  test('a success ends the row', () => {
    expect(
      run([...['a', 'b', 'a', 'b'].map(fail), ok, ...['a', 'b', 'a', 'b'].map(fail)]).breaker.state,
    ).toBe('closed');
  });

  test('it opens when 10 of the last 20 failed, and not when they are further apart', () => {
    const mixed = Array.from({ length: 19 }, (_, n) => (n % 2 === 0 ? fail('a') : ok));
    expect(run(mixed.slice(0, 18)).breaker.state).toBe('closed');
    expect(run(mixed).last).toBe('opened');
    const rare = Array.from({ length: 200 }, (_, n) => (n % 3 === 0 ? fail('a') : ok));
    expect(run(rare).breaker.state).toBe('closed');
  });
});

describe('while open', () => {
  test('one probe leaves after 30 s, then after 1, 2, 5, 10 and 10 more minutes', () => {
    let breaker = opened;
    let now = 0;
    const waits: number[] = [];
    for (let probe = 0; probe < 6; probe += 1) {
      const wait = breaker.probeAt!.getTime() - start.getTime() - now;
      waits.push(wait);
      expect(mayCall(breaker, at(now + wait - 1))).toBe(false);
      now += wait;
      expect(mayCall(breaker, at(now))).toBe(true);
      breaker = takeProbe(breaker, at(now));
      expect(mayCall(breaker, at(now))).toBe(false);
      breaker = nextBreaker(breaker, fail('p'), at(now)).breaker;
    }
    expect(waits).toEqual([30_000, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 10 * MINUTE]);
  });

  test('two successes close it, and the second probe follows the first at once', () => {
    const half = nextBreaker(takeProbe(opened, at(30_000)), ok, at(31_000));
    expect(half).toMatchObject({ change: null, breaker: { state: 'half_open', probeAt: at(31_000) } });
    expect(nextBreaker(half.breaker, ok, at(32_000))).toEqual({ breaker: CLOSED_BREAKER, change: 'closed' });
  });

  test('a failure between the two starts the count again', () => {
    const { breaker } = run([ok, fail('p'), ok], opened, at(30_000));
    expect(breaker.state).toBe('half_open');
    expect(run([ok, fail('p'), ok, ok], opened, at(30_000)).last).toBe('closed');
  });

  test('after three days the endpoint is disabled, whether a probe fails or time passes', () => {
    expect(nextBreaker(opened, { kind: 'tick' }, at(3 * DAY - 1)).change).toBeNull();
    expect(nextBreaker(opened, { kind: 'tick' }, at(3 * DAY)).change).toBe('disabled');
    expect(nextBreaker(opened, fail('p'), at(3 * DAY)).change).toBe('disabled');
    expect(nextBreaker(opened, ok, at(3 * DAY)).change).toBeNull();
  });
});

test('410 disables at once, in every state', () => {
  for (const breaker of [CLOSED_BREAKER, opened]) {
    expect(nextBreaker(breaker, { kind: 'gone' }, start).change).toBe('disabled');
  }
});

describe('laws', () => {
  const outcome = fc.oneof(
    fc.constant(ok),
    fc.constantFrom('a', 'b', 'c').map(fail),
    fc.constant<BreakerOutcome>({ kind: 'tick' }),
  );
  const steps = fc.array(fc.tuple(outcome, fc.integer({ min: 0, max: 20 * MINUTE })), { maxLength: 300 });

  test('whatever comes, the state stays whole, small and readable from storage', () => {
    fc.assert(
      fc.property(steps, (list) => {
        let breaker: Breaker = CLOSED_BREAKER;
        let now = 0;
        for (const [next, wait] of list) {
          now += wait;
          if (mayCall(breaker, at(now))) breaker = takeProbe(breaker, at(now));
          breaker = nextBreaker(breaker, next, at(now)).breaker;
          expect(breaker.state === 'closed').toBe(breaker.openedAt === null);
          expect(breaker.state === 'closed').toBe(breaker.probeAt === null);
          expect(JSON.stringify(breaker.memory).length).toBeLessThan(400);
          expect(readMemory(JSON.parse(JSON.stringify(breaker.memory)))).toEqual(breaker.memory);
        }
      }),
    );
  });

  test('a receiver that is mended is closed again by two successes in a row, whatever came before', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { breaker } = run(list.map(([each]) => each));
        expect(run([ok, ok], breaker).breaker.state).toBe('closed');
      }),
    );
  });

  test('only successes never open it, and only failures of two deliveries always do', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 60 }), (count) => {
        expect(run(Array.from({ length: count }, () => ok)).breaker.state).toBe('closed');
        const failures = Array.from({ length: count }, (_, n) => fail(n % 2 === 0 ? 'a' : 'b'));
        expect(run(failures).breaker.state).toBe('open');
      }),
    );
  });

  test('between two probes there is never less than 30 s without a success', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 * MINUTE }), { maxLength: 200 }), (waits) => {
        let breaker = opened;
        let now = 0;
        let lastProbe = 0;
        for (const wait of waits) {
          now += wait;
          if (!mayCall(breaker, at(now))) continue;
          expect(now - lastProbe).toBeGreaterThanOrEqual(30_000);
          lastProbe = now;
          breaker = takeProbe(breaker, at(now));
          breaker = nextBreaker(breaker, fail('p'), at(now)).breaker;
        }
      }),
    );
  });
});

test('a stored memory that is missing or foreign counts as nothing seen', () => {
  for (const stored of [null, undefined, {}, [], 'x', { failuresInRow: -1, recent: ['a'], probes: 1.5 }]) {
    expect(readMemory(stored)).toEqual(EMPTY_MEMORY);
  }
});
