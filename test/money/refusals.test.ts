import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { ledgerRefusals, lockProviders, type NewTransfer, post } from '../../src/money/ledger/index.ts';
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
const INT8_MAX = 9_223_372_036_854_775_807n;

type Given = Pick<NewTransfer, 'kind' | 'amount'> & {
  of: string;
  currency?: string;
  clearing?: NewTransfer['clearing'];
};

/**
 * Refusals in the order in which they are checked: each transfer breaks its own rule and as many later ones as it
 * can, so a rule that is checked too late gives another code. Before it: 100.00 EUR, a hold a1 (captured), a hold a2
 * (open) of 10.00 each.
 */
const table: [code: keyof typeof ledgerRefusals, given: Given, of?: 'nobody'][] = [
  ['transfer_amount_not_positive', { kind: 'charge', of: 'a1', amount: 0n, currency: 'XXX' }, 'nobody'],
  ['transfer_amount_not_positive', { kind: 'charge', of: 'a1', amount: -1n, currency: 'XXX' }, 'nobody'],
  ['transfer_amount_not_positive', { kind: 'credit', of: 'c1', amount: INT8_MAX + 1n }],
  ['currency_unknown', { kind: 'hold', of: 'a1', amount: 1_000n, currency: 'XXX' }, 'nobody'],
  ['wallet_missing', { kind: 'refund', of: 'a9', amount: 99_999n }, 'nobody'],
  ['cause_already_posted', { kind: 'hold', of: 'a1', amount: INT8_MAX }],
  ['cause_already_posted', { kind: 'capture', of: 'a1', amount: 5n, currency: 'USD' }],
  ['origin_missing', { kind: 'capture', of: 'a9', amount: INT8_MAX }],
  ['origin_missing', { kind: 'release', of: 'a9', amount: 1n }],
  ['origin_missing', { kind: 'refund', of: 'a2', amount: 1_000n }],
  ['currency_mismatch', { kind: 'release', of: 'a1', amount: 999n, currency: 'USD' }],
  ['amount_mismatch', { kind: 'release', of: 'a1', amount: 999n }],
  ['hold_ended', { kind: 'release', of: 'a1', amount: 1_000n }],
  ['insufficient_funds', { kind: 'charge', of: 'a3', amount: 8_002n }],
  ['insufficient_funds', { kind: 'hold', of: 'a3', amount: INT8_MAX }],
  ['insufficient_funds', { kind: 'debit', of: 'x1', amount: 8_002n }],
  ['balance_too_large', { kind: 'credit', of: 'c2', amount: INT8_MAX }],
  ['balance_too_large', { kind: 'deposit', of: 'd2', amount: INT8_MAX, clearing: 'clearing_bank' }],
];

const asTransfer = (providerId: string, prefix: string, given: Given): NewTransfer => ({
  kind: given.kind,
  cause: `${given.kind}:${prefix}:${given.of}`,
  amount: given.amount,
  currency: given.currency ?? 'EUR',
  providerId,
  ...(given.clearing ? { clearing: given.clearing } : {}),
});

describe('refusals, the first that holds is the answer', () => {
  test.each(table)('%s: %o', async (code, given, of) => {
    const [providerId] = await providers(db, 1);
    const prepared: Given[] = [
      { kind: 'credit', of: 'c0', amount: 10_000n },
      { kind: 'hold', of: 'a1', amount: 1_000n },
      { kind: 'capture', of: 'a1', amount: 1_000n },
      { kind: 'hold', of: 'a2', amount: 1_000n },
    ];
    await db.tx(engine, async (tx) => {
      await lockProviders(tx, [providerId!]);
      await post(
        tx,
        prepared.map((one) => asTransfer(providerId!, providerId!, one)),
        at,
      );
    });
    const refused = asTransfer(of === 'nobody' ? newId() : providerId!, providerId!, given);
    const fine = asTransfer(providerId!, providerId!, { kind: 'credit', of: 'before', amount: 1n });
    const error = await db
      .tx(engine, async (tx) => {
        await lockProviders(tx, [providerId!]);
        await post(tx, [fine, refused], at);
      })
      .catch((caught) => caught);
    expect([error.code, error.details?.[0]?.field]).toEqual([code, 'transfers.1']);
    const [kept] = await db.tx(
      engine,
      (tx) => tx`select seq from wallets where provider_id = ${providerId!}`,
    );
    expect(kept?.seq).toBe(4n);
  });
});

test('code, table and docs/ledger.md name the refusals in the same order', () => {
  const inCode = Object.keys(ledgerRefusals);
  const inTable = [...new Set(table.map(([code]) => code))];
  const page = readFileSync(new URL('../../docs/ledger.md', import.meta.url), 'utf8');
  const inDocs = [...page.matchAll(/^\d+\. `([a-z_]+)`/gm)].map(([, code]) => code);
  expect(inTable).toEqual(inCode);
  expect(inDocs).toEqual(inCode);
});

test.each([
  ['a cause of another kind', { kind: 'charge' as const, cause: 'hold:x' }],
  ['a deposit without its gateway', { kind: 'deposit' as const, cause: 'deposit:x' }],
])('%s is a bug of the caller, not a refusal', async (_what, wrong) => {
  const [providerId] = await providers(db, 1);
  const transfer = { ...wrong, amount: 1n, currency: 'EUR', providerId: providerId! };
  await expect(db.tx(engine, (tx) => post(tx, [transfer], at))).rejects.toThrow(RangeError);
});
