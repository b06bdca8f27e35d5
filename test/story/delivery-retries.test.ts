import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { runDeliveries } from '../../src/lead/delivery/index.ts';
import { editEndpoint } from '../../src/market/endpoints/index.ts';
import type { OpenApp } from '../../src/platform/open-app.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import {
  attemptsOf,
  deliveryOf,
  endpointOf,
  openShop,
  type Partner,
  sell,
  startPartner,
  timePasses,
} from '../support/deliveries.ts';
import { engine } from '../support/lead.ts';

let database: FreshDatabase;
let app: OpenApp;
let partner: Partner;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { DELIVERY_RETRY_OFFSETS_MS: '0,60000,120000,180000' });
});
afterAll(async () => {
  await app.close();
  await database[Symbol.asyncDispose]();
});

const opened = async (reply?: Partner['reply']) => {
  partner = await startPartner(reply);
  return partner;
};

describe('a lead that was sold', () => {
  test('is delivered within one round, signed so that the standard library accepts it', async () => {
    await using receiver = await opened(() => ({ status: 200, body: '{"id":"crm-7"}' }));
    const shop = await openShop(app, receiver.url, {
      endpoint: {
        responseRules: [{ kind: 'reference', status: '2xx', path: 'id', test: null, value: null }],
      },
    });
    const [delivery] = await sell(app, shop);
    expect(await runDeliveries(app)).toBe(1);
    const { headers, body } = receiver.calls[0]!;
    const lead = new Webhook(shop.secret).verify(body, headers as Record<string, string>) as {
      lead_id: string;
    };
    expect(lead).toMatchObject({
      lead_id: delivery!.leadId,
      name: 'Anna Schmidt',
      phone: '+4930123456',
      country: 'germany',
      lead_type: 'raw',
      fairlead: { assignment_id: delivery!.assignmentId, price: '10.00', currency: 'EUR', test: false },
    });
    expect(headers['webhook-id']).toBe(`dlv_${delivery!.id}`);
    expect(headers['idempotency-key']).toBe(`dlv_${delivery!.id}`);
    expect(await deliveryOf(app, delivery!.id)).toMatchObject({
      state: 'delivered',
      tries: 1,
      due_at: null,
      partner_reference: 'crm-7',
      lease_token: null,
    });
    expect(await attemptsOf(app, delivery!.id)).toEqual([
      { number: 1, outcome: 'delivered', status: 200, reason: null, answer: '{"id":"crm-7"}' },
    ]);
    expect(await endpointOf(app, shop.endpointId)).toMatchObject({
      next_due_at: null,
      breaker_state: 'closed',
    });
    expect(await runDeliveries(app)).toBe(0);
  });
});

describe('a partner that is down', () => {
  test('gets the lead when it is back: same id, same bytes, a signature of its own for each try', async () => {
    await using receiver = await opened(() => ({ status: 503 }));
    const shop = await openShop(app, receiver.url);
    const [delivery] = await sell(app, shop);
    await runDeliveries(app);
    const waiting = await deliveryOf(app, delivery!.id);
    expect(waiting).toMatchObject({ state: 'pending', tries: 1, reason: 'status_503', lease_token: null });
    expect((await endpointOf(app, shop.endpointId)).next_due_at).toEqual(waiting.due_at);
    expect(await runDeliveries(app)).toBe(0);

    receiver.reply = () => ({ status: 200 });
    await timePasses(app, shop.endpointId);
    expect(await runDeliveries(app)).toBe(1);
    expect(await deliveryOf(app, delivery!.id)).toMatchObject({ state: 'delivered', tries: 2, reason: null });
    const [first, second] = receiver.calls;
    expect(second!.body).toBe(first!.body);
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    for (const call of receiver.calls) {
      new Webhook(shop.secret).verify(call.body, call.headers as Record<string, string>);
    }
    expect((await attemptsOf(app, delivery!.id)).map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, 'retry'],
      [2, 'delivered'],
    ]);
  });

  test('until the schedule is used up has its lead in the portal, and both sides are told once an hour', async () => {
    await using receiver = await opened(() => ({ status: 500 }));
    const shop = await openShop(app, receiver.url);
    const staff = await told(app, 'delivery-failed');
    const [delivery] = await sell(app, shop);
    for (let round = 0; round < 4; round += 1) {
      await runDeliveries(app);
      await timePasses(app, shop.endpointId);
    }
    expect(await deliveryOf(app, delivery!.id)).toMatchObject({
      state: 'dead',
      tries: 4,
      reason: 'status_500',
    });
    expect(receiver.calls).toHaveLength(4);
    expect(await told(app, 'delivery-failed')).toBe(staff + 1);

    receiver.reply = () => ({ status: 422 });
    await sell(app, shop);
    await runDeliveries(app);
    expect(await told(app, 'delivery-failed')).toBe(staff + 1);
  });

  test('is asked at its present address with its present headers, but with the bytes of the first try', async () => {
    await using receiver = await opened(() => ({ status: 503 }));
    await using moved = await startPartner();
    const shop = await openShop(app, receiver.url);
    await sell(app, shop);
    await runDeliveries(app);
    await app.db.tx(engine, async (tx) => {
      await tx`update endpoints set url = ${moved.url}, format = 'xml' where id = ${shop.endpointId}`;
      await tx`update lead_contacts set name = 'Somebody Else'`;
    });
    await timePasses(app, shop.endpointId);
    await runDeliveries(app);
    expect(moved.calls).toHaveLength(1);
    expect(moved.calls[0]!.body).toBe(receiver.calls[0]!.body);
    expect(moved.calls[0]!.headers['content-type']).toBe('application/json');
  });
});

describe('an answer that never comes', () => {
  test('is unknown; "I have it already" on the next try then means delivered', async () => {
    await using receiver = await opened(() => 'drop');
    const shop = await openShop(app, receiver.url);
    const [delivery] = await sell(app, shop);
    await runDeliveries(app);
    expect(await deliveryOf(app, delivery!.id)).toMatchObject({ state: 'pending', unknown_seen: true });
    receiver.reply = () => ({ status: 409 });
    await timePasses(app, shop.endpointId);
    await runDeliveries(app);
    expect(await deliveryOf(app, delivery!.id)).toMatchObject({ state: 'delivered' });
    const attempts = await attemptsOf(app, delivery!.id);
    expect(attempts.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['unknown', 'connection_reset'],
      ['delivered', 'duplicate'],
    ]);
  });

  test('does not turn the first "I have it already" into an acceptance', async () => {
    await using receiver = await opened(() => ({ status: 409 }));
    const shop = await openShop(app, receiver.url);
    const [delivery] = await sell(app, shop);
    await runDeliveries(app);
    expect(await deliveryOf(app, delivery!.id)).toMatchObject({ state: 'refused', reason: 'duplicate' });
  });
});

describe('a lead that lacks a field the endpoint requires since it was sold', () => {
  test('is refused without a call and without an attempt', async () => {
    await using receiver = await opened();
    const shop = await openShop(app, receiver.url, { endpoint: { requiredFields: ['email'] } });
    const [delivery] = await sell(app, shop, 1, { name: null });
    const edit = { requiredFields: ['email', 'name'] };
    await editEndpoint(app, { id: shop.endpointId, expected: 1, edit }, SYSTEM);
    expect(await runDeliveries(app)).toBe(1);
    expect(await deliveryOf(app, delivery!.id)).toMatchObject({
      state: 'refused',
      tries: 0,
      reason: 'missing_required_fields',
    });
    expect(await attemptsOf(app, delivery!.id)).toEqual([]);
    expect(receiver.calls).toEqual([]);
  });
});

test('what an answer says is kept up to 4 KiB, and the passwords of the endpoint are not', async () => {
  await using receiver = await opened(() => ({
    status: 400,
    body: `${'ä'.repeat(3_000)}`,
    headers: { 'set-cookie': 'session=secret', 'x-reason': 'no' },
  }));
  const shop = await openShop(app, receiver.url, { endpoint: { headers: { 'x-api-key': 'very secret' } } });
  const [delivery] = await sell(app, shop);
  await runDeliveries(app);
  expect(receiver.calls[0]!.headers['x-api-key']).toBe('very secret');
  const [row] = await app.db.tx(
    engine,
    (tx) => tx<
      { answer: string; answer_truncated: boolean; request_headers: object; response_headers: object }[]
    >`
      select answer, answer_truncated, request_headers, response_headers from attempts
      where delivery_id = ${delivery!.id}`,
  );
  expect(row!.answer).toBe('ä'.repeat(2_048));
  expect(row!.answer_truncated).toBe(true);
  expect(row!.request_headers).toMatchObject({
    'x-api-key': '[hidden]',
    'webhook-id': `dlv_${delivery!.id}`,
  });
  expect(row!.response_headers).toMatchObject({ 'set-cookie': '[hidden]', 'x-reason': 'no' });
});

const told = (from: OpenApp, template: string): Promise<number> =>
  from.db.tx(engine, async (tx) => {
    const [row] = await tx<{ count: number }[]>`
      select count(*)::int as count from messages where template = ${template}`;
    return row!.count;
  });
