import { expect, test } from 'vitest';
import { comingPricesOf } from './coming-prices.ts';

/** What is announced to a subscription, from the level, its campaigns and its own price. */
const day = (n: number): Date => new Date(Date.UTC(2026, 10, n));
const nothing = {
  ...{ priceOverride: null, comingOwnPrice: null, comingOwnPriceAt: null },
  ...{ levelPrice: 1_000n, comingPrice: null, comingPriceAt: null, campaignsComing: [] },
};
const spring = { campaign: 'Spring', now: '400', price: '700', from: day(20).toISOString() };
const said = (of: Partial<Parameters<typeof comingPricesOf>[0]>) =>
  comingPricesOf({ ...nothing, ...of }).map((one) => [
    one.of,
    one.campaign,
    Number(one.now),
    Number(one.price),
    one.from.getUTCDate(),
  ]);

test('nothing is announced', () => {
  expect(said({})).toEqual([]);
});

test('the level and a campaign, soonest first; a campaign that stays as it is is not named', () => {
  const still = { campaign: 'Still', now: '500', price: '500', from: day(3).toISOString() };
  const level = { comingPrice: 1_200n, comingPriceAt: day(25) };
  expect(said({ ...level, campaignsComing: [still, spring] })).toEqual([
    ['campaign', 'Spring', 400, 700, 20],
    ['level', null, 1_000, 1_200, 25],
  ]);
});

test('a campaign that names no price any more costs what the level costs by then', () => {
  const level = { comingPrice: 1_200n, comingPriceAt: day(10) };
  const without = { ...spring, price: null };
  expect(said({ ...level, campaignsComing: [without] }).at(-1)).toEqual([
    ...['campaign', 'Spring'],
    ...[400, 1_200, 20],
  ]);
});

test('who has a price of its own hears of that alone', () => {
  const level = { comingPrice: 1_200n, comingPriceAt: day(10) };
  expect(said({ ...level, priceOverride: 300n, campaignsComing: [spring] })).toEqual([]);
  const own = { priceOverride: 300n, comingOwnPrice: 350n, comingOwnPriceAt: day(5) };
  expect(said({ ...level, ...own, campaignsComing: [spring] })).toEqual([['own', null, 300, 350, 5]]);
});

test('when its own price ends it hears also of what comes after that, against what it pays now', () => {
  const level = { comingPrice: 1_200n, comingPriceAt: day(10) };
  const ends = { priceOverride: 300n, comingOwnPrice: null, comingOwnPriceAt: day(15) };
  expect(said({ ...level, ...ends, campaignsComing: [spring] })).toEqual([
    ['own', null, 300, 1_200, 15],
    ['campaign', 'Spring', 300, 700, 20],
  ]);
});

test('who gets a price of its own before another one begins never pays that', () => {
  const own = { comingOwnPrice: 350n, comingOwnPriceAt: day(5) };
  expect(said({ ...own, campaignsComing: [spring] })).toEqual([['own', null, 1_000, 350, 5]]);
});
