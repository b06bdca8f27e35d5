import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { enqueueMessages, type NewMessage, sendDueMessages } from '../../src/journal/messages/index.ts';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { createSecrets } from '../../src/platform/secrets.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { openTestDb, providers, type TestDb } from '../support/money.ts';
import { type SmtpReceiver, startSmtpReceiver } from '../support/smtp.ts';
import { until } from '../support/until.ts';

let database: FreshDatabase;
let db: TestDb;
let superuser: Sql;
let smtp: SmtpReceiver;
beforeAll(async () => {
  database = await freshDatabase();
  db = openTestDb(database.appUrl);
  superuser = openAdminSql(database.superuserUrl);
  smtp = await startSmtpReceiver();
});
afterAll(async () => {
  await smtp[Symbol.asyncDispose]();
  await superuser.end();
  await db.close();
  await database[Symbol.asyncDispose]();
});
beforeEach(async () => {
  smtp.answer = undefined;
  smtp.received.length = 0;
  db.raised.length = 0;
  await superuser`delete from messages`;
});

const engine = { role: 'engine' } as const;
const confirm = (more: Partial<NewMessage> = {}): NewMessage => ({
  template: 'confirm-lead',
  recipient: 'ada@example.com',
  params: { campaign: 'Solar', confirmUrl: 'https://x.example/c/1', expiresOn: '27 November' },
  ...more,
});
const enqueue = (...messages: NewMessage[]) => db.tx(engine, (tx) => enqueueMessages(tx, messages));
const secrets = createSecrets({
  keys: [{ id: 'test', key: randomBytes(32) }],
  sessionSecret: 'the session secret of the tests, long enough',
});
const mailbox = (more: Record<string, string> = {}) => ({ db, secrets, config: loadConfig(more) });
const overSmtp = () => ({
  db,
  secrets,
  config: loadConfig({ SMTP_URL: smtp.url, MAIL_FROM: 'Fairlead <us@example.org>' }),
});
const rows = () => superuser`
  select state, tries, last_error, lease_token, round(extract(epoch from due_at - clock_timestamp())) as wait_s
  from messages order by due_at, id`;
const makeDue = () => superuser`update messages set due_at = clock_timestamp() where state = 'pending'`;

describe('the development mailbox', () => {
  test('a due message is marked as sent and stays readable; a later one waits', async () => {
    await enqueue(confirm(), confirm({ dueAt: new Date(Date.now() + 3_600_000) }));
    expect(await sendDueMessages(mailbox())).toBe(1);
    expect(await sendDueMessages(mailbox())).toBe(0);
    expect((await rows()).map(({ state, lease_token }) => [state, lease_token])).toEqual([
      ['sent', null],
      ['pending', null],
    ]);
    expect(db.raised.map(({ name }) => name)).toEqual(['message.sent']);
  });

  test('nothing is written when the transaction that causes the message rolls back', async () => {
    await db
      .tx(engine, async (tx) => {
        await enqueueMessages(tx, [confirm()]);
        throw new Error('no');
      })
      .catch(() => {});
    expect(await rows()).toHaveLength(0);
  });

  test('a template that does not exist or misses a value is dead at once, and says why', async () => {
    await enqueue(confirm({ template: 'no-such' }), confirm({ params: { campaign: 'Solar' } }));
    await sendDueMessages(mailbox());
    const [first, second] = await rows();
    expect([first?.state, second?.state]).toEqual(['dead', 'dead']);
    expect(`${first?.last_error} ${second?.last_error}`).toMatch(/no template no-such/);
    expect(`${first?.last_error} ${second?.last_error}`).toMatch(/undefined variable: confirmUrl/);
  });

  test('two workers share the work, and no message is taken by both', async () => {
    await enqueue(...Array.from({ length: 300 }, () => confirm()));
    const taken = await Promise.all([sendDueMessages(mailbox()), sendDueMessages(mailbox())]);
    expect(taken[0]! + taken[1]!).toBe(300);
    expect(db.raised).toHaveLength(300);
    expect(new Set((await rows()).map(({ state, tries }) => `${state} ${tries}`))).toEqual(
      new Set(['sent 1']),
    );
  });
});

describe('SMTP', () => {
  test('a mail has both parts, the address as it is, and a Message-ID that stays', async () => {
    await enqueue(confirm({ recipient: '"a, b"@example.com' }));
    await sendDueMessages(overSmtp());
    const [mail] = smtp.received;
    const [row] = await superuser`select id from messages`;
    expect(smtp.received).toHaveLength(1);
    expect(mail?.to).toBe('"a, b"@example.com');
    expect(mail?.source).toContain(`Message-ID: <${row?.id}@example.org>`);
    expect(mail?.source).toContain('Subject: Please confirm your request: Solar');
    expect(mail?.source).toContain('Content-Type: text/plain');
    expect(mail?.source).toContain('Content-Type: text/html');
  });

  test('a busy server is asked again, at growing intervals, until the message is dead', async () => {
    smtp.answer = '450 busy';
    await enqueue(confirm());
    const waits: string[] = [];
    for (let tries = 1; tries <= 8; tries += 1) {
      expect(await sendDueMessages(overSmtp())).toBe(1);
      expect(await sendDueMessages(overSmtp())).toBe(0);
      const [row] = await rows();
      waits.push(row?.state === 'dead' ? 'dead' : String(row?.wait_s));
      expect(row?.last_error).toBe('smtp 450');
      await makeDue();
    }
    expect(waits).toEqual(['30', '120', '600', '1800', '3600', '10800', '28800', 'dead']);
    expect(await sendDueMessages(overSmtp())).toBe(0);
    expect(db.raised.at(-1)).toMatchObject({ name: 'message.dead', level: 'warn' });
  });

  test('what the server refuses for good is not sent again', async () => {
    smtp.answer = '550 no such user';
    await enqueue(confirm());
    await sendDueMessages(overSmtp());
    expect((await rows())[0]).toMatchObject({ state: 'dead', tries: 1, last_error: 'smtp 550' });
  });

  test('a server that cannot be reached costs a try, nothing else', async () => {
    await enqueue(confirm());
    await sendDueMessages({ db, secrets, config: loadConfig({ SMTP_URL: 'smtp://127.0.0.1:1' }) });
    expect((await rows())[0]).toMatchObject({ state: 'pending', tries: 1, last_error: 'smtp ESOCKET' });
  });
});

test('a message whose worker died is taken over when the lease ends, not before', async () => {
  await enqueue(confirm());
  await superuser`
    update messages set state = 'sending', tries = 1, lease_token = gen_random_uuid(),
      lease_until = clock_timestamp() + interval '20 s'`;
  expect(await sendDueMessages(mailbox())).toBe(0);
  await superuser`update messages set lease_until = clock_timestamp() - interval '1 ms'`;
  expect(await sendDueMessages(mailbox())).toBe(1);
  expect((await rows())[0]).toMatchObject({ state: 'sent', tries: 2 });
});

test('while a server takes its time the lease is renewed, and nobody else sends the mail', async () => {
  await enqueue(confirm());
  const app = mailbox({ LEASE_MS: '2000', LEASE_RENEW_MS: '100' });
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let sent = 0;
  const send = () => {
    sent += 1;
    return answered;
  };
  const slow = { name: 'slow', batchMax: 5, close: () => {}, send };
  const working = sendDueMessages(app, 10, slow);
  const lease = async () => {
    const [row] = await superuser`select lease_until, clock_timestamp() as now from messages`;
    return row as { lease_until: Date | null; now: Date };
  };
  await until(async () => (await lease()).lease_until !== null);
  const first = (await lease()).lease_until!;
  // Past the first lease, and still held.
  await until(async () => (await lease()).now > first);
  expect(await sendDueMessages(app, 10, slow)).toBe(0);
  answer();
  expect(await working).toBe(1);
  expect([sent, (await rows())[0]?.state]).toEqual([1, 'sent']);
});

test('a secret that cannot be opened here is tried again, and never sent with a hole', async () => {
  await enqueue(
    confirm({
      params: { campaign: 'Solar', expiresOn: 'Friday' },
      secret: { params: { confirmUrl: 'https://x.example/secret' }, by: secrets },
    }),
  );
  const other = createSecrets({
    keys: [{ id: 'other', key: randomBytes(32) }],
    sessionSecret: 'the session secret of the tests, long enough',
  });
  await sendDueMessages({ ...mailbox(), secrets: other });
  expect((await rows())[0]).toMatchObject({ state: 'pending', last_error: 'secret: key_missing' });
  await makeDue();
  await sendDueMessages(overSmtp());
  expect(smtp.received[0]?.source).toContain('https://x.example/secret');
});

test('a provider writes messages of its own only', async () => {
  const [one, other] = await providers(db, 2);
  const provider = { role: 'provider', providerId: one! } as const;
  await db.tx(provider, (tx) => enqueueMessages(tx, [confirm({ providerId: one! })]));
  await expect(
    db.tx(provider, (tx) => enqueueMessages(tx, [confirm({ providerId: other! })])),
  ).rejects.toThrow('policy');
  await expect(db.tx(provider, (tx) => tx`select recipient from messages`)).rejects.toThrow(
    'permission denied',
  );
});
