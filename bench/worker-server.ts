import { loadConfig } from '../src/platform/config.ts';
import { createLog } from '../src/platform/log.ts';
import { openApp } from '../src/platform/open-app.ts';
import { startWorker } from '../src/worker/worker.ts';
import { serve } from './child.ts';

/** Ours: the worker as it is. */
const config = loadConfig(process.env);
const key = { id: 'bench', key: Buffer.from(process.env.BENCH_KEY!, 'hex') };
const app = await openApp(config, {
  name: 'bench-worker',
  log: createLog(process.env.BENCH_LOG ?? 'warn'),
  keys: [key],
});
const worker = await startWorker(app);
serve('worker', async () => {
  await worker.stop();
  await app.close();
});
