import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyBucket, MINUTE_MS, takeToken } from '../../src/platform/rate-limit.ts';
import { testApp } from '../support/app.ts';
import { type HttpTest, httpTest, signedInAs } from '../support/http.ts';

let http: HttpTest;
beforeAll(async () => {
  http = await httpTest({ RATE_API_PER_MINUTE: '5', RATE_SESSION_PER_MINUTE: '40' });
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

/** A minute that has at least some seconds left, so that a test does not straddle two. */
async function inOneWindow<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    const startedIn = Math.floor(Date.now() / MINUTE_MS);
    const result = await work();
    if (Math.floor(Date.now() / MINUTE_MS) === startedIn) return result;
  }
}

test('a machine is told its limit with every answer, and when to come back', async () => {
  const answers = await inOneWindow(async () => {
    const { send } = await signedInAs(http, 'operator', { by: 'bearer' });
    const all = [];
    for (let at = 0; at < 7; at += 1) all.push(await send('GET', '/api/v1/auth/me'));
    return all;
  });
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429]);
  expect(answers.map(({ headers }) => headers['ratelimit-remaining'])).toEqual([
    '4',
    '3',
    '2',
    '1',
    '0',
    '0',
    '0',
  ]);
  const refused = answers[5]!;
  expect(refused.body).toMatchObject({ success: false, code: 'rate_limited' });
  expect(refused.headers['ratelimit-limit']).toBe('5');
  const waitS = Number(refused.headers['retry-after']);
  expect(waitS).toBeGreaterThan(0);
  expect(waitS).toBeLessThanOrEqual(60);
});

test('a browser session has more room than a machine', async () => {
  const { send } = await signedInAs(http, 'operator');
  expect((await send('GET', '/api/v1/auth/me')).headers['ratelimit-limit']).toBe('40');
});

test('all tokens of a user share one limit, users do not share theirs', async () => {
  const [one, other] = [await signedInAs(http, 'admin'), await signedInAs(http, 'admin')];
  const keyOf = async (user: typeof one) => {
    const made = await user.send('POST', '/api/v1/auth/api-keys', { name: 'Key' });
    return { authorization: `Bearer ${made.body.data.key}` };
  };
  const [first, second, foreign] = [await keyOf(one), await keyOf(one), await keyOf(other)];
  const statuses = await inOneWindow(async () => {
    for (const user of [one, other]) await emptyBucket(http.app, `api:${user.userId}`, MINUTE_MS);
    const ask = async (as: Record<string, string>) =>
      (await http.send('GET', '/api/v1/auth/me', undefined, as)).status;
    for (let at = 0; at < 5; at += 1) await ask(first);
    return [await ask(second), await ask(foreign)];
  });
  expect(statuses).toEqual([429, 200]);
});

test('two processes together never grant more than the limit, at any rhythm', async () => {
  await using other = await testApp(http.database);
  for (const limit of [3, 100]) {
    const granted = await inOneWindow(async () => {
      await emptyBucket(http.app, `both:${limit}`, MINUTE_MS);
      await emptyBucket(other, `both:${limit}`, MINUTE_MS);
      const asked = Array.from({ length: limit * 2 }, (_, at) =>
        takeToken(at % 3 === 0 ? other : http.app, `both:${limit}`, limit),
      );
      return (await Promise.all(asked)).filter((grant) => grant.granted).length;
    });
    expect(granted).toBeLessThanOrEqual(limit);
    // At most one block of the other process stays unspent.
    expect(granted).toBeGreaterThanOrEqual(limit - Math.floor(limit / 20));
  }
});

test('many requests at the same time take one block between them, so that the other process keeps its share', async () => {
  await using other = await testApp(http.database);
  const used = await inOneWindow(async () => {
    await emptyBucket(http.app, 'rush', MINUTE_MS);
    await emptyBucket(other, 'rush', MINUTE_MS);
    await Promise.all(Array.from({ length: 16 }, () => takeToken(http.app, 'rush', 1_000)));
    return (await takeToken(other, 'rush', 1_000)).used;
  });
  // A block of 50 went to the first process.
  expect(used).toBe(51);
});

test('a busy caller costs one statement per block, one that has used up its limit none', async () => {
  let statements = 0;
  const counted = {
    db: {
      ...http.app.db,
      tx: ((...args: Parameters<typeof http.app.db.tx>) => {
        statements += 1;
        return http.app.db.tx(...args);
      }) as typeof http.app.db.tx,
    },
  };
  await inOneWindow(async () => {
    await emptyBucket(counted, 'busy', MINUTE_MS);
    statements = 0;
    for (let at = 0; at < 1_500; at += 1) await takeToken(counted, 'busy', 1_000);
  });
  expect(statements).toBeLessThanOrEqual(21);
});

test('a new window starts full', async () => {
  const windowMs = 200;
  await takeToken(http.app, 'short', 1, windowMs);
  await expect
    .poll(async () => (await takeToken(http.app, 'short', 1, windowMs)).granted, { interval: 20 })
    .toBe(true);
});

test('guessing tokens is slowed down per network', async () => {
  const guess = async (remoteAddress: string) => {
    const headers = { authorization: `Bearer fl_key_${'x'.repeat(43)}` };
    const answer = await http.api.server.inject({ url: '/api/v1/auth/me', headers, remoteAddress });
    return answer.statusCode;
  };
  const [last, elsewhere] = await inOneWindow(async () => {
    await emptyBucket(http.app, 'wrong-token:2001:db8:0:1::/64', MINUTE_MS);
    for (let at = 0; at < 120; at += 1) await guess(`2001:db8:0:1::${at.toString(16)}`);
    return [await guess('2001:db8:0:1:ffff::1'), await guess('2001:db8:0:2::1')];
  });
  expect(last).toBe(429);
  expect(elsewhere).toBe(401);
});
