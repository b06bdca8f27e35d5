import { expect, it } from 'vitest';
import { decide } from './decide.ts';
import { type Facts, VERDICTS } from './facts.ts';
import { compileRules, type DecidedLead } from './rules.ts';

/** A level by weight whose members have soft premium ratios; and the numbers by which records name verdicts. */
const NOON_MS = Date.UTC(2026, 10, 20, 11);

/** Two seats a lead. With a ratio of 50, one more premium lead moves `ppr` away, and suits `rr`. */
const rules = compileRules({
  nicheId: 'niche', configVersion: 1, currency: 'EUR', levelRotation: 'fixed', fillMode: 'cascade', defaultLevelId: null,
  levels: [{
    id: 'level', name: 'Level', price: 100n, maxProviders: 2, priorityOrder: 0, strategy: 'weighted', billOn: 'assigned',
    active: true,
  }],
  subscriptions: ['a', 'b', 'c'].map((id) => ({
    id, providerId: id, levelId: 'level', endpointId: null, createdAt: new Date(NOON_MS), countries: [], campaignIds: [],
    filters: [], requiredFields: [], caps: [], schedule: null, timezone: 'UTC', offHours: 'skip', premiumRatio: 50,
    ratioMode: 'soft', maxAgeMs: 1_000, priceOverride: null, weight: id === 'c' ? 9 : 1, priority: 0,
  })),
  campaigns: [], countryFields: [],
}); // biome-ignore format: one niche

const factsOf = (recent: string[]): Facts => ({
  subscriptions: recent.map((recentTypes) => ({
    paused: false, pausedUntilMs: null, receiptNo: null, recentTypes, receivedToday: 0, used: new Map(), capFull: false,
    endpointHealthy: true, endpointRetryAtMs: null, weightState: 0, missedTurns: 0,
  })), // biome-ignore format: one subscription
  providers: new Map(
    ['a', 'b', 'c'].map((id) => [
      id,
      {
        ...{ active: true, paused: false, pausedUntilMs: null, stopped: false },
        ...{ available: 1_000n, creditLimit: 0n, used: new Map() },
      },
    ]),
  ),
});

const premium = {
  id: 'lead', campaignId: 'campaign', country: 'DE', answers: {}, leadType: 'premium', test: false, readyAtMs: NOON_MS,
  expiresAtMs: NOON_MS + 1_000, present: new Set(), told: null, had: new Set(), suppressed: new Set(), blocked: new Set(),
  samePerson: new Set(), personKeys: [],
} as unknown as DecidedLead; // biome-ignore format: one lead

it.each([
  ['suits nobody: as many as there are seats get it, by weight', ['ppr', 'ppr', 'ppr'], ['c', 'a']],
  [
    'suits one: it comes first whatever its weight, and one seat is left for the others',
    ['rr', 'ppr', 'ppr'],
    ['a', 'c'],
  ],
  ['suits two: they have both seats', ['rr', 'rr', 'ppr'], ['a', 'b']],
] as const)('a premium lead that %s', (_, recent, expected) => {
  const turn = { nextLevelId: null, receiptNo: 0 };
  const [decision] = decide({
    ...{ leads: [premium], rules, facts: factsOf([...recent]), turn },
    ...{ clockMs: NOON_MS, seed: Buffer.alloc(32) },
  });
  expect(decision!.chosen.map(({ subscription }) => subscription.id)).toEqual([...expected]);
});

it('the number of a verdict never changes its meaning: the records of the past are read by it', () => {
  expect(VERDICTS).toEqual({
    chosen: 0, no_seat: 1, stopped: 21, already_has_lead: 10, blocked: 22, same_person: 23, suppressed: 11,
    provider_inactive: 12, provider_paused: 13, subscription_paused: 14, away: 24, too_old: 15, endpoint_down: 16,
    outside_hours: 17, cap_reached: 18, paced: 25, provider_cap_reached: 26, ratio: 19, insufficient_funds: 20,
  }); // biome-ignore format: one table
});
