import { afterAll, beforeAll, expect, test } from 'vitest';
import { runDeliveries } from '../../src/lead/delivery/index.ts';
import { deliveryOf, openShop, type Partner, sell, startPartner, timePasses } from '../support/deliveries.ts';
import { type HttpTest, httpTest, type SignedInTest, signedInAs } from '../support/http.ts';
import { engine } from '../support/lead.ts';

/** "Send again", as the page of a lead asks for it. */

let http: HttpTest;
let operator: SignedInTest;
let partner: Partner;

beforeAll(async () => {
  http = await httpTest({ RATE_SESSION_PER_MINUTE: '100000' });
  operator = await signedInAs(http, 'operator');
  partner = await startPartner();
});
afterAll(async () => {
  await partner[Symbol.asyncDispose]();
  await http[Symbol.asyncDispose]();
});

/** The one delivery of a lead, found as its page finds it. */
async function deliveryOnPage(leadId: string) {
  const page = await operator.send('GET', `/api/v1/admin/leads/${leadId}`);
  const [shown] = page.body.data.deliveries;
  const detail = await operator.send('GET', `/api/v1/admin/deliveries/${shown.id}`);
  return detail.body.data;
}
const again = (id: string) => operator.send('POST', `/api/v1/admin/deliveries/${id}/resend`);

test('a delivery that was never sent is sent once what was missing is mended', async () => {
  const shop = await openShop(http.app, partner.url);
  const [sold] = await sell(http.app, shop);
  // Since the sale the endpoint wants what this lead does not have.
  const wants = (fields: string) =>
    http.app.db.tx(
      engine,
      (tx) => tx`update endpoints set required_fields = ${fields}::text[] where id = ${shop.endpointId}`,
    );
  await wants('{name,street}');
  await runDeliveries(http.app);
  const refused = await deliveryOnPage(sold!.leadId);
  expect(refused).toMatchObject({ state: 'refused', reason: 'missing_required_fields', tries: 0 });
  expect(refused).toMatchObject({ has_body: false, can_resend: true });

  await wants('{name}');
  expect((await again(refused.id)).status).toBe(202);
  await timePasses(http.app, shop.endpointId);
  await runDeliveries(http.app);
  expect(partner.calls.at(-1)?.body).toContain(sold!.leadId);
  expect(await deliveryOnPage(sold!.leadId)).toMatchObject({ state: 'delivered', has_body: true });
});

test('what arrived is sent again from the page, with the same bytes; what was deleted is not', async () => {
  const shop = await openShop(http.app, partner.url);
  const [sold] = await sell(http.app, shop);
  await runDeliveries(http.app);
  const first = partner.calls.at(-1)!;
  const shown = await deliveryOnPage(sold!.leadId);
  expect(shown).toMatchObject({ state: 'delivered', can_resend: true });
  expect((await again(shown.id)).status).toBe(202);
  await runDeliveries(http.app);
  expect(partner.calls.at(-1)!.body).toBe(first.body);
  expect(partner.calls.at(-1)).not.toBe(first);

  await http.app.db.tx(engine, (tx) => tx`update deliveries set body_enc = null where id = ${shown.id}`);
  expect(await deliveryOnPage(sold!.leadId)).toMatchObject({ has_body: false, can_resend: false });
  const gone = await again(shown.id);
  expect([gone.status, gone.body.code]).toEqual([410, 'body_expired']);
  expect((await deliveryOf(http.app, shown.id)).state).toBe('delivered');
});
