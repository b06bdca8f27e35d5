import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { sweepRepeats } from '../../src/lead/intake/index.ts';
import type { Tx } from '../../src/platform/db.ts';
import { runJobs } from '../../src/worker/jobs.ts';
import { enqueueDueSchedules, nextTime, registerSchedules, SCHEDULES } from '../../src/worker/schedule.ts';
import { startWorker } from '../../src/worker/worker.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
const engine = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => app.db.tx({ role: 'engine' }, work);

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { POLL_BUSY_MS: '10', POLL_IDLE_MS: '10' });
});
afterAll(async () => {
  await app.close();
  await database[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await engine(async (tx) => {
    await tx`delete from jobs`;
    await tx`delete from schedules`;
  });
  await registerSchedules(app);
});

const makeDue = (name: string, ago = '3 hours') =>
  engine(
    (tx) => tx`
    update schedules set next_due_at = clock_timestamp() - ${ago}::text::interval where name = ${name}`,
  );
const jobs = () =>
  engine(
    (tx) => tx<{ kind: string; tries: number; failed: boolean; last_error: string | null }[]>`
    select kind, tries, failed_at is not null as failed, last_error from jobs order by kind`,
  );
const nextDue = async (name: string): Promise<Date> => {
  const [row] = await engine(
    (tx) => tx<{ at: Date }[]>`
    select next_due_at as at from schedules where name = ${name}`,
  );
  return row!.at;
};

describe('schedules', () => {
  it('a rhythm is read in UTC, whatever the clock on the wall does', () => {
    const at = nextTime('11 3 * * *', new Date('2026-03-28T22:00:00Z'));
    expect(at.toISOString()).toBe('2026-03-29T03:11:00.000Z');
    expect(nextTime('*/10 * * * * *', new Date('2026-11-20T10:00:01Z')).toISOString()).toBe(
      '2026-11-20T10:00:10.000Z',
    );
  });

  it('every schedule has its row after a start; a restart does not put off what is due, a new rhythm does', async () => {
    await makeDue('bodies.expire');
    const due = await nextDue('bodies.expire');
    await registerSchedules(app);
    expect(await nextDue('bodies.expire')).toEqual(due);
    await engine((tx) => tx`update schedules set rhythm = '1 1 1 1 *' where name = 'bodies.expire'`);
    await registerSchedules(app);
    expect((await nextDue('bodies.expire')).getTime()).toBeGreaterThan(Date.now());
    const [count] = await engine((tx) => tx<{ n: number }[]>`select count(*)::int as n from schedules`);
    expect(count!.n).toBe(SCHEDULES.length);
  });

  it('what was missed for hours is made up for once', async () => {
    await makeDue('worker.heartbeat');
    expect(await enqueueDueSchedules(app)).toBe(1);
    expect(await enqueueDueSchedules(app)).toBe(0);
    expect(await jobs()).toMatchObject([{ kind: 'worker.heartbeat' }]);
    expect((await nextDue('worker.heartbeat')).getTime()).toBeGreaterThan(Date.now() - 1_000);
  });

  it('of several workers one enqueues, and one does the job', async () => {
    await makeDue('receipts.expire');
    const enqueued = await Promise.all([1, 2, 3, 4].map(() => enqueueDueSchedules(app)));
    expect(enqueued.reduce((sum, n) => sum + n, 0)).toBe(1);
    const took = await Promise.all([1, 2, 3, 4].map(() => runJobs(app)));
    expect(took.reduce((sum, n) => sum + n, 0)).toBe(1);
    expect(await jobs()).toEqual([]);
  });

  it('every schedule runs with the rights of the worker', async () => {
    for (const { name } of SCHEDULES) await makeDue(name);
    expect(await enqueueDueSchedules(app)).toBe(SCHEDULES.length);
    while ((await runJobs(app)) > 0);
    expect(await jobs()).toEqual([]);
  });

  it('a job that fails comes again, and after five tries it stays with its reason', async () => {
    await engine((tx) => tx`insert into jobs (id, kind, unique_key) values (${newId()}, 'moon.paint', 'x')`);
    for (let tries = 1; tries <= 5; tries += 1) {
      expect(await runJobs(app)).toBe(1);
      expect(await runJobs(app)).toBe(0);
      expect(await jobs()).toMatchObject(
        [{ tries, failed: tries === 5, last_error: /moon\.paint/ }].map((row) => ({
          ...row,
          last_error: expect.stringMatching(row.last_error),
        })),
      );
      await engine((tx) => tx`update jobs set due_at = clock_timestamp()`);
    }
    expect(await runJobs(app)).toBe(0);
  });
});

describe('what is forgotten in time', () => {
  const run = async (name: string) => {
    await makeDue(name);
    await enqueueDueSchedules(app);
    while ((await runJobs(app)) > 0);
  };

  it('keys of requests go after 7 days, in steps, and younger ones stay', async () => {
    await engine(
      (tx) => tx`
      insert into idempotency_keys (scope, key, input_hash, status, answer, created_at)
      select 'old', n::text, '\\x00'::bytea, 200, '{}'::jsonb, clock_timestamp() - interval '8 days'
      from generate_series(1, 2500) n
      union all select 'young', '1', '\\x00'::bytea, 200, '{}'::jsonb, clock_timestamp() - interval '6 days'`,
    );
    await run('idempotency_keys.expire');
    const left = await engine((tx) => tx`select scope from idempotency_keys`);
    expect(left.map(({ scope }) => scope)).toEqual(['young']);
  });

  it('what intake remembers for a minute goes in steps; keys that clients sent stay their seven days', async () => {
    await engine(
      (tx) => tx`
      insert into idempotency_keys (scope, key, input_hash, status, answer, created_at)
      select 'intake:x', 'same:' || n, '\\x00'::bytea, 202, '{}'::jsonb, clock_timestamp() - interval '1 hour'
      from generate_series(1, 25) n
      union all select 'intake:x', 'same:now', '\\x00'::bytea, 202, '{}'::jsonb, clock_timestamp()
      union all select 'intake-key:x', 'theirs', '\\x00'::bytea, 202, '{}'::jsonb, clock_timestamp() - interval '1 hour'`,
    );
    expect([await sweepRepeats(app, 10), await sweepRepeats(app, 10), await sweepRepeats(app, 10)]).toEqual([
      10, 10, 5,
    ]);
    const left = await engine(
      (tx) => tx`select key from idempotency_keys where scope like 'intake%' order by key`,
    );
    expect(left.map(({ key }) => key)).toEqual(['same:now', 'theirs']);
  });

  it('a count of the day is kept for the day: an hourly sweep does not give three more tries', async () => {
    await engine(
      (tx) => tx`
      insert into rate_buckets (key, window_start, count)
      select age || ' hours', clock_timestamp() - age * interval '1 hour', 3 from (values (2), (24), (26)) as b (age)`,
    );
    await run('rate_buckets.expire');
    const left = await engine((tx) => tx`select key from rate_buckets where key like '% hours' order by key`);
    expect(left.map(({ key }) => key)).toEqual(['2 hours', '24 hours']);
  });

  it('a message that ended 30 days ago forgets its person; one under way keeps its words', async () => {
    await engine(
      (tx) => tx`
      insert into messages (id, created_at, template, recipient, params, state, sent_at)
      select gen_random_uuid(), clock_timestamp() - age * interval '1 day', 'new-lead', state || age || '@example.org',
        '{"a": 1}', state, null
      from (values (31, 'sent'), (29, 'sent'), (31, 'pending'), (40, 'dead')) as m (age, state)`,
    );
    await run('messages.expire');
    const left = await engine(
      (tx) => tx<{ recipient: string }[]>`
      select recipient from messages where recipient is not null and params is not null order by recipient`,
    );
    expect(left.map(({ recipient }) => recipient)).toEqual(['pending31@example.org', 'sent29@example.org']);
  });

  it('a raw request is emptied after 30 days; when and from where it came stays', async () => {
    await engine(
      (tx) => tx`
      insert into lead_receipts (id, created_at, request_id, outcome, body_enc, ip, user_agent)
      select gen_random_uuid(), clock_timestamp() - age * interval '1 day', age::text, 'checking', '\\x01', '192.0.2.1', 'x'
      from (values (31), (29)) as r (age)`,
    );
    await run('receipts.expire');
    const rows = await engine(
      (tx) => tx`
      select request_id as age, body_enc is null and ip is null and user_agent is null as emptied
      from lead_receipts order by request_id`,
    );
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { age: '29', emptied: false },
      { age: '31', emptied: true },
    ]);
  });
});

describe('the worker', () => {
  it('does what is due by itself, shows that it is alive, and stops', async () => {
    await makeDue('worker.heartbeat');
    const worker = await startWorker(app);
    await until(async () => {
      const [beat] = await engine(
        (tx) => tx<{ fresh: boolean }[]>`
        select last_enqueued_at > clock_timestamp() - interval '1 minute' as fresh
        from schedules where name = 'worker.heartbeat'`,
      );
      return beat?.fresh === true;
    });
    await until(async () => (await jobs()).length === 0);
    await worker.stop();
    await worker.stop();
    await makeDue('worker.heartbeat');
    expect(await enqueueDueSchedules(app)).toBe(1);
  });
});
