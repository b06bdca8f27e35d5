import { describe, expect, it } from 'vitest';
import type { Filter } from './filters.ts';
import { compileRules, lowestPriceOf, type NicheConfiguration, priceOf } from './rules.ts';

type LevelOf = NicheConfiguration['levels'][number];
type SubscriptionOf = NicheConfiguration['subscriptions'][number];

const level = (id: string, more: Partial<LevelOf> = {}): LevelOf => ({
  id, name: id, price: 100n, maxProviders: 1, priorityOrder: 0, strategy: 'longest_waiting', billOn: 'assigned', active: true,
  ...more,
}); // biome-ignore format: one level
const subscription = (id: string, more: Partial<SubscriptionOf> = {}): SubscriptionOf => ({
  id, providerId: `provider of ${id}`, levelId: 'gold', endpointId: null, createdAt: new Date(7), countries: [],
  campaignIds: [], filters: [], requiredFields: [], caps: [], schedule: null, timezone: 'UTC', offHours: 'skip',
  premiumRatio: null, ratioMode: 'soft', maxAgeMs: 1, priceOverride: null, priority: 0, ...more,
}); // biome-ignore format: one subscription
const compile = (more: Partial<NicheConfiguration> = {}) =>
  compileRules({
    nicheId: 'niche', configVersion: 1, currency: 'EUR', levelRotation: 'rotate', fillMode: 'cascade', defaultLevelId: null,
    levels: [level('gold')], subscriptions: [subscription('one')], campaigns: [], countryFields: [], ...more,
  }); // biome-ignore format: one niche

describe('compiled rules', () => {
  it('keep the active levels in their order, and by id where two stand on one place', () => {
    const levels = [
      level('zinc', { priorityOrder: 2 }),
      level('iron', { priorityOrder: 1 }),
      level('gold', { priorityOrder: 1 }),
      level('past', { active: false }),
    ];
    const rules = compile({
      levels,
      subscriptions: [subscription('one'), subscription('two', { levelId: 'past' })],
    });
    expect(rules.levels.map(({ id }) => id)).toEqual(['gold', 'iron', 'zinc']);
    expect(rules.subscriptions.map(({ id }) => id)).toEqual(['one']);
  });

  it('number subscriptions in the order of their ids, and know the places of each provider', () => {
    const rules = compile({
      levels: [level('gold'), level('iron')],
      subscriptions: [
        subscription('c', { providerId: 'both', levelId: 'iron' }),
        subscription('a', { providerId: 'both' }),
        subscription('b'),
      ],
    });
    expect(rules.subscriptions.map(({ id, index }) => [id, index])).toEqual([['a', 0], ['b', 1], ['c', 2]]);
    expect([...rules.byProvider]).toEqual([['both', [0, 2]], ['provider of b', [1]]]);
  }); // biome-ignore format: short pairs

  it('keep of two caps of one window, kind and weekday the smaller one, for subscriptions and for providers', () => {
    const caps: SubscriptionOf['caps'] = [
      { window: 'day', kind: 'count', value: '9' },
      { window: 'day', kind: 'count', value: '4' },
      { window: 'day', kind: 'count', value: '6' },
      { window: 'day', kind: 'count', value: '2', weekday: 1 },
      { window: 'day', kind: 'spend', value: '900', pace: 'even' },
    ];
    const kept = [
      { window: 'day', kind: 'count', value: 4n, weekday: null, even: false },
      { window: 'day', kind: 'count', value: 2n, weekday: 1, even: false },
      { window: 'day', kind: 'spend', value: 900n, weekday: null, even: true },
    ];
    const rules = compile({
      subscriptions: [subscription('one', { caps })],
      providerCaps: [{ providerId: 'provider of one', caps, timezone: 'Asia/Tokyo' }],
    });
    expect(rules.subscriptions[0]!.caps).toEqual(kept);
    expect(rules.providerCaps.get('provider of one')).toEqual({ caps: kept, timezone: 'Asia/Tokyo' });
  });

  it('fill in what a configuration does not say', () => {
    const rules = compile();
    expect(rules.missedTurnsMax).toBe(3);
    expect(compile({ missedTurnsMax: 0 }).missedTurnsMax).toBe(0);
    expect(compile({ levels: [level('gold', { exclusive: true })] }).levels[0]!.exclusive).toBe(true);
    expect(rules.levels[0]!.exclusive).toBe(false);
    expect(rules.subscriptions[0]).toMatchObject({
      countries: null, campaigns: null, ratioWindow: 20, away: [], personWindowDays: null, weight: 1, price: 100n,
      ownPrice: false, createdAtMs: 7,
    }); // biome-ignore format: one subscription
  });

  it('keep what a configuration says', () => {
    const own = subscription('one', {
      countries: ['DE'], campaignIds: ['garden'], ratioWindow: 7, personWindowDays: 30, weight: 4, priceOverride: 70n,
      away: [{ from: '2026-11-20T10:00:00Z', to: '2026-11-20T11:00:00Z' }],
    }); // biome-ignore format: one subscription
    expect(compile({ subscriptions: [own] }).subscriptions[0]).toMatchObject({
      countries: new Set(['DE']), campaigns: new Set(['garden']), ratioWindow: 7, personWindowDays: 30, weight: 4, price: 70n,
      ownPrice: true, away: [{ fromMs: Date.UTC(2026, 10, 20, 10), toMs: Date.UTC(2026, 10, 20, 11) }],
    }); // biome-ignore format: the same
  });

  it('say whether somebody asks where a lead is', () => {
    const near = { field: 'plz', kind: 'geo', lat: 0, lon: 0, radius_km: 1, missing: 'fail' } as const;
    const rich = { field: 'budget', kind: 'range', min: 1, missing: 'fail' } as const;
    expect(compile().asksPlace).toBe(false);
    expect(compile({ subscriptions: [subscription('one', { filters: [rich] })] }).asksPlace).toBe(false);
    const both = [subscription('one', { filters: [rich, near] }), subscription('two')];
    expect(compile({ subscriptions: both }).asksPlace).toBe(true);
  });

  it('keep how the answers of older forms are read', () => {
    const answerMoves = [{ to: 'roof', from: ['roof_type'] }];
    expect([compile({ answerMoves }).answerMoves, compile().answerMoves]).toEqual([answerMoves, []]);
  });

  it('say whether somebody asks for the country: by its own list, or by an answer that the country stands for', () => {
    const of: Filter = { field: 'home', kind: 'set', values: ['DE'], match: 'any', missing: 'fail' };
    const asks = (countryFields: string[], ...terms: Partial<SubscriptionOf>[]) => {
      const subscriptions = terms.map((one, place) => subscription(`s${place}`, one));
      return compile({ countryFields, subscriptions }).asksCountry;
    };
    expect([asks([]), asks(['home'], {}), asks(['other'], { filters: [of] })]).toEqual([false, false, false]);
    expect([asks([], { countries: ['DE'] }), asks(['home'], { filters: [of] })]).toEqual([true, true]);
    expect(asks([], {}, { countries: ['DE'] })).toBe(true);
  });
});

describe('the price of a lead', () => {
  it.each<[string, bigint | null, string, bigint]>([
    ['is that of the level', null, 'other', 100n],
    ['is that of the campaign at this level, when it has one', null, 'dear', 250n],
    ['is that of the level, when the campaign is not known', null, 'unknown', 100n],
    ['is the own one before all others', 70n, 'dear', 70n],
    ['may be nothing', 0n, 'dear', 0n],
  ])('%s', (_, priceOverride, campaignId, price) => {
    const rules = compile({
      subscriptions: [subscription('one', { priceOverride })],
      campaigns: [
        { id: 'dear', recipientsTold: 5, countries: [], levelPrices: { gold: 250n } },
        { id: 'other', recipientsTold: 5, countries: [], levelPrices: { iron: 300n } },
      ],
    });
    expect(priceOf(rules, rules.subscriptions[0]!, campaignId)).toBe(price);
  });

  it('is at least that of the cheapest campaign that is open and that the subscription takes', () => {
    const campaign = (id: string, gold: bigint, active = true) => ({
      ...{ id, recipientsTold: 5, countries: [], active },
      levelPrices: { gold },
    });
    const campaigns = [campaign('dear', 250n), campaign('cheap', 60n), campaign('closed', 10n, false)];
    const subscriptions = [
      subscription('any'),
      subscription('dear', { campaignIds: ['dear'] }),
      subscription('own', { priceOverride: 70n }),
    ];
    const rules = compile({ campaigns, subscriptions });
    const least = () => rules.subscriptions.map((one) => lowestPriceOf(rules, one));
    expect([least(), least()]).toEqual([
      [60n, 250n, 70n],
      [60n, 250n, 70n],
    ]);
    const none = compile();
    expect(lowestPriceOf(none, none.subscriptions[0]!)).toBe(100n);
  });
});
