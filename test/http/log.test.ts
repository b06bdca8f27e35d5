import { expect, test } from 'vitest';
import { buildServer } from '../../src/api/server.ts';
import { newId } from '../../src/kernel/ids.ts';
import { testApp } from '../support/app.ts';
import { freshDatabase } from '../support/database.ts';

test('a fault of ours is logged with its request, and without the row that PostgreSQL repeats', async () => {
  await using database = await freshDatabase();
  await using app = await testApp(database);
  // Through the log alone: no route of ours lets such a row reach the database.
  const error = await app.db
    .tx(
      { role: 'engine' },
      (tx) => tx`
      insert into users (id, email, role, status, first_name)
      values (${newId()}, 'mia.berg@example.com', 'admin', 'active', 'Mia')`,
    )
    .catch((cause: unknown) => cause);
  app.log.error({ err: error }, 'request.failed');
  const line = app.lines.at(-1);
  expect(line).toMatchObject({
    msg: 'request.failed',
    err: { code: '23514', constraint_name: 'users_active_can_sign_in', table_name: 'users' },
  });
  expect(JSON.stringify(line)).not.toContain('mia.berg');
  expect(JSON.stringify(line)).not.toContain('Mia');
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
