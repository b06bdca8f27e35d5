import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import { type Db, openDb } from '../../src/platform/db.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { seeded } from '../support/random.ts';
import { until } from '../support/until.ts';

/** Connections end in the middle of transactions: each is done whole or not at all, and nobody waits for ever. */

const CALLERS = 20;
const TERMINATIONS = Number(process.env.FAULT_TERMINATIONS ?? 300);
/** No call may take longer, whatever happened to its connection. */
const SETTLES_WITHIN_MS = 15_000;
const TOLD_TO_TRY_AGAIN = /^(CONNECTION_|EPIPE|ECONNRESET|57P01)/;

let database: FreshDatabase;
let superuser: Sql;
let db: Db;

beforeAll(async () => {
  database = await freshDatabase();
  superuser = openAdminSql(database.superuserUrl, { name: 'terminator' });
  await superuser`create table halves (id uuid, half int)`;
  await superuser`grant insert, select on halves to fairlead_engine`;
  db = openDb({ url: database.appUrl, poolMax: 8, name: 'victim', onCommitted: () => {} });
  // A process that has started: what happens to one that is just starting is the matter of whoever starts it.
  await db.ping();
});
afterAll(async () => {
  await db?.close();
  await superuser?.end();
  await database?.[Symbol.asyncDispose]();
});

test('whoever loses the connection is told within seconds, and no half of a transaction lands in the next one', async () => {
  const random = seeded();
  console.log(`connection-loss: FAULT_SEED=${random.seed}`);
  let stopped = false;
  const acknowledged: string[] = [];
  const refusals = new Map<string, number>();
  const slowest = { ms: 0 };

  async function writeBothHalves(id: string): Promise<void> {
    await db.tx({ role: 'engine' }, async (tx) => {
      await tx`insert into halves values (${id}, 1)`;
      // Work between two statements: here the connection may be lost while nothing is under way on it.
      await random.moment(0, 4);
      if (random.percent(50)) await tx`insert into halves values (${id}, 2)`;
      else await Promise.all([tx`insert into halves values (${id}, 2)`, tx`select pg_sleep(0.002)`]);
    });
  }

  const callers = Array.from({ length: CALLERS }, async () => {
    while (!stopped) {
      const id = newId();
      const since = performance.now();
      try {
        await writeBothHalves(id);
        acknowledged.push(id);
      } catch (error) {
        const code = String((error as { code?: string }).code ?? error);
        refusals.set(code, (refusals.get(code) ?? 0) + 1);
      }
      slowest.ms = Math.max(slowest.ms, performance.now() - since);
    }
  });
  for (let count = 0; count < TERMINATIONS; count += 1) {
    await superuser`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = ${database.name} and application_name = 'victim' order by random() limit ${1 + random.below(3)}`;
    await random.moment(0, 20);
  }
  stopped = true;
  let settled = 0;
  for (const caller of callers) void caller.then(() => (settled += 1));
  await until(() => settled === CALLERS, SETTLES_WITHIN_MS);
  expect(slowest.ms).toBeLessThan(SETTLES_WITHIN_MS);
  expect([...refusals.keys()].filter((code) => !TOLD_TO_TRY_AGAIN.test(code))).toEqual([]);
  expect([...refusals.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);

  const rows = await superuser<{ id: string; halves: number[] }[]>`
    select id, array_agg(half order by half) as halves from halves group by id`;
  expect(rows.filter(({ halves }) => halves.join() !== '1,2')).toEqual([]);
  const written = new Set(rows.map(({ id }) => id));
  expect(acknowledged.filter((id) => !written.has(id))).toEqual([]);
  // It works on as if nothing had happened.
  const id = newId();
  await writeBothHalves(id);
});
