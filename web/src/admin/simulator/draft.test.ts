import { expect, test } from 'vitest';
import { bodyOf, type CompanyDraft, draftOf, moved, type Present, subscriptionDraftOf } from './draft.ts';

const present = {
  niche: { version: 3, level_rotation: 'rotate', fill_mode: 'cascade' },
  levels: [
    {
      id: 'a',
      name: 'A',
      version: 1,
      price_per_lead: '10.00',
      max_providers: 1,
      strategy: 'priority',
      bill_on: 'assigned',
      exclusive: false,
      currency: 'EUR',
    },
    {
      id: 'b',
      name: 'B',
      version: 2,
      price_per_lead: '5.00',
      max_providers: 3,
      strategy: 'priority',
      bill_on: 'assigned',
      exclusive: false,
      currency: 'EUR',
    },
  ],
  campaigns: [{ id: 'c', name: 'Spring', version: 5, level_prices: { a: '9.00' } }],
  subscriptions: [
    { id: 's', version: 4, provider_name: 'P', level_name: 'A', caps: [], countries: [], filters: [] },
  ],
} as unknown as Present;

test('a draft that was not touched changes nothing', () => {
  const draft = { ...draftOf(present), subscriptions: { s: subscriptionDraftOf(present.subscriptions[0]!) } };
  expect(bodyOf(present, draft)).toEqual({ body: {}, words: [] });
});

test('only what differs is sent, with the versions that were seen', () => {
  const draft = draftOf(present);
  const one = subscriptionDraftOf(present.subscriptions[0]!);
  const { body, words } = bodyOf(present, {
    ...draft,
    level_rotation: 'fixed',
    levels: { ...draft.levels, b: { ...draft.levels.b!, price_per_lead: '6.00', max_providers: '2' } },
    order: moved(draft.order, 'b', -1),
    subscriptions: { s: { terms: { ...one.terms, countries: ['DE'] }, takes: 'paused' } },
  });
  expect(body).toEqual({
    niche: { level_rotation: 'fixed', version: 3 },
    levels: [{ id: 'b', version: 2, price_per_lead: '6.00', max_providers: 2 }],
    level_order: ['b', 'a'],
    subscriptions: [{ id: 's', version: 4, countries: ['DE'], paused: true }],
  });
  expect(words).toEqual([
    'Every lead starts at the first level',
    'B: 6.00 EUR instead of 5.00',
    'B: 2 seats instead of 3',
    'Levels in the order B, A',
    'P, A: countries',
    'P, A: paused',
  ]);
});

test('billing, levels sold alone, campaign prices and caps of a company are said in words', () => {
  const draft = draftOf(present);
  const before = { id: 'p', version: 6, company_name: 'P', caps: [] } as unknown as CompanyDraft['before'];
  const caps = [{ window: 'day' as const, kind: 'spend' as const, value: '12,5', currency: 'EUR' }];
  const { body, words } = bodyOf(present, {
    ...draft,
    levels: { ...draft.levels, a: { ...draft.levels.a!, bill_on: 'accepted', exclusive: true } },
    prices: { c: { a: '', b: '4,5' } },
    companies: { p: { before, caps }, q: { before: { ...before, id: 'q' }, caps: [] } },
  });
  expect(body).toEqual({
    levels: [{ id: 'a', version: 1, bill_on: 'accepted', exclusive: true }],
    campaigns: [{ id: 'c', version: 5, level_prices: { b: '4.5' } }],
    providers: [{ id: 'p', version: 6, caps: [{ ...caps[0], value: '12.5' }] }],
  });
  expect(words).toEqual([
    'A: charged when the endpoint accepts a lead',
    'A: sold alone',
    'Campaign Spring: other prices',
    'P: caps over all subscriptions',
  ]);
});

test('the first level cannot go further up, nor the last one further down', () => {
  expect(moved(['a', 'b'], 'a', -1)).toEqual(['a', 'b']);
  expect(moved(['a', 'b'], 'b', 1)).toEqual(['a', 'b']);
});
