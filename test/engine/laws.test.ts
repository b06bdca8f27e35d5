import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LAWS } from './laws.ts';
import { play } from './play.ts';
import { SEED, TIMEOUT_MS, WORLDS, world } from './worlds.ts';

it(
  `laws that hold in ${WORLDS} worlds with seed ${SEED}`,
  () => {
    fc.assert(
      fc.property(world, (one) => {
        for (const batch of play(one))
          for (const [law, check] of Object.entries(LAWS)) expect(check(batch), law).toEqual([]);
      }),
      { numRuns: WORLDS, seed: SEED + 1 },
    );
  },
  TIMEOUT_MS,
);
