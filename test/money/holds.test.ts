import { afterAll, beforeAll, expect, test } from 'vitest';
import { endStranded, runDeliveries } from '../../src/lead/delivery/index.ts';
import { readWallets } from '../../src/money/ledger/index.ts';
import type { OpenApp } from '../../src/platform/open-app.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { openShop, type Reply, sell, startPartner, timePasses } from '../support/deliveries.ts';
import { engine } from '../support/lead.ts';
import { until } from '../support/until.ts';

/** `bill_on = accepted`: 10.00 are held when the lead is assigned; what the receiver says moves them. */

let database: FreshDatabase;
let app: OpenApp;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { DELIVERY_RETRY_OFFSETS_MS: '0,60000,120000' });
});
afterAll(async () => {
  await app.close();
  await database[Symbol.asyncDispose]();
});

const ok: Reply = { status: 200 };
const no: Reply = { status: 422 };
const down: Reply = { status: 503 };
const gone: Reply = { status: 410 };
const duplicate: Reply = { status: 409 };

const table: [
  name: string,
  answers: Reply[],
  assignment: string,
  kinds: string[],
  available: bigint,
  held: bigint,
][] = [
  ['taken at once', [ok], 'charged', ['deposit', 'hold', 'capture'], 9_000n, 0n],
  ['taken at the second try', [down, ok], 'charged', ['deposit', 'hold', 'capture'], 9_000n, 0n],
  ['refused', [no], 'released', ['deposit', 'hold', 'release'], 10_000n, 0n],
  ['gone', [gone], 'released', ['deposit', 'hold', 'release'], 10_000n, 0n],
  ['down for now', [down], 'held', ['deposit', 'hold'], 9_000n, 1_000n],
  ['down to the end', [down, down, down], 'released', ['deposit', 'hold', 'release'], 10_000n, 0n],
  ['perhaps taken', ['drop'], 'held', ['deposit', 'hold'], 9_000n, 1_000n],
  [
    'perhaps taken, then confirmed',
    ['drop', duplicate],
    'charged',
    ['deposit', 'hold', 'capture'],
    9_000n,
    0n,
  ],
  [
    'perhaps taken, to the end',
    ['drop', down, down],
    'released',
    ['deposit', 'hold', 'release'],
    10_000n,
    0n,
  ],
];

test.each(table)('a held lead that is %s', async (_name, answers, assignment, kinds, available, held) => {
  const said = [...answers];
  await using partner = await startPartner(() => said.shift()!);
  const shop = await openShop(app, partner.url, { billOn: 'accepted', balance: 10_000n });
  const [delivery] = await sell(app, shop);
  for (const _answer of answers) {
    await runDeliveries(app);
    await timePasses(app, shop.endpointId);
  }
  await app.db.tx(engine, async (tx) => {
    const [row] = await tx<
      { state: string }[]
    >`select state from assignments where id = ${delivery!.assignmentId}`;
    expect(row!.state).toBe(assignment);
    const transfers = await tx<{ kind: string; cause: string }[]>`
      select kind, cause from transfers where provider_id = ${shop.providerId} order by seq`;
    expect(transfers.map(({ kind }) => kind)).toEqual(kinds);
    expect(transfers.slice(1).map(({ cause }) => cause)).toEqual(
      kinds.slice(1).map((kind) => `${kind}:${delivery!.assignmentId}`),
    );
    const [wallet] = await readWallets(tx, [shop.providerId], 'EUR');
    expect([wallet!.available, wallet!.held]).toEqual([available, held]);
  });
});

test('an acceptance after the release is recorded and moves no money', async () => {
  await using partner = await startPartner(() => ok);
  const shop = await openShop(app, partner.url, { billOn: 'accepted', balance: 10_000n });
  const [delivery] = await sell(app, shop);
  await app.db.tx(
    engine,
    (tx) => tx`
    update assignments set state = 'released' where id = ${delivery!.assignmentId}`,
  );
  await runDeliveries(app);
  await app.db.tx(engine, async (tx) => {
    const [row] = await tx`select state from deliveries where id = ${delivery!.id}`;
    expect(row!.state).toBe('delivered');
    const transfers = await tx`select kind from transfers where assignment_id = ${delivery!.assignmentId}`;
    expect(transfers.map(({ kind }) => kind)).toEqual(['hold']);
  });
});

test('money held for a lead whose endpoint stays switched off is released after a whole schedule', async () => {
  await using partner = await startPartner(() => down);
  const shop = await openShop(app, partner.url, { billOn: 'accepted', balance: 10_000n });
  const [delivery] = await sell(app, shop);
  await runDeliveries(app);
  await app.db.tx(
    engine,
    (tx) => tx`
    update endpoints set state = 'disabled' where id = ${shop.endpointId}`,
  );
  expect(await endStranded(app)).toBe(0);
  await app.db.tx(
    engine,
    (tx) => tx`
    update deliveries set due_at = now() - interval '121 seconds' where id = ${delivery!.id}`,
  );
  expect(await endStranded(app)).toBe(1);
  await app.db.tx(engine, async (tx) => {
    const [row] = await tx<{ state: string; reason: string }[]>`
      select state, reason from deliveries where id = ${delivery!.id}`;
    expect(row).toMatchObject({ state: 'dead', reason: 'endpoint_disabled' });
    const [wallet] = await readWallets(tx, [shop.providerId], 'EUR');
    expect([wallet!.available, wallet!.held]).toEqual([10_000n, 0n]);
  });
});

test('money is not held for ever when a worker vanished while the endpoint was being switched off', async () => {
  await using partner = await startPartner(() => 'hang');
  const shop = await openShop(app, partner.url, { billOn: 'accepted', balance: 10_000n });
  const [delivery] = await sell(app, shop);
  const sending = runDeliveries(app);
  await until(() => partner.calls.length > 0);
  await app.db.tx(engine, async (tx) => {
    await tx`update endpoints set state = 'disabled' where id = ${shop.endpointId}`;
    const past = tx`now() - interval '121 seconds'`;
    await tx`update deliveries set due_at = ${past}, lease_until = ${past} where id = ${delivery!.id}`;
  });
  expect(await endStranded(app)).toBe(1);
  partner.letGo();
  await sending;
  await app.db.tx(engine, async (tx) => {
    const [row] = await tx<{ state: string; reason: string }[]>`
      select state, reason from deliveries where id = ${delivery!.id}`;
    expect(row).toMatchObject({ state: 'dead', reason: 'unresolved' });
    const [wallet] = await readWallets(tx, [shop.providerId], 'EUR');
    expect([wallet!.available, wallet!.held]).toEqual([10_000n, 0n]);
  });
});
