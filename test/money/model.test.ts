import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  auditChains,
  auditWallets,
  type Kind,
  lockProviders,
  type NewTransfer,
  post,
  readWallets,
} from '../../src/money/ledger/index.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { openTestDb, providers, type TestDb } from '../support/money.ts';

let database: FreshDatabase;
let db: TestDb;
beforeAll(async () => {
  database = await freshDatabase();
  db = openTestDb(database.appUrl, 12);
});
afterAll(async () => {
  const found = await db.tx({ role: 'operator' }, async (tx) => [
    ...(await auditChains(tx, 20)),
    ...(await auditWallets(tx, 20)),
  ]);
  await db.close();
  await database[Symbol.asyncDispose]();
  expect(found).toEqual([]);
});

const engine = { role: 'engine' } as const;
const at = new Date('2026-11-20T10:00:00.000Z');

/** What a wallet is, in the fewest words: two amounts and what has happened to each assignment. */
class Model {
  available = 0n;
  held = 0n;
  readonly posted = new Map<string, bigint>();

  /** Moves money or says why not, as a clerk with a notebook would. */
  apply(kind: Kind, of: string, amount: bigint): string {
    const origin = { capture: ['hold'], release: ['hold'], refund: ['charge', 'capture'] }[kind as 'refund'];
    const before = origin?.map((one) => this.posted.get(`${one}:${of}`)).find((found) => found !== undefined);
    if (this.posted.has(`${kind}:${of}`)) return 'cause_already_posted';
    if (origin && before === undefined) return 'origin_missing';
    if (origin && before !== amount) return 'amount_mismatch';
    if (kind === 'capture' && this.posted.has(`release:${of}`)) return 'hold_ended';
    if (kind === 'release' && this.posted.has(`capture:${of}`)) return 'hold_ended';
    if (['charge', 'hold', 'debit'].includes(kind) && this.available < amount) return 'insufficient_funds';
    this.posted.set(`${kind}:${of}`, amount);
    if (['deposit', 'credit', 'sla_credit', 'refund', 'release'].includes(kind)) this.available += amount;
    if (['charge', 'hold', 'debit', 'payment_reversal'].includes(kind)) this.available -= amount;
    if (kind === 'hold') this.held += amount;
    if (kind === 'capture' || kind === 'release') this.held -= amount;
    return 'ok';
  }
}

const kinds: Kind[] = [
  'deposit',
  'hold',
  'charge',
  'capture',
  'release',
  'refund',
  'credit',
  'debit',
  'sla_credit',
  'payment_reversal',
];
const command = fc.record({
  kind: fc.constantFrom(...kinds),
  of: fc.constantFrom('a', 'b', 'c', 'd'),
  amount: fc.constantFrom(1n, 5n, 7n),
  who: fc.constantFrom(0, 1),
});

const transferOf = (providerId: string, kind: Kind, of: string, amount: bigint): NewTransfer => ({
  kind,
  cause: `${kind}:${providerId}:${of}`,
  amount,
  currency: 'EUR',
  providerId,
  clearing: 'clearing_bank',
});

const tryPost = (ids: string[], transfers: NewTransfer[]) =>
  db
    .tx(engine, async (tx) => {
      await lockProviders(tx, ids);
      await post(tx, transfers, at);
      return 'ok';
    })
    .catch((error) => error.code as string);

test('any sequence of commands, one by one or in batches, ends as in the model', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(command, { minLength: 1, maxLength: 4 }), { maxLength: 14 }),
      async (batches) => {
        const ids = await providers(db, 2);
        let models = [new Model(), new Model()];
        for (const batch of batches) {
          const next = models.map((model) =>
            Object.assign(new Model(), model, { posted: new Map(model.posted) }),
          );
          const expected = batch.map(({ kind, of, amount, who }) => next[who]!.apply(kind, of, amount));
          const refused = expected.find((result) => result !== 'ok') ?? 'ok';
          const transfers = batch.map(({ kind, of, amount, who }) => transferOf(ids[who]!, kind, of, amount));
          expect(await tryPost(ids, transfers)).toBe(refused);
          if (refused === 'ok') models = next;
        }
        const wallets = await db.tx(engine, (tx) => readWallets(tx, ids, 'EUR'));
        for (const [who, model] of models.entries()) {
          const wallet = wallets.find(({ providerId }) => providerId === ids[who]);
          expect([wallet?.available ?? 0n, wallet?.held ?? 0n]).toEqual([model.available, model.held]);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('eight callers at once spend exactly what there is, over wallets in any order', async () => {
  const ids = await providers(db, 5);
  await tryPost(
    ids,
    ids.map((id) => transferOf(id, 'deposit', 'd', 100n)),
  );
  const caller = async (name: number) => {
    let sold = 0;
    for (let lead = 0; lead < 30; lead += 1) {
      const order = name % 2 === 0 ? ids : ids.toReversed();
      const [first, second] = [order[lead % 5]!, order[(lead + 1) % 5]!];
      const both = [first, second].map((id) => transferOf(id, 'charge', `${name}:${lead}`, 7n));
      if ((await tryPost([first, second], both)) === 'ok') sold += 2;
    }
    return sold;
  };
  const sold = (await Promise.all(Array.from({ length: 8 }, (_, name) => caller(name)))).reduce(
    (a, b) => a + b,
    0,
  );
  const wallets = await db.tx(engine, (tx) => readWallets(tx, ids, 'EUR'));
  const left = wallets.reduce((sum, { available }) => sum + available, 0n);
  expect(left).toBe(500n - BigInt(sold) * 7n);
  expect(wallets.every(({ available }) => available >= 0n)).toBe(true);
  // Somebody next to an empty wallet cannot sell; on a ring of five at most two wallets keep the price of a lead.
  expect(wallets.filter(({ available }) => available >= 7n).length).toBeLessThanOrEqual(2);
});

test('each refund that is sent twice at the same time is paid one time', async () => {
  const ids = await providers(db, 3);
  const leads = Array.from({ length: 20 }, (_, lead) => ({ id: ids[lead % 3]!, of: `r${lead}` }));
  await tryPost(
    ids,
    ids.map((id) => transferOf(id, 'deposit', 'd', 1_000n)),
  );
  await tryPost(
    ids,
    leads.map(({ id, of }) => transferOf(id, 'charge', of, 11n)),
  );
  const results = await Promise.all(
    [...leads, ...leads].map(({ id, of }) => tryPost([id], [transferOf(id, 'refund', of, 11n)])),
  );
  expect(results.filter((result) => result === 'ok')).toHaveLength(20);
  expect(results.filter((result) => result === 'cause_already_posted')).toHaveLength(20);
  const wallets = await db.tx(engine, (tx) => readWallets(tx, ids, 'EUR'));
  expect(wallets.map(({ available }) => available)).toEqual([1_000n, 1_000n, 1_000n]);
});
