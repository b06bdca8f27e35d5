import { afterAll, beforeAll, expect, test } from 'vitest';
import { topicsFor } from '../../src/api/live.ts';
import { bareProvider, type HttpTest, httpTest, type SignedInTest, signedInAs } from '../support/http.ts';
import { seedNiche, seedProvider, seedSubscription } from '../support/market.ts';

let http: HttpTest;
let address: string;
beforeAll(async () => {
  http = await httpTest();
  address = await http.api.server.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

/** A stream as a browser reads it: `until` waits for a text, `ended` for the end. */
async function listen(caller: SignedInTest, headers: Record<string, string> = {}) {
  const stop = new AbortController();
  const answer = await fetch(`${address}/api/v1/live`, {
    headers: { cookie: `fairlead=${caller.secret}`, ...headers },
    signal: stop.signal,
  });
  let text = '';
  let over = false;
  const reading = (async () => {
    for await (const chunk of answer.body ?? []) text += Buffer.from(chunk).toString();
  })()
    .catch(() => undefined)
    .finally(() => {
      over = true;
    });
  return {
    answer,
    text: () => text,
    until: (part: string) => expect.poll(() => text, { timeout: 5_000 }).toContain(part),
    ended: () => expect.poll(() => over, { timeout: 1_000, interval: 20 }).toBe(true),
    close: async () => {
      stop.abort();
      await reading;
    },
  };
}

test('staff hear every topic, a provider those that name it', async () => {
  const provider = await bareProvider(http);
  const clerk = await listen(await signedInAs(http, 'operator'));
  const owner = await listen(await signedInAs(http, 'provider_owner', { providerId: provider }));
  expect(clerk.answer.headers.get('content-type')).toContain('text/event-stream');
  expect(clerk.answer.headers.get('x-accel-buffering')).toBe('no');
  expect(clerk.answer.headers.get('content-security-policy')).toContain("script-src 'self'");
  await Promise.all([clerk.until('retry:'), owner.until('retry:')]);

  // Listening begins with the first notice that arrives: publish until both have heard.
  await expect
    .poll(() => {
      http.app.live.publish(['leads', 'provider:somebody-else', `provider:${provider}`]);
      return clerk.text().includes('data:') && owner.text().includes('data:');
    })
    .toBe(true);
  expect(clerk.text()).toContain('"leads"');
  expect(clerk.text()).toContain('provider:somebody-else');
  expect(owner.text()).toContain(`data: ["provider:${provider}"]`);
  expect(owner.text()).not.toContain('leads');
  expect(owner.text()).not.toContain('somebody-else');
  await Promise.all([clerk.close(), owner.close()]);
});

const TOPICS = ['leads', 'provider:p1', 'provider:p2', 'provider:p11', 'wallet:p1:EUR', '*'];

test.each([
  ['staff hear', { role: 'auditor', providerId: null }, TOPICS],
  ['a provider hears', { role: 'provider_member', providerId: 'p1' }, ['provider:p1', 'wallet:p1:EUR', '*']],
  ['a provider’s user without a provider hears', { role: 'provider_member', providerId: null }, []],
])('%s what it may', (_who, principal, heard) => {
  expect(topicsFor(principal, TOPICS)).toEqual(heard);
});

test('a stream ends within a second after its session was revoked', async () => {
  const caller = await signedInAs(http, 'operator');
  const stream = await listen(caller);
  await stream.until('retry:');
  await http.app.db.tx(
    { role: 'engine' },
    (tx) => tx`
    update sessions set revoked_at = clock_timestamp() where user_id = ${caller.userId}`,
  );
  await stream.ended();
});

test('a stream ends within a second after its user got another role', async () => {
  const caller = await signedInAs(http, 'operator');
  const stream = await listen(caller);
  await stream.until('retry:');
  await http.app.db.tx(
    { role: 'engine' },
    (tx) => tx`update users set role = 'auditor' where id = ${caller.userId}`,
  );
  await stream.ended();
});

test('a stream ends within a second after its API key was revoked', async () => {
  const caller = await signedInAs(http, 'operator');
  const { key, id } = (await caller.send('POST', '/api/v1/auth/api-keys', { name: 'Tail' })).body.data;
  const stream = await listen(caller, { cookie: '', authorization: `Bearer ${key}` });
  await stream.until('retry:');
  expect((await caller.send('DELETE', `/api/v1/auth/api-keys/${id}`)).status).toBe(200);
  await stream.ended();
});

test('what changes in the market is heard by staff, and by the provider it concerns', async () => {
  const { level } = await seedNiche(http.app);
  const one = await seedProvider(http.app);
  const other = await seedProvider(http.app);
  const clerk = await listen(await signedInAs(http, 'operator'));
  const owner = await signedInAs(http, 'provider_owner', { providerId: one.id });
  const hears = await listen(owner);
  await Promise.all([clerk.until('retry:'), hears.until('retry:')]);
  // Listening begins with the first notice that arrives.
  await expect
    .poll(() => {
      http.app.live.publish([`provider:${one.id}:begin`]);
      return clerk.text().includes('begin') && hears.text().includes('begin');
    })
    .toBe(true);
  await seedSubscription(http.app, { providerId: other.id, levelId: level.id });
  await clerk.until(`provider:${other.id}`);
  await owner.send('POST', '/api/v1/subscriptions', { level_id: level.id });
  await clerk.until('"subscriptions"');
  await hears.until(`"provider:${one.id}"`);
  expect(hears.text()).not.toContain(other.id);
  expect(hears.text()).not.toContain('subscriptions');
  await Promise.all([clerk.close(), hears.close()]);
});

test('who comes back is told to fetch everything it shows', async () => {
  const stream = await listen(await signedInAs(http, 'operator'), { 'last-event-id': '7' });
  await stream.until('data: ["*"]');
  await stream.close();
});

test('a user has a bounded number of streams', async () => {
  const caller = await signedInAs(http, 'operator');
  const streams = [];
  for (let at = 0; at < 10; at += 1) {
    const stream = await listen(caller);
    await stream.until('retry:');
    streams.push(stream);
  }
  const refused = await caller.send('GET', '/api/v1/live');
  expect(refused.body).toMatchObject({ code: 'streams_too_many' });
  await Promise.all(streams.map((stream) => stream.close()));
});

test('stopping the server ends its streams at once', async () => {
  await using other = await httpTest();
  address = await other.api.server.listen({ host: '127.0.0.1', port: 0 });
  const stream = await listen(await signedInAs(other, 'operator'));
  await stream.until('retry:');
  await other.api.server.close();
  await stream.ended();
});
