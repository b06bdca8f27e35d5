import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { timePasses } from '../support/deliveries.ts';
import {
  approve,
  confirm,
  type House,
  leadPage,
  ledgerOf,
  type Member,
  openHouse,
  received,
  stateOf,
} from '../support/preset-story.ts';

/** Each preset does what its document says: from the lead that comes in to the request at the provider's receiver. */

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(async () => await house?.[Symbol.asyncDispose]());

/** Names of the levels that sold a lead, in alphabetical order. */
const levelsOf = async (leadId: string): Promise<string[]> =>
  (await leadPage(house, leadId)).assignments.map(({ level_name: name }) => name).sort();

const buyersOf = async (leadId: string): Promise<string[]> =>
  (await leadPage(house, leadId)).assignments.map(({ provider_id: id }) => id);

/** S000 (overview) and S001 (partner guide): real-time, one optimal partner, load balanced by the day's load. */
describe('instant', () => {
  // S000-5 S000-11 S000-29 S001-6 S001-7 S001-13 S001-26 S001-35..43 S001-58
  test('a lead of a trusted source goes to one partner within one round, with nobody’s hand on it', async () => {
    const niche = await house.open('instant', [{ name: 'Exclusive', price_per_lead: '12.00' }]);
    const partner = await niche.addPartner('German FX Solutions');
    const lead = await niche.inbound({ name: 'Max Mustermann', phone: '+49 30 90182004' });
    await house.work();
    const page = await leadPage(house, lead);
    expect(page).toMatchObject({
      state: 'distributed',
      lead_type: 'premium',
      assignments: [{ provider_id: partner.id, level_name: 'Exclusive', charged_amount: '12.00' }],
    });
    expect(await ledgerOf(partner)).toEqual([['lead_purchase', '-12.00', '88.00']]);
    const [body] = received(partner);
    expect(body).toMatchObject({
      ...{ lead_id: lead, name: 'Max Mustermann', phone: '+493090182004', country: 'germany' },
      ...{ lead_type: 'premium', source: 'facebook_ads' },
    });
    expect(partner.receiver.calls).toHaveLength(1);
    const [sent] = (await leadPage(house, lead)).deliveries;
    expect(partner.receiver.calls[0]!.headers['idempotency-key']).toBe(`dlv_${sent!.id}`);
  });

  // S000-27 S001-59 S000-26 C66
  test('several partners share the day: always the one with the fewest leads of today, one partner a lead', async () => {
    const niche = await house.open('instant', [{ name: 'Exclusive', price_per_lead: '5.00' }]);
    const partners = [];
    for (const name of ['One', 'Two', 'Three']) partners.push(await niche.addPartner(name));
    for (let turn = 1; turn <= 3; turn += 1) {
      const buyers = new Set<string>();
      for (const _ of partners) {
        const lead = await niche.inbound();
        await house.work();
        const [buyer, ...others] = await buyersOf(lead);
        expect(others).toEqual([]);
        buyers.add(buyer!);
      }
      expect(buyers, `after turn ${turn} all have as many`).toEqual(new Set(partners.map(({ id }) => id)));
    }
  });

  test('who had leads that others could not take is behind them, until all have as many today', async () => {
    const niche = await house.open('instant', [{ name: 'Exclusive', price_per_lead: '5.00' }]);
    const both = await niche.join('Germany and Austria', { countries: ['DE', 'AT'] });
    const german = await niche.join('Germany', { countries: ['DE'] });
    const sell = async (answers: object = {}) => {
      const lead = await niche.inbound({ ...answers });
      await house.work();
      return (await buyersOf(lead))[0];
    };
    expect(new Set([await sell(), await sell()])).toEqual(new Set([both.id, german.id]));
    for (const phone of ['+43 660 1234567', '+43 660 1234568']) {
      expect(await sell({ country: 'AT', phone })).toBe(both.id);
    }
    expect([await sell(), await sell()]).toEqual([german.id, german.id]);
  });

  // S000-6 S000-8 S001-8 S001-10 S001-18; S000-5: only active partners
  test('another country, a used daily limit and a partner that is switched off get nothing', async () => {
    const niche = await house.open('instant', [{ name: 'Exclusive', price_per_lead: '5.00' }]);
    const spain = await niche.addPartner('Spain', { country: 'spain' });
    const limited = await niche.addPartner('Limited', { daily_limit: 1 });
    const off = await niche.addPartner('Off');
    await house.operator('POST', `/api/v1/admin/providers/${off.id}/deactivate`);
    const leads = [await niche.inbound(), await niche.inbound()];
    await house.work();
    const states = [];
    for (const lead of leads) states.push(await stateOf(house, lead));
    expect(states.sort()).toEqual(['distributed', 'unsold']);
    expect(received(limited)).toHaveLength(1);
    expect([...received(spain), ...received(off)]).toEqual([]);
  });

  // S000-44 S001-61: business hours; S000-30 S001-55 S000-32: retries, every attempt is kept
  test('a partner outside its hours is passed over, and one that answers an error is tried again', async () => {
    const niche = await house.open('instant', [{ name: 'Exclusive', price_per_lead: '5.00' }]);
    const closed = { zone: 'Europe/Berlin', weekly: {} };
    const asleep = await niche.join('Asleep', { schedule: closed });
    const awake = await niche.join('Awake');
    awake.receiver.reply = () => ({ status: 503 });
    const lead = await niche.inbound();
    await house.work();
    expect(await buyersOf(lead)).toEqual([awake.id]);
    expect(received(asleep)).toEqual([]);
    const url = `/api/v1/providers/me/leads/${lead}`;
    const [first] = (await awake.send('GET', url)).body.data.deliveries;
    expect(first).toMatchObject({ state: 'pending', attempts: [{ number: 1, status: 503 }] });
    awake.receiver.reply = () => ({ status: 200 });
    await timePasses(house.http.app, awake.endpointId);
    await house.work();
    const [again] = (await awake.send('GET', url)).body.data.deliveries;
    expect(again).toMatchObject({ state: 'delivered', attempts: [{ status: 503 }, { status: 200 }] });
    const keys = awake.receiver.calls.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([keys[0], keys[0]]);
  });
});

/** S002: confirmed by mail, approved by a person, levels in rotating order. */
describe('exchange', () => {
  // S002-48 S002-93..97 S002-98 S002-79..82
  test('no lead is sold before the person has confirmed it and an operator has approved it', async () => {
    const niche = await house.open('exchange', [{ name: 'Gold', price_per_lead: '20.00' }]);
    const provider = await niche.join('Provider');
    const lead = await niche.form();
    await house.work();
    expect(await stateOf(house, lead)).toBe('pending_confirmation');
    const early = await house.operator('POST', `/api/v1/admin/leads/${lead}/approve`, {});
    expect(early.status).toBe(409);
    await confirm(house, lead);
    await house.work();
    expect([await stateOf(house, lead), received(provider)]).toEqual(['pending_approval', []]);
    await approve(house, lead);
    await house.work();
    expect(await stateOf(house, lead)).toBe('distributed');
    expect(received(provider)).toMatchObject([{ lead_id: lead }]);
    expect(await ledgerOf(provider)).toEqual([['lead_purchase', '-20.00', '80.00']]);

    const rejected = await niche.form();
    await confirm(house, rejected);
    const url = `/api/v1/admin/leads/${rejected}/reject`;
    expect((await house.operator('POST', url, { reason: 'not a request' })).status).toBe(200);
    await house.work();
    expect(await stateOf(house, rejected)).toBe('rejected');
    expect(received(provider)).toHaveLength(1);
    // S002-129: once distributed, a lead cannot be rejected.
    const late = await house.operator('POST', `/api/v1/admin/leads/${lead}/reject`, { reason: 'too late' });
    expect(late.status).toBe(409);
  });

  // S002-99 S002-106 S002-108 S002-109; C1 and C2: the promise of the level that sold it first holds
  test('levels take turns to begin, each sells at its own price to its own number, nobody gets a lead twice', async () => {
    const niche = await house.open('exchange', [
      { name: 'Gold', price_per_lead: '20.00', max_providers: 1 },
      { name: 'Silver', price_per_lead: '8.00', max_providers: 3 },
    ]);
    const gold = await niche.join('Gold and silver');
    const both = { provider_id: gold.id, level_id: niche.levels[1]!.id };
    expect((await house.operator('POST', '/api/v1/admin/subscriptions', both)).status).toBe(201);
    await niche.join('Silver one', { level: 1 });
    await niche.join('Silver two', { level: 1 });
    const sold = [];
    for (let at = 0; at < 4; at += 1) {
      const lead = await niche.form();
      await confirm(house, lead);
      await approve(house, lead);
      await house.work();
      sold.push(await levelsOf(lead));
      const buyers = await buyersOf(lead);
      expect(new Set(buyers).size).toBe(buyers.length);
    }
    const silver = ['Silver', 'Silver', 'Silver'];
    expect(sold).toEqual([['Gold'], silver, ['Gold'], silver]);
    const spent = (await ledgerOf(gold)).map(([, amount]) => amount);
    expect(spent).toEqual(['-20.00', '-8.00', '-20.00', '-8.00']);
  });

  // S002-104 S002-105 S002-107
  test('who waited longest is next; who never had a lead comes first, and of these the one who joined first', async () => {
    const niche = await house.open('exchange', [{ name: 'Gold', price_per_lead: '5.00', max_providers: 1 }]);
    const names = new Map<string, string>();
    const join = async (name: string) => names.set((await niche.join(name)).id, name);
    for (const name of ['first', 'second']) await join(name);
    const next = async () => {
      const lead = await niche.form();
      await confirm(house, lead);
      await approve(house, lead);
      await house.work();
      return (await buyersOf(lead)).map((id) => names.get(id));
    };
    const order = [await next(), await next(), await next()];
    await join('newcomer');
    order.push(await next(), await next(), await next());
    expect(order.flat()).toEqual(['first', 'second', 'first', 'newcomer', 'second', 'first']);
  });

  // S002-100..103 S002-133
  test('without money nobody gets a lead; money that comes in brings the lead that waited', async () => {
    const niche = await house.open('exchange', [{ name: 'Gold', price_per_lead: '20.00' }]);
    const poor = await niche.join('Poor', { balance: '19.99' });
    const lead = await niche.form();
    await confirm(house, lead);
    await approve(house, lead);
    await house.work();
    expect([await stateOf(house, lead), await ledgerOf(poor)]).toEqual(['unsold', []]);
    const credit = { amount: '0.01', currency: 'EUR', reason: 'bank transfer' };
    const url = `/api/v1/admin/providers/${poor.id}/credit`;
    await house.operator('POST', url, credit, { 'idempotency-key': lead });
    await house.work();
    expect([await stateOf(house, lead), await ledgerOf(poor)]).toEqual([
      'distributed',
      [['lead_purchase', '-20.00', '0.00']],
    ]);
  });
});

/** S003: the same exchange, but each lead goes through the levels in their order. */
describe('exchange in order', () => {
  // S003-310..322 C1 C2
  test('every lead begins at the first level, and the next one is asked only while seats are open', async () => {
    const niche = await house.open('exchange_in_order', [
      { name: 'First', price_per_lead: '10.00' },
      { name: 'Second', price_per_lead: '6.00' },
    ]);
    await niche.join('First A');
    await niche.join('First B');
    const late = await niche.join('Second A', { level: 1 });
    await niche.join('Second B', { level: 1 });
    const sell = async () => {
      const lead = await niche.form();
      await house.work();
      expect(await stateOf(house, lead)).toBe('pending_confirmation');
      await confirm(house, lead);
      await house.work();
      expect(await stateOf(house, lead)).toBe('pending_approval');
      await approve(house, lead);
      await house.work();
      return levelsOf(lead);
    };
    // Three seats: two providers at the first level, so one seat is left for the second, in turns.
    for (const _ of [1, 2]) expect(await sell()).toEqual(['First', 'First', 'Second']);
    expect(await ledgerOf(late)).toEqual([['lead_purchase', '-6.00', '94.00']]);
    expect(received(late)).toHaveLength(1);
    await niche.join('First C');
    expect(await sell()).toEqual(['First', 'First', 'First']);
  });

  // S003-313 S003-318..321; C18: who cannot take the lead takes nobody’s seat
  test('the ledger shows the purchase with the balance after it, and the subscription its receipt', async () => {
    const niche = await house.open('exchange_in_order', [
      { name: 'First', price_per_lead: '10.00', max_providers: 1 },
    ]);
    const broke = await niche.join('Broke', { balance: '9.99' });
    const picky = await niche.join('Picky', { countries: ['AT'] });
    const able = await niche.join('Able', { balance: '25.00' });
    const sold: string[] = [];
    const sell = async () => {
      const lead = await niche.form();
      await confirm(house, lead);
      await approve(house, lead);
      await house.work();
      sold.push(lead);
      return buyersOf(lead);
    };
    expect([await sell(), await sell(), await sell()]).toEqual([[able.id], [able.id], []]);
    expect(await ledgerOf(able)).toEqual([
      ['lead_purchase', '-10.00', '15.00'],
      ['lead_purchase', '-10.00', '5.00'],
    ]);
    const { body } = await able.send('GET', `/api/v1/subscriptions/${able.subscriptionId}`);
    const [newest] = (await leadPage(house, sold[1]!)).assignments;
    expect(body.data).toMatchObject({ leads_received_count: 2, last_received_at: newest!.assigned_at });
    expect([await ledgerOf(broke), await ledgerOf(picky)]).toEqual([[], []]);
  });
});

/** S004: landing pages, checked leads go out by themselves at the campaign's price; what is doubtful is reviewed. */
describe('campaign store', () => {
  /** An internet phone of a neighbouring country, and a name of one letter: nothing is false, all is unsure. */
  const doubtful = { name: 'Aaaa', country: 'DE', phone: '+44 56 0012 3456' };

  // S004-6 S004-23 S004-24 S004-29 S004-39 S004-52 S004-59..69
  test('a lead that is confirmed and checks well is sold at the campaign’s price with nobody’s hand on it', async () => {
    const niche = await house.open('campaign_store', [{ name: 'Standard', price_per_lead: '9.00' }]);
    const url = `/api/v1/admin/campaigns/${niche.campaignId}`;
    const prices = { level_prices: { [niche.levels[0]!.id]: '7.50' }, version: 1 };
    expect((await house.operator('PATCH', url, prices)).status).toBe(200);
    const chosen = await niche.join('Chose this campaign', { campaign_ids: [niche.campaignId] });
    const other = await niche.join('Second in turn');
    const lead = await niche.form();
    await house.work();
    expect(await stateOf(house, lead)).toBe('pending_confirmation');
    await confirm(house, lead);
    await house.work();
    expect(await buyersOf(lead)).toEqual([chosen.id]);
    expect(await ledgerOf(chosen)).toEqual([['lead_purchase', '-7.50', '92.50']]);
    expect(received(chosen)).toMatchObject([{ lead_id: lead }]);
    expect(received(other)).toEqual([]);
  });

  // S004-21 S004-22 S004-23
  test('a doubtful lead waits for a person, a false one is put aside; neither is sold by itself', async () => {
    const niche = await house.open('campaign_store', [{ name: 'Standard', price_per_lead: '9.00' }]);
    const countries = { countries: ['DE', 'GB'], version: 1 };
    await house.operator('PATCH', `/api/v1/admin/campaigns/${niche.campaignId}`, countries);
    const provider = await niche.join('Provider');
    const waits = await niche.form(doubtful);
    await confirm(house, waits);
    const aside = await niche.form({ phone: '+49 900 1234567' });
    await house.work();
    expect(await leadPage(house, waits)).toMatchObject({ state: 'pending_approval', assignments: [] });
    expect(await leadPage(house, aside)).toMatchObject({ state: 'quarantined', assignments: [] });
    expect(received(provider)).toEqual([]);
    await approve(house, waits);
    await house.work();
    expect(received(provider)).toMatchObject([{ lead_id: waits }]);
  });

  // S004-33 S004-34
  test('a partner gets as many a day and a week as it asked for, and spends no more than its budget', async () => {
    const niche = await house.open('campaign_store', [{ name: 'Standard', price_per_lead: '9.00' }]);
    const caps = [
      { window: 'day', kind: 'count', value: 2 },
      { window: 'week', kind: 'count', value: 5 },
    ];
    const counted = await niche.join('Two a day', { caps });
    const budget = await niche.join('Twenty a month', {
      caps: [{ window: 'month', kind: 'spend', value: '20.00' }],
    });
    for (let at = 0; at < 5; at += 1) await confirm(house, await niche.form());
    await house.work();
    expect([received(counted).length, received(budget).length]).toEqual([2, 2]);
    expect((await ledgerOf(budget)).at(-1)).toEqual(['lead_purchase', '-9.00', '82.00']);
  });

  // S004-4 S004-35 S004-57 S004-68 C57: after the automatic run, at the campaign's price, to one partner
  test('what no partner took by itself is in the store, and the first who buys it has it delivered', async () => {
    const niche = await house.open('campaign_store', [{ name: 'Standard', price_per_lead: '9.00' }]);
    const partners = [];
    for (const name of ['Chooses each lead', 'Chooses too']) {
      const partner = await niche.join(name);
      await partner.send('POST', `/api/v1/subscriptions/${partner.subscriptionId}/pause`, {});
      partners.push(partner);
    }
    const [first, second] = partners as [Member, Member];
    const lead = await niche.form();
    await confirm(house, lead);
    await house.work();
    expect(await stateOf(house, lead)).toBe('unsold');
    const store = '/api/v1/providers/me/store';
    const { body } = await first.send('GET', store);
    expect(body.data).toMatchObject([{ id: lead, holders: 0, offers: [{ price: '9.00', obstacle: null }] }]);
    const buy = ({ send, subscriptionId }: Member) =>
      send(
        'POST',
        `${store}/${lead}/purchase`,
        { subscription_id: subscriptionId, price: '9.00' },
        { 'idempotency-key': subscriptionId },
      );
    const answers = [await buy(first), await buy(second)];
    expect(answers.map(({ status }) => status)).toEqual([201, 409]);
    await house.work();
    expect([received(first).length, received(second).length]).toEqual([1, 0]);
    expect([await ledgerOf(first), await ledgerOf(second)]).toEqual([
      [['lead_purchase', '-9.00', '91.00']],
      [],
    ]);
    expect((await second.send('GET', store)).body.data).toEqual([]);
  });
});
