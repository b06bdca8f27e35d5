import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runDeliveries } from '../../src/lead/delivery/index.ts';
import {
  deliveryOf,
  openShop,
  type Partner,
  type Shop,
  sell,
  startPartner,
  timePasses,
} from '../support/deliveries.ts';
import { type HttpTest, httpTest, type SignedInTest, signedInAs } from '../support/http.ts';
import { engine } from '../support/lead.ts';
import { until } from '../support/until.ts';

let http: HttpTest;
let operator: SignedInTest;
let auditor: SignedInTest;
let partner: Partner;
let shop: Shop;
let provider: SignedInTest;
let sold: { id: string; leadId: string }[];

beforeAll(async () => {
  http = await httpTest({ RATE_SESSION_PER_MINUTE: '100000' });
  operator = await signedInAs(http, 'operator');
  auditor = await signedInAs(http, 'auditor');
  partner = await startPartner((call) => ({
    status: call.body.includes('lead') ? 422 : 200,
    body: 'no such country',
  }));
  shop = await openShop(http.app, partner.url);
  provider = await signedInAs(http, 'provider_owner', { providerId: shop.providerId });
  sold = await sell(http.app, shop, 3);
  await runDeliveries(http.app);
});
afterAll(async () => {
  await partner[Symbol.asyncDispose]();
  await http[Symbol.asyncDispose]();
});

const ADMIN = '/api/v1/admin/deliveries';

describe('the list of deliveries', () => {
  test('goes on from its cursor, newest first, and its filters leave out the rest', async () => {
    const first = await operator.send('GET', `${ADMIN}?endpoint_id=${shop.endpointId}&state=failed&limit=2`);
    expect(first.status).toBe(200);
    expect(first.body.pagination).toMatchObject({ total: 3, limit: 2 });
    const cursor = first.body.pagination.nextCursor;
    const second = await operator.send(
      'GET',
      `${ADMIN}?endpoint_id=${shop.endpointId}&limit=2&cursor=${cursor}`,
    );
    const ids = [...first.body.data, ...second.body.data].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(sold.map(({ id }) => id).reverse());
    expect(second.body.pagination.nextCursor).toBeNull();
    for (const query of [
      'state=delivered',
      'to=2020-01-01T00:00:00Z',
      `provider_id=${crypto.randomUUID()}`,
    ]) {
      const none = await operator.send('GET', `${ADMIN}?${query}&endpoint_id=${shop.endpointId}`);
      expect(none.body.data).toEqual([]);
    }
  });

  test('shows a provider its own and nobody else’s', async () => {
    await using stranger = await startPartner();
    const other = await openShop(http.app, stranger.url);
    const foreign = await signedInAs(http, 'provider_member', { providerId: other.providerId });
    const own = await provider.send('GET', '/api/v1/providers/me/deliveries');
    expect(own.body.data).toHaveLength(3);
    expect((await foreign.send('GET', '/api/v1/providers/me/deliveries')).body.data).toEqual([]);
    const one = `/api/v1/providers/me/deliveries/${own.body.data[0].id}`;
    expect((await provider.send('GET', one)).body.data.attempts).toBeInstanceOf(Array);
    expect((await foreign.send('GET', one)).body.code).toBe('delivery_not_found');
  });

  test('refuses a state, a time and a cursor that it does not know, naming the field', async () => {
    for (const [query, field] of [
      ['state=lost', 'state'],
      ['from=yesterday', 'from'],
      ['cursor=abc', 'cursor'],
      ['limit=1000', 'limit'],
    ]) {
      const answer = await operator.send('GET', `${ADMIN}?${query}`);
      expect([answer.status, answer.body.details[0]?.field]).toEqual([422, field]);
    }
  });
});

test('one delivery shows every attempt; what was sent only to those who may see people', async () => {
  const { id, leadId } = sold[0]!;
  const answer = await operator.send('GET', `${ADMIN}/${id}`);
  expect(answer.body.data).toMatchObject({
    state: 'refused',
    reason: 'status_422',
    lead_id: leadId,
    attempts: [{ number: 1, outcome: 'refused', status: 422, answer: 'no such country' }],
  });
  expect(JSON.parse(answer.body.data.body).lead_id).toBe(leadId);
  expect((await auditor.send('GET', `${ADMIN}/${id}`)).body.data.body).toBeNull();
  const none = await operator.send('GET', `${ADMIN}/${crypto.randomUUID()}`);
  expect([none.status, none.body.code]).toEqual([404, 'delivery_not_found']);
});

describe('sending again', () => {
  test('sends the same content under the same id, once it has ended', async () => {
    const { id } = sold[0]!;
    const before = partner.calls.filter(({ headers }) => headers['webhook-id'] === `dlv_${id}`);
    const asked = await operator.send('POST', `${ADMIN}/${id}/resend`);
    expect([asked.status, asked.body.data.state]).toEqual([202, 'pending']);
    const again = await operator.send('POST', `${ADMIN}/${id}/resend`);
    expect([again.status, again.body.code]).toEqual([409, 'delivery_under_way']);
    const { reply } = partner;
    partner.reply = () => ({ status: 200 });
    await runDeliveries(http.app);
    partner.reply = reply;
    const calls = partner.calls.filter(({ headers }) => headers['webhook-id'] === `dlv_${id}`);
    expect(calls).toHaveLength(2);
    expect(calls[1]!.body).toBe(before[0]!.body);
    expect((await deliveryOf(http.app, id)).state).toBe('delivered');
  });

  test('of one that had arrived: "I have it already" is an acceptance', async () => {
    const { id } = sold[0]!;
    await operator.send('POST', `${ADMIN}/${id}/resend`);
    const { reply } = partner;
    partner.reply = () => ({ status: 409 });
    await runDeliveries(http.app);
    partner.reply = reply;
    expect((await deliveryOf(http.app, id)).state).toBe('delivered');
  });

  test('is refused when what was sent has been deleted', async () => {
    const { id } = sold[1]!;
    await http.app.db.tx(engine, (tx) => tx`update deliveries set body_enc = null where id = ${id}`);
    const answer = await operator.send('POST', `${ADMIN}/${id}/resend`);
    expect([answer.status, answer.body.code]).toEqual([410, 'body_expired']);
  });

  test('in bulk counts first and leaves out what has been deleted', async () => {
    const body = { since: '2020-01-01T00:00:00Z', endpoint_id: shop.endpointId };
    const dry = await operator.send('POST', `${ADMIN}/bulk-resend`, body);
    expect(dry.body.data).toEqual({ matching: 2, resent: 0, expired: 1, more: false, dry_run: true });
    expect((await deliveryOf(http.app, sold[2]!.id)).state).toBe('refused');
    const sent = await operator.send('POST', `${ADMIN}/bulk-resend`, { ...body, dry_run: false });
    expect(sent.body.data).toMatchObject({ resent: 1, expired: 1 });
    expect(await deliveryOf(http.app, sold[2]!.id)).toMatchObject({ state: 'pending', tries: 0 });
    await runDeliveries(http.app);
  });
});

describe('the test button', () => {
  test('sends the sample of the documentation and says what the answer means', async () => {
    const before = partner.calls.length;
    const answer = await provider.send('POST', `/api/v1/providers/me/endpoints/${shop.endpointId}/test`);
    expect(answer.status).toBe(200);
    expect(answer.body.data).toMatchObject({
      outcome: 'refused',
      response: { status: 422, body: 'no such country' },
    });
    expect(answer.body.data.diagnosis).toContain('which field it misses');
    expect(JSON.parse(answer.body.data.request.body)).toMatchObject({
      name: 'Anna Schmidt',
      fairlead: { test: true },
    });
    expect(partner.calls).toHaveLength(before + 1);
    const asked = await operator.send('POST', `/api/v1/admin/endpoints/${shop.endpointId}/test`);
    expect(asked.status).toBe(200);
  });

  test('opens no endpoint of another provider', async () => {
    const other = await openShop(http.app, partner.url);
    const answer = await provider.send('POST', `/api/v1/providers/me/endpoints/${other.endpointId}/test`);
    expect([answer.status, answer.body.code]).toEqual([404, 'endpoint_not_found']);
  });

  test('brings an endpoint back that was taken out of use, and changes nothing for a healthy one', async () => {
    const breaker = (id: string) =>
      http.app.db.tx(engine, async (tx) => {
        const [row] = await tx<
          { breaker_state: string }[]
        >`select breaker_state from endpoints where id = ${id}`;
        return row!.breaker_state;
      });
    await http.app.db.tx(
      engine,
      (tx) => tx`
      update endpoints set breaker_state = 'open', breaker_opened_at = now(), probe_at = now() + interval '1 hour'
      where id = ${shop.endpointId}`,
    );
    const button = `/api/v1/admin/endpoints/${shop.endpointId}/test`;
    await operator.send('POST', button);
    expect(await breaker(shop.endpointId)).toBe('half_open');
    await operator.send('POST', button);
    expect(await breaker(shop.endpointId)).toBe('closed');
  });
});

test('the mock receiver verifies what was signed, and answers as it is told', async () => {
  const address = await http.api.server.listen({ host: '127.0.0.1', port: 0 });
  const own = await openShop(http.app, `${address}/dev/partner?answer=503`);
  const [delivery] = await sell(http.app, own);
  await runDeliveries(http.app);
  await until(async () => (await deliveryOf(http.app, delivery!.id)).state === 'pending');
  const seen = await http.send('GET', '/dev/partner');
  expect(seen.body.data[0]).toMatchObject({
    id: `dlv_${delivery!.id}`,
    signature_valid: true,
    answered: 503,
  });
  await timePasses(http.app, own.endpointId);
});
