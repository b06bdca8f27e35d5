import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runDeliveries } from '../../src/lead/delivery/index.ts';
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
} from '../support/deliveries.ts';

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
