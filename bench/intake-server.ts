import { startApi } from '../src/api/start.ts';
import { loadConfig } from '../src/platform/config.ts';
import { createLog } from '../src/platform/log.ts';
import { openApp } from '../src/platform/open-app.ts';
import { serve } from './child.ts';

/** Ours: the API as it is, all checks on. */
const config = loadConfig(process.env);
const key = {
  id: 'bench',
  key: Buffer.from(process.env.BENCH_KEY!, 'hex'),
};
const app = await openApp(config, {
  name: 'bench-api',
  log: createLog(process.env.BENCH_LOG ?? 'warn'),
  keys: [key],
});
const api = await startApi(app);
serve(api.address, async () => {
  await api.stop();
  await app.close();
});
