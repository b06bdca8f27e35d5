import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runDeliveries } from '../../src/lead/delivery/index.ts';
import { deliveryOf, openShop, type Partner, type Shop, sell, startPartner } from '../support/deliveries.ts';
import { type HttpTest, httpTest, type SignedInTest, signedInAs } from '../support/http.ts';

/** Who may see the person through a delivery: a provider only while it pays for the lead. */
let http: HttpTest;
let operator: SignedInTest;
let partner: Partner;

beforeAll(async () => {
  http = await httpTest({ RATE_SESSION_PER_MINUTE: '100000' });
  operator = await signedInAs(http, 'operator');
  partner = await startPartner(() => ({ status: 422, body: 'Anna Schmidt is not wanted' }));
});
afterAll(async () => {
  await partner[Symbol.asyncDispose]();
  await http[Symbol.asyncDispose]();
});

const ADMIN = '/api/v1/admin/deliveries';

async function refusedOf(shop: Shop) {
  const [sold] = await sell(http.app, shop, 1);
  await runDeliveries(http.app);
  expect((await deliveryOf(http.app, sold!.id)).state).toBe('refused');
  return sold!;
}

const refund = async (leadId: string): Promise<void> => {
  const page = await operator.send('GET', `/api/v1/admin/leads/${leadId}`);
  const id = page.body.data.assignments[0].id;
  const done = await operator.send('POST', `/api/v1/admin/assignments/${id}/refund`, {
    reason: 'wrong number',
  });
  expect(done.status).toBe(200);
};

describe('a provider that never accepted a lead it would pay for', () => {
  test('reads nothing of the person from its deliveries, and is not sent the lead for free', async () => {
    const shop = await openShop(http.app, partner.url, { billOn: 'accepted' });
    const provider = await signedInAs(http, 'provider_owner', { providerId: shop.providerId });
    const { id } = await refusedOf(shop);
    const own = await provider.send('GET', `/api/v1/providers/me/deliveries/${id}`);
    expect([own.status, own.body.data.body]).toEqual([200, null]);
    expect(JSON.stringify(own.body)).not.toContain('Anna');
    expect((await operator.send('GET', `${ADMIN}/${id}`)).body.data.body).toContain('Anna Schmidt');
    const again = await operator.send('POST', `${ADMIN}/${id}/resend`);
    expect([again.status, again.body.code]).toEqual([409, 'delivery_not_paid']);
  });
});

describe('after a refund', () => {
  test('the provider no longer reads the person in what was sent or answered', async () => {
    const shop = await openShop(http.app, partner.url);
    const provider = await signedInAs(http, 'provider_owner', { providerId: shop.providerId });
    const { id, leadId } = await refusedOf(shop);
    const one = `/api/v1/providers/me/deliveries/${id}`;
    expect((await provider.send('GET', one)).body.data.body).toContain('Anna Schmidt');
    await refund(leadId);
    expect(JSON.stringify((await provider.send('GET', one)).body)).not.toContain('Anna');
  });

  test('nothing is sent again, neither one by one nor in bulk', async () => {
    const shop = await openShop(http.app, partner.url);
    const { id, leadId } = await refusedOf(shop);
    const kept = await refusedOf(shop);
    await refund(leadId);
    const again = await operator.send('POST', `${ADMIN}/${id}/resend`);
    expect([again.status, again.body.code]).toEqual([409, 'delivery_not_paid']);
    const body = { since: '2020-01-01T00:00:00Z', endpoint_id: shop.endpointId, dry_run: false };
    const bulk = await operator.send('POST', `${ADMIN}/bulk-resend`, body);
    expect(bulk.body.data).toMatchObject({ matching: 1, resent: 1 });
    expect((await deliveryOf(http.app, id)).state).toBe('refused');
    expect((await deliveryOf(http.app, kept.id)).state).toBe('pending');
  });
});
