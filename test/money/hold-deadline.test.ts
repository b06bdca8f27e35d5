import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser } from '../../src/access/index.ts';
import { runAudit } from '../../src/cli/audit.ts';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { releaseOverdue, runDeliveries } from '../../src/lead/delivery/index.ts';
import { resume } from '../../src/market/subscriptions/index.ts';
import { readWallets } from '../../src/money/ledger/index.ts';
import type { OpenApp } from '../../src/platform/open-app.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import {
  attemptsOf,
  deliveryOf,
  openShop,
  type Reply,
  type Shop,
  sell,
  startPartner,
  timePasses,
} from '../support/deliveries.ts';
import { engine } from '../support/lead.ts';
import { until } from '../support/until.ts';

/** `bill_on = accepted`: 10.00 of 100.00 are held, and half an hour later nobody waits for what did not arrive. */

let database: FreshDatabase;
let app: OpenApp;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { DELIVERY_RETRY_OFFSETS_MS: '0,60000,120000' });
  const person = { firstName: 'Olga', lastName: 'Operator', passwordHash: 'none' };
  await app.db.tx({ role: 'operator' }, (tx) =>
    createUser(tx, { ...person, email: 'olga@example.com', role: 'operator', providerId: null }),
  );
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

/** As if the lead had become ready, and its first try due, that much earlier. */
const earlier = (leadId: string, minutes: number, of: 'lead' | 'both' = 'both') =>
  app.db.tx(engine, async (tx) => {
    const by = tx`${minutes} * interval '1 minute'`;
    await tx`update leads set ready_at = ready_at - ${by} where id = ${leadId}`;
    if (of === 'lead') return;
    await tx`update deliveries set first_due_at = first_due_at - ${by} where lead_id = ${leadId}`;
  });

const assignmentOf = (id: string) =>
  app.db.tx(engine, async (tx) => {
    const [row] = await tx<{ state: string; release_reason: string | null }[]>`
      select state, release_reason from assignments where id = ${id}`;
    return row!;
  });

const moneyOf = (shop: Shop) =>
  app.db.tx(engine, async (tx) => {
    const [wallet] = await readWallets(tx, [shop.providerId], 'EUR');
    const transfers = await tx<{ kind: string; memo: string | null }[]>`
      select kind, memo from transfers where provider_id = ${shop.providerId} order by seq`;
    return { kinds: transfers.map(({ kind }) => kind), available: wallet!.available, held: wallet!.held };
  });

const mailsOf = (template: string, leadId: string | null = null) =>
  app.db.tx(engine, async (tx) => {
    const rows = await tx<{ recipient: string }[]>`
      select recipient from messages
      where template = ${template} and (${leadId}::uuid is null or lead_id = ${leadId}::uuid) order by recipient`;
    return rows.map(({ recipient }) => recipient);
  });

const released = { kinds: ['deposit', 'hold', 'release'], available: 10_000n, held: 0n };
const held = { kinds: ['deposit', 'hold'], available: 9_000n, held: 1_000n };
const captured = { kinds: ['deposit', 'hold', 'capture'], available: 9_000n, held: 0n };

const table: [
  name: string,
  answers: Reply[],
  minutes: number,
  assignment: { state: string; release_reason: string | null },
  money: object,
  delivery: string,
][] = [
  ['was never tried', [], 31, { state: 'released', release_reason: 'late' }, released, 'dead'],
  ['was never tried, in time', [], 29, { state: 'held', release_reason: null }, held, 'pending'],
  ['got a no for now', [down], 31, { state: 'released', release_reason: 'late' }, released, 'dead'],
  ['got a no for now, in time', [down], 29, { state: 'held', release_reason: null }, held, 'pending'],
  ['may have arrived', ['drop'], 31, { state: 'held', release_reason: null }, held, 'pending'],
  [
    'may have arrived, then a no',
    ['drop', down],
    31,
    { state: 'held', release_reason: null },
    held,
    'pending',
  ],
  ['was accepted', [ok], 31, { state: 'charged', release_reason: null }, captured, 'delivered'],
  ['was refused', [no], 31, { state: 'released', release_reason: 'refused' }, released, 'refused'],
];

describe('the deadline', () => {
  test.each(table)('of a lead that %s', async (_name, answers, minutes, assignment, money, state) => {
    const said = [...answers];
    await using partner = await startPartner(() => said.shift()!);
    const shop = await openShop(app, partner.url, { billOn: 'accepted', balance: 10_000n });
    const [delivery] = await sell(app, shop);
    for (const _answer of answers) {
      await runDeliveries(app);
      await timePasses(app, shop.endpointId);
    }
    await earlier(delivery!.leadId, minutes);
    await releaseOverdue(app);
    expect(await assignmentOf(delivery!.assignmentId)).toEqual(assignment);
    expect(await moneyOf(shop)).toEqual(money);
    const row = await deliveryOf(app, delivery!.id);
    expect(row.state).toBe(state);
    if (state === 'dead') expect(row.reason).toBe('not_accepted_in_time');
    // It is not tried again, and asking again moves nothing.
    const calls = partner.calls.length;
    await releaseOverdue(app);
    if (row.due_at === null) {
      await timePasses(app, shop.endpointId);
      await runDeliveries(app);
      expect(partner.calls).toHaveLength(calls);
    }
    expect(await moneyOf(shop)).toEqual(money);
  });

  test('counts from the sale where the lead was ready long before', async () => {
    const shop = await openShop(app, 'http://127.0.0.1:9/leads', { billOn: 'accepted', balance: 10_000n });
    const [delivery] = await sell(app, shop);
    await earlier(delivery!.leadId, 300, 'lead');
    expect(await releaseOverdue(app)).toBe(0);
    await earlier(delivery!.leadId, 31);
    expect(await releaseOverdue(app)).toBe(1);
  });

  test('counts from the opening where the lead waits for it', async () => {
    const zone = 'Europe/Berlin';
    // Closed today and for two days more, whatever day it is.
    const now = Date.now();
    const dates = [-1, 0, 1, 2].map((day) => new Date(now + day * 86_400_000).toISOString().slice(0, 10));
    const schedule = {
      zone,
      weekly: null,
      exceptions: dates.map((date) => ({ date, closed: true as const })),
    };
    const shop = await openShop(app, 'http://127.0.0.1:9/leads', {
      ...{ billOn: 'accepted', balance: 10_000n },
      subscription: { schedule, timezone: zone, offHours: 'hold' },
    });
    const [delivery] = await sell(app, shop);
    const opening = (await deliveryOf(app, delivery!.id)).due_at!.getTime();
    expect(opening - now).toBeGreaterThan(86_400_000);
    await earlier(delivery!.leadId, 31, 'lead');
    expect(await releaseOverdue(app)).toBe(0);
    const minutes = Math.ceil((opening - now) / 60_000);
    await earlier(delivery!.leadId, minutes + 29);
    expect(await releaseOverdue(app)).toBe(0);
    await earlier(delivery!.leadId, 2);
    expect(await releaseOverdue(app)).toBe(1);
  });

  test('waits for a try that is under way, and takes its acceptance', async () => {
    await using partner = await startPartner(() => 'hang');
    const shop = await openShop(app, partner.url, { billOn: 'accepted', balance: 10_000n });
    const [delivery] = await sell(app, shop);
    const sending = runDeliveries(app);
    await until(() => partner.calls.length > 0);
    await earlier(delivery!.leadId, 31);
    expect(await releaseOverdue(app)).toBe(0);
    partner.letGo();
    await sending;
    expect(await moneyOf(shop)).toEqual(captured);
  });

  test('ends in a release that is unresolved where a try may have arrived and nobody ever said yes or no', async () => {
    const said: Reply[] = ['drop', down, down];
    await using partner = await startPartner(() => said.shift()!);
    const shop = await openShop(app, partner.url, { billOn: 'accepted', balance: 10_000n });
    const [delivery] = await sell(app, shop);
    for (let round = 0; round < 3; round += 1) {
      await runDeliveries(app);
      await timePasses(app, shop.endpointId);
    }
    expect(await assignmentOf(delivery!.assignmentId)).toEqual({
      ...{ state: 'released', release_reason: 'unresolved' },
    });
    expect(await moneyOf(shop)).toEqual(released);
    expect(await mailsOf('delivery-unresolved', delivery!.leadId)).toEqual(['olga@example.com']);
    const [row] = await app.db.tx(
      engine,
      (tx) => tx`
        select after_state from audit_log
        where action = 'assignment.released' and entity_id = ${delivery!.assignmentId}`,
    );
    expect(row!.after_state).toMatchObject({ state: 'released', release_reason: 'unresolved' });
  });

  test('a refusal after a try that may have arrived leaves it unresolved too', async () => {
    const said: Reply[] = ['drop', no];
    await using partner = await startPartner(() => said.shift()!);
    const shop = await openShop(app, partner.url, { billOn: 'accepted', balance: 10_000n });
    const [delivery] = await sell(app, shop);
    for (let round = 0; round < 2; round += 1) {
      await runDeliveries(app);
      await timePasses(app, shop.endpointId);
    }
    expect(await assignmentOf(delivery!.assignmentId)).toMatchObject({ release_reason: 'unresolved' });
  });

  test('an acceptance that comes after the release is kept as a try and moves no money', async () => {
    await using partner = await startPartner(() => 'hang');
    const shop = await openShop(app, partner.url, { billOn: 'accepted', balance: 10_000n });
    const [delivery] = await sell(app, shop);
    const sending = runDeliveries(app);
    await until(() => partner.calls.length > 0);
    // The worker is taken for dead, and the lead's next try is a last no.
    await timePasses(app, shop.endpointId);
    partner.reply = () => no;
    await runDeliveries(app);
    expect(await assignmentOf(delivery!.assignmentId)).toMatchObject({ state: 'released' });
    partner.letGo(200);
    await sending;
    expect((await attemptsOf(app, delivery!.id)).map(({ outcome }) => outcome)).toEqual([
      ...['lost', 'refused', 'delivered'],
    ]);
    expect((await deliveryOf(app, delivery!.id)).state).toBe('refused');
    expect(await moneyOf(shop)).toEqual(released);
  });
});

test('the person is shown in the portal only after the receiver accepted', async () => {
  await using partner = await startPartner(() => ok);
  const shop = await openShop(app, partner.url, { billOn: 'accepted', balance: 10_000n });
  const seen = (leadId: string) =>
    app.db.tx({ role: 'provider', providerId: shop.providerId }, async (tx) => {
      const rows = await tx`select 1 from lead_contacts where lead_id = ${leadId}`;
      return rows.length;
    });
  const [taken, late] = await sell(app, shop, 2);
  expect([await seen(taken!.leadId), await seen(late!.leadId)]).toEqual([0, 0]);
  await earlier(late!.leadId, 31);
  await releaseOverdue(app);
  await runDeliveries(app);
  expect([await seen(taken!.leadId), await seen(late!.leadId)]).toEqual([1, 0]);
});

describe('refusals', () => {
  const rejects = {
    responseRules: [{ kind: 'rejected', status: '422', path: null, test: null, value: null }],
  };
  const pausedOf = (shop: Shop) =>
    app.db.tx(engine, async (tx) => {
      const [row] = await tx<{ paused: boolean }[]>`
        select paused from subscriptions where id = ${shop.subscriptionId}`;
      return row!.paused;
    });
  const refuse = async (shop: Shop, count: number) => {
    for (let made = 0; made < count; made += 1) {
      await sell(app, shop);
      await runDeliveries(app);
    }
  };

  test('of more than 10 of the last 50 leads pause the subscription, and both sides are told', async () => {
    await using partner = await startPartner(() => no);
    const shop = await openShop(app, partner.url, {
      ...{ billOn: 'accepted', balance: 100_000n },
      endpoint: rejects as never,
    });
    await refuse(shop, 10);
    expect(await pausedOf(shop)).toBe(false);
    partner.reply = () => ok;
    await refuse(shop, 3);
    partner.reply = () => no;
    await refuse(shop, 1);
    expect(await pausedOf(shop)).toBe(true);
    const told = await mailsOf('subscription-paused');
    expect(told).toHaveLength(2);
    expect(told).toContain('olga@example.com');
    const [row] = await app.db.tx(
      engine,
      (tx) => tx`
        select actor_role, metadata from audit_log
        where action = 'subscription.paused' and entity_id = ${shop.subscriptionId}`,
    );
    expect(row).toMatchObject({ actor_role: 'system', metadata: { refused: 11, of: 14 } });
    expect(await sell(app, shop)).toEqual([]);

    // Whoever resumes it begins anew: what was counted is not counted again.
    await resume(app, shop.subscriptionId, SYSTEM);
    await refuse(shop, 1);
    expect(await pausedOf(shop)).toBe(false);
  });

  test('among the 50 before the last 50 count no more', async () => {
    await using partner = await startPartner(() => no);
    const shop = await openShop(app, partner.url, {
      ...{ billOn: 'accepted', balance: 1_000_000n },
      endpoint: { ...rejects, slots: 100 } as never,
    });
    await refuse(shop, 10);
    partner.reply = () => ok;
    await sell(app, shop, 49);
    await runDeliveries(app);
    partner.reply = () => no;
    await refuse(shop, 1);
    expect(await pausedOf(shop)).toBe(false);
  });

  test('that are no words of the receiver pause nothing', async () => {
    await using partner = await startPartner(() => ({ status: 410 }));
    const shop = await openShop(app, partner.url, { billOn: 'accepted', balance: 100_000n });
    await sell(app, shop, 12);
    await app.db.tx(engine, (tx) => tx`update endpoints set slots = 12 where id = ${shop.endpointId}`);
    await runDeliveries(app);
    expect((await moneyOf(shop)).kinds.filter((kind) => kind === 'release')).toHaveLength(12);
    expect(await pausedOf(shop)).toBe(false);
  });
});
