import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Runs the tests of the engine with one fault switched on after the other, and says which test saw it. A child of
 * mutate.ts; `process.argv` names the test files, `FAULT` a fault that is looked at while the files load.
 */
const shim = new URL('./mutation-vitest.ts', import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vitest' ? { url: shim, shortCircuit: true } : next(specifier, context),
});
const faulty = globalThis as { __fault?: number };
const atLoad = Number(process.env.FAULT ?? 0);
faulty.__fault = atLoad;

type Said = { id: number; by?: string | null; ready?: true };
const say = (what: Said): void => {
  process.send?.(what);
};

async function load(): Promise<readonly { name: string; run: () => unknown }[]> {
  const { default: fc } = await import('fast-check');
  // What the smallest world is that shows a fault is of no interest here.
  fc.configureGlobal({ endOnFailure: true });
  for (const path of process.argv.slice(2)) await import(pathToFileURL(path).href);
  return (await import('./mutation-vitest.ts')).tests;
}

/** The name of the first test that fails. */
async function firstFailure(tests: Awaited<ReturnType<typeof load>>): Promise<string | null> {
  for (const { name, run } of tests) {
    try {
      await run();
    } catch {
      return name;
    }
  }
  return null;
}

try {
  const tests = await load();
  process.on('message', async (ids: number[]) => {
    for (const id of ids) {
      faulty.__fault = id;
      say({ id, ready: true });
      say({ id, by: await firstFailure(tests) });
    }
  });
  say({ id: 0, ready: true });
} catch {
  say({ id: atLoad, by: 'loading the files' });
}
