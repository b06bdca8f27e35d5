import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';

/** `npm run test:nightly`: the engine's worlds, many and new ones. The seed is printed, and gives the same worlds again. */
const WORLDS = 10_000;
const seed = process.env.ENGINE_SEED ?? String(randomInt(2 ** 30));
const worlds = process.env.ENGINE_WORLDS ?? String(WORLDS);
console.log(`ENGINE_SEED=${seed} ENGINE_WORLDS=${worlds}`);

const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', 'unit', 'test/engine'], {
  stdio: 'inherit',
  env: { ...process.env, ENGINE_SEED: seed, ENGINE_WORLDS: worlds },
});
process.exitCode = status ?? 1;
