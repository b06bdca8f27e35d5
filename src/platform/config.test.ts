import { expect, test } from 'vitest';
import { ConfigurationError, loadConfig } from './config.ts';

const needed = { SESSION_SECRET: 'a secret of the tests, long enough', NODE_ENV: 'test' };

test('a call to a receiver takes at most 30 seconds; a setting beyond is refused with a sentence', () => {
  expect(loadConfig(needed).DELIVERY_TIMEOUT_MS).toBe(30_000);
  expect(loadConfig({ ...needed, DELIVERY_TIMEOUT_MS: '30000' }).DELIVERY_TIMEOUT_MS).toBe(30_000);
  const load = () => loadConfig({ ...needed, DELIVERY_TIMEOUT_MS: '30001' });
  expect(load).toThrow(ConfigurationError);
  expect(load).toThrow(/DELIVERY_TIMEOUT_MS.*a whole number from 100 to 30000/);
});
