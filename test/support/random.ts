import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

/** Random choices that a seed repeats. Fault tests print theirs; `FAULT_SEED=<seed>` runs the same choices again. */
export type Random = {
  seed: number;
  /** A whole number from 0 to `below` - 1. */
  below: (below: number) => number;
  one: <T>(of: readonly T[]) => T;
  /** True in so many of a hundred cases. */
  percent: (percent: number) => boolean;
  /** A random moment from now: the fault is when it happens, and nothing else is waited for. */
  moment: (fromMs: number, belowMs: number) => Promise<void>;
};

export function seeded(seed = Number(process.env.FAULT_SEED ?? randomInt(1, 1_000_000))): Random {
  // mulberry32: small, and even enough for choices.
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    seed,
    below,
    one: (of) => of[below(of.length)]!,
    percent: (percent) => next() * 100 < percent,
    moment: (fromMs, belowMs) => wait(fromMs + below(belowMs - fromMs)),
  };
}
