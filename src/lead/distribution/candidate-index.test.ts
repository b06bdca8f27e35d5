import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileAreas, readAreas } from '../../kernel/postcode-areas.ts';
import { compileIndex } from './candidate-index.ts';
import { compileFilter, type Filter, PLACE } from './filters.ts';
import { type DecidedLead, STATIC_CHECKS, type Subscription, staticFailure } from './rules.ts';

/** The index against the plain loop over all subscriptions, which says what is right. */
const countries = ['DE', 'AT', 'ES'];
const campaigns = ['garden', 'roof'];
const values = ['a', 'b', 'c', 'd', 'true', '7'];
const fields = ['budget', 'kind', 'owner'];
const missing = fc.constantFrom('pass', 'fail');
const field = fc.constantFrom(...fields);
const bound = fc.oneof(fc.integer({ min: -5, max: 40 }), fc.double({ min: -5, max: 40, noNaN: true }));

const filter: fc.Arbitrary<Filter> = fc.oneof(
  fc.record(
    { field, kind: fc.constant('range' as const), min: bound, max: bound, missing },
    { requiredKeys: ['field', 'kind', 'missing'] },
  ),
  fc.record({
    field, kind: fc.constant('set' as const), values: fc.subarray(values, { minLength: 1 }),
    match: fc.constantFrom('any', 'none'), missing,
  }), // biome-ignore format: one filter
  fc.record({ field, kind: fc.constant('boolean' as const), value: fc.boolean(), missing }),
  fc.record({
    field, kind: fc.constant('text' as const), op: fc.constantFrom('equals', 'contains'),
    value: fc.constantFrom('a', 'A', 'ab', 'ru'), missing,
  }), // biome-ignore format: one filter
  fc.record({
    field, kind: fc.constant('postcodes' as const), missing,
    areas: fc.subarray(['10*', '10115', '!10117', '20000-20999', '!209*', 'SW1A*'], { minLength: 1 })
      .map((entries) => compileAreas(readAreas(entries).entries)),
  }), // biome-ignore format: one filter
  fc.record({
    field, kind: fc.constant('geo' as const), lat: fc.constantFrom(52.52, 48.14, 0), lon: fc.constantFrom(13.4, 11.6),
    radius_km: fc.constantFrom(1, 300, 510, 20_000), missing,
  }), // biome-ignore format: one filter
);

const wish = fc.record({
  countries: fc.option(fc.subarray(countries), { freq: 1 }),
  campaigns: fc.option(fc.subarray(campaigns), { freq: 1 }),
  filters: fc.array(filter, { maxLength: 4 }),
  requiredFields: fc.subarray(['email', ...fields], { maxLength: 2 }),
});
type Wish = typeof wish extends fc.Arbitrary<infer T> ? T : never;

const answer = fc.oneof(bound, fc.constantFrom(...values, '', 'AB', null, true, false), fc.subarray(values));
const lead = fc.record({
  country: fc.option(fc.constantFrom(...countries, 'CH')),
  campaignId: fc.constantFrom(...campaigns, 'other'),
  answers: fc.record(
    {
      budget: answer,
      kind: answer,
      owner: answer,
      [PLACE]: fc.constantFrom({ lat: 52.5, lon: 13.4 }, { lat: 48.1, lon: 11.6 }, { lat: -33, lon: 151 }),
    },
    { requiredKeys: [] },
  ),
  present: fc.subarray(['email', ...fields]).map((names) => new Set(names)),
});

function subscriptionOf(one: Wish, index: number): Subscription {
  return {
    index, id: String(index), providerId: String(index), endpointId: null, levelId: 'level', createdAtMs: 0,
    countries: one.countries && new Set(one.countries), campaigns: one.campaigns && new Set(one.campaigns),
    filters: one.filters.map((made) => compileFilter(made)), requiredFields: one.requiredFields, caps: [],
    schedule: null, timezone: 'UTC', offHours: 'skip', premiumRatio: null, ratioMode: 'soft', maxAgeMs: 1, price: 1n, priority: 0,
    ratioWindow: 20, away: [], personWindowDays: null, ownPrice: false, weight: 1,
  }; // biome-ignore format: one subscription
}

const decided = (of: Partial<DecidedLead>): DecidedLead => ({
  id: 'lead', campaignId: 'garden', country: null, answers: {}, leadType: 'raw', test: false, readyAtMs: 0,
  expiresAtMs: 1, present: new Set(), told: null, had: new Set(), suppressed: new Set(), blocked: new Set(), samePerson: new Set(), personKeys: [], ...of,
}); // biome-ignore format: one lead

function byLoop(subscriptions: readonly Subscription[], of: DecidedLead) {
  const excluded = Object.fromEntries(STATIC_CHECKS.map((check) => [check, 0]));
  const places: number[] = [];
  for (const subscription of subscriptions) {
    const failure = staticFailure(subscription, of);
    if (failure) excluded[failure]! += 1;
    else places.push(subscription.index);
  }
  return { places, excluded };
}

describe('the index of candidates', () => {
  it('finds who the plain loop finds, and counts the others under the same checks', () => {
    // Few stretches make ranges share one; up to 150 subscriptions fill several words of 32.
    const stretches = fc.constantFrom(1, 2, 3, 7, 256);
    const market = fc.oneof(
      fc.array(wish, { maxLength: 12 }),
      fc.array(wish, { minLength: 30, maxLength: 150, size: 'max' }),
    );
    fc.assert(
      fc.property(market, fc.array(lead, { minLength: 1, maxLength: 8 }), stretches, (wishes, leads, max) => {
        const subscriptions = wishes.map(subscriptionOf);
        const index = compileIndex(subscriptions, max);
        for (const one of leads) {
          const { places, excluded } = index.find(decided(one));
          expect({ places, excluded }).toEqual(byLoop(subscriptions, decided(one)));
        }
      }),
      { numRuns: 600 },
    );
  });

  it('keeps ranges of more bounds than it has stretches apart to the last digit', () => {
    const wishes = Array.from({ length: 500 }, (_, n): Wish => ({
      countries: null, campaigns: null, requiredFields: [],
      filters: [{ field: 'budget', kind: 'range', min: n, max: n + 0.5, missing: 'fail' }],
    })); // biome-ignore format: one wish
    const subscriptions = wishes.map(subscriptionOf);
    const index = compileIndex(subscriptions);
    const taking = (budget: number) => index.find(decided({ answers: { budget } })).places;
    expect([
      taking(0),
      taking(17),
      taking(17.5),
      taking(17.6),
      taking(499.5),
      taking(-1),
      taking(600),
    ]).toEqual([[0], [17], [17], [], [499], [], []]);
  });

  it('answers for a niche without subscriptions', () => {
    expect(compileIndex([]).find(decided({})).places).toEqual([]);
  });
});
