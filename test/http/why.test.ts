import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { oneAtATime } from '../../src/lead/distribution/simulate/replay-period.ts';
import { openDecided } from '../support/decided.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';

/** A provider asks why it did not get more leads. */
let http: HttpTest;
beforeAll(async () => {
  http = await httpTest({ MX_CHECK: '0' });
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

const WHY = '/api/v1/providers/me/why';
const asOwner = async (providerId: string): Promise<Send> =>
  (await signedInAs(http, 'provider_owner', { providerId })).send;
const reasonsOf = (one: { reasons: { reason: string; count: number }[] }) =>
  Object.fromEntries(one.reasons.map(({ reason, count }) => [reason, count]));

describe('a provider that looks back', () => {
  test('sees its leads as a funnel, and what more money would have brought', async () => {
    const niche = await openDecided(http.app, { levels: [{ maxProviders: 1 }] });
    const mine = await niche.join('Mine', {
      balance: 2_500n,
      filters: [{ field: 'budget', kind: 'range', min: 100, missing: 'fail' }],
    });
    await niche.join('Secret Rival GmbH', { countries: ['ES'] });
    for (const budget of [200, 50, 200, 200, 200, 50]) await niche.lead({ budget });
    const send = await asOwner(mine.providerId);
    const answer = await send('GET', WHY);
    expect(answer.status).toBe(200);
    const [one] = answer.body.data.subscriptions;
    expect(one).toMatchObject({ came: 6, matched: 4, able: 2, received: 2, seats: 1 });
    expect(reasonsOf(one)).toEqual({ chosen: 2, insufficient_funds: 2, filter: 2 });
    expect(one.answer).toBe(
      'You got 2 of the 4 leads that matched your rules; 2 came when you could not take them.',
    );
    expect(one.what_if).toEqual([
      { id: 'money', more: 2, sentence: 'With 20.00 EUR more you would have got 2 more.' },
    ]);
    expect(one.days).toHaveLength(1);
    expect(one.place).toEqual({ position: 2, of: 2 });
    expect(JSON.stringify(answer.body)).not.toContain('Secret Rival');
  });

  test('learns that a larger cap, or no filter, would have brought more', async () => {
    const niche = await openDecided(http.app);
    const mine = await niche.join('Capped', {
      caps: [{ window: 'day', kind: 'count', value: 1 }],
      filters: [{ field: 'managed', kind: 'boolean', value: true, missing: 'fail' }],
    });
    for (const managed of [true, true, true, false]) await niche.lead({ managed });
    const [one] = (await (await asOwner(mine.providerId))('GET', WHY)).body.data.subscriptions;
    expect(reasonsOf(one)).toEqual({ chosen: 1, cap_reached: 2, filter: 1 });
    expect(one.what_if.map(({ sentence }: { sentence: string }) => sentence)).toEqual([
      'With 2 more a day in your cap you would have got 2 more.',
    ]);
  });

  test('learns which looser bound of which filter would have brought the leads, also behind many other filters', async () => {
    const niche = await openDecided(http.app);
    const idle = Array.from({ length: 5 }, () => ({
      ...{ field: 'managed', kind: 'boolean' as const, value: true, missing: 'pass' as const },
    }));
    const mine = await niche.join('Picky', {
      filters: [...idle, { field: 'budget', kind: 'range', min: 100, missing: 'fail' }],
    });
    for (const budget of [200, 95, 84, 76.5, 61, 30]) await niche.lead({ budget });
    const [one] = (await (await asOwner(mine.providerId))('GET', WHY)).body.data.subscriptions;
    expect(reasonsOf(one)).toEqual({ chosen: 1, filter: 5 });
    expect(one.what_if.map(({ sentence }: { sentence: string }) => sentence)).toEqual([
      'With budget from 30 on instead of 100 you would have got 5 more.',
      'Without the filter on budget you would have got 5 more.',
      'With budget from 76 on instead of 100 you would have got 3 more.',
    ]);
  });

  test('learns what caps over all its subscriptions kept away', async () => {
    const niche = await openDecided(http.app);
    const mine = await niche.join('Whole');
    const send = await asOwner(mine.providerId);
    const { version } = (await send('GET', '/api/v1/providers/me')).body.data;
    const caps = [{ window: 'month', kind: 'count', value: 1 }];
    expect((await send('PATCH', '/api/v1/providers/me', { version, caps })).status).toBe(200);
    for (let n = 0; n < 3; n += 1) await niche.lead();
    const [one] = (await send('GET', WHY)).body.data.subscriptions;
    expect(one.what_if.map(({ sentence }: { sentence: string }) => sentence)).toEqual([
      'Without the caps over all your subscriptions you would have got 2 more.',
    ]);
  });

  test('is not promised leads that others would have got all the same', async () => {
    const niche = await openDecided(http.app, { levels: [{ maxProviders: 1, strategy: 'priority' }] });
    const mine = await niche.join('Later', {
      filters: [{ field: 'managed', kind: 'boolean', value: true, missing: 'fail' }],
    });
    await niche.join('First', { priority: 9 });
    for (const managed of [true, false]) await niche.lead({ managed });
    const [one] = (await (await asOwner(mine.providerId))('GET', WHY)).body.data.subscriptions;
    expect(reasonsOf(one)).toEqual({ no_seat: 1, filter: 1 });
    expect(one.what_if).toEqual([]);
    expect(one.place).toBeNull();
  });

  test('gets a clear answer to an odd period', async () => {
    const niche = await openDecided(http.app);
    const { providerId } = await niche.join('Odd');
    const send = await asOwner(providerId);
    const ask = (from: string, to: string) => send('GET', `${WHY}?from=${from}&to=${to}`);
    for (const [from, to] of [
      ['2026-02-02T00:00:00Z', '2026-02-01T00:00:00Z'],
      ['2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z'],
    ] as const) {
      expect(await ask(from, to)).toMatchObject({ status: 422, body: { code: 'period_invalid' } });
    }
    expect((await ask('yesterday', 'today')).status).toBe(422);
    const quiet = await ask('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z');
    expect(quiet.body.data.subscriptions).toMatchObject([
      { came: 0, answer: 'No lead came in this niche while you were subscribed.' },
    ]);
    const { send: admin } = await signedInAs(http, 'admin');
    expect((await admin('GET', WHY)).status).toBe(403);
  });
});

test('a provider sees why it got one lead, and nothing about leads of others', async () => {
  const niche = await openDecided(http.app, { levels: [{ maxProviders: 1 }] });
  const mine = await niche.join('Taker');
  const other = await niche.join('Secret Other AG');
  const lead = await niche.lead();
  const send = await asOwner(mine.providerId);
  const why = await send('GET', `/api/v1/providers/me/leads/${lead}/why`);
  expect(why.body.data).toMatchObject({
    answer: 'You got it: 2 could take it at your level, and there was one seat.',
    ...{ seats: 1, taken: 1, eligible: 2, position: 1, shared_with: 0 },
  });
  expect(JSON.stringify(why.body)).not.toContain('Secret Other');
  const theirs = await asOwner(other.providerId);
  for (const id of [lead, newId()]) {
    const refused = await theirs('GET', `/api/v1/providers/me/leads/${id}/why`);
    expect(refused).toMatchObject({ status: 404, body: { code: 'lead_not_found' } });
  }
});

test('a place in the order is told only where waiting decides', async () => {
  const niche = await openDecided(http.app, { levels: [{ maxProviders: 1, strategy: 'priority' }] });
  await niche.join('Later');
  const mine = await niche.join('First', { priority: 9 });
  const lead = await niche.lead();
  const why = await (await asOwner(mine.providerId))('GET', `/api/v1/providers/me/leads/${lead}/why`);
  expect(why.body.data).toMatchObject({ eligible: 2, position: null });
});

test('who looks back while too many others do is asked to come again', async () => {
  const niche = await openDecided(http.app);
  const { providerId } = await niche.join('Patient');
  await niche.lead();
  const send = await asOwner(providerId);
  const gate = Promise.withResolvers<void>();
  const others = Array.from({ length: 8 }, () => oneAtATime(() => gate.promise));
  for (const url of [WHY, '/api/v1/providers/me/fairness']) {
    const refused = await send('GET', url);
    expect(refused).toMatchObject({ status: 429, body: { code: 'look_back_busy' } });
    expect(refused.headers['retry-after']).toBe('10');
  }
  gate.resolve();
  await Promise.all(others);
  expect((await send('GET', WHY)).status).toBe(200);
});
