import { openDistributor, runDistribution } from '../src/lead/distribution/index.ts';
import { loadConfig } from '../src/platform/config.ts';
import { createLog } from '../src/platform/log.ts';
import { openApp } from '../src/platform/open-app.ts';
import { serve } from './child.ts';

/** Told to, decides what is due in every niche until nothing is left, and says so. */
const EMPTY_ROUNDS_MAX = 5;
const app = await openApp(loadConfig(process.env), {
  name: 'bench-distributor',
  log: createLog(process.env.BENCH_LOG ?? 'silent'),
  keys: [{ id: 'bench', key: Buffer.from(process.env.BENCH_KEY!, 'hex') }],
});
const distributor = openDistributor(app);

/** Another process may hold the turn that is left: asked again. */
async function distributeAll(): Promise<void> {
  for (let empty = 0; empty < EMPTY_ROUNDS_MAX; )
    empty = (await runDistribution(distributor)) === 0 ? empty + 1 : 0;
  process.send?.('done');
}

process.on('message', (message) => {
  if (message === 'go') void distributeAll();
});
serve('distributor', () => app.close());
