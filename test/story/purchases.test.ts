import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAudit } from '../../src/cli/audit.ts';
import { runVerify } from '../../src/cli/verify.ts';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { runDeliveries } from '../../src/lead/delivery/index.ts';
import { blockProvider } from '../../src/lead/distribution/block-lead.ts';
import { explainDecision, openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import type { CampaignPolicy } from '../../src/market/campaigns/index.ts';
import type { Subscription } from '../../src/market/subscriptions/index.ts';
import { type Decided, openDecided } from '../support/decided.ts';
import { startPartner } from '../support/deliveries.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { engine, stateOf } from '../support/lead.ts';
import { payIn, seedEndpoint, VPS_FORM } from '../support/market.ts';

/** Providers buy leads themselves: what nobody took, and seats that stayed open. */

const FORM = VPS_FORM.map((field) =>
  ['budget', 'purpose'].includes(field.id) ? { ...field, shown_before_purchase: true } : field,
);

let http: HttpTest;
let operator: Send;
beforeAll(async () => {
  http = await httpTest({ MX_CHECK: '0', RATE_SESSION_PER_MINUTE: '100000' });
  operator = (await signedInAs(http, 'operator')).send;
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

type Buyer = Subscription & {
  send: Send;
  list(): Promise<{ id: string; [more: string]: unknown }[]>;
  buy(lead: string, more?: { price?: string; key?: string }): ReturnType<Send>;
};

/** A niche whose campaign lets buy, and providers who look and buy; paused ones get nothing by themselves. */
async function openStore(
  options: Parameters<typeof openDecided>[1] = {},
  policy: Partial<CampaignPolicy> = { purchase: 'open_seats' },
) {
  const niche = await openDecided(http.app, { fields: FORM, ...options, policy });
  return { ...niche, buyer: (name: string, terms = {}) => buyerOf(niche, name, terms) };
}

async function buyerOf(
  niche: Decided,
  name: string,
  { pause = true, ...terms }: Parameters<Decided['join']>[1] & { pause?: boolean },
): Promise<Buyer> {
  const subscription = await niche.join(name, terms);
  const { send } = await signedInAs(http, 'provider_owner', { providerId: subscription.providerId });
  if (pause) await send('POST', `/api/v1/subscriptions/${subscription.id}/pause`, {});
  return {
    ...subscription,
    send,
    list: async () => (await send('GET', `/api/v1/providers/me/store?niche_id=${niche.niche.id}`)).body.data,
    buy: (lead, { price = '10.00', key = newId() } = {}) =>
      send(
        'POST',
        `/api/v1/providers/me/store/${lead}/purchase`,
        { subscription_id: subscription.id, price },
        { 'idempotency-key': key },
      ),
  };
}

const moneyOf = async (buyer: Buyer) =>
  (await buyer.send('GET', '/api/v1/providers/me/balance')).body.data.wallets[0]?.available;

const tracesOf = (leadId: string) =>
  http.app.db.tx(engine, async (tx) => {
    const [row] = await tx<Record<string, string>[]>`
      select (select count(*) from assignments where lead_id = ${leadId})::text as assignments,
        (select count(*) from decisions where lead_id = ${leadId} and kind = 'purchase')::text as purchases,
        (select count(*) from transfers where lead_id = ${leadId})::text as transfers`;
    return row!;
  });

describe('the list', () => {
  test('shows price, age and company of a lead and the answers that are marked, and nothing of the person', async () => {
    const niche = await openStore({ levels: [{ name: 'Gold', maxProviders: 3 }] });
    const holder = await niche.buyer('Holder', { pause: false });
    const answers = {
      ...{ name: 'Ada Lovelace', email: 'ada.shown@example.org', phone: '+49 30 90182099' },
      ...{ budget: 120, purpose: 'web', managed: true, note: 'call me at 030 1234567' },
    };
    const lead = await niche.lead(answers);
    const buyer = await niche.buyer('Buyer');
    const listed = await buyer.send('GET', '/api/v1/providers/me/store');
    expect(listed.body.pagination).toMatchObject({ total: 1 });
    expect(listed.body.data).toMatchObject([
      {
        ...{ id: lead, niche_id: niche.niche.id, country: 'DE', lead_type: 'premium', holders: 1 },
        answers: [
          { field: 'budget', label: 'Budget', answer: '120' },
          { field: 'purpose', label: 'Purpose', answer: 'Web site' },
        ],
        offers: [
          {
            ...{ subscription_id: buyer.id, level_name: 'Gold', price: '10.00', max_shared: 3 },
            obstacle: null,
          },
        ],
      },
    ]);
    const text = JSON.stringify(listed.body).toLowerCase();
    for (const secret of ['lovelace', 'ada.shown', '90182099', 'call me', holder.providerId]) {
      expect(text).not.toContain(secret.toLowerCase());
    }
    // Who has it finds it among its leads, not in the store.
    expect(await holder.list()).toEqual([]);
  });

  test('leaves out what the campaign does not sell, what does not match, and whom a provider may not meet', async () => {
    const closed = await openStore({}, { purchase: 'off' });
    const nobody = await closed.buyer('Closed');
    await closed.lead();
    expect(await nobody.list()).toEqual([]);

    const niche = await openStore();
    const abroad = await niche.buyer('Abroad', { countries: ['ES'] });
    const kept = await niche.buyer('Kept away');
    const buyer = await niche.buyer('Buyer');
    const lead = await niche.lead();
    await blockProvider(http.app, { leadId: lead, providerId: kept.providerId, reason: 'asked' }, SYSTEM);
    expect((await buyer.list()).map(({ id }) => id)).toEqual([lead]);
    expect([await abroad.list(), await kept.list()]).toEqual([[], []]);
    for (const one of [abroad, kept, nobody]) {
      const refused = await one.buy(lead);
      expect([refused.status, refused.body.code]).toEqual(
        one === nobody ? [404, 'purchase_subscription_not_found'] : [404, 'lead_not_for_sale'],
      );
    }
  });

  test('is the providers’ own: staff and strangers have no store', async () => {
    expect((await http.send('GET', '/api/v1/providers/me/store')).status).toBe(401);
    expect((await operator('GET', '/api/v1/providers/me/store')).status).toBe(403);
  });
});

describe('a purchase', () => {
  test('is charged, delivered, written down and proven like any other, with the provider as who did it', async () => {
    await using receiver = await startPartner();
    const niche = await openStore();
    const lead = await niche.lead({ budget: 120 });
    expect(await stateOf(http.app, lead)).toBe('unsold');
    const buyer = await niche.buyer('Buyer');
    const { endpoint } = await seedEndpoint(http.app, { providerId: buyer.providerId, url: receiver.url });
    const edit = { endpoint_id: endpoint.id, version: 2 };
    const edited = await buyer.send('PATCH', `/api/v1/subscriptions/${buyer.id}`, edit);
    expect(edited.status, JSON.stringify(edited.body)).toBe(200);
    const bought = await buyer.buy(lead);
    expect(bought.status, JSON.stringify(bought.body)).toBe(201);
    expect(bought.body.data).toMatchObject({
      ...{ lead_id: lead, subscription_id: buyer.id, state: 'charged' },
      ...{ charged_amount: '10.00', currency: 'EUR' },
    });
    expect([await stateOf(http.app, lead), await moneyOf(buyer)]).toEqual(['distributed', '990.00']);
    while ((await runDeliveries(http.app)) > 0);
    expect(receiver.calls.map(({ body }) => JSON.parse(body).lead_id)).toEqual([lead]);
    const own = await buyer.send('GET', `/api/v1/providers/me/leads/${lead}`);
    expect(own.body.data.contact).toMatchObject({ name: 'Ada Lovelace' });
    const why = await buyer.send('GET', `/api/v1/providers/me/leads/${lead}/why`);
    expect(why.body.data.answer).toBe('You got it because you bought it yourself.');
    const { decisions } = await explainDecision(http.app, lead);
    expect(decisions[0]).toMatchObject({
      ...{ kind: 'purchase', outcome: 'sold' },
      summary: 'Bought by the provider itself (Test Person).',
    });
    const page = await operator('GET', `/api/v1/admin/leads/${lead}`);
    const act = page.body.data.timeline.find(
      ({ action }: { action: string }) => action === 'lead.distributed',
    );
    expect(act).toMatchObject({ actor_role: 'provider', description: 'Bought by a provider itself.' });
  });

  test('of one seat by two at once: exactly one has it, the other is told and pays nothing', async () => {
    const niche = await openStore({ levels: [{ maxProviders: 1 }] });
    const buyers = [await niche.buyer('First'), await niche.buyer('Second'), await niche.buyer('Third')];
    for (let round = 0; round < 5; round += 1) {
      const lead = await niche.lead();
      const answers = await Promise.all(buyers.map((buyer) => buyer.buy(lead)));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
      const refused = answers.filter(({ status }) => status === 409);
      expect(refused.map(({ body }) => body.code)).toEqual(['seat_taken', 'seat_taken']);
      expect(await tracesOf(lead)).toEqual({ assignments: '1', purchases: '1', transfers: '1' });
    }
    const left = await Promise.all(buyers.map(moneyOf));
    expect(left.reduce((sum, money) => sum + Number(money), 0)).toBe(3_000 - 5 * 10);
  });

  test('and an automatic decision at once give the one seat to one of them', async () => {
    const niche = await openStore({ levels: [{ maxProviders: 1 }] });
    const buyer = await niche.buyer('Buys');
    const waits = await niche.buyer('Waits');
    const url = `/api/v1/subscriptions/${waits.id}`;
    for (let round = 0; round < 5; round += 1) {
      const lead = await niche.lead();
      await waits.send('POST', `${url}/resume`);
      const [bought] = await Promise.all([buyer.buy(lead), runDistribution(openDistributor(http.app))]);
      await runDistribution(openDistributor(http.app));
      expect(await tracesOf(lead)).toMatchObject({ assignments: '1', transfers: '1' });
      expect([201, 409]).toContain(bought.status);
      await waits.send('POST', `${url}/pause`, {});
    }
  });

  test('at a level that bills on acceptance is held until the receiver takes it, and free when it refuses', async () => {
    await using receiver = await startPartner(() => ({ status: 422 }));
    const niche = await openStore({ levels: [{ maxProviders: 1, billOn: 'accepted' }] });
    const buyers = [];
    for (const name of ['Refuses', 'Takes']) {
      const buyer = await niche.buyer(name);
      const { endpoint } = await seedEndpoint(http.app, { providerId: buyer.providerId, url: receiver.url });
      const edit = { endpoint_id: endpoint.id, version: 2 };
      await buyer.send('PATCH', `/api/v1/subscriptions/${buyer.id}`, edit);
      buyers.push(buyer);
    }
    const [refuses, takes] = buyers as [Buyer, Buyer];
    const lead = await niche.lead();
    expect((await refuses.buy(lead)).body.data).toMatchObject({ state: 'held', charged_amount: '10.00' });
    expect((await takes.buy(lead)).body.code).toBe('seat_taken');
    while ((await runDeliveries(http.app)) > 0);
    expect(await moneyOf(refuses)).toBe('1000.00');
    // The seat is free again: nobody pays for a lead that certainly did not arrive.
    receiver.reply = () => ({ status: 200 });
    expect((await takes.buy(lead)).body.data).toMatchObject({ state: 'held' });
    while ((await runDeliveries(http.app)) > 0);
    const own = await takes.send('GET', `/api/v1/providers/me/leads/${lead}`);
    expect([own.body.data.state, await moneyOf(takes)]).toEqual(['charged', '990.00']);
    expect((await refuses.buy(lead)).body.code).toBe('lead_yours_already');
  });

  test('is made one time by the same key, and never of a lead the provider has or had', async () => {
    const niche = await openStore({ levels: [{ maxProviders: 3 }] });
    const buyer = await niche.buyer('Once');
    const lead = await niche.lead();
    const key = newId();
    const answers = [await buyer.buy(lead, { key }), await buyer.buy(lead, { key })];
    expect(answers[1]!.body.data).toEqual(answers[0]!.body.data);
    const again = await buyer.buy(lead);
    expect([again.status, again.body.code]).toEqual([409, 'lead_yours_already']);
    const other = await buyer.buy(newId(), { key });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    expect([await tracesOf(lead), await moneyOf(buyer)]).toEqual([
      { assignments: '1', purchases: '1', transfers: '1' },
      '990.00',
    ]);
    const [{ id }] = (await operator('GET', `/api/v1/admin/leads/${lead}`)).body.data.assignments;
    const admin = (await signedInAs(http, 'admin')).send;
    const refund = await admin(
      'POST',
      `/api/v1/admin/assignments/${id}/refund`,
      { reason: 'goodwill' },
      { 'idempotency-key': newId() },
    );
    expect(refund.status, JSON.stringify(refund.body)).toBeLessThan(300);
    expect((await buyer.buy(lead)).body.code).toBe('lead_yours_already');
  });

  test('takes no seat that was promised to nobody else: level, holders and what the person was told', async () => {
    const niche = await openStore(
      { levels: [{ maxProviders: 3 }] },
      { purchase: 'open_seats', recipientsTold: 2 },
    );
    await niche.buyer('Holder', { pause: false });
    const buyers = [await niche.buyer('First'), await niche.buyer('Second')];
    const lead = await niche.lead();
    expect((await buyers[0]!.buy(lead)).status).toBe(201);
    const full = await buyers[1]!.buy(lead);
    expect([full.status, full.body.code]).toEqual([409, 'seat_taken']);
    expect(await buyers[1]!.list()).toEqual([]);
    expect(await tracesOf(lead)).toEqual({ assignments: '2', purchases: '1', transfers: '2' });
  });

  test('with "unsold" only of leads that nobody took', async () => {
    const niche = await openStore({ levels: [{ maxProviders: 3 }] }, { purchase: 'unsold' });
    const lead = await niche.lead();
    const buyers = [await niche.buyer('First'), await niche.buyer('Second')];
    expect((await buyers[1]!.list()).map(({ id }) => id)).toEqual([lead]);
    expect((await buyers[0]!.buy(lead)).status).toBe(201);
    expect([await buyers[1]!.list(), (await buyers[1]!.buy(lead)).body.code]).toEqual([[], 'seat_taken']);
  });

  test('is made by who paused its subscription itself, is too late, or outside its hours; not by whom the operator paused', async () => {
    const closed = { zone: 'Europe/Berlin', weekly: {} };
    const niche = await openStore({ levels: [{ maxProviders: 2 }] });
    const asleep = await niche.buyer('Asleep', { pause: false, schedule: closed });
    const paused = await niche.buyer('Paused by the operator', { pause: false, schedule: closed });
    await operator('POST', `/api/v1/admin/subscriptions/${paused.id}/pause`, {});
    const lead = await niche.lead();
    const refused = await paused.buy(lead);
    expect([refused.status, refused.body.code, refused.body.error]).toEqual([
      ...[409, 'purchase_refused', 'The operator has paused this subscription: ask the operator.'],
    ]);
    expect(await paused.list()).toEqual([]);
    expect((await asleep.buy(lead)).status).toBe(201);
  });

  test('without money, beyond a cap or at another price is refused in words and changes nothing', async () => {
    const niche = await openStore({ levels: [{ maxProviders: 3 }] });
    const poor = await niche.buyer('Poor', { balance: 400n });
    const capped = await niche.buyer('Capped', { caps: [{ window: 'day', kind: 'count', value: '1' }] });
    const [first, lead] = [await niche.lead(), await niche.lead()];
    const [shown] = await poor.list();
    expect(shown).toMatchObject({ offers: [{ obstacle: 'Your money does not reach: pay in, then buy.' }] });
    const broke = await poor.buy(lead);
    expect([broke.status, broke.body.code]).toEqual([409, 'purchase_refused']);
    expect(broke.body.error).toBe('Your money does not reach: pay in, then buy.');
    await payIn(http.app, poor.providerId, 600n);
    const cheaper = await poor.buy(lead, { price: '9.99' });
    expect([cheaper.status, cheaper.body.code, cheaper.body.details]).toEqual([
      409,
      'price_changed',
      [{ field: 'price', message: 'It costs 10.00 EUR.' }],
    ]);
    expect((await poor.buy(lead)).status).toBe(201);
    expect((await capped.buy(first)).status).toBe(201);
    const full = await capped.buy(lead);
    expect(full.body.error).toMatch(/^A cap of this subscription is used up/);
    expect(await tracesOf(lead)).toEqual({ assignments: '1', purchases: '1', transfers: '1' });
    expect([await moneyOf(poor), await moneyOf(capped)]).toEqual(['0.00', '990.00']);
  });

  test('while a stop switch holds is made by nobody', async () => {
    const niche = await openStore();
    const buyer = await niche.buyer('Stopped');
    const lead = await niche.lead();
    const stop = { scope: 'niche', scope_id: niche.niche.id, reason: 'something is wrong' };
    const set = await operator('POST', '/api/v1/admin/stop-switches', stop);
    expect([set.status, await buyer.list()]).toEqual([201, []]);
    const stopped = await buyer.buy(lead);
    expect([stopped.status, stopped.body.code]).toEqual([409, 'sales_stopped']);
    expect((await buyer.buy(newId())).body.code).toBe('lead_not_for_sale');
  });
});

test('after all that the audit finds nothing, and every purchase is decided the same again from its record', async () => {
  const { findings } = await runAudit({ ownerUrl: http.database.ownerUrl, print: () => {} });
  expect(findings).toEqual([]);
  const day = new Date().toISOString().slice(0, 10);
  const verified = await runVerify({ ownerUrl: http.database.ownerUrl, day, print: () => {} });
  expect(verified.findings).toEqual([]);
});
