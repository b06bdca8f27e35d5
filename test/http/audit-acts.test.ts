import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { openNiche, somebody } from '../support/lead.ts';
import { seedEndpoint, seedNiche, seedProvider, seedSubscription } from '../support/market.ts';
import { type Receiver, startReceiver } from '../support/receivers.ts';

/** What acts of people leave in the audit log: what was before, what is after, and the note for admins. */

let http: HttpTest;
let admin: Send;
let providerId: string;
let receiver: Receiver;
const made: Record<string, string> = {};

beforeAll(async () => {
  http = await httpTest({ MX_CHECK: '0', RATE_SESSION_PER_MINUTE: '100000' });
  admin = (await signedInAs(http, 'admin')).send;
  const { niche, level, campaignId } = await seedNiche(http.app, {});
  providerId = (await seedProvider(http.app, { balance: 5_000n })).id;
  receiver = await startReceiver();
  const { endpoint } = await seedEndpoint(http.app, {
    providerId,
    url: `http://127.0.0.1:${receiver.port}/hook`,
  });
  const subscription = await seedSubscription(http.app, { providerId, levelId: level.id });
  Object.assign(made, {
    niche: niche.id,
    level: level.id,
    campaign: campaignId,
    provider: providerId,
    endpoint: endpoint.id,
    subscription: subscription.id,
  });
});
afterAll(async () => {
  await http?.[Symbol.asyncDispose]();
  await receiver?.close();
});

const A = '/api/v1/admin';
const waiting = async () => {
  const niche = await openNiche(http.app, { policy: { approval: 'manual' } });
  const origin = { kind: 'source', token: niche.token } as const;
  return (await receiveLead(http.app, { origin, body: { answers: somebody() } })).leadId;
};
const entryOf = async (action: string, entityId: string, send: Send = admin) => {
  const { body } = await send('GET', `${A}/audit?action=${action}&entity_id=${entityId}`);
  return body.data[0];
};

/** Each act, done for real: the path, what is sent, and one value before and after. */
const ACTS: [action: string, act: () => Promise<[string, string, object?]>, before: object, after: object][] =
  [
    [
      'provider.changed',
      async () => ['PATCH', `${A}/providers/${made.provider}`, { low_balance_threshold: 1_200, version: 1 }],
      { lowBalanceThreshold: '0' },
      { lowBalanceThreshold: '1200' },
    ],
    [
      'subscription.paused',
      async () => ['POST', `${A}/subscriptions/${made.subscription}/pause`, {}],
      { paused: false },
      { paused: true },
    ],
    [
      'subscription.resumed',
      async () => ['POST', `${A}/subscriptions/${made.subscription}/resume`],
      { paused: true },
      { paused: false },
    ],
    [
      'endpoint.secret_rotated',
      async () => ['POST', `${A}/endpoints/${made.endpoint}/rotate-secret`],
      { previousValidUntil: null },
      { previousValidUntil: expect.stringMatching(/^\d{4}-/) },
    ],
    [
      'api_key.revoked',
      async () => {
        const { body } = await admin('POST', '/api/v1/auth/api-keys', { name: 'x', scopes: ['read'] });
        made.api_key = body.data.key?.id ?? body.data.id;
        return ['DELETE', `/api/v1/auth/api-keys/${made.api_key}`];
      },
      { active: true },
      { active: false },
    ],
    [
      'wallet.credited',
      async () => ['POST', `${A}/providers/${made.provider}/credit`, { amount: '5.00', reason: 'Goodwill' }],
      { available: '50.00' },
      { available: '55.00' },
    ],
    [
      'wallet.debited',
      async () => ['POST', `${A}/providers/${made.provider}/debit`, { amount: '5.00', reason: 'Mistake' }],
      { available: '55.00' },
      { available: '50.00' },
    ],
    [
      'campaign.changed',
      async () => ['PATCH', `${A}/campaigns/${made.campaign}`, { late_approval: 'approve', version: 1 }],
      { lateApproval: 'alert' },
      { lateApproval: 'approve' },
    ],
    [
      'lead.rejected',
      async () => {
        made.lead = await waiting();
        return ['POST', `${A}/leads/${made.lead}/reject`, { reason: 'Not wanted' }];
      },
      { state: 'pending_approval' },
      { state: 'rejected', reason: 'Not wanted' },
    ],
    [
      'lead.approved',
      async () => {
        made.lead = await waiting();
        return ['POST', `${A}/leads/${made.lead}/approve`];
      },
      { state: 'pending_approval' },
      { state: 'approved' },
    ],
  ];

test.each(ACTS)('%s says what was before and what is after', async (action, act, before, after) => {
  const [method, url, body] = await act();
  const answer = await admin(method, url, body, { 'idempotency-key': `act-${action}` });
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  const entity = action.startsWith('wallet') ? 'provider' : action.slice(0, action.indexOf('.'));
  expect(await entryOf(action, made[entity]!)).toMatchObject({
    actor_role: 'admin',
    before_state: before,
    after_state: after,
  });
});

const MEMO = 'Their cousin works for the competitor';

test('a note for admins goes with a rejection or a release, and only admins write and read it', async () => {
  const operator = await signedInAs(http, 'operator');
  const leadId = await waiting();
  const reject = { reason: 'Not wanted', admin_only_memo: MEMO };
  const refused = await operator.send('POST', `${A}/leads/${leadId}/reject`, reject);
  expect([refused.status, refused.body.details]).toEqual([
    403,
    [{ field: 'admin_only_memo', message: expect.stringContaining('administrator') }],
  ]);
  for (const memo of ['', 'x'.repeat(1_001), 'a\u0000b']) {
    const wrong = await admin('POST', `${A}/leads/${leadId}/reject`, { ...reject, admin_only_memo: memo });
    expect([wrong.status, wrong.body.details[0].field]).toEqual([422, 'admin_only_memo']);
  }
  expect((await admin('POST', `${A}/leads/${leadId}/reject`, reject)).status).toBe(200);
  expect(await entryOf('lead.rejected', leadId)).toMatchObject({ admin_only_memo: MEMO });

  const niche = await openNiche(http.app, { policy: { approval: 'manual' } });
  const stopped = await receiveLead(http.app, {
    origin: { kind: 'source', token: niche.token },
    body: { answers: somebody({ phone: '+49 900 1234567' }) },
  });
  expect(stopped.state).toBe('quarantined');
  const release = { check: 'phone', admin_only_memo: MEMO };
  expect((await operator.send('POST', `${A}/leads/${stopped.leadId}/release`, release)).status).toBe(403);
  const released = await admin('POST', `${A}/leads/${stopped.leadId}/release`, release);
  expect(released.status, JSON.stringify(released.body)).toBe(200);
  // The note stands on the act itself, not on the steps that followed by themselves.
  const { body } = await admin('GET', `${A}/audit?entity_id=${stopped.leadId}`);
  const noted = body.data.filter((row: { admin_only_memo: unknown }) => row.admin_only_memo !== null);
  expect(noted).toMatchObject([
    { actor_role: 'admin', admin_only_memo: MEMO, before_state: { state: 'quarantined' } },
  ]);
  expect(body.data.map((row: { action: string }) => row.action)).toContain(
    `lead.${released.body.data.state}`,
  );

  // Everything else that shows these leads: their pages and the log for everybody but admins, the admin's page too.
  for (const id of [leadId, stopped.leadId]) {
    for (const role of ['operator', 'finance', 'auditor'] as const) {
      const { send } = await signedInAs(http, role);
      const log = await send('GET', `${A}/audit?entity_id=${id}`);
      expect([log.status, JSON.stringify(log.body).includes(MEMO)]).toEqual([200, false]);
      const page = await send('GET', `${A}/leads/${id}`);
      expect(JSON.stringify(page.body)).not.toContain(MEMO);
    }
    expect(JSON.stringify((await admin('GET', `${A}/leads/${id}`)).body)).not.toContain(MEMO);
  }
});

test('nothing that a provider is shown or sent holds the note of an act on its lead', async () => {
  const { level, campaignId } = await seedNiche(http.app, {
    policy: { confirmation: 'source_attested', approval: 'auto' },
  });
  const { id } = await seedProvider(http.app, { balance: 5_000n });
  await seedSubscription(http.app, { providerId: id, levelId: level.id });
  const { token } = await createSource(
    http.app,
    { name: 'memo', type: 'api', campaignId, attested: true, ratePerMinute: null },
    SYSTEM,
  );
  const body = { answers: somebody({ budget: 120 }) };
  const { leadId } = await receiveLead(http.app, { origin: { kind: 'source', token }, body });
  await runDistribution(openDistributor(http.app));
  const bad = { reason: 'Wrong number', admin_only_memo: MEMO };
  expect((await admin('POST', `${A}/leads/${leadId}/bad-lead`, bad)).status).toBe(200);
  const { body: log } = await admin('GET', `${A}/audit?limit=100`);
  expect(log.data.filter((row: { admin_only_memo: unknown }) => row.admin_only_memo === MEMO)).not.toEqual(
    [],
  );
  const { send } = await signedInAs(http, 'provider_owner', { providerId: id });
  for (const path of [`leads/${leadId}`, 'leads', 'ledger', 'balance', 'deliveries']) {
    const { body: shown } = await send('GET', `/api/v1/providers/me/${path}`);
    expect(JSON.stringify(shown), path).not.toContain(MEMO);
  }
  const everywhere = await http.app.db.tx({ role: 'engine' }, async (tx) => [
    ...(await tx`select m::text as text from messages m`),
    ...(await tx`select t::text as text from transfers t`),
    ...(await tx`select l::text as text from leads l`),
    ...(await tx`select a::text as text from assignments a`),
  ]);
  expect(everywhere.filter(({ text }) => String(text).includes(MEMO))).toEqual([]);
});
