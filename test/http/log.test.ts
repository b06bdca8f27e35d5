import { expect, test } from 'vitest';
import { buildServer } from '../../src/api/server.ts';
import { testApp } from '../support/app.ts';
import { freshDatabase } from '../support/database.ts';

test('a fault of ours is logged with its request, and without the row that PostgreSQL repeats', async () => {
  await using database = await freshDatabase();
  await using app = await testApp(database);
  const error = await app.db
    .tx(
      { role: 'engine' },
      (tx) => tx`
      insert into idempotency_keys (scope, key, input_hash, status, answer)
      values (${'x'.repeat(201)}, 'mia.berg@example.com', '', 200, '{}')`,
    )
    .catch((cause: unknown) => cause);
  expect(error).toMatchObject({ detail: expect.stringContaining('mia.berg') });
  app.log.error({ err: error }, 'request.failed');
  const line = app.lines.at(-1);
  expect(line).toMatchObject({
    msg: 'request.failed',
    err: { code: '23514', constraint_name: 'idempotency_keys_short', table_name: 'idempotency_keys' },
  });
  expect(JSON.stringify(line)).not.toContain('mia.berg');
});

test('answers that refuse are no faults: nothing is logged above debug', async () => {
  await using database = await freshDatabase();
  await using app = await testApp(database);
  const { server } = await buildServer(app);
  await server.inject({ url: '/api/v1/auth/me' });
  await server.inject({ method: 'POST', url: '/api/v1/auth/login', payload: { email: 7 } });
  await server.close();
  expect(app.lines).toEqual([]);
});
