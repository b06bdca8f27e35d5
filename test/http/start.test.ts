import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi } from '../../src/api/start.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(async () => await database?.[Symbol.asyncDispose]());

test('a stop lets requests under way end and takes no new ones', async () => {
  await using app = await testApp(database, { PORT: '0' });
  const running = await startApi(app);
  // Signing in takes as long as a password hash: it is still running when the stop begins.
  const slow = fetch(`${running.address}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'a@example.com', password: 'x' }),
  });
  await expect.poll(async () => (await waitingTries(app)) > 0, { interval: 1 }).toBe(true);
  const stopped = running.stop();
  expect((await slow).status).toBe(401);
  await stopped;
  await expect(fetch(`${running.address}/healthz`)).rejects.toThrow();
  // Stopping twice is stopping once.
  await running.stop();
});

async function waitingTries(app: Awaited<ReturnType<typeof testApp>>): Promise<number> {
  const [row] = await app.db.tx(
    { role: 'engine' },
    (tx) =>
      tx<{ tries: number }[]>`select count(*)::int as tries from rate_buckets where key like 'sign-in:%'`,
  );
  return row?.tries ?? 0;
}

test('figures have a port of their own when one is set, and then only there', async () => {
  const free = await freePort();
  await using app = await testApp(database, { PORT: '0', METRICS_PORT: String(free) });
  const running = await startApi(app);
  try {
    const figures = await fetch(`http://127.0.0.1:${free}/metrics`);
    expect(await figures.text()).toContain('fairlead_http_request_seconds');
    expect((await fetch(`http://127.0.0.1:${free}/healthz`)).status).toBe(404);
    expect((await fetch(`${running.address}/metrics`)).status).toBe(404);
  } finally {
    await running.stop();
  }
});

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  return await new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
