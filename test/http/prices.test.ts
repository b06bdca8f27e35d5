import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderMessage } from '../../src/journal/messages/render.ts';
import { takeOverPrices } from '../../src/market/catalog/index.ts';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { assignmentsOf, distribute, openMarket } from '../support/open-market.ts';

/** Prices that change: announced ones of a level, and those of a campaign. */
const A = '/api/v1/admin';
const DAY_MS = 86_400_000;

let http: HttpTest;
let admin: Send;
let superuser: Sql;
beforeAll(async () => {
  http = await httpTest({ PRICE_NOTICE_DAYS: '7', MX_CHECK: '0' });
  admin = (await signedInAs(http, 'admin')).send;
  superuser = openAdminSql(http.database.superuserUrl);
});
afterAll(async () => {
  await superuser?.end();
  await http?.[Symbol.asyncDispose]();
});

const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();
const levelOf = async (id: string) => (await admin('GET', `${A}/competition-levels/${id}`)).body.data;
const edit = async (id: string, change: object) => {
  const { version } = await levelOf(id);
  return admin('PATCH', `${A}/competition-levels/${id}`, { ...change, version });
};

test('a higher price needs its notice as soon as somebody subscribes; a lower one holds at once', async () => {
  const market = await openMarket(http.app);
  const { id } = market.level;
  expect((await edit(id, { price_per_lead: '11.00' })).status).toBe(200);
  await market.buyer();
  const raised = await edit(id, { price_per_lead: '12.00' });
  expect([raised.status, raised.body.code, raised.body.details[0].field]).toEqual([
    409,
    'price_notice_short',
    'price_per_lead',
  ]);
  const soon = await edit(id, { coming_price: { price_per_lead: '12.00', from: inDays(6) } });
  expect([soon.body.code, soon.body.details[0].field]).toEqual(['price_notice_short', 'coming_price.from']);
  const past = await edit(id, { coming_price: { price_per_lead: '12.00', from: inDays(-1) } });
  expect([past.status, past.body.code]).toEqual([422, 'coming_price_past']);
  expect((await edit(id, { price_per_lead: '9.00' })).status).toBe(200);
  expect(await levelOf(id)).toMatchObject({ price_per_lead: '9.00', coming_price: null });
});

test('an announced price is told to every subscriber, and charged from its moment on', async () => {
  const market = await openMarket(http.app);
  const { id } = market.level;
  const buyer = await market.buyer();
  const announced = await edit(id, { coming_price: { price_per_lead: '77.00', from: inDays(8) } });
  expect(announced.status).toBe(200);
  expect(await levelOf(id)).toMatchObject({ coming_price: { price_per_lead: '77.00' } });
  const told = await superuser`
    select params ->> 'comingPrice' as price from messages
    where template = 'price-change' and provider_id = ${buyer.providerId}`;
  expect(told).toEqual([{ price: '77.00' }]);

  const before = await market.submit();
  await distribute(http.app);
  expect(await takeOverPrices(http.app)).toBe(0);
  await superuser`
    update level_versions set coming_price_at = clock_timestamp() where level_id = ${id} and to_version is null`;
  expect(await takeOverPrices(http.app)).toBe(1);
  expect(await takeOverPrices(http.app)).toBe(0);
  const after = await market.submit();
  await distribute(http.app);
  expect((await assignmentsOf(http.app, before)).map(({ charged_amount }) => charged_amount)).toEqual([
    1_000n,
  ]);
  expect((await assignmentsOf(http.app, after)).map(({ charged_amount }) => charged_amount)).toEqual([
    7_700n,
  ]);
  expect(await levelOf(id)).toMatchObject({ price_per_lead: '77.00', coming_price: null });
});

test('a price that holds at once is told to those who pay it, not to who has a price of its own', async () => {
  const market = await openMarket(http.app);
  const buyer = await market.buyer();
  const own = await market.buyer({ priceOverride: '5.00' });
  expect((await edit(market.level.id, { price_per_lead: '8.00' })).status).toBe(200);
  const told = await superuser`
    select provider_id, params ->> 'price' as price, params ->> 'comingPrice' as coming, params ->> 'from' as from_at
    from messages where template = 'price-change' and provider_id in ${superuser([buyer.providerId, own.providerId])}`;
  expect(told).toEqual([{ provider_id: buyer.providerId, price: '10.00', coming: '8.00', from_at: '' }]);
  expect((await edit(market.level.id, { max_providers: 2 })).status).toBe(200);
  const [after] = await superuser<{ count: number }[]>`
    select count(*)::int as count from messages where template = 'price-change' and provider_id = ${buyer.providerId}`;
  expect(after!.count).toBe(1);
  const params = {
    niche: 'Solar',
    level: 'Gold',
    currency: 'EUR',
    price: '10.00',
    comingPrice: '8.00',
    from: '',
  };
  const mail = await renderMessage(
    { template: 'price-change', params, locale: 'en-GB' },
    'https://x.example',
  );
  expect(mail.subject).toBe('Solar, level "Gold": the price has changed');
  expect(mail.text).toContain('From now on it costs 8.00 EUR.');
});

test('a price of the campaign goes before that of the level, and a provider’s own before both', async () => {
  const market = await openMarket(http.app);
  const usual = await market.buyer();
  const dealt = await market.buyer({ priceOverride: '3.00' });
  const url = `${A}/campaigns/${market.campaignId}`;
  const { version } = (await admin('GET', url)).body.data;
  const unknown = await admin('PATCH', url, { version, level_prices: { [market.campaignId]: '5.00' } });
  expect([unknown.status, unknown.body.code, unknown.body.details[0].field]).toEqual([
    422,
    'campaign_price_invalid',
    `level_prices.${market.campaignId}`,
  ]);
  const saved = await admin('PATCH', url, { version, level_prices: { [market.level.id]: '5.00' } });
  expect(saved.body.data.campaign.level_prices).toEqual({ [market.level.id]: '5.00' });
  const lead = await market.submit();
  await distribute(http.app);
  const paid = (await assignmentsOf(http.app, lead)).map((one) => [one.provider_id, one.charged_amount]);
  expect(new Map(paid as [string, bigint][])).toEqual(
    new Map([
      [usual.providerId, 500n],
      [dealt.providerId, 300n],
    ]),
  );
});

test('a time away that ends before it begins is refused by its place', async () => {
  const market = await openMarket(http.app);
  const { subscriptionId } = await market.buyer();
  const url = `${A}/subscriptions/${subscriptionId}`;
  const { version } = (await admin('GET', url)).body.data;
  const away = [
    { from: inDays(1), to: inDays(2) },
    { from: inDays(5), to: inDays(4) },
  ];
  const refused = await admin('PATCH', url, { version, away });
  expect([refused.status, refused.body.code, refused.body.details[0].field]).toEqual([
    422,
    'away_invalid',
    'away.1.to',
  ]);
});

test('a lower price of the campaign sells what nobody could pay', async () => {
  const market = await openMarket(http.app);
  const buyer = await market.buyer({ balance: 700n });
  const lead = await market.submit();
  await distribute(http.app);
  expect(await assignmentsOf(http.app, lead)).toEqual([]);
  const url = `${A}/campaigns/${market.campaignId}`;
  const { version } = (await admin('GET', url)).body.data;
  const level_prices = { [market.level.id]: '6.00' };
  expect((await admin('PATCH', url, { version, level_prices })).status).toBe(200);
  await distribute(http.app);
  expect(await assignmentsOf(http.app, lead)).toMatchObject([
    { provider_id: buyer.providerId, charged_amount: 600n },
  ]);
});

test('who can pay a cheaper campaign is not without money, and hears of it only below that price', async () => {
  const market = await openMarket(http.app);
  const buyer = await market.buyer({ balance: 1_500n });
  const url = `${A}/campaigns/${market.campaignId}`;
  const { version } = (await admin('GET', url)).body.data;
  const prices = { [market.level.id]: '4.00' };
  expect((await admin('PATCH', url, { version, level_prices: prices })).status).toBe(200);
  const state = async () =>
    (await admin('GET', `${A}/subscriptions/${buyer.subscriptionId}`)).body.data.state;
  const told = () => superuser`
    select template from messages where provider_id = ${buyer.providerId} and template = 'balance-spent'`;
  const sell = async () => {
    await market.submit();
    await distribute(http.app);
  };
  await sell();
  await sell();
  // 7.00 EUR are left: too little for the level's 10.00, enough for the campaign's 4.00.
  expect([await state(), (await told()).length]).toEqual(['active', 0]);
  const checks = (await admin('GET', `${A}/subscriptions/${buyer.subscriptionId}/preflight`)).body.data
    .checks;
  const money = checks.find(({ check }: { check: string }) => check === 'money');
  expect([money.state, money.sentence]).toEqual(['good', 'Enough for 1 lead at 4.00 EUR.']);
  await sell();
  expect([await state(), (await told()).length]).toEqual(['auto_deactivated', 1]);
});

test('who pays another price for the leads of a campaign is told', async () => {
  const market = await openMarket(http.app);
  const buyer = await market.buyer();
  const own = await market.buyer({ priceOverride: '5.00' });
  const url = `${A}/campaigns/${market.campaignId}`;
  const set = async (level_prices: Record<string, string>) => {
    const { version } = (await admin('GET', url)).body.data;
    expect((await admin('PATCH', url, { version, level_prices })).status).toBe(200);
  };
  const told = () => superuser`
    select provider_id, params ->> 'before' as before, params ->> 'price' as price from messages
    where template = 'campaign-price' and provider_id in ${superuser([buyer.providerId, own.providerId])}
    order by created_at`;
  const { id } = market.level;
  await set({ [id]: '10.00' });
  expect(await told()).toEqual([]);
  await set({ [id]: '4.00' });
  expect(await told()).toEqual([{ provider_id: buyer.providerId, before: '10.00', price: '4.00' }]);
});
