import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { runDeliveries } from '../../src/lead/delivery/index.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { archiveLevel, readLevel } from '../../src/market/catalog/index.ts';
import { editEndpoint } from '../../src/market/endpoints/index.ts';
import { unsubscribe } from '../../src/market/subscriptions/index.ts';
import type { OpenApp } from '../../src/platform/open-app.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import {
  approvedLeads,
  deliveryOf,
  endpointOf,
  openShop,
  sell,
  startPartner,
} from '../support/deliveries.ts';
import { engine } from '../support/lead.ts';

/** What arrives at a receiver, letter by letter, from the rows of the database to the bytes on the line. */

let database: FreshDatabase;
let app: OpenApp;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database);
});
afterAll(async () => {
  await app.close();
  await database[Symbol.asyncDispose]();
});

/** S001-34 to S001-46: these nine keys, in this order, with these values. */
test('the body begins with the nine keys, each with the value of the stored lead', async () => {
  await using partner = await startPartner();
  const shop = await openShop(app, partner.url);
  const [leadId] = await approvedLeads(app, shop);
  await app.db.tx(engine, async (tx) => {
    await tx`
      update leads set lead_type = 'premium', country = 'AT', submitted_at = '2026-11-20T10:15:30.123+01:00'
      where id = ${leadId!}`;
    await tx`
      update lead_contacts set name = 'Zoë "Zo" Müller', email = 'zoe.mueller@example.com', phone = '+431234567',
        country = 'AT' where lead_id = ${leadId!}`;
    await tx`insert into lead_attribution (lead_id, source_name) values (${leadId!}, 'facebook_ads')`;
    await tx`update niches set slug = 'forex' where id = ${shop.nicheId}`;
  });
  await runDistribution(openDistributor(app));
  await runDeliveries(app);
  expect(partner.calls).toHaveLength(1);
  const { body, headers } = partner.calls[0]!;
  expect(headers['content-type']).toBe('application/json');
  const nine =
    `{"lead_id":"${leadId}","name":"Zoë \\"Zo\\" Müller","email":"zoe.mueller@example.com","phone":"+431234567",` +
    '"country":"austria","niche":"forex","lead_type":"premium","source":"facebook_ads",' +
    '"timestamp":"2026-11-20T09:15:30.123Z"';
  expect(body.slice(0, nine.length)).toBe(nine);
  expect(body.slice(nine.length)).toMatch(/^,"fairlead":\{/);
  expect(Object.keys(JSON.parse(body))).toHaveLength(10);
});

test('without our own key the body is the nine keys and nothing else', async () => {
  await using partner = await startPartner();
  const shop = await openShop(app, partner.url, { endpoint: { withExtras: false } });
  await sell(app, shop);
  await runDeliveries(app);
  expect(Object.keys(JSON.parse(partner.calls[0]!.body))).toEqual([
    ...['lead_id', 'name', 'email', 'phone', 'country', 'niche', 'lead_type', 'source', 'timestamp'],
  ]);
});

test('a lead that was sold at a level which was archived since is delivered as it was sold', async () => {
  await using partner = await startPartner();
  const shop = await openShop(app, partner.url);
  const [delivery] = await sell(app, shop);
  const level = await app.db.tx({ role: 'operator' }, (tx) => readLevel(tx, shop.levelId));
  await unsubscribe(app, shop.subscriptionId, SYSTEM);
  await archiveLevel(app, shop.levelId, SYSTEM);
  await runDeliveries(app);
  expect(await deliveryOf(app, delivery!.id)).toMatchObject({ state: 'delivered', reason: null });
  expect(JSON.parse(partner.calls[0]!.body).fairlead.competition_level).toBe(level!.name);
});

test('an endpoint that is taken back into use is tried at once, not at the time of its next probe', async () => {
  await using partner = await startPartner();
  const shop = await openShop(app, partner.url);
  const [delivery] = await sell(app, shop);
  const version = await app.db.tx(engine, async (tx) => {
    const [row] = await tx<{ version: number }[]>`
      update endpoints set state = 'disabled', breaker_state = 'open', breaker_opened_at = now() - interval '3 days',
        probe_at = now() + interval '10 minutes', next_due_at = now() + interval '10 minutes'
      where id = ${shop.endpointId} returning version`;
    return row!.version;
  });
  await editEndpoint(app, { id: shop.endpointId, expected: version, edit: { state: 'active' } }, SYSTEM);
  expect(await runDeliveries(app)).toBe(1);
  expect((await deliveryOf(app, delivery!.id)).state).toBe('delivered');
  expect(await endpointOf(app, shop.endpointId)).toMatchObject({
    breaker_state: 'closed',
    next_due_at: null,
  });
});
