import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VERDICTS } from '../../src/lead/distribution/facts.ts';
import { STATIC_CHECKS } from '../../src/lead/distribution/rules.ts';
import { answerOf, factsTold, play, stateTold } from './play.ts';
import { SEED, TIMEOUT_MS, WORLDS, world } from './worlds.ts';

/** The engine against the slow reference: every verdict, seat, price, receipt number and fact, batch by batch. */
describe(`the engine and its reference, over ${WORLDS} worlds with seed ${SEED}`, () => {
  const seen = new Map<string, number>();

  it(
    'decide the same, lead by lead, and leave the same facts',
    () => {
      fc.assert(
        fc.property(world, (one) => {
          for (const batch of play(one)) {
            for (const [n, decision] of batch.decisions.entries()) {
              const answer = batch.answers[n]!;
              expect(answerOf(decision, batch.rules)).toEqual(answer);
              const words = Object.values(answer.verdicts);
              for (const check of STATIC_CHECKS)
                expect(decision.excluded[check]).toBe(words.filter((word) => word === check).length);
              for (const word of words) seen.set(word, (seen.get(word) ?? 0) + 1);
            }
            expect(factsTold(batch)).toEqual(stateTold(batch));
          }
        }),
        { numRuns: WORLDS, seed: SEED },
      );
    },
    TIMEOUT_MS,
  );

  it.skipIf(WORLDS < 200)(
    'met every verdict and every static check often enough to be worth something',
    () => {
      const rare = [...STATIC_CHECKS, ...Object.keys(VERDICTS)].filter(
        (word) => (seen.get(word) ?? 0) < WORLDS / 25,
      );
      expect(rare, JSON.stringify(Object.fromEntries(seen))).toEqual([]);
    },
  );
});
