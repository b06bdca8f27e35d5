import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runDeliveries, startDeliveries } from '../../src/lead/delivery/index.ts';
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
import { until } from '../support/until.ts';

/** Workers beside each other and workers that vanish. A second `testApp` is a second process. */

let database: FreshDatabase;
let app: OpenApp;
let other: OpenApp;

beforeAll(async () => {
  database = await freshDatabase();
  const settings = {
    DELIVERY_SLOTS_PER_ENDPOINT: '2',
    LEASE_MS: '60000',
    POLL_BUSY_MS: '5',
    POLL_IDLE_MS: '10',
  };
  app = await testApp(database, settings);
  other = await testApp(database, settings);
  // Two processes of one installation have the same keys.
  Object.assign(other.secrets, app.secrets);
});
afterAll(async () => {
  await Promise.all([app.close(), other.close()]);
  await database[Symbol.asyncDispose]();
});

const came = (partner: Partner, count: number) => until(() => partner.calls.length >= count);

describe('a receiver that hangs', () => {
  test('takes its own slots and nobody else’s: the others are served meanwhile', async () => {
    await using hanging = await startPartner(() => 'hang');
    await using healthy = await startPartner();
    const slow = await openShop(app, hanging.url);
    const quick = await openShop(app, healthy.url);
    const stuck = await sell(app, slow, 5);
    const deliveries = startDeliveries(app);
    await came(hanging, 2);
    const sold = await sell(app, quick, 6);
    // New work for the full endpoint: it is looked at, and nothing is taken.
    stuck.push(...(await sell(app, slow, 2)));
    deliveries.wake();
    await until(async () => (await statesOf(sold)).every((state) => state === 'delivered'));
    expect(hanging.calls).toHaveLength(2);
    expect((await statesOf(stuck)).sort()).toEqual([...Array(5).fill('pending'), 'sending', 'sending']);
    // A full endpoint is not looked at again before one of its leases could end.
    expect(await runDeliveries(other)).toBe(0);
    expect((await endpointOf(app, slow.endpointId)).next_due_at!.getTime()).toBeGreaterThan(
      Date.now() + 20_000,
    );
    hanging.reply = () => ({ status: 200 });
    hanging.letGo();
    await until(async () => (await statesOf(stuck)).every((state) => state === 'delivered'));
    await deliveries.stop();
  });

  test('never gets more at a time than it has slots, however many workers there are', async () => {
    let open = 0;
    let most = 0;
    await using partner = await startPartner(() => {
      open += 1;
      most = Math.max(most, open);
      return 'hang';
    });
    const shop = await openShop(app, partner.url);
    const sold = await sell(app, shop, 12);
    const workers = [startDeliveries(app), startDeliveries(other)];
    for (let served = 0; served < 12; served += 2) {
      await came(partner, served + 2);
      expect(open).toBe(2);
      open = 0;
      partner.letGo();
    }
    await until(async () => (await statesOf(sold)).every((state) => state === 'delivered'));
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(most).toBe(2);
    expect(partner.calls).toHaveLength(12);
  });

  test('does not lose its lease while the call is under way', async () => {
    const patient = await testApp(database, { LEASE_MS: '500', LEASE_RENEW_MS: '100' });
    Object.assign(patient.secrets, app.secrets);
    await using partner = await startPartner(() => 'hang');
    const shop = await openShop(app, partner.url);
    const [delivery] = await sell(app, shop);
    const round = runDeliveries(patient);
    await came(partner, 1);
    const began = Date.now();
    await until(() => Date.now() - began > 900);
    expect(await runDeliveries(other)).toBe(0);
    partner.letGo();
    await round;
    expect(await attemptsOf(app, delivery!.id)).toMatchObject([{ outcome: 'delivered' }]);
    await patient.close();
  });
});

describe('a worker that vanishes with a call under way', () => {
  test('is followed by another when its lease ends; its try counts as lost, and its late answer moves nothing', async () => {
    await using partner = await startPartner(() => 'hang');
    const shop = await openShop(app, partner.url);
    const [delivery] = await sell(app, shop);
    const vanished = runDeliveries(app);
    await came(partner, 1);
    expect(await runDeliveries(other)).toBe(0);
    await timePasses(other, shop.endpointId);
    const taken = runDeliveries(other);
    await came(partner, 2);
    expect(await deliveryOf(other, delivery!.id)).toMatchObject({
      state: 'sending',
      tries: 2,
      unknown_seen: true,
    });
    const token = (await deliveryOf(other, delivery!.id)).lease_token;

    // Both calls are answered: the one that lost its lease may not end the delivery.
    partner.letGo(500);
    await Promise.all([vanished, taken]);
    const attempts = await attemptsOf(other, delivery!.id);
    expect(attempts.map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, 'lost'],
      [2, 'retry'],
      [3, 'retry'],
    ]);
    expect(token).not.toBeNull();
    expect(await deliveryOf(other, delivery!.id)).toMatchObject({
      state: 'pending',
      tries: 2,
      unknown_seen: true,
    });

    partner.reply = () => ({ status: 409 });
    await timePasses(other, shop.endpointId);
    await runDeliveries(other);
    expect(await deliveryOf(other, delivery!.id)).toMatchObject({ state: 'delivered', tries: 3 });
  });

  test('cannot end a delivery that another worker is sending', async () => {
    await using first = await startPartner(() => 'hang');
    await using second = await startPartner(() => 'hang');
    const shop = await openShop(app, first.url, { billOn: 'accepted' });
    const [delivery] = await sell(app, shop);
    const vanished = runDeliveries(app);
    await came(first, 1);
    await app.db.tx(
      { role: 'engine' },
      (tx) => tx`
      update endpoints set url = ${second.url} where id = ${shop.endpointId}`,
    );
    await timePasses(other, shop.endpointId);
    const taken = runDeliveries(other);
    await came(second, 1);
    first.letGo(200);
    await vanished;
    expect(await deliveryOf(other, delivery!.id)).toMatchObject({ state: 'sending', tries: 2 });
    expect(await assignmentState(delivery!.assignmentId)).toBe('held');
    second.letGo(200);
    await taken;
    expect(await assignmentState(delivery!.assignmentId)).toBe('charged');
    expect(await deliveryOf(other, delivery!.id)).toMatchObject({ state: 'delivered' });
    expect((await attemptsOf(other, delivery!.id)).map(({ number }) => number)).toEqual([1, 2, 3]);
  });
});

test('a stop waits for what is under way and takes nothing new', async () => {
  await using partner = await startPartner(() => 'hang');
  const shop = await openShop(app, partner.url);
  const sold = await sell(app, shop, 3);
  const deliveries = startDeliveries(app);
  await came(partner, 2);
  const stopped = deliveries.stop();
  partner.letGo(200);
  await stopped;
  expect((await statesOf(sold)).sort()).toEqual(['delivered', 'delivered', 'pending']);
});

const statesOf = async (sold: readonly { id: string }[]): Promise<string[]> =>
  Promise.all(sold.map(async ({ id }) => (await deliveryOf(app, id)).state));

const assignmentState = (id: string): Promise<string> =>
  app.db.tx({ role: 'engine' }, async (tx) => {
    const [row] = await tx<{ state: string }[]>`select state from assignments where id = ${id}`;
    return row!.state;
  });
