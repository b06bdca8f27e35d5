import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDeliveries } from '../../src/lead/delivery/index.ts';
import type { OpenApp } from '../../src/platform/open-app.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { openShop, type Partner, type Shop, sell, startPartner } from '../support/deliveries.ts';
import { engine } from '../support/lead.ts';
import { until } from '../support/until.ts';

/** One partner's server hangs. It is counted who got what, not how fast: the bench measures times. */

const HEALTHY = 10;
const LEADS_EACH = 12;
const SLOTS = 5;

let database: FreshDatabase;
let app: OpenApp;
const partners: Partner[] = [];
const shops: Shop[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  // Fewer calls at a time than the leads that wait for the hanging one: they must not take all of them.
  const concurrency = { DELIVERY_CONCURRENCY_MAX: '20', DELIVERY_SLOTS_PER_ENDPOINT: String(SLOTS) };
  app = await testApp(database, { ...concurrency, POLL_BUSY_MS: '5', POLL_IDLE_MS: '20' });
  for (let count = 0; count <= HEALTHY; count += 1) {
    const partner = await startPartner(() => (count === 0 ? 'hang' : { status: 200 }));
    partners.push(partner);
    shops.push(await openShop(app, partner.url));
  }
});
afterAll(async () => {
  await Promise.all(partners.map((partner) => partner[Symbol.asyncDispose]()));
  await app?.close();
  await database?.[Symbol.asyncDispose]();
});

const delivered = (endpointId: string): Promise<number> =>
  app.db.tx(engine, async (tx) => {
    const [row] = await tx<{ count: number }[]>`
      select count(*)::int as count from deliveries where endpoint_id = ${endpointId} and state = 'delivered'`;
    return row!.count;
  });

test('ten healthy receivers get every lead while the eleventh hangs with five of its thirty, and it gets the rest when it answers', async () => {
  const [hanging, ...healthy] = partners;
  const waiting = await sell(app, shops[0]!, 30);
  for (const shop of shops.slice(1)) await sell(app, shop, LEADS_EACH);
  const deliveries = startDeliveries(app);
  try {
    for (const [at, shop] of shops.slice(1).entries()) {
      await until(async () => (await delivered(shop.endpointId)) === LEADS_EACH);
      expect(healthy[at]!.calls).toHaveLength(LEADS_EACH);
    }
    expect(hanging!.calls).toHaveLength(SLOTS);
    expect(await delivered(shops[0]!.endpointId)).toBe(0);

    hanging!.reply = () => ({ status: 200 });
    hanging!.letGo();
    await until(async () => (await delivered(shops[0]!.endpointId)) === waiting.length);
    expect(hanging!.calls).toHaveLength(waiting.length);
  } finally {
    hanging!.letGo();
    await deliveries.stop();
  }
});
