import { AssertionError } from 'node:assert';

/** As much of vitest as the engine's tests use, so that they can be run again and again in one process. */
type Run = () => unknown;
export const tests: { name: string; run: Run }[] = [];

const add = (name: string, run: Run): void => {
  tests.push({ name, run });
};
const each =
  (rows: readonly unknown[]) =>
  (name: string, run: (...row: unknown[]) => unknown): void => {
    for (const row of rows) add(name, () => (Array.isArray(row) ? run(...(row as unknown[])) : run(row)));
  };
export const it = Object.assign(add, {
  each,
  skipIf: (skipped: boolean) => (skipped ? () => {} : add),
});
export const describe = (_name: string, group: Run): void => {
  group();
};

const kindOf = (value: unknown): string => Object.prototype.toString.call(value);
const filled = (value: object): string[] =>
  Object.keys(value).filter((key) => (value as Record<string, unknown>)[key] !== undefined);

/** Equal as vitest's `toEqual` sees it: a key that is undefined is as good as none. */
function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (kindOf(a) !== kindOf(b)) return false;
  if (a instanceof Date) return a.getTime() === (b as Date).getTime();
  if (a instanceof Map || a instanceof Set) return equal([...a], [...(b as Map<unknown, unknown>)]);
  if (Array.isArray(a) && a.length !== (b as unknown[]).length) return false;
  const keys = filled(a);
  return keys.length === filled(b).length && keys.every((key) => equal(keyed(a)[key], keyed(b)[key]));
}
const keyed = (value: object) => value as Record<string, unknown>;

const MATCHERS: Record<string, (actual: never, expected: never) => boolean> = {
  toBe: (a: unknown, b: unknown) => Object.is(a, b),
  toEqual: equal,
  toBeUndefined: (a: unknown) => a === undefined,
  toHaveLength: (a: { length: number }, b: number) => a.length === b,
  toBeLessThan: (a: number, b: number) => a < b,
  toBeLessThanOrEqual: (a: number, b: number) => a <= b,
  toBeGreaterThan: (a: number, b: number) => a > b,
  toMatchObject: (a: object, b: object) => Object.keys(b).every((key) => equal(keyed(a)[key], keyed(b)[key])),
};

export function expect(actual: unknown, message = '') {
  const matchers = (wanted: boolean) =>
    Object.fromEntries(
      Object.entries(MATCHERS).map(([name, holds]) => [
        name,
        (expected?: unknown) => {
          if (holds(actual as never, expected as never) !== wanted)
            throw new AssertionError({ message: `${name} ${message}` });
        },
      ]),
    );
  return { ...matchers(true), not: matchers(false) };
}
