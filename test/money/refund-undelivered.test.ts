import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAudit } from '../../src/cli/audit.ts';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { endStranded, runDeliveries } from '../../src/lead/delivery/index.ts';
import { resendDelivery } from '../../src/lead/delivery/resend-deliveries.ts';
import { editLevel, readLevel } from '../../src/market/catalog/index.ts';
import type { OpenApp } from '../../src/platform/open-app.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import {
  deliveryOf,
  openShop,
  type Reply,
  type Shop,
  sell,
  startPartner,
  timePasses,
} from '../support/deliveries.ts';
import { engine } from '../support/lead.ts';

/** `bill_on = assigned` with `refund_undelivered`: 10.00 are charged at the sale, and come back when nothing arrives. */

let database: FreshDatabase;
let app: OpenApp;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { DELIVERY_RETRY_OFFSETS_MS: '0,60000,120000' });
});
afterAll(async () => {
  const { findings } = await runAudit({ ownerUrl: database.ownerUrl, print: () => {} });
  await app.close();
  await database[Symbol.asyncDispose]();
  expect(findings).toEqual([]);
});

const ok: Reply = { status: 200 };
const no: Reply = { status: 422 };
const down: Reply = { status: 503 };

const moneyOf = (shop: Shop) =>
  app.db.tx(engine, async (tx) => {
    const rows = await tx<{ kind: string }[]>`
      select kind from transfers where provider_id = ${shop.providerId} order by seq`;
    return rows.map(({ kind }) => kind);
  });
const assignmentOf = (id: string) =>
  app.db.tx(engine, async (tx) => {
    const [row] = await tx<{ state: string; refund_reason: string | null }[]>`
      select state, refund_reason from assignments where id = ${id}`;
    return row!;
  });

const kept = ['deposit', 'charge'];
const back = ['deposit', 'charge', 'refund'];

const table: [name: string, refunds: boolean, answers: Reply[], delivery: string, money: string[]][] = [
  ['taken', true, [ok], 'delivered', kept],
  ['taken at the second try', true, [down, ok], 'delivered', kept],
  ['refused', true, [no], 'refused', back],
  ['refused by an endpoint that is gone', true, [{ status: 410 }], 'refused', back],
  ['down for now', true, [down], 'pending', kept],
  ['down to the end', true, [down, down, down], 'dead', back],
  ['perhaps taken', true, ['drop'], 'pending', kept],
  ['perhaps taken, to the end', true, ['drop', down, down], 'dead', back],
  ['refused, at a level that keeps the money', false, [no], 'refused', kept],
  ['down to the end, at a level that keeps the money', false, [down, down, down], 'dead', kept],
];

test.each(table)('a charged lead that is %s', async (_name, refundUndelivered, answers, state, money) => {
  const said = [...answers];
  await using partner = await startPartner(() => said.shift()!);
  const shop = await openShop(app, partner.url, { refundUndelivered, balance: 10_000n });
  const [delivery] = await sell(app, shop);
  for (const _answer of answers) {
    await runDeliveries(app);
    await timePasses(app, shop.endpointId);
  }
  expect((await deliveryOf(app, delivery!.id)).state).toBe(state);
  expect(await moneyOf(shop)).toEqual(money);
  const refunded = money === back;
  expect((await assignmentOf(delivery!.assignmentId)).state).toBe(refunded ? 'refunded' : 'charged');
  if (!refunded) return;
  await app.db.tx({ role: 'provider', providerId: shop.providerId }, async (tx) => {
    const [entry] = await tx<{ memo: string }[]>`select memo from transfers where kind = 'refund'`;
    expect(entry!.memo).toBe((await assignmentOf(delivery!.assignmentId)).refund_reason);
    expect(await tx`select 1 from lead_contacts where lead_id = ${delivery!.leadId}`).toHaveLength(0);
  });
  const [mail] = await app.db.tx(
    engine,
    (tx) =>
      tx`select count(*)::int as n from messages where template = 'lead-refunded' and lead_id = ${delivery!.leadId}`,
  );
  expect(mail!.n).toBe(1);
  await expect(resendDelivery(app, delivery!.id, SYSTEM)).rejects.toMatchObject({
    code: 'delivery_not_paid',
  });
});

test.each([
  [true, back],
  [false, kept],
])('what the level said at the decision counts (it said %s), not what it says later', async (said, money) => {
  await using partner = await startPartner(() => no);
  const shop = await openShop(app, partner.url, { refundUndelivered: said, balance: 10_000n });
  await sell(app, shop);
  const level = await app.db.tx({ role: 'operator' }, (tx) => readLevel(tx, shop.levelId));
  const edit = { refundUndelivered: !said };
  await editLevel(app, { id: shop.levelId, expected: level!.version, edit }, SYSTEM);
  await runDeliveries(app);
  expect(await moneyOf(shop)).toEqual(money);
});

test('a lead that was refused without a call, because it lacks what the endpoint requires, is paid back', async () => {
  await using partner = await startPartner(() => ok);
  const shop = await openShop(app, partner.url, { refundUndelivered: true, balance: 10_000n });
  const [delivery] = await sell(app, shop);
  // Since the sale.
  await app.db.tx(
    engine,
    (tx) => tx`update endpoints set required_fields = '{name,street}' where id = ${shop.endpointId}`,
  );
  await runDeliveries(app);
  expect(partner.calls).toHaveLength(0);
  expect(await deliveryOf(app, delivery!.id)).toMatchObject({ state: 'refused', tries: 0 });
  expect(await moneyOf(shop)).toEqual(back);
});

test('what arrived once stays charged when it is sent again and refused', async () => {
  await using partner = await startPartner(() => ok);
  const shop = await openShop(app, partner.url, { refundUndelivered: true, balance: 10_000n });
  const [delivery] = await sell(app, shop);
  await runDeliveries(app);
  await resendDelivery(app, delivery!.id, SYSTEM);
  partner.reply = () => no;
  await runDeliveries(app);
  expect((await deliveryOf(app, delivery!.id)).state).toBe('refused');
  expect(await moneyOf(shop)).toEqual(kept);
});

test('what waits at an endpoint that stays switched off is paid back when it is given up', async () => {
  const shop = await openShop(app, 'http://127.0.0.1:9/leads', { refundUndelivered: true, balance: 10_000n });
  const [delivery] = await sell(app, shop);
  await app.db.tx(engine, async (tx) => {
    await tx`update endpoints set state = 'disabled' where id = ${shop.endpointId}`;
    await tx`update deliveries set due_at = now() - interval '121 seconds' where id = ${delivery!.id}`;
  });
  expect(await endStranded(app)).toBe(1);
  expect(await moneyOf(shop)).toEqual(back);
});
