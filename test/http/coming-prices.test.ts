import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyDay } from '../../src/lead/distribution/index.ts';
import { takeOverCampaignPrices } from '../../src/market/campaigns/index.ts';
import { takeOverOwnPrices } from '../../src/market/subscriptions/index.ts';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { assignmentsOf, distribute, type OpenMarket, openMarket } from '../support/open-market.ts';

/** Prices of a campaign, and own prices of a subscription: higher ones are announced like those of a level. */
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
const change = async (url: string, body: object) => {
  const { version } = (await admin('GET', url)).body.data;
  return admin('PATCH', url, { ...body, version });
};
const campaignUrl = (market: OpenMarket) => `${A}/campaigns/${market.campaignId}`;
const subscriptionUrl = (id: string) => `${A}/subscriptions/${id}`;
const refusal = ({ status, body }: Awaited<ReturnType<Send>>) => [
  status,
  body.code,
  body.details?.[0]?.field,
];
const told = (providerId: string) => superuser`
  select template, params ->> 'before' as before, params ->> 'price' as price, params ->> 'from' <> '' as later
  from messages where provider_id = ${providerId} and template in ('campaign-price', 'campaign-price-coming', 'own-price')
  order by template, 2`;
const sell = async (market: OpenMarket) => {
  const lead = await market.submit();
  await distribute(http.app);
  return (await assignmentsOf(http.app, lead)).map(({ charged_amount }) => charged_amount);
};
/** Every decision so far is run again from its record, with the prices of its time. */
const proven = async () => {
  const day = new Date().toISOString().slice(0, 10);
  const report = await http.app.db.tx({ role: 'operator' }, (tx) => verifyDay(tx, { day }));
  return { findings: report.findings, all: report.replayed === report.decisions && report.decisions > 0 };
};

test('a higher price of a campaign needs its notice as soon as somebody pays it; a lower one holds at once', async () => {
  const market = await openMarket(http.app);
  const url = campaignUrl(market);
  const { id } = market.level;
  expect((await change(url, { level_prices: { [id]: '9.00' } })).status).toBe(200);
  const buyer = await market.buyer();
  const raised = await change(url, { level_prices: { [id]: '9.50' } });
  expect(refusal(raised)).toEqual([409, 'campaign_price_notice_short', `level_prices.${id}`]);
  // Without its price the level's 10.00 hold: that is more too.
  expect(refusal(await change(url, { level_prices: {} }))).toEqual(refusal(raised));
  const announce = (prices: object, days: number) =>
    change(url, { coming_level_prices: { level_prices: prices, from: inDays(days) } });
  expect(refusal(await announce({ [id]: '9.50' }, 6))).toEqual([
    409,
    'campaign_price_notice_short',
    'coming_level_prices.from',
  ]);
  expect(refusal(await announce({ [id]: '9.50' }, -1))).toEqual([
    422,
    'coming_campaign_prices_past',
    'coming_level_prices.from',
  ]);
  expect(refusal(await announce({ [market.campaignId]: '9.50' }, 8))).toEqual([
    422,
    'campaign_price_invalid',
    `coming_level_prices.level_prices.${market.campaignId}`,
  ]);
  expect(await told(buyer.providerId)).toEqual([]);
  expect((await change(url, { level_prices: { [id]: '8.00' } })).status).toBe(200);
  expect((await announce({ [id]: '7.00' }, 1)).status).toBe(200);
  expect(await told(buyer.providerId)).toEqual([
    { template: 'campaign-price', before: '9.00', price: '8.00', later: null },
    { template: 'campaign-price-coming', before: '8.00', price: '7.00', later: true },
  ]);
});

test('who has a price of its own is not asked about the prices of a campaign, unless it ends', async () => {
  const market = await openMarket(http.app);
  const own = await market.buyer({ priceOverride: '3.00' });
  const url = campaignUrl(market);
  expect((await change(url, { level_prices: { [market.level.id]: '19.00' } })).status).toBe(200);
  expect(await told(own.providerId)).toEqual([]);
  const ends = { price_override: null, from: inDays(8) };
  const ending = await change(subscriptionUrl(own.subscriptionId), { coming_price_override: ends });
  expect(ending.status).toBe(200);
  const raised = await change(url, { level_prices: { [market.level.id]: '20.00' } });
  expect(raised.body.code).toBe('campaign_price_notice_short');
});

test('announced prices of a campaign are told and shown before, charged from their moment on, and proven', async () => {
  const market = await openMarket(http.app);
  const buyer = await market.buyer();
  const mine = (await signedInAs(http, 'provider_owner', { providerId: buyer.providerId })).send;
  const url = campaignUrl(market);
  const from = inDays(8);
  const coming = { level_prices: { [market.level.id]: '14.00' }, from };
  const saved = await change(url, { coming_level_prices: coming });
  expect(saved.body.data.campaign).toMatchObject({ level_prices: {}, coming_level_prices: coming });
  expect(await told(buyer.providerId)).toEqual([
    { template: 'campaign-price-coming', before: '10.00', price: '14.00', later: true },
  ]);
  const shown = (await mine('GET', `/api/v1/subscriptions/${buyer.subscriptionId}`)).body.data;
  expect(shown.price_per_lead).toBe('10.00');
  expect(shown.coming_prices).toEqual([
    { of: 'campaign', campaign: expect.any(String), price_now: '10.00', price_per_lead: '14.00', from },
  ]);

  expect(await sell(market)).toEqual([1_000n]);
  expect(await takeOverCampaignPrices(http.app)).toBe(0);
  await superuser`
    update campaigns set coming_level_prices_at = clock_timestamp() where id = ${market.campaignId}`;
  expect([await takeOverCampaignPrices(http.app), await takeOverCampaignPrices(http.app)]).toEqual([1, 0]);
  expect(await sell(market)).toEqual([1_400n]);
  expect((await admin('GET', url)).body.data).toMatchObject({
    level_prices: coming.level_prices,
    coming_level_prices: null,
  });
  expect(await proven()).toEqual({ findings: [], all: true });
  const [row] = await superuser`
    select actor_role, before_state -> 'comingLevelPrices' as coming, after_state -> 'levelPrices' as prices
    from audit_log where action = 'campaign.prices_taken_over' and entity_id = ${market.campaignId}`;
  const minor = { [market.level.id]: '1400' };
  expect(row).toEqual({ actor_role: 'system', coming: minor, prices: minor });
});

test('announced prices of a campaign can be taken back', async () => {
  const market = await openMarket(http.app);
  await market.buyer();
  const url = campaignUrl(market);
  const coming = { level_prices: { [market.level.id]: '14.00' }, from: inDays(8) };
  expect((await change(url, { coming_level_prices: coming })).status).toBe(200);
  expect((await change(url, { coming_level_prices: null })).status).toBe(200);
  await superuser`
    update campaigns set coming_level_prices_at = clock_timestamp()
    where id = ${market.campaignId} and coming_level_prices_at is not null`;
  expect(await takeOverCampaignPrices(http.app)).toBe(0);
  expect(await sell(market)).toEqual([1_000n]);
});

test('a higher own price needs its notice, whoever agreed to it; a lower one holds at once and is told', async () => {
  const market = await openMarket(http.app);
  const buyer = await market.buyer();
  const url = subscriptionUrl(buyer.subscriptionId);
  const short = [409, 'own_price_notice_short', 'price_override'];
  expect(refusal(await change(url, { price_override: '12.00' }))).toEqual(short);
  expect((await change(url, { price_override: '6.00' })).status).toBe(200);
  expect(refusal(await change(url, { price_override: '6.01' }))).toEqual(short);
  // Without a price of its own it pays the level's 10.00.
  expect(refusal(await change(url, { price_override: null }))).toEqual(short);
  const announce = (price: string | null, days: number) =>
    change(url, { coming_price_override: { price_override: price, from: inDays(days) } });
  for (const price of ['7.00', null]) {
    expect(refusal(await announce(price, 6))).toEqual([
      409,
      'own_price_notice_short',
      'coming_price_override.from',
    ]);
  }
  expect(refusal(await announce('5.00', -1))).toEqual([
    422,
    'coming_own_price_past',
    'coming_price_override.from',
  ]);
  expect(refusal(await announce('0', 8))).toEqual([
    422,
    'price_override_invalid',
    'coming_price_override.price_override',
  ]);
  expect(await told(buyer.providerId)).toEqual([
    {
      template: 'own-price',
      before: 'what the level and its campaigns cost (the level: 10.00 EUR)',
      price: '6.00 EUR',
      later: false,
    },
  ]);
  expect(await sell(market)).toEqual([600n]);
});

test('an own price is a raise where it is above what one of its campaigns costs', async () => {
  const market = await openMarket(http.app);
  const prices = { level_prices: { [market.level.id]: '4.00' } };
  expect((await change(campaignUrl(market), prices)).status).toBe(200);
  const buyer = await market.buyer();
  const url = subscriptionUrl(buyer.subscriptionId);
  expect((await change(url, { price_override: '5.00' })).body.code).toBe('own_price_notice_short');
  expect((await change(url, { price_override: '4.00' })).status).toBe(200);
});

test('an announced own price is told and shown before, charged from its moment on, in the history, and proven', async () => {
  const market = await openMarket(http.app);
  const buyer = await market.buyer({ priceOverride: '6.00' });
  const mine = (await signedInAs(http, 'provider_owner', { providerId: buyer.providerId })).send;
  const from = inDays(8);
  const coming = { price_override: '8.00', from };
  const saved = await change(subscriptionUrl(buyer.subscriptionId), { coming_price_override: coming });
  expect(saved.body.data).toMatchObject({ price_override: '6.00', coming_price_override: coming });
  expect(await told(buyer.providerId)).toEqual([
    { template: 'own-price', before: '6.00 EUR', price: '8.00 EUR', later: true },
  ]);
  const own = `/api/v1/subscriptions/${buyer.subscriptionId}`;
  expect((await mine('GET', own)).body.data.coming_prices).toEqual([
    { of: 'own', campaign: null, price_now: '6.00', price_per_lead: '8.00', from },
  ]);
  // A provider sets no price, and leaves none behind by leaving.
  const forbidden = await mine('PATCH', own, { version: 2, coming_price_override: null });
  expect(forbidden.status).toBe(422);
  expect((await mine('DELETE', own)).status).toBe(200);
  expect((await mine('POST', '/api/v1/subscriptions', { level_id: market.level.id })).status).toBe(201);

  expect(await sell(market)).toEqual([600n]);
  expect(await takeOverOwnPrices(http.app)).toBe(0);
  await superuser`
    update subscriptions set coming_own_price_at = clock_timestamp() where id = ${buyer.subscriptionId}`;
  expect([await takeOverOwnPrices(http.app), await takeOverOwnPrices(http.app)]).toEqual([1, 0]);
  expect(await sell(market)).toEqual([800n]);
  const after = (await mine('GET', own)).body.data;
  expect(after).toMatchObject({ price_override: '8.00', coming_price_override: null, coming_prices: [] });
  const [taken] = (await mine('GET', `${own}/history`)).body.data;
  expect(taken).toMatchObject({ what: 'price_taken_over', by: 'program' });
  expect(taken.changes).toEqual([
    {
      term: 'coming_price_override',
      before: expect.objectContaining({ price_override: '8.00' }),
      after: null,
    },
    { term: 'price_override', before: '6.00', after: '8.00' },
  ]);
  expect(await proven()).toEqual({ findings: [], all: true });
});

test('an operator does not raise a price by ending the subscription and making it again', async () => {
  const market = await openMarket(http.app);
  const buyer = await market.buyer({ priceOverride: '6.00' });
  expect((await admin('DELETE', subscriptionUrl(buyer.subscriptionId))).status).toBe(200);
  const again = { provider_id: buyer.providerId, level_id: market.level.id };
  const raised = await admin('POST', `${A}/subscriptions`, { ...again, price_override: '9.00' });
  expect(refusal(raised)).toEqual([409, 'own_price_notice_short', 'price_override']);
  expect((await admin('POST', `${A}/subscriptions`, again)).body.code).toBe('own_price_notice_short');
  const back = await admin('POST', `${A}/subscriptions`, { ...again, price_override: '6.00' });
  expect(back.status).toBe(201);
});
