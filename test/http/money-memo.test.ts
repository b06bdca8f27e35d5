import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { openShop, sell } from '../support/deliveries.ts';
import { type HttpTest, httpTest, type SignedInTest, signedInAs } from '../support/http.ts';
import { engine } from '../support/lead.ts';

/** A note that administrators leave for each other with an act on money. */

const MEMO = 'Promised on the phone; see contract 7.';

let http: HttpTest;
let admin: SignedInTest;
let finance: SignedInTest;

beforeAll(async () => {
  http = await httpTest({ RATE_SESSION_PER_MINUTE: '100000' });
  admin = await signedInAs(http, 'admin');
  finance = await signedInAs(http, 'finance');
});
afterAll(async () => {
  await http[Symbol.asyncDispose]();
});

/** The four acts that take a memo, on a provider with one charged lead; each with the audit row it leaves. */
const acts: [name: string, action: string, path: (of: Sold) => string, more: object][] = [
  ['a credit', 'wallet.credited', ({ providerId }) => `providers/${providerId}/credit`, { amount: '5.00' }],
  ['a debit', 'wallet.debited', ({ providerId }) => `providers/${providerId}/debit`, { amount: '5.00' }],
  ['a refund', 'assignment.refunded', ({ assignmentId }) => `assignments/${assignmentId}/refund`, {}],
  ['a bad lead', 'assignment.refunded', ({ leadId }) => `leads/${leadId}/bad-lead`, {}],
];
type Sold = { providerId: string; assignmentId: string; leadId: string };

async function sold(): Promise<Sold> {
  const shop = await openShop(http.app, 'http://127.0.0.1:9/leads', { balance: 10_000n });
  const [one] = await sell(http.app, shop);
  return { providerId: shop.providerId, assignmentId: one!.assignmentId, leadId: one!.leadId };
}

const post = (who: SignedInTest, path: string, body: object) =>
  who.send('POST', `/api/v1/admin/${path}`, body, { 'idempotency-key': newId() });

test.each(acts)(
  '%s keeps the memo of an administrator in the audit log',
  async (_name, action, path, more) => {
    const of = await sold();
    const done = await post(admin, path(of), { ...more, reason: 'Wrong number', admin_only_memo: MEMO });
    expect([200, 201]).toContain(done.status);
    const entity = action.startsWith('wallet') ? of.providerId : of.assignmentId;
    const query = `/api/v1/admin/audit?action=${action}&entity_id=${entity}`;
    const seen = await admin.send('GET', query);
    expect(seen.body.data).toMatchObject([{ action, admin_only_memo: MEMO }]);
    const others = await finance.send('GET', query);
    expect(others.body.data).toHaveLength(1);
    expect(JSON.stringify(others.body)).not.toContain(MEMO);
  },
);

test.each(acts)(
  '%s with a memo is refused to who is no administrator, and moves nothing',
  async (_name, _action, path, more) => {
    const of = await sold();
    const before = await balanceOf(of.providerId);
    const refused = await post(finance, path(of), { ...more, reason: 'Wrong number', admin_only_memo: MEMO });
    expect([refused.status, refused.body.code]).toEqual([403, 'role_not_allowed']);
    expect(refused.body.details).toMatchObject([{ field: 'admin_only_memo' }]);
    expect(await balanceOf(of.providerId)).toEqual(before);
    const without = await post(finance, path(of), { ...more, reason: 'Wrong number' });
    expect([200, 201]).toContain(without.status);
  },
);

test('a memo has at most 1,000 characters', async () => {
  const of = await sold();
  const long = { amount: '1.00', reason: 'Wrong number', admin_only_memo: 'x'.repeat(1_001) };
  const refused = await post(admin, `providers/${of.providerId}/credit`, long);
  expect([refused.status, refused.body.details[0].field]).toEqual([422, 'admin_only_memo']);
  const fits = { ...long, admin_only_memo: 'x'.repeat(1_000) };
  expect((await post(admin, `providers/${of.providerId}/credit`, fits)).status).toBe(201);
});

test('a provider reads the reason and never the memo', async () => {
  const of = await sold();
  await post(admin, `assignments/${of.assignmentId}/refund`, {
    reason: 'Wrong number',
    admin_only_memo: MEMO,
  });
  const provider = await signedInAs(http, 'provider_owner', { providerId: of.providerId });
  const ledger = await provider.send('GET', '/api/v1/providers/me/ledger');
  expect(ledger.body.data[0]).toMatchObject({ type: 'refund', memo: 'Wrong number' });
  expect(JSON.stringify(ledger.body)).not.toContain(MEMO);
  const mails = await http.app.db.tx(
    engine,
    (tx) => tx<{ params: object }[]>`select params from messages where provider_id = ${of.providerId}`,
  );
  expect(JSON.stringify(mails)).not.toContain(MEMO);
});

const balanceOf = (providerId: string) =>
  http.app.db.tx(engine, async (tx) => {
    const [row] = await tx`select available, held from wallets where provider_id = ${providerId}`;
    return row;
  });
