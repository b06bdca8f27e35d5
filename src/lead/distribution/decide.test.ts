import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decision, decide, type Turn, verdictsOf } from './decide.ts';
import type { Facts, ProviderFacts, SubscriptionFacts } from './facts.ts';
import {
  compileRules,
  type DecidedLead,
  type NicheConfiguration,
  type Rules,
  staticFailure,
} from './rules.ts';

/** Laws of the engine over random markets. The clock stands still within a run, as it does within a batch. */
const CLOCK_MS = Date.UTC(2026, 10, 20, 12);
const SEED = Buffer.alloc(32, 7);
const id = (kind: number, n: number) =>
  `${String(kind).padStart(8, '0')}-0000-7000-8000-${String(n).padStart(12, '0')}`;

type Offer = {
  level: number;
  provider: number;
  min: number;
  countries: string[];
  dayCap: number | null;
  available: number;
  paused: boolean;
  healthy: boolean;
  receiptNo: number | null;
  price: number | null;
};
type Market = {
  levels: { max: number; price: number; strategy: 'longest_waiting' | 'least_loaded_today' | 'priority' }[];
  offers: Offer[];
  leads: { budget: number | null; country: string; told: boolean; test: boolean }[];
  rotation: 'rotate' | 'fixed';
  fill: 'cascade' | 'fill_all';
};

const countries = ['DE', 'AT', 'ES'];
const market: fc.Arbitrary<Market> = fc.record({
  levels: fc.array(
    fc.record({
      max: fc.integer({ min: 1, max: 4 }),
      price: fc.integer({ min: 1, max: 50 }),
      strategy: fc.constantFrom('longest_waiting', 'least_loaded_today', 'priority'),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  offers: fc.array(
    fc.record({
      level: fc.nat(3),
      provider: fc.nat(9),
      min: fc.constantFrom(0, 40, 80),
      countries: fc.subarray(countries),
      dayCap: fc.option(fc.nat(6)),
      available: fc.nat(400),
      paused: fc.boolean().map((one) => one && true),
      healthy: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
      receiptNo: fc.option(fc.nat(30)),
      price: fc.option(fc.integer({ min: 1, max: 60 })),
    }),
    { maxLength: 25 },
  ),
  leads: fc.array(
    fc.record({
      budget: fc.option(fc.nat(100)),
      country: fc.constantFrom(...countries),
      told: fc.boolean(),
      test: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
    { maxLength: 40 },
  ),
  rotation: fc.constantFrom('rotate', 'fixed'),
  fill: fc.constantFrom('cascade', 'fill_all'),
});

/** One subscription per provider and level; the provider's money is that of its first offer. */
function build(of: Market): { rules: Rules; facts: () => Facts; leads: DecidedLead[] } {
  const offers = [
    ...new Map(
      of.offers.map((offer) => [`${offer.level % of.levels.length}/${offer.provider}`, offer]),
    ).values(),
  ];
  const configuration: NicheConfiguration = {
    nicheId: id(1, 1),
    configVersion: 1,
    currency: 'EUR',
    levelRotation: of.rotation,
    fillMode: of.fill,
    defaultLevelId: null,
    countryFields: [],
    levels: of.levels.map((level, place) => ({
      id: id(2, place), name: `Level ${place}`, price: BigInt(level.price), maxProviders: level.max,
      priorityOrder: place, strategy: level.strategy, billOn: 'assigned', active: true,
    })), // biome-ignore format: one level a line is enough
    subscriptions: offers.map((offer, place) => ({
      id: id(3, place), providerId: id(4, offer.provider), levelId: id(2, offer.level % of.levels.length),
      endpointId: null, createdAt: new Date(CLOCK_MS - 1_000_000 + place), countries: offer.countries, campaignIds: [],
      filters: offer.min > 0 ? [{ field: 'budget', kind: 'range', min: offer.min, missing: 'fail' }] : [],
      requiredFields: [], caps: offer.dayCap === null ? [] : [{ window: 'day', kind: 'count', value: String(offer.dayCap) }],
      schedule: null, timezone: 'Europe/Berlin', offHours: 'skip', premiumRatio: null, ratioMode: 'soft',
      maxAgeMs: 86_400_000, priceOverride: offer.price === null ? null : BigInt(offer.price), priority: 0,
    })), // biome-ignore format: as above
    campaigns: [
      { id: id(5, 1), recipientsTold: 100, countries: [] },
      { id: id(5, 2), recipientsTold: 2, countries: [] },
    ],
  };
  const rules = compileRules(configuration);
  const facts = (): Facts => ({
    subscriptions: rules.subscriptions.map((subscription): SubscriptionFacts => {
      const offer = offers[Number(subscription.id.slice(-12))]!;
      return {
        paused: offer.paused, pausedUntilMs: null, receiptNo: offer.receiptNo, recentTypes: '', receivedToday: 0,
        used: new Map(), capFull: subscription.caps.some(({ value }) => value === 0n), endpointHealthy: offer.healthy, endpointRetryAtMs: null,
        weightState: 0, missedTurns: 0,
      }; // biome-ignore format: as above
    }),
    providers: new Map(
      offers.toReversed().map((offer): [string, ProviderFacts] => [
        id(4, offer.provider),
        {
          active: true,
          paused: false,
          pausedUntilMs: null,
          available: BigInt(offer.available),
          creditLimit: 0n,
          stopped: false,
          used: new Map(),
        },
      ]),
    ),
  });
  const leads = of.leads.map((lead, place): DecidedLead => ({
    id: id(6, place), campaignId: lead.told ? id(5, 2) : id(5, 1), country: lead.country,
    answers: lead.budget === null ? {} : { budget: lead.budget }, leadType: 'raw', test: lead.test,
    readyAtMs: CLOCK_MS - 1000, expiresAtMs: CLOCK_MS + 86_400_000, present: new Set(), told: null, had: new Set(), suppressed: new Set(),
    blocked: new Set(), samePerson: new Set(), personKeys: [],
  })); // biome-ignore format: as above
  return { rules, facts, leads };
}

function run(of: Market) {
  const { rules, facts, leads } = build(of);
  const turn: Turn = { nextLevelId: rules.levels[0]!.id, receiptNo: 100 };
  const moved = facts();
  const decisions = decide({ leads, rules, facts: moved, turn, clockMs: CLOCK_MS, seed: SEED });
  return { rules, before: facts(), after: moved, turn, leads, decisions };
}

const live = (decisions: Decision[]) => decisions.filter(({ lead }) => !lead.test);

describe('the distribution engine, over random markets', () => {
  it('never gives a provider more than its money, counting every level it buys at', () => {
    fc.assert(
      fc.property(market, (of) => {
        const { before, after, decisions } = run(of);
        const spent = new Map<string, bigint>();
        for (const { chosen } of live(decisions)) {
          for (const { subscription, price } of chosen) {
            spent.set(subscription.providerId, (spent.get(subscription.providerId) ?? 0n) + price);
          }
        }
        for (const [provider, sum] of spent) {
          expect(sum).toBeLessThanOrEqual(before.providers.get(provider)!.available);
          expect(after.providers.get(provider)!.available).toBe(
            before.providers.get(provider)!.available - sum,
          );
        }
      }),
    );
  });

  it('never goes over a daily cap', () => {
    fc.assert(
      fc.property(market, (of) => {
        const { rules, decisions } = run(of);
        const received = new Map<string, number>();
        for (const { chosen } of live(decisions)) {
          for (const { subscription } of chosen)
            received.set(subscription.id, (received.get(subscription.id) ?? 0) + 1);
        }
        for (const { id: one, caps } of rules.subscriptions) {
          for (const cap of caps) expect(BigInt(received.get(one) ?? 0)).toBeLessThanOrEqual(cap.value);
        }
      }),
    );
  });

  it('never sells more seats than a level, the competition promise or the number told to the person allow', () => {
    fc.assert(
      fc.property(market, (of) => {
        const { rules, decisions } = run(of);
        for (const { chosen, lead } of decisions) {
          for (const level of rules.levels) {
            const here = chosen.filter((one) => one.level.id === level.id);
            expect(here.length).toBeLessThanOrEqual(level.maxProviders);
            if (rules.fillMode === 'cascade' && here.length > 0) {
              expect(chosen.length).toBeLessThanOrEqual(level.maxProviders);
            }
          }
          for (const one of chosen) expect(chosen.length).toBeLessThanOrEqual(one.maxShared);
          expect(chosen.length).toBeLessThanOrEqual(rules.campaigns.get(lead.campaignId)!.recipientsTold);
        }
      }),
    );
  });

  it('never gives a lead to a provider twice, not even through two levels', () => {
    fc.assert(
      fc.property(market, (of) => {
        for (const { chosen } of run(of).decisions) {
          const providers = chosen.map(({ subscription }) => subscription.providerId);
          expect(new Set(providers).size).toBe(providers.length);
        }
      }),
    );
  });

  it('never chooses who is paused, unreachable, filtered out or from another country', () => {
    fc.assert(
      fc.property(market, (of) => {
        const { before, decisions } = run(of);
        for (const { chosen, lead } of decisions) {
          for (const { subscription } of chosen) {
            expect(before.subscriptions[subscription.index]).toMatchObject({
              paused: false,
              endpointHealthy: true,
            });
            expect(staticFailure(subscription, lead)).toBeUndefined();
          }
        }
      }),
    );
  });

  it('gives every candidate exactly one verdict, and counts everybody else under the check that kept it away', () => {
    fc.assert(
      fc.property(market, (of) => {
        const { rules, decisions } = run(of);
        for (const { excluded, ...decision } of decisions) {
          const places = verdictsOf(decision).map(({ index }) => index);
          expect(new Set(places).size).toBe(places.length);
          const away = Object.values(excluded).reduce((sum, count) => sum + count, 0);
          expect(places.length + away).toBe(rules.subscriptions.length);
        }
      }),
    );
  });

  it('leaves no seat empty while somebody eligible waits', () => {
    fc.assert(
      fc.property(market, (of) => {
        for (const { chosen, seats, ...decision } of run(of).decisions) {
          const verdicts = verdictsOf(decision);
          const open = seats.filter(
            ({ levelId, seats: n }) => chosen.filter((one) => one.level.id === levelId).length < n,
          );
          const { rules } = build(of);
          for (const { levelId } of open) {
            const waiting = verdicts.filter(
              ({ index, verdict }) =>
                verdict === 'no_seat' && rules.subscriptions[index]!.levelId === levelId,
            );
            expect(waiting).toEqual([]);
          }
        }
      }),
    );
  });

  it('gives the same output for the same input', () => {
    fc.assert(
      fc.property(market, (of) => {
        const shape = (decisions: Decision[]) =>
          decisions.map(({ chosen, verdicts, retryAtMs, turnAfter }) => ({
            chosen: chosen.map(({ subscription, receiptNo }) => [subscription.id, receiptNo]), verdicts, retryAtMs, turnAfter,
          })); // biome-ignore format: one shape
        expect(shape(run(of).decisions)).toEqual(shape(run(of).decisions));
      }),
    );
  });

  it('moves the turn one level on per sold lead, and not at all for an unsold or a test lead', () => {
    fc.assert(
      fc.property(market, (of) => {
        const { rules, decisions } = run(of);
        const ids = rules.levels.map(({ id: one }) => one);
        for (const { chosen, lead, turnBefore, turnAfter } of decisions) {
          const moves = rules.levelRotation === 'rotate' && chosen.length > 0 && !lead.test;
          const next = ids[(ids.indexOf(turnBefore!) + 1) % ids.length];
          expect(turnAfter).toBe(moves ? next : turnBefore);
        }
      }),
    );
  });

  it('serves a longest-waiting level in the order never served, longest ago, joined first', () => {
    fc.assert(
      fc.property(market, (of) => {
        const first = { ...of, leads: of.leads.slice(0, 1).map((lead) => ({ ...lead, test: false })) };
        const { before, decisions } = run(first);
        for (const { chosen, seats, ...decision } of decisions) {
          const verdicts = verdictsOf(decision);
          const { rules } = build(first);
          for (const level of rules.levels.filter(({ strategy }) => strategy === 'longest_waiting')) {
            const key = (index: number): [number, number] => [
              before.subscriptions[index]!.receiptNo ?? -1,
              rules.subscriptions[index]!.createdAtMs,
            ];
            const taken = chosen
              .filter((one) => one.level.id === level.id)
              .map(({ subscription }) => key(subscription.index));
            const passed = verdicts
              .filter(
                ({ index, verdict }) =>
                  verdict === 'no_seat' && rules.subscriptions[index]!.levelId === level.id,
              )
              .map(({ index }) => key(index));
            expect(seats.some(({ levelId }) => levelId === level.id)).toBe(true);
            for (const one of taken)
              for (const other of passed)
                expect(one[0] < other[0] || (one[0] === other[0] && one[1] < other[1])).toBe(true);
          }
        }
      }),
    );
  });

  it('keeps equal providers within one lead of each other at every moment', () => {
    const equal = fc.record({
      providers: fc.integer({ min: 1, max: 12 }), max: fc.integer({ min: 1, max: 4 }), leads: fc.integer({ min: 1, max: 60 }),
      strategy: fc.constantFrom('longest_waiting' as const, 'least_loaded_today' as const),
    }); // biome-ignore format: one record
    fc.assert(
      fc.property(equal, ({ providers, max, leads, strategy }) => {
        const { decisions } = run({
          levels: [{ max, price: 1, strategy }],
          offers: Array.from({ length: providers }, (_, provider) => ({
            level: 0, provider, min: 0, countries: [], dayCap: null, available: 100_000, paused: false, healthy: true, receiptNo: null, price: null,
          })), // biome-ignore format: one offer
          leads: Array.from({ length: leads }, () => ({
            budget: 50,
            country: 'DE',
            told: false,
            test: false,
          })),
          rotation: 'rotate',
          fill: 'cascade',
        });
        const counts = new Map(Array.from({ length: providers }, (_, n) => [id(4, n), 0]));
        for (const { chosen } of decisions) {
          for (const { subscription } of chosen)
            counts.set(subscription.providerId, counts.get(subscription.providerId)! + 1);
          expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
