import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { lockProviders, type NewTransfer, post, readWallets } from '../../src/money/ledger/index.ts';
import { afterPosting, type Settlement, settleAssignments } from '../../src/money/wallet/index.ts';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { openTestDb, plainProvider, type TestDb } from '../support/money.ts';

let database: FreshDatabase;
let db: TestDb;
let superuser: Sql;
let providerId: string;
beforeAll(async () => {
  database = await freshDatabase();
  db = openTestDb(database.appUrl);
  superuser = openAdminSql(database.superuserUrl);
  // Rows that stand alone: what they refer to is not needed here.
  await superuser`set session_replication_role = replica`;
});
afterAll(async () => {
  await superuser.end();
  await db.close();
  await database[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await superuser`delete from messages`;
  providerId = await db.tx({ role: 'operator' }, (tx) =>
    plainProvider(tx, { threshold: 5_000n, alertEmail: 'money@example.com' }),
  );
});

const engine = { role: 'engine' } as const;
const at = new Date('2026-11-20T10:00:00.000Z');

let causes = 0;
const move = (kind: 'credit' | 'debit', amount: bigint) =>
  db.tx(engine, async (tx) => {
    causes += 1;
    const transfer: NewTransfer = { kind, cause: `${kind}:${causes}`, amount, currency: 'EUR', providerId };
    await lockProviders(tx, [providerId]);
    const posted = await post(tx, [transfer], at);
    await afterPosting(tx, posted);
  });
const mails = async () =>
  (await superuser`select template, recipient, params from messages order by created_at, id`).map(
    ({ template, recipient, params }) => `${template} ${recipient} ${params.balance ?? params.spendable}`,
  );

describe('the provider’s threshold', () => {
  test('is told one time until the balance has been above it again', async () => {
    const steps: ['credit' | 'debit', bigint, number][] = [
      ['credit', 1_000n, 0],
      ['credit', 5_000n, 0],
      ['debit', 1_000n, 0],
      ['debit', 1n, 1],
      ['debit', 1_000n, 1],
      ['credit', 500n, 1],
      ['debit', 500n, 1],
      ['credit', 1_001n, 1],
      ['debit', 100n, 2],
    ];
    for (const [kind, amount, told] of steps) {
      await move(kind, amount);
      expect([kind, amount, (await mails()).length]).toEqual([kind, amount, told]);
    }
    expect(await mails()).toEqual([
      'low-balance money@example.com 49.99',
      'low-balance money@example.com 49.00',
    ]);
  });

  test('is not told to a provider who does not want it', async () => {
    providerId = await db.tx({ role: 'operator' }, (tx) =>
      plainProvider(tx, { preferences: { low_balance: false } }),
    );
    await move('credit', 20_000n);
    await move('debit', 15_000n);
    expect(await mails()).toEqual([]);
  });
});

test('money that comes in flags the active subscriptions of that provider, money that goes does not', async () => {
  const subscribe = async (of: string, active: boolean) => {
    const id = newId();
    await superuser`
      insert into subscriptions (id, provider_id, niche_id, level_id, active, cancelled_at)
      values (${id}, ${of}, ${newId()}, ${newId()}, ${active}, ${active ? null : at})`;
    return id;
  };
  const ids = [
    await subscribe(providerId, true),
    await subscribe(providerId, false),
    await subscribe(newId(), true),
  ];
  const flagged = async () => {
    const rows =
      await superuser`select id, flagged_at from subscriptions where id in ${superuser(ids)} order by id`;
    return rows.map(({ flagged_at }) => flagged_at !== null);
  };
  await move('credit', 100n);
  expect(await flagged()).toEqual([true, false, false]);
  await superuser`update subscriptions set flagged_at = null`;
  await move('debit', 100n);
  expect(await flagged()).toEqual([false, false, false]);
});

test('refunds give back what was billed, whichever way, say why, and one time only', async () => {
  const assignment = async (amount: bigint): Promise<Settlement['assignment']> => {
    const one = {
      id: newId(),
      leadId: newId(),
      subscriptionId: newId(),
      providerId,
      amount,
      currency: 'EUR',
    };
    await superuser`
      insert into assignments (id, lead_id, provider_id, subscription_id, level_id, niche_id, decision_seq, state,
        charged_amount, currency, max_shared, test, assigned_at)
      values (${one.id}, ${one.leadId}, ${providerId}, ${one.subscriptionId}, ${newId()}, ${newId()}, 1, 'charged',
        ${amount.toString()}, 'EUR', 1, ${amount === 0n}, ${at})`;
    return one;
  };
  const [charged, captured, held, free] = [
    await assignment(700n),
    await assignment(500n),
    await assignment(300n),
    await assignment(0n),
  ];
  const bill = (
    kind: 'charge' | 'hold' | 'capture',
    { id, amount }: Settlement['assignment'],
  ): NewTransfer => ({
    ...{ kind, cause: `${kind}:${id}`, amount, currency: 'EUR', providerId, assignmentId: id },
  });
  await move('credit', 5_000n);
  await db.tx(engine, async (tx) => {
    await lockProviders(tx, [providerId]);
    const batch = [bill('charge', charged), bill('hold', captured), bill('capture', captured)];
    await post(tx, [...batch, bill('hold', held)], at);
  });
  const settle = (kind: Settlement['kind'], assignments: Settlement['assignment'][]) =>
    db.tx(engine, async (tx) => {
      await lockProviders(tx, [providerId]);
      const of = (one: Settlement['assignment']) => ({ kind, assignment: one, memo: 'Wrong number' });
      return settleAssignments(tx, assignments.map(of), null);
    });
  const posted = await settle('refund', [charged, captured, free]);
  expect(posted.map(({ cause, amount }) => `${cause} ${amount}`).toSorted()).toEqual(
    [`refund:${charged.id} 700`, `refund:${captured.id} 500`].toSorted(),
  );
  const memos =
    await superuser`select memo from transfers where kind = 'refund' and provider_id = ${providerId}`;
  expect(memos.map(({ memo }) => memo)).toEqual(['Wrong number', 'Wrong number']);
  await expect(settle('refund', [charged])).rejects.toMatchObject({ code: 'cause_already_posted' });
  await expect(settle('refund', [held])).rejects.toMatchObject({ code: 'origin_missing' });
  const [wallet] = await db.tx(engine, (tx) => readWallets(tx, [providerId], 'EUR'));
  expect([wallet?.available, wallet?.held]).toEqual([4_700n, 300n]);
});
