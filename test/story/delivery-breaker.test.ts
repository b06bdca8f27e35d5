import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderMessage } from '../../src/journal/messages/render.ts';
import { runDeliveries } from '../../src/lead/delivery/index.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import type { OpenApp } from '../../src/platform/open-app.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import {
  approvedLeads,
  deliveryOf,
  endpointOf,
  openShop,
  type Partner,
  type Shop,
  sell,
  startPartner,
  timePasses,
} from '../support/deliveries.ts';
import { engine, stateOf } from '../support/lead.ts';

let database: FreshDatabase;
let app: OpenApp;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { BREAKER_PROBE_MS: '60000' });
});
afterAll(async () => {
  await app.close();
  await database[Symbol.asyncDispose]();
});

/** Five deliveries that fail in one round open the breaker. */
async function breaks(partner: Partner): Promise<{ shop: Shop; sold: { id: string }[] }> {
  const shop = await openShop(app, partner.url);
  const sold = await sell(app, shop, 5);
  partner.reply = () => ({ status: 503 });
  await runDeliveries(app);
  expect(await endpointOf(app, shop.endpointId)).toMatchObject({ state: 'active', breaker_state: 'open' });
  return { shop, sold };
}

const auditOf = (endpointId: string): Promise<string[]> =>
  app.db.tx(engine, async (tx) => {
    const rows = await tx<{ action: string }[]>`
      select action from audit_log where entity_type = 'endpoint' and entity_id = ${endpointId} and actor_role = 'system'
      order by created_at`;
    return rows.map(({ action }) => action);
  });

describe('an endpoint that failed again and again', () => {
  test('attracts no leads that cost money, gets one probe at a time, and leads again after two successes', async () => {
    await using partner = await startPartner();
    const { shop, sold } = await breaks(partner);
    const [unsold] = await approvedLeads(app, shop);
    await runDistribution(openDistributor(app));
    expect(await stateOf(app, unsold!)).toBe('unsold');

    const before = partner.calls.length;
    expect(await runDeliveries(app)).toBe(0);
    await timePasses(app, shop.endpointId);
    expect(await runDeliveries(app)).toBe(1);
    expect(partner.calls.length).toBe(before + 1);
    const probed = await endpointOf(app, shop.endpointId);
    expect(probed.breaker_state).toBe('open');
    expect(probed.probe_at!.getTime()).toBeGreaterThan(Date.now() + 90_000);
    expect(probed.next_due_at).toEqual(probed.probe_at);

    partner.reply = () => ({ status: 200 });
    await timePasses(app, shop.endpointId);
    expect(await runDeliveries(app)).toBe(1);
    expect((await endpointOf(app, shop.endpointId)).breaker_state).toBe('half_open');
    expect(await runDeliveries(app)).toBe(1);
    expect(await endpointOf(app, shop.endpointId)).toMatchObject({ breaker_state: 'closed', probe_at: null });
    await runDeliveries(app);
    for (const { id } of sold) expect((await deliveryOf(app, id)).state).toBe('delivered');

    // The unsold lead gets another look, because the subscription was flagged.
    await runDistribution(openDistributor(app));
    expect(await stateOf(app, unsold!)).toBe('distributed');
    expect(await auditOf(shop.endpointId)).toEqual([
      'endpoint.created',
      'endpoint.opened',
      'endpoint.closed',
    ]);
  });

  test('is asked by a signed ping when nothing is due, and no lead goes with it', async () => {
    await using partner = await startPartner();
    const { shop, sold } = await breaks(partner);
    await app.db.tx(
      engine,
      (tx) => tx`
      update deliveries set state = 'cancelled', due_at = null, ended_at = now()
      where id = any(${sold.map(({ id }) => id)}::uuid[])`,
    );
    partner.reply = () => ({ status: 400 });
    await timePasses(app, shop.endpointId);
    expect(await runDeliveries(app)).toBe(1);
    const ping = partner.calls.at(-1)!;
    expect(JSON.parse(ping.body)).toEqual({ fairlead: { event: 'ping' } });
    expect(ping.headers['webhook-id']).toMatch(/^ping_/);
    expect(await runDeliveries(app)).toBe(1);
    expect((await endpointOf(app, shop.endpointId)).breaker_state).toBe('closed');
  });

  test('for three days is switched off, loudly', async () => {
    await using partner = await startPartner();
    const { shop } = await breaks(partner);
    await app.db.tx(
      engine,
      (tx) => tx`
      update endpoints set breaker_opened_at = now() - interval '3 days' where id = ${shop.endpointId}`,
    );
    await timePasses(app, shop.endpointId);
    await runDeliveries(app);
    expect((await endpointOf(app, shop.endpointId)).state).toBe('disabled');
    expect(await auditOf(shop.endpointId)).toEqual([
      'endpoint.created',
      'endpoint.opened',
      'endpoint.disabled',
    ]);
  });
});

test('an answer 410 switches the endpoint off, ends that delivery, and keeps the others waiting', async () => {
  await using partner = await startPartner(() => ({ status: 410 }));
  const shop = await openShop(app, partner.url, { endpoint: { slots: 1 } });
  const [first, second] = await sell(app, shop, 2);
  await runDeliveries(app);
  const states = [await deliveryOf(app, first!.id), await deliveryOf(app, second!.id)].map(
    ({ state }) => state,
  );
  expect(states.sort()).toEqual(['pending', 'refused']);
  expect((await endpointOf(app, shop.endpointId)).state).toBe('disabled');
  await timePasses(app, shop.endpointId);
  expect(await runDeliveries(app)).toBe(0);

  await app.db.tx(engine, (tx) => tx`update endpoints set state = 'active' where id = ${shop.endpointId}`);
  partner.reply = () => ({ status: 200 });
  expect(await runDeliveries(app)).toBe(1);
});

test('every message about a failing endpoint can be rendered, and holds nothing of the receiver’s own words', async () => {
  await using partner = await startPartner(() => ({
    status: 200,
    body: '{"ok":false,"why":"Anna Schmidt"}',
  }));
  const rejected = {
    kind: 'rejected',
    status: '2xx',
    path: 'ok',
    test: 'equals',
    value: 'false',
    reasonPath: 'why',
  } as const;
  const shop = await openShop(app, partner.url, { endpoint: { responseRules: [rejected] } });
  await sell(app, shop);
  await runDeliveries(app);
  const written = await app.db.tx(
    engine,
    (tx) => tx<{ template: string; params: Record<string, string> }[]>`
    select template, params from messages
    where provider_id = ${shop.providerId} and template in ('delivery-failed', 'endpoint-failing')`,
  );
  expect(written.map(({ template }) => template)).toEqual(['delivery-failed']);
  const all = await app.db.tx(
    engine,
    (tx) => tx<{ template: string; params: Record<string, string> }[]>`
    select template, params from messages where template in ('delivery-failed', 'endpoint-failing')`,
  );
  expect(new Set(all.map(({ template }) => template)).size).toBe(2);
  for (const message of all) {
    const { text } = await renderMessage({ ...message, locale: 'en-GB' }, 'http://127.0.0.1');
    expect(text).not.toContain('Anna');
  }
});
