import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { type Decided, openDecided } from '../support/decided.ts';
import { bareProvider, type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';

let http: HttpTest;
let operator: Send;
let niche: Decided;
beforeAll(async () => {
  http = await httpTest({ MX_CHECK: '0' });
  operator = (await signedInAs(http, 'operator')).send;
  niche = await openDecided(http.app);
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

const give = (send: Send, lead: string, body: object, key = newId()) =>
  send('POST', `/api/v1/admin/leads/${lead}/assignments`, body, { 'idempotency-key': key });

test('only operators give a lead by hand and keep a provider from it; other staff see who is kept away', async () => {
  const lead = await niche.lead();
  const url = `/api/v1/admin/leads/${lead}/blocks`;
  const { send: owner } = await signedInAs(http, 'provider_owner', { providerId: await bareProvider(http) });
  for (const send of [
    owner,
    (await signedInAs(http, 'auditor')).send,
    (await signedInAs(http, 'finance')).send,
  ]) {
    expect((await give(send, lead, { subscription_id: newId(), reason: 'no' })).status).toBe(403);
    expect((await send('POST', url, { provider_id: newId(), reason: 'no' })).status).toBe(403);
    expect((await send('DELETE', `${url}/${newId()}`)).status).toBe(403);
    expect((await send('GET', url)).status).toBe(send === owner ? 403 : 200);
  }
});

test('a lead is given with its reason, one time per key, and the answer names price and decision', async () => {
  const lead = await niche.lead();
  const { id, providerId } = await niche.join('By hand');
  const key = newId();
  const body = { subscription_id: id, reason: 'asked by phone' };
  const given = await give(operator, lead, body, key);
  expect(given.status).toBe(201);
  expect(given.body.data).toMatchObject({
    ...{ lead_id: lead, provider_id: providerId, subscription_id: id },
    ...{ state: 'charged', charged_amount: '10.00', currency: 'EUR' },
  });
  expect((await give(operator, lead, body, key)).body.data).toEqual(given.body.data);
  const other = await give(operator, lead, { ...body, reason: 'another' }, key);
  expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
  const why = await operator('GET', `/api/v1/admin/leads/${lead}/distribution`);
  expect(why.body.data.decisions[0]).toMatchObject({
    kind: 'by_hand',
    given: { by: 'Test Person', reason: 'asked by phone' },
    summary: 'Given by hand by Test Person: asked by phone',
  });
});

test('what is missing or wrong is named with its field', async () => {
  const lead = await niche.lead();
  const table: [object, string][] = [
    [{ subscription_id: 'x', reason: 'a' }, 'subscription_id'],
    [{ subscription_id: newId() }, 'reason'],
    [{ subscription_id: newId(), reason: ' ' }, 'reason'],
  ];
  for (const [body, field] of table) {
    const refused = await give(operator, lead, body);
    expect(refused.status).toBe(422);
    expect(refused.body.details.map((one: { field: string }) => one.field)).toContain(field);
  }
  const keyless = await operator('POST', `/api/v1/admin/leads/${lead}/assignments`, {
    subscription_id: newId(),
    reason: 'a',
  });
  expect(keyless.status).toBe(422);
});

test('a provider that is kept away is listed with reason and person until it is taken back', async () => {
  const lead = await niche.lead();
  const providerId = await bareProvider(http);
  const url = `/api/v1/admin/leads/${lead}/blocks`;
  const kept = await operator('POST', url, { provider_id: providerId, reason: 'a relative' });
  expect(kept.status).toBe(201);
  expect(kept.body.data).toMatchObject({ provider_id: providerId, reason: 'a relative', by: 'Test Person' });
  await operator('POST', url, { provider_id: providerId, reason: 'a cousin' });
  expect((await operator('GET', url)).body.data).toMatchObject([{ reason: 'a cousin' }]);
  const back = `${url}/${providerId}`;
  expect((await operator('DELETE', back)).body.data).toEqual({ provider_id: providerId, already: false });
  expect((await operator('DELETE', back)).body.data).toEqual({ provider_id: providerId, already: true });
  expect((await operator('GET', url)).body.data).toEqual([]);
  const nobody = await operator('POST', url, { provider_id: newId(), reason: 'x' });
  expect([nobody.status, nobody.body.code]).toEqual([404, 'block_provider_not_found']);
  const page = await operator('GET', `/api/v1/admin/leads/${lead}`);
  const actions = page.body.data.timeline.map(({ action }: { action: string }) => action);
  expect(actions).toEqual(expect.arrayContaining(['lead.provider_blocked', 'lead.provider_unblocked']));
});
