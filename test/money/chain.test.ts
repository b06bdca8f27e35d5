import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  auditChains,
  auditWallets,
  type LedgerFinding,
  lockProviders,
  type NewTransfer,
  post,
} from '../../src/money/ledger/index.ts';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import type { Tx } from '../../src/platform/db.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { openTestDb, providers, type TestDb } from '../support/money.ts';

let database: FreshDatabase;
let db: TestDb;
let superuser: Sql;
let providerId: string;
let other: string;
beforeAll(async () => {
  database = await freshDatabase();
  db = openTestDb(database.appUrl);
  superuser = openAdminSql(database.superuserUrl);
  [providerId, other] = (await providers(db, 2)) as [string, string];
  await filled();
});
afterAll(async () => {
  await superuser.end();
  await db.close();
  await database[Symbol.asyncDispose]();
});

const engine = { role: 'engine' } as const;
const at = new Date('2026-11-20T10:00:00.123Z');

const transfer = (
  kind: NewTransfer['kind'],
  of: string,
  amount: bigint,
  more: Partial<NewTransfer> = {},
) => ({
  ...{ kind, cause: `${kind}:${of}`, amount, currency: 'EUR', providerId, memo: `memo ä€ ${of}` },
  ...more,
});
const filled = () =>
  db.tx(engine, async (tx) => {
    await lockProviders(tx, [providerId, other]);
    await post(
      tx,
      [
        transfer('deposit', 'd1', 10_000n, { clearing: 'clearing_paypal', memo: null }),
        transfer('hold', 'a1', 700n, { leadId: providerId, subscriptionId: other, createdBy: other }),
        transfer('credit', 'c1', 500n, { providerId: other }),
        transfer('capture', 'a1', 700n),
        transfer('charge', 'a2', 300n),
        transfer('refund', 'a2', 300n),
        transfer('credit', 'c2', 400n, { currency: 'USD' }),
      ],
      at,
    );
  });

const check = async (tx: Tx) => [...(await auditChains(tx, 20)), ...(await auditWallets(tx, 20))];
const findings = () => db.tx({ role: 'operator' }, check);

/** What a superuser can do with the triggers switched off, and what is found then; nothing of it stays. */
async function found(...statements: string[]): Promise<LedgerFinding[]> {
  let result: LedgerFinding[] = [];
  const undone = new Error('undone');
  const work = superuser.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    for (const statement of statements) await sql.unsafe(statement);
    result = await check(sql as unknown as Tx);
    throw undone;
  });
  await expect(work).rejects.toBe(undone);
  return result;
}

test('SQL finds nothing wrong with what the code has hashed', async () => {
  expect(await findings()).toEqual([]);
});

describe('tampering by a superuser is found and the row is named', () => {
  const changes: [column: string, value: string][] = [
    ['id', 'gen_random_uuid()'],
    ['kind', `'debit'`],
    ['cause', `'charge:else'`],
    ['from_account', `'payable'`],
    ['to_account', `'adjustments'`],
    ['amount', 'amount + 1'],
    ['currency', `'USD'`],
    ['provider_id', '(select id from providers where id <> provider_id limit 1)'],
    ['seq', '99'],
    ['available_after', 'available_after + 1'],
    ['held_after', 'held_after + 1'],
    ['credit_limit', 'credit_limit + 1'],
    ['lead_id', 'gen_random_uuid()'],
    ['assignment_id', 'gen_random_uuid()'],
    ['subscription_id', 'gen_random_uuid()'],
    ['memo', 'null'],
    ['created_by', 'gen_random_uuid()'],
    ['created_at', `created_at + interval '1 ms'`],
    ['prev_hash', `sha256('x')`],
    ['hash', `sha256('x')`],
  ];
  test.each(changes)('a changed %s', async (column, value) => {
    const [row] = await superuser`select id from transfers where cause = 'charge:a2'`;
    const rows = await found(`update transfers set ${column} = ${value} where cause = 'charge:a2'`);
    expect(rows.map((one) => one.text).join()).toMatch(column === 'cause' ? /charge:else/ : /charge:a2/);
    if (column !== 'id') expect(rows.map((one) => one.row)).toContain(`transfer ${row?.id}`);
  });

  test('a removed transfer, in the middle and at the end', async () => {
    const middle = await found(`delete from transfers where cause = 'capture:a1'`);
    expect(middle.map(({ text }) => text).join()).toContain('have a gap before it');
    const end = await found(`delete from transfers where cause = 'refund:a2'`);
    expect(end.map(({ row }) => row.split(' ')[0])).toEqual(['wallet']);
  });

  test.each(['available', 'held', 'seq'])('a wallet whose %s was changed', async (column) => {
    const [wallet] = await superuser`select id from wallets where provider_id = ${other}`;
    const rows = await found(`update wallets set ${column} = ${column} + 1 where id = '${wallet?.id}'`);
    expect(rows.map(({ row }) => row)).toEqual([`wallet ${wallet?.id}`]);
  });
});

describe('the ledger only grows', () => {
  test('nobody changes or empties it, not even its owner', async () => {
    const owner = openAdminSql(database.ownerUrl);
    for (const sql of [owner, superuser]) {
      await expect(sql`update transfers set amount = 1`).rejects.toThrow('append-only');
      await expect(sql`delete from transfers`).rejects.toThrow('append-only');
      await expect(sql`truncate transfers`).rejects.toThrow('append-only');
    }
    await owner.end();
    for (const role of ['engine', 'operator'] as const) {
      await expect(db.tx({ role }, (tx) => tx`update transfers set amount = 1`)).rejects.toThrow(
        'permission denied',
      );
      await expect(db.tx({ role }, (tx) => tx`delete from wallets`)).rejects.toThrow('permission denied');
    }
  });

  test('a provider reads its own wallets and transfers and writes none', async () => {
    const actor = { role: 'provider', providerId } as const;
    const [seen] = await db.tx(
      actor,
      (tx) => tx`
        select (select count(*)::int from wallets) as wallets, (select count(*)::int from transfers) as transfers,
          (select count(*)::int from transfers where provider_id <> ${providerId}) as foreign`,
    );
    expect(seen).toEqual({ wallets: 2, transfers: 6, foreign: 0 });
    await expect(db.tx(actor, (tx) => tx`update wallets set available = 1`)).rejects.toThrow(
      'permission denied',
    );
    await expect(db.tx(actor, (tx) => post(tx, [transfer('credit', 'c9', 1n)], at))).rejects.toThrow(
      'permission denied',
    );
  });

  test('posting without the lock of the provider is found out when the wallet moves meanwhile', async () => {
    const gate = Promise.withResolvers<void>();
    const posted = Promise.withResolvers<void>();
    const first = db.tx(engine, async (tx) => {
      await post(tx, [transfer('credit', 'c3', 1n)], at);
      posted.resolve();
      await gate.promise;
    });
    await posted.promise;
    const second = db.tx(engine, (tx) => post(tx, [transfer('credit', 'c4', 1n)], at));
    const outcome = expect(second).rejects.toThrow();
    await someoneWaits();
    gate.resolve();
    await first;
    await outcome;
    expect(await findings()).toEqual([]);
  });
});

/** Until a session of this database waits for a lock. */
async function someoneWaits(): Promise<void> {
  for (let tries = 0; tries < 10_000; tries += 1) {
    const waiting = await superuser`
      select from pg_stat_activity where datname = ${database.name} and wait_event_type = 'Lock'`;
    if (waiting.length > 0) return;
  }
  throw new Error('nobody waits for a lock');
}

test('the test vectors give the hashes that the documents show', async () => {
  const { bytesOf, hashTransfer } = await import('../../src/money/ledger/chain.ts');
  const file = new URL('../../docs/sample-events/ledger-vectors.json', import.meta.url);
  const { vectors } = JSON.parse(readFileSync(file, 'utf8'));
  expect(vectors.length).toBeGreaterThanOrEqual(3);
  for (const { transfer: given, prev_hash, bytes, hash } of vectors) {
    const big = ['seq', 'amount', 'availableAfter', 'heldAfter', 'creditLimit'];
    const entries = Object.entries(given).map(([name, value]) => [
      name,
      big.includes(name) ? BigInt(value as string) : value,
    ]);
    const hashed = Object.fromEntries(entries);
    expect(bytesOf(hashed, Buffer.from(prev_hash, 'hex')).toString('hex')).toBe(bytes);
    expect(hashTransfer(hashed, Buffer.from(prev_hash, 'hex')).toString('hex')).toBe(hash);
  }
});
