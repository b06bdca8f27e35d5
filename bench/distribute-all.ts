import { openDistributor, runDistribution } from '../src/lead/distribution/index.ts';
import { loadConfig } from '../src/platform/config.ts';
import { createLog } from '../src/platform/log.ts';
import { openApp } from '../src/platform/open-app.ts';

/** Decides what is due in every niche until nothing is left. Another process may hold the turn that is left: asked again. */
const EMPTY_ROUNDS_MAX = 5;
const app = await openApp(loadConfig(process.env), {
  name: 'bench-distributor',
  log: createLog(process.env.BENCH_LOG ?? 'silent'),
  keys: [{ id: 'bench', key: Buffer.from(process.env.BENCH_KEY!, 'hex') }],
});
const distributor = openDistributor(app);
for (let empty = 0; empty < EMPTY_ROUNDS_MAX; )
  empty = (await runDistribution(distributor)) === 0 ? empty + 1 : 0;
await app.close();
