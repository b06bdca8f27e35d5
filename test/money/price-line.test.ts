import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { runDeliveries } from '../../src/lead/delivery/index.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { refundAssignment } from '../../src/lead/returns/index.ts';
import { changeCreditLimit } from '../../src/money/wallet/change-credit-limit.ts';
import { adjustWallet } from '../../src/money/wallet/index.ts';
import type { OpenApp } from '../../src/platform/open-app.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { approvedLeads, openShop, type Shop, sell, startPartner } from '../support/deliveries.ts';
import { engine, stateOf } from '../support/lead.ts';
import { seedNiche, seedSubscription } from '../support/market.ts';

/** Below the lowest price that it can be charged a provider gets no leads: told and audited once in each direction. */

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

const adjust = (kind: 'credit' | 'debit', providerId: string, amount: string) =>
  adjustWallet(
    app,
    { kind, providerId, amount, currency: 'EUR', reason: 'By hand', idempotencyKey: newId() },
    SYSTEM,
  );

type Crossing = { action: string; before: { spendable: string }; after: { spendable: string } };

/** What the audit log and the mails say of a provider's price line. */
const saidOf = (providerId: string) =>
  app.db.tx(engine, async (tx) => {
    const rows = await tx<Crossing[]>`
      select a.action, a.before_state as before, a.after_state as after from audit_log a
      where a.action like 'wallet.%_price' and a.metadata ->> 'provider_id' = ${providerId}
      order by a.created_at`;
    const mails = await tx<{ template: string }[]>`
      select template from messages where provider_id = ${providerId} and template like 'balance-%'
      order by created_at`;
    return {
      audit: rows.map(({ action, before, after }) => `${action} ${before.spendable} > ${after.spendable}`),
      mails: mails.map(({ template }) => template),
    };
  });

const flagged = (subscriptionId: string) =>
  app.db.tx(engine, async (tx) => {
    const [row] = await tx`select flagged_at from subscriptions where id = ${subscriptionId}`;
    return row!.flagged_at !== null;
  });

test('credit and debit say so in both directions, with what could be spent before and after', async () => {
  const shop = await openShop(app, 'http://127.0.0.1:9/leads', { balance: 5_000n });
  await adjust('debit', shop.providerId, '40.00');
  await adjust('debit', shop.providerId, '0.01');
  await adjust('debit', shop.providerId, '0.01');
  await adjust('credit', shop.providerId, '0.02');
  expect(await saidOf(shop.providerId)).toEqual({
    audit: ['wallet.below_price 10.00 > 9.99', 'wallet.above_price 9.98 > 10.00'],
    mails: ['balance-spent', 'balance-restored'],
  });
  const [row] = await app.db.tx(
    engine,
    (tx) => tx`
      select before_state, after_state from audit_log
      where action = 'wallet.credited' and entity_id = ${shop.providerId}`,
  );
  expect([row!.before_state, row!.after_state]).toEqual([{ available: '9.98' }, { available: '10.00' }]);
});

test('a credit limit that crosses the line says the same, without any money moving', async () => {
  const shop = await openShop(app, 'http://127.0.0.1:9/leads', { balance: 500n });
  const change = (creditLimit: string, version: number) =>
    changeCreditLimit(
      app,
      { providerId: shop.providerId, creditLimit, currency: 'EUR', reason: 'Trusted', version },
      SYSTEM,
    );
  await change('4.99', 1);
  await change('5.00', 2);
  await change('0.00', 3);
  expect((await saidOf(shop.providerId)).audit).toEqual([
    'wallet.above_price 9.99 > 10.00',
    'wallet.below_price 10.00 > 5.00',
  ]);
});

/** Sells the one lead that the money is enough for, and leaves another unsold. */
async function spent(shop: Shop) {
  const [sold] = await sell(app, shop);
  const [waiting] = await approvedLeads(app, shop);
  await runDistribution(openDistributor(app));
  expect(await stateOf(app, waiting!)).toBe('unsold');
  return { sold: sold!, waiting: waiting! };
}

test('a refund brings the provider back, and wakes the lead that waited for its money', async () => {
  const shop = await openShop(app, 'http://127.0.0.1:9/leads', { balance: 1_500n });
  const { sold } = await spent(shop);
  await refundAssignment(app, { assignmentId: sold.assignmentId, reason: 'Wrong number' }, SYSTEM);
  expect(await saidOf(shop.providerId)).toEqual({
    audit: ['wallet.below_price 15.00 > 5.00', 'wallet.above_price 5.00 > 15.00'],
    mails: ['balance-spent', 'balance-restored'],
  });
  expect(await flagged(shop.subscriptionId)).toBe(true);
});

test('a released hold does the same', async () => {
  await using partner = await startPartner(() => ({ status: 422 }));
  const shop = await openShop(app, partner.url, { billOn: 'accepted', balance: 1_500n });
  await spent(shop);
  expect(await flagged(shop.subscriptionId)).toBe(false);
  await runDeliveries(app);
  expect(await saidOf(shop.providerId)).toEqual({
    audit: ['wallet.below_price 15.00 > 5.00', 'wallet.above_price 5.00 > 15.00'],
    mails: ['balance-spent', 'balance-restored'],
  });
  expect(await flagged(shop.subscriptionId)).toBe(true);
});

test('who can still buy in a cheaper niche is not told that no leads come', async () => {
  const shop = await openShop(app, 'http://127.0.0.1:9/leads', { balance: 1_500n });
  const cheap = await seedNiche(app, { levels: [{ pricePerLead: '2.00' }] });
  await seedSubscription(app, { providerId: shop.providerId, levelId: cheap.level.id });
  await sell(app, shop);
  expect(await saidOf(shop.providerId)).toEqual({ audit: [], mails: [] });
  await adjust('debit', shop.providerId, '3.01');
  expect((await saidOf(shop.providerId)).audit).toEqual(['wallet.below_price 5.00 > 1.99']);
});
