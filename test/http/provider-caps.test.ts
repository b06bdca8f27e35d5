import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { seedNiche, seedProvider, seedSubscription } from '../support/market.ts';

let http: HttpTest;
let admin: Send;
let owner: Send;
let providerId: string;
const OWN = '/api/v1/providers/me';
beforeAll(async () => {
  http = await httpTest();
  admin = (await signedInAs(http, 'admin')).send;
  providerId = (await seedProvider(http.app)).id;
  owner = (await signedInAs(http, 'provider_owner', { providerId })).send;
  for (const currency of ['EUR', 'GBP']) {
    const { level } = await seedNiche(http.app, { currency });
    await seedSubscription(http.app, { providerId, levelId: level.id });
  }
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

const edit = async (send: Send, url: string, caps: unknown) => {
  const { version } = (await send('GET', url)).body.data;
  return send('PATCH', url, { caps, version });
};

test('operator and provider write the caps over all subscriptions, and read them as they wrote them', async () => {
  const caps = [
    { window: 'day', kind: 'count', value: '20', weekday: 1 },
    { window: 'week', kind: 'count', value: '90', pace: 'even', gives_back: true },
    { window: 'month', kind: 'spend', value: '250.00', currency: 'GBP' },
  ];
  const url = `/api/v1/admin/providers/${providerId}`;
  expect(await edit(admin, url, caps)).toMatchObject({ status: 200, body: { data: { caps } } });
  expect((await owner('GET', OWN)).body.data.caps).toEqual(caps);
  const own = [{ window: 'day', kind: 'count', value: '5' }];
  expect(await edit(owner, OWN, [{ window: 'day', kind: 'count', value: 5 }])).toMatchObject({
    status: 200,
    body: { data: { caps: own } },
  });
  expect((await admin('GET', url)).body.data.caps).toEqual(own);
  const { body } = await admin('GET', `/api/v1/admin/audit?entity_type=provider&entity_id=${providerId}`);
  expect(body.data.find((row: { action: string }) => row.action === 'provider.changed')).toMatchObject({
    before_state: { caps: expect.any(Array) },
    after_state: { caps: own },
  });
});

test('an edit of an older version is refused and shows the caps that hold', async () => {
  const caps = [{ window: 'day', kind: 'count', value: 7 }];
  const stale = await owner('PATCH', OWN, { caps, version: 1 });
  expect(stale).toMatchObject({ status: 409, body: { code: 'version_stale' } });
  expect(JSON.stringify(stale.body.details)).toContain('caps');
});

test.each([
  [[{ window: 'day', kind: 'spend', value: '9.00' }], 'cap_currency_unused', 'caps.0.currency'],
  [
    [{ window: 'day', kind: 'spend', value: '9.00', currency: 'NOK' }],
    'cap_currency_unused',
    'caps.0.currency',
  ],
  [[{ window: 'day', kind: 'spend', value: '9.001', currency: 'EUR' }], 'cap_invalid', 'caps.0'],
  [[{ window: 'day', kind: 'count', value: '1.5' }], 'cap_invalid', 'caps.0'],
  [[{ window: 'week', kind: 'count', value: 1, weekday: 2 }], 'cap_invalid', 'caps.0.weekday'],
  [[{ window: 'total', kind: 'count', value: 1, pace: 'even' }], 'cap_invalid', 'caps.0.pace'],
  [
    [
      { window: 'day', kind: 'count', value: 1 },
      { window: 'day', kind: 'count', value: 2 },
    ],
    'cap_invalid',
    'caps.1',
  ],
  [[{ window: 'year', kind: 'count', value: 1 }], 'input_invalid', 'caps.0.window'],
  [[{ window: 'day', kind: 'count', value: -1 }], 'input_invalid', 'caps.0.value'],
  [[{ window: 'day', kind: 'count', value: 1, weekday: 8 }], 'input_invalid', 'caps.0.weekday'],
  [Array.from({ length: 21 }, () => ({ window: 'day', kind: 'count', value: 1 })), 'input_invalid', 'caps'],
  ['many', 'input_invalid', 'caps'],
])('%j is refused and names the field', async (caps, code, field) => {
  const answer = await edit(owner, OWN, caps);
  expect(answer).toMatchObject({ status: 422, body: { code } });
  expect(answer.body.details.map((one: { field: string }) => one.field)).toContain(field);
});
