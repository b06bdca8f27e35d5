import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { bareProvider, type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { openNiche, somebody } from '../support/lead.ts';
import { seedNiche, seedProvider, seedSubscription } from '../support/market.ts';

let http: HttpTest;
let admin: Send;
let adminId: string;
const URL = '/api/v1/admin/stop-switches';
beforeAll(async () => {
  http = await httpTest({ MX_CHECK: '0' });
  ({ send: admin, userId: adminId } = await signedInAs(http, 'admin'));
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

test('only staff see what is stopped, and only operators stop', async () => {
  expect((await http.send('GET', URL)).status).toBe(401);
  const { send: owner } = await signedInAs(http, 'provider_owner', { providerId: await bareProvider(http) });
  expect((await owner('GET', URL)).status).toBe(403);
  const body = { scope: 'everything', reason: 'no' };
  expect((await owner('POST', URL, body)).status).toBe(403);
  for (const role of ['auditor', 'finance'] as const) {
    const { send } = await signedInAs(http, role);
    expect((await send('GET', URL)).status).toBe(200);
    expect((await send('POST', URL, body)).status).toBe(403);
    expect((await send('POST', `${URL}/${newId()}/release`, { reason: 'no' })).status).toBe(403);
  }
});

test('a stop says who set it and why, and who ended it and why; both are in the audit log', async () => {
  const { niche } = await seedNiche(http.app);
  const set = await admin('POST', URL, { scope: 'niche', scope_id: niche.id, reason: 'wrong form' });
  expect(set.status).toBe(201);
  const { id } = set.body.data;
  expect(set.body.data).toMatchObject({
    ...{ scope: 'niche', scope_id: niche.id, name: niche.name, reason: 'wrong form' },
    ...{ set_by: adminId, set_by_name: 'Test Person', released_at: null },
  });
  const again = await admin('POST', URL, { scope: 'niche', scope_id: niche.id, reason: 'again' });
  expect(again).toMatchObject({ status: 409, body: { code: 'already_stopped' } });
  expect((await admin('GET', `${URL}?held=true`)).body.data.map((one: { id: string }) => one.id)).toContain(
    id,
  );
  const ended = await admin('POST', `${URL}/${id}/release`, { reason: 'mended' });
  expect(ended).toMatchObject({
    status: 200,
    body: { data: { released_by: adminId, release_reason: 'mended' } },
  });
  const twice = await admin('POST', `${URL}/${id}/release`, { reason: 'mended' });
  expect(twice).toMatchObject({ status: 409, body: { code: 'stop_switch_released' } });
  expect((await admin('GET', `${URL}?held=true`)).body.data).toEqual([]);
  const rows = (await admin('GET', `/api/v1/admin/audit?entity_type=stop_switch&entity_id=${id}`)).body;
  expect(rows.data.map((row: { action: string }) => row.action).sort()).toEqual([
    'stop.released',
    'stop.set',
  ]);
  expect(rows.data.find((row: { action: string }) => row.action === 'stop.set')).toMatchObject({
    before_state: { stopped: false },
    after_state: { stopped: true, reason: 'wrong form' },
  });
});

test.each([
  [{ scope: 'niche', reason: 'x' }, 422, 'scope_id'],
  [{ scope: 'everything', scope_id: newId(), reason: 'x' }, 422, 'scope_id'],
  [{ scope: 'provider', scope_id: newId(), reason: 'x' }, 404, 'scope_id'],
  [{ scope: 'source', scope_id: 'nonsense', reason: 'x' }, 422, 'scope_id'],
  [{ scope: 'moon', reason: 'x' }, 422, 'scope'],
  [{ scope: 'everything' }, 422, 'reason'],
  [{ scope: 'everything', reason: '  ' }, 422, 'reason'],
  [{ scope: 'everything', reason: 'x'.repeat(501) }, 422, 'reason'],
  [{ scope: 'everything', reason: 'a\u0000b' }, 422, 'reason'],
])('%j is refused and names the field', async (body, status, field) => {
  const answer = await admin('POST', URL, body);
  expect(answer.status).toBe(status);
  expect(answer.body.details.map((one: { field: string }) => one.field)).toContain(field);
});

test('a release needs a switch and a reason', async () => {
  expect((await admin('POST', `${URL}/${newId()}/release`, { reason: 'x' })).body.code).toBe(
    'stop_switch_not_found',
  );
  expect((await admin('POST', `${URL}/x/release`, { reason: 'x' })).status).toBe(422);
  expect((await admin('POST', `${URL}/${newId()}/release`, {})).status).toBe(422);
});

test('leads that a stop holds are no backlog: intake keeps answering and no alarm is raised', async () => {
  const niche = await openNiche(http.app, { policy: { approval: 'auto' } });
  const { body } = await admin('POST', URL, { scope: 'everything', reason: 'storm' });
  const send = () =>
    http.send('POST', `/api/v1/inbound/${niche.token}`, {
      answers: somebody({ email: `${newId()}@example.com` }),
    });
  expect((await send()).status).toBeLessThan(300);
  await http.app.db.tx(
    { role: 'engine' },
    (tx) => tx`
    update leads set due_at = now() - interval '3 hours' where state = 'approved'`,
  );
  const { readBacklog } = await import('../../src/lead/intake/store.ts');
  const { readOverview } = await import('../../src/lead/store-overview.ts');
  const backlog = () => http.app.db.tx({ role: 'engine' }, (tx) => readBacklog(tx, 100));
  const overview = () => http.app.db.tx({ role: 'operator' }, (tx) => readOverview(tx, 'UTC', 24));
  expect(await backlog()).toEqual({ waiting: 0, oldestMs: 0 });
  expect((await overview()).oldestDueMs).toBe(0);
  await admin('POST', `${URL}/${body.data.id}/release`, { reason: 'over' });
  expect((await backlog()).waiting).toBe(1);
  expect((await overview()).oldestDueMs).toBeGreaterThan(3_000_000);
});

test('a provider reads that it is stopped, never why; its subscriptions say so too', async () => {
  const { niche, level } = await seedNiche(http.app);
  const provider = await seedProvider(http.app, { balance: 100_000n });
  const other = await seedProvider(http.app, { balance: 100_000n });
  const { id } = await seedSubscription(http.app, { providerId: provider.id, levelId: level.id });
  await seedSubscription(http.app, { providerId: other.id, levelId: level.id });
  const { send: owner } = await signedInAs(http, 'provider_owner', { providerId: provider.id });
  const { send: stranger } = await signedInAs(http, 'provider_owner', { providerId: other.id });
  const seen = async (send: Send) => {
    const { data } = (await send('GET', '/api/v1/providers/me')).body;
    return [data.stopped, data.subscriptions[0].state];
  };
  const stop = async (scope: string, scopeId: string | null) => {
    const reason = 'lawyers of Mr Secret wrote';
    const body = { scope, scope_id: scopeId, reason };
    const stopId = (await admin('POST', URL, body)).body.data.id;
    const shown = [
      await seen(owner),
      await seen(stranger),
      (await admin('GET', `/api/v1/admin/subscriptions/${id}`)).body.data.state,
      (await admin('GET', `/api/v1/admin/providers/${provider.id}`)).body.data.stopped,
    ];
    for (const path of ['providers/me', `subscriptions/${id}`, `subscriptions/${id}/preflight`]) {
      expect(JSON.stringify((await owner('GET', `/api/v1/${path}`)).body)).not.toContain('Secret');
    }
    await admin('POST', `${URL}/${stopId}/release`, { reason: 'over' });
    return shown;
  };
  expect(await stop('provider', provider.id)).toEqual([
    [true, 'provider_stopped'],
    [false, 'active'],
    'provider_stopped',
    true,
  ]);
  for (const [scope, scopeId] of [
    ['niche', niche.id],
    ['everything', null],
  ] as const) {
    expect(await stop(scope, scopeId)).toEqual([
      [false, 'niche_stopped'],
      [false, 'niche_stopped'],
      'niche_stopped',
      false,
    ]);
  }
  expect(await seen(owner)).toEqual([false, 'active']);
});
