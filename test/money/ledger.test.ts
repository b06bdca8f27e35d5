import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import {
  type Kind,
  lockProviders,
  type NewTransfer,
  planAhead,
  post,
  readAhead,
  readWallets,
} from '../../src/money/ledger/index.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { openTestDb, providers, type TestDb } from '../support/money.ts';

let database: FreshDatabase;
let db: TestDb;
beforeAll(async () => {
  database = await freshDatabase();
  db = openTestDb(database.appUrl);
});
afterAll(async () => {
  await db.close();
  await database[Symbol.asyncDispose]();
});

const engine = { role: 'engine' } as const;
const at = new Date('2026-11-20T10:00:00.000Z');

/** One line per operation: what is posted, what comes of it, and what the wallet has then (available, held). */
type Line = [kind: Kind, name: string, amount: bigint, result: string, available: bigint, held: bigint];

const transferOf = (providerId: string, kind: Kind, name: string, amount: bigint): NewTransfer => ({
  kind,
  cause: `${kind}:${providerId}:${name}`,
  amount,
  currency: 'EUR',
  providerId,
  ...(kind === 'deposit' || kind === 'payment_reversal' ? { clearing: 'clearing_stripe' } : {}),
});

const tables: Record<string, Line[]> = {
  'billed when assigned: charged at once, refunded in full and never twice': [
    ['deposit', 'd1', 10_000n, 'ok', 10_000n, 0n],
    ['charge', 'a1', 4_000n, 'ok', 6_000n, 0n],
    ['charge', 'a1', 4_000n, 'cause_already_posted', 6_000n, 0n],
    ['charge', 'a2', 6_001n, 'insufficient_funds', 6_000n, 0n],
    ['charge', 'a2', 6_000n, 'ok', 0n, 0n],
    ['refund', 'a1', 3_999n, 'amount_mismatch', 0n, 0n],
    ['refund', 'a1', 4_000n, 'ok', 4_000n, 0n],
    ['refund', 'a1', 4_000n, 'cause_already_posted', 4_000n, 0n],
    ['refund', 'a3', 4_000n, 'origin_missing', 4_000n, 0n],
  ],
  'billed when accepted: held, then captured or released, never both': [
    ['credit', 'c1', 5_000n, 'ok', 5_000n, 0n],
    ['hold', 'a1', 3_000n, 'ok', 2_000n, 3_000n],
    ['hold', 'a2', 2_001n, 'insufficient_funds', 2_000n, 3_000n],
    ['refund', 'a1', 3_000n, 'origin_missing', 2_000n, 3_000n],
    ['capture', 'a1', 3_000n, 'ok', 2_000n, 0n],
    ['release', 'a1', 3_000n, 'hold_ended', 2_000n, 0n],
    ['hold', 'a2', 2_000n, 'ok', 0n, 2_000n],
    ['release', 'a2', 2_000n, 'ok', 2_000n, 0n],
    ['capture', 'a2', 2_000n, 'hold_ended', 2_000n, 0n],
    ['refund', 'a1', 3_000n, 'ok', 5_000n, 0n],
    ['refund', 'a2', 2_000n, 'origin_missing', 5_000n, 0n],
  ],
  'a dispute may go below zero, a deposit still lands, spending waits': [
    ['deposit', 'd1', 2_000n, 'ok', 2_000n, 0n],
    ['charge', 'a1', 2_000n, 'ok', 0n, 0n],
    ['payment_reversal', 'p1:open', 2_000n, 'ok', -2_000n, 0n],
    ['charge', 'a2', 1n, 'insufficient_funds', -2_000n, 0n],
    ['debit', 'x1', 1n, 'insufficient_funds', -2_000n, 0n],
    ['deposit', 'd2', 500n, 'ok', -1_500n, 0n],
    ['payment_reversal', 'p1:won', 2_000n, 'ok', 500n, 0n],
    ['sla_credit', 's1', 50n, 'ok', 550n, 0n],
    ['debit', 'x2', 550n, 'ok', 0n, 0n],
  ],
};

describe('the ledger line by line', () => {
  for (const [name, lines] of Object.entries(tables)) {
    test(name, async () => {
      const [providerId] = await providers(db, 1);
      for (const [kind, cause, amount, result, available, held] of lines) {
        const outcome = await db
          .tx(engine, async (tx) => {
            await lockProviders(tx, [providerId!]);
            await post(tx, [transferOf(providerId!, kind, cause, amount)], at);
            return 'ok';
          })
          .catch((error) => error.code ?? error);
        const [wallet] = await db.tx(engine, (tx) => readWallets(tx, [providerId!], 'EUR'));
        expect([kind, cause, amount, outcome, wallet?.available, wallet?.held]).toEqual([
          kind,
          cause,
          amount,
          result,
          available,
          held,
        ]);
      }
    });
  }
});

test('1,200 transfers over 600 wallets are posted in one call, and the balances add up', async () => {
  const ids = await providers(db, 600);
  const deposits = ids.map((id) => transferOf(id, 'deposit', newId(), 100n));
  const charges = [30n, 45n].flatMap((amount) =>
    ids.map((id) => transferOf(id, 'charge', amount.toString(), amount)),
  );
  const posted = await db.tx(engine, async (tx) => {
    await lockProviders(tx, ids);
    await post(tx, deposits, at);
    return post(tx, charges, at);
  });
  expect(posted).toHaveLength(1_200);
  expect(new Set(posted.slice(600).map(({ seq, availableAfter }) => `${seq} ${availableAfter}`))).toEqual(
    new Set(['3 25']),
  );
  const wallets = await db.tx(engine, (tx) => readWallets(tx, ids, 'EUR'));
  expect(wallets.every(({ available }) => available === 25n)).toBe(true);
});

describe('a batch that was worked out before the lock', () => {
  const charged = async (between: (providerIds: string[]) => Promise<void>) => {
    const ids = await providers(db, 2);
    const deposits = ids.map((id) => transferOf(id, 'deposit', 'd1', 1_000n));
    const charges = ids.map((id) => transferOf(id, 'charge', 'a1', 900n));
    const locked = async (transfers: NewTransfer[], ahead?: ReturnType<typeof planAhead>) =>
      db.tx(engine, async (tx) => {
        await lockProviders(tx, ids);
        return post(tx, transfers, at, ahead);
      });
    await locked(deposits);
    const ahead = planAhead(await db.tx(engine, (tx) => readAhead(tx, ids)), charges, at);
    await between(ids);
    const posted = await locked(charges, ahead);
    const wallets = await db.tx(engine, (tx) => readWallets(tx, ids, 'EUR'));
    return { ahead: ahead!, posted, left: ids.map((id) => wallets.find((one) => one.providerId === id)) };
  };
  const pay = (kind: Kind, amount: bigint) => async (ids: string[]) =>
    db.tx(engine, async (tx) => {
      await lockProviders(tx, ids);
      await post(tx, [transferOf(ids[0]!, kind, 'between', amount)], at);
    });

  test('is posted as it was worked out, when nobody moved a wallet', async () => {
    const { ahead, posted, left } = await charged(async () => {});
    expect(posted.map(({ id }) => id)).toEqual(ahead.planned.map(({ id }) => id));
    expect(left).toMatchObject([{ available: 100n }, { available: 100n }]);
  });

  test('is worked out again on the wallets as they are, when somebody paid in meanwhile', async () => {
    const { posted, left } = await charged(pay('deposit', 50n));
    expect(posted.map(({ seq, availableAfter }) => [seq, availableAfter])).toEqual([
      [3n, 150n],
      [2n, 100n],
    ]);
    expect(left).toMatchObject([{ available: 150n }, { available: 100n }]);
  });

  test('is refused as a whole, when the money was spent meanwhile', async () => {
    await expect(charged(pay('debit', 200n))).rejects.toMatchObject({ code: 'insufficient_funds' });
  });
});
