import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, buildServer } from '../../src/api/server.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
let api: Api;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database);
  api = await buildServer(app);
});
afterAll(async () => {
  await api?.server.close();
  await app?.close();
  await database?.[Symbol.asyncDispose]();
});

const get = (url: string, headers: Record<string, string> = {}) => api.server.inject({ url, headers });

test('a living process says so without asking the database', async () => {
  const answer = await get('/healthz');
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({ status: 'ok' });
  expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(answer.headers['cache-control']).toBe('no-store');
});

test('a process is ready while the database answers and no stop is under way', async () => {
  expect((await get('/readyz')).statusCode).toBe(200);
  api.readiness.ready = false;
  const stopping = await get('/readyz');
  api.readiness.ready = true;
  expect(stopping.statusCode).toBe(503);
  expect(stopping.json()).toMatchObject({ success: false, code: 'service_busy' });
});

test('no worker is no reason to take no requests, and it is said: in the answer and as a figure', async () => {
  const ageIn = async () =>
    Number(/^fairlead_worker_heartbeat_age_seconds (\S+)$/m.exec((await get('/metrics')).body)?.[1]);
  expect((await get('/readyz')).json()).toEqual({
    ...{ status: 'ready', worker: { alive: false, seen_seconds_ago: null } },
  });
  expect(await ageIn()).toBe(-1);
  const beat = (seconds: number) =>
    app.db.tx(
      { role: 'engine' },
      (tx) => tx`
        insert into schedules (name, rhythm, next_due_at, last_enqueued_at)
        values ('worker.heartbeat', '*/10 * * * * *', now(), now() - ${seconds} * interval '1 second')
        on conflict (name) do update set last_enqueued_at = excluded.last_enqueued_at`,
    );
  await beat(5);
  expect((await get('/readyz')).json()).toMatchObject({ worker: { alive: true } });
  await beat(3_600);
  const silent = await get('/readyz');
  expect([silent.statusCode, silent.json().worker.alive]).toEqual([200, false]);
  expect(await ageIn()).toBeGreaterThanOrEqual(3_600);
});

test('the figures are for this machine only, not for who comes through a proxy', async () => {
  const own = await get('/metrics');
  expect(own.statusCode).toBe(200);
  expect(own.body).toContain('fairlead_tx_seconds');
  for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) {
    expect((await get('/metrics', { [header]: '127.0.0.1' })).statusCode, header).toBe(404);
  }
  const foreign = await api.server.inject({ url: '/metrics', remoteAddress: '192.0.2.7' });
  expect(foreign.statusCode).toBe(404);
});
