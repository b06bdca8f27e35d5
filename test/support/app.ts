import { randomBytes } from 'node:crypto';
import { type Config, loadConfig } from '../../src/platform/config.ts';
import { createLog } from '../../src/platform/log.ts';
import { type OpenApp, openApp } from '../../src/platform/open-app.ts';

const SESSION_SECRET = 'the session secret of the tests, long enough';

/**
 * The app over a test's own database: silent, with keys in memory. Close it in `afterAll`, or `await using`.
 * `overrides` are settings as they stand in the environment, for instance `{ RATE_API_PER_MINUTE: '3' }`.
 */
export async function testApp(
  database: { appUrl: string },
  overrides: Record<string, string> = {},
): Promise<OpenApp & AsyncDisposable & { lines: Record<string, unknown>[] }> {
  const config: Config = loadConfig({
    NODE_ENV: 'test',
    FAIRLEAD_DEV: '1',
    SESSION_SECRET,
    LOG_LEVEL: 'info',
    DB_POOL_MAX: '5',
    ...overrides,
    DATABASE_URL: database.appUrl,
  });
  // What was logged, for tests that ask; nothing is printed.
  const lines: Record<string, unknown>[] = [];
  const log = createLog(config.LOG_LEVEL, {
    write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  });
  const app = await openApp(config, { name: 'test', log, keys: [{ id: 'test', key: randomBytes(32) }] });
  return { ...app, lines, [Symbol.asyncDispose]: () => app.close() };
}
