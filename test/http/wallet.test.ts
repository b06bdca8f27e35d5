import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { plainProvider } from '../support/money.ts';

let http: HttpTest;
let superuser: Sql;
let finance: Send;
let operator: Send;
let admin: Send;
beforeAll(async () => {
  http = await httpTest({ RATE_SESSION_PER_MINUTE: '100000' });
  superuser = openAdminSql(http.database.superuserUrl);
  finance = (await signedInAs(http, 'finance')).send;
  operator = (await signedInAs(http, 'operator')).send;
  admin = (await signedInAs(http, 'admin')).send;
});
afterAll(async () => {
  await superuser?.end();
  await http?.[Symbol.asyncDispose]();
});

let providerId: string;
beforeEach(async () => {
  providerId = await http.app.db.tx({ role: 'operator' }, (tx) => plainProvider(tx, { threshold: 5_000n }));
});

let keys = 0;
const key = () => {
  keys += 1;
  return { 'idempotency-key': `test-${keys}` };
};
const credit = (body: object, headers: Record<string, string> = key(), send: Send = finance) =>
  send('POST', `/api/v1/admin/providers/${providerId}/credit`, body, headers);
const debit = (body: object, headers: Record<string, string> = key()) =>
  finance('POST', `/api/v1/admin/providers/${providerId}/debit`, body, headers);
const euros = (amount: string) => ({ amount, currency: 'EUR', reason: 'Agreed by phone' });
const code = (answer: { status: number; body: { code?: string } }) => [answer.status, answer.body.code];

describe('money by hand', () => {
  test('a credit opens the wallet, a debit takes from it, and both stand in the ledger with their reason', async () => {
    const first = await credit(euros('100.00'));
    expect([first.status, first.body.data]).toMatchObject([
      201,
      { provider_id: providerId, amount: '100.00', currency: 'EUR', balance_after: '100.00' },
    ]);
    expect((await debit({ amount: '30.5', reason: 'Counted twice' })).body.data).toMatchObject({
      amount: '-30.50',
      balance_after: '69.50',
    });
    const ledger = await finance('GET', `/api/v1/admin/providers/${providerId}/ledger`);
    expect(ledger.body.data).toMatchObject([
      { seq: '2', type: 'manual_debit', amount: '-30.50', balance_after: '69.50', memo: 'Counted twice' },
      { seq: '1', type: 'manual_credit', amount: '100.00', balance_after: '100.00', memo: 'Agreed by phone' },
    ]);
    const audited = await admin('GET', `/api/v1/admin/audit?entity_type=provider&entity_id=${providerId}`);
    expect(audited.body.data.map(({ action }: { action: string }) => action)).toEqual([
      'wallet.debited',
      'wallet.credited',
    ]);
  });

  test('the same key again gets the same answer and moves nothing; with another input it is refused', async () => {
    const once = key();
    const first = await credit(euros('10'), once);
    const again = await credit(euros('10'), once);
    expect(again.body).toEqual(first.body);
    expect(code(await credit(euros('11'), once))).toEqual([422, 'idempotency_key_reused']);
    const [count] =
      await superuser`select count(*)::int as n from transfers where provider_id = ${providerId}`;
    expect(count?.n).toBe(1);
  });

  test('twenty copies of one request at the same time are one credit', async () => {
    const once = key();
    const answers = await Promise.all(Array.from({ length: 20 }, () => credit(euros('10'), once)));
    expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
    const [sum] =
      await superuser`select sum(amount)::text as n from transfers where provider_id = ${providerId}`;
    expect(sum?.n).toBe('1000');
  });

  const refused: [what: string, body: object, status: number, code: string, field: string | undefined][] = [
    ['no reason', { amount: '10', currency: 'EUR' }, 422, 'input_invalid', 'reason'],
    ['an empty reason', { amount: '10', currency: 'EUR', reason: '  ' }, 422, 'input_invalid', 'reason'],
    ['a comma', euros('10,50'), 422, 'input_invalid', 'amount'],
    ['a negative amount', euros('-10'), 422, 'input_invalid', 'amount'],
    ['nothing', euros('0'), 422, 'transfer_amount_not_positive', 'transfers.0'],
    ['too many decimals', euros('10.505'), 422, 'amount_invalid', 'amount'],
    ['yen with decimals', { ...euros('10.5'), currency: 'JPY' }, 422, 'amount_invalid', 'amount'],
    ['an unknown currency', { ...euros('10'), currency: 'XXX' }, 422, 'currency_unclear', 'currency'],
    [
      'no currency before the first wallet',
      { amount: '10', reason: 'why not' },
      422,
      'currency_unclear',
      'currency',
    ],
  ];
  test.each(refused)('%s is refused and names the field', async (_what, body, status, expected, field) => {
    const answer = await credit(body);
    expect([...code(answer), answer.body.details[0]?.field]).toEqual([status, expected, field]);
  });

  test('no key, an unknown provider, money that is not there, and who may not', async () => {
    const without = await credit(euros('10'), {});
    expect([...code(without), without.body.details[0].field]).toEqual([
      422,
      'input_invalid',
      'idempotency-key',
    ]);
    const url = '/api/v1/admin/providers/01999999-9999-7999-8999-999999999999';
    expect(code(await finance('POST', `${url}/credit`, euros('10'), key()))).toEqual([404, 'wallet_missing']);
    expect(code(await finance('GET', `${url}/ledger`))).toEqual([404, 'wallet_missing']);
    expect(code(await debit(euros('0.01')))).toEqual([402, 'insufficient_funds']);
    expect((await credit(euros('10'), key(), operator)).status).toBe(403);
  });
});

describe('what a provider sees', () => {
  test('its own balance and ledger, page by page with a running balance, and nobody else’s', async () => {
    for (let cents = 1; cents <= 5; cents += 1) await credit(euros(`0.0${cents}`));
    const mine = providerId;
    const other = await http.app.db.tx({ role: 'operator' }, (tx) => plainProvider(tx));
    await finance('POST', `/api/v1/admin/providers/${other}/credit`, euros('77'), key());
    const owner = (await signedInAs(http, 'provider_owner', { providerId: mine })).send;

    const balance = await owner('GET', '/api/v1/providers/me/balance');
    expect(balance.body.data).toMatchObject({
      provider_id: mine,
      wallets: [
        { currency: 'EUR', balance: '0.15', available: '0.15', held: '0.00', spendable: '0.15', low: true },
      ],
    });
    const seen: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 5; pages += 1) {
      const { body } = await owner('GET', `/api/v1/providers/me/ledger?limit=2${cursor}`);
      expect(body.pagination.total).toBe(5);
      for (const entry of body.data) seen.push(`${entry.seq} ${entry.amount} ${entry.balance_after}`);
      expect(body.data[0]).not.toHaveProperty('created_by');
      if (!body.pagination.nextCursor) break;
      cursor = `&cursor=${body.pagination.nextCursor}`;
    }
    expect(seen).toEqual(['5 0.05 0.15', '4 0.04 0.10', '3 0.03 0.06', '2 0.02 0.03', '1 0.01 0.01']);
    expect((await owner('GET', `/api/v1/admin/providers/${other}/ledger`)).status).toBe(403);
    const filtered = await owner('GET', '/api/v1/providers/me/ledger?type=lead_purchase');
    expect(filtered.body.data).toEqual([]);
    expect(code(await owner('GET', '/api/v1/providers/me/ledger?cursor=nonsense'))).toEqual([
      422,
      'ledger_cursor_invalid',
    ]);
  });
});

describe('the credit limit', () => {
  const change = (body: object, version: number) =>
    finance('PATCH', `/api/v1/admin/providers/${providerId}/credit-limit`, body, {
      'if-match': `"${version}"`,
    });

  test('lets a trusted partner go below zero, and a stale edit is refused', async () => {
    const limit = { credit_limit: '50.00', currency: 'EUR', reason: 'Invoiced monthly' };
    const changed = await change(limit, 1);
    expect([changed.status, changed.body.data?.wallets]).toMatchObject([
      200,
      [{ credit_limit: '50.00', spendable: '50.00', version: 2 }],
    ]);
    expect((await debit(euros('50.00'))).body.data.balance_after).toBe('-50.00');
    expect(code(await debit(euros('0.01')))).toEqual([402, 'insufficient_funds']);
    expect(code(await change({ ...limit, credit_limit: '60' }, 1))).toEqual([409, 'version_stale']);
    expect(code(await credit(euros('1')))).toEqual([201, undefined]);
    expect((await change({ ...limit, credit_limit: '10' }, 2)).body.data.wallets[0]).toMatchObject({
      balance: '-49.00',
      spendable: '0.00',
      version: 3,
    });
    expect(code(await debit(euros('0.01')))).toEqual([402, 'insufficient_funds']);
  });
});
