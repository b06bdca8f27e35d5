import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type Turn } from '../../src/lead/distribution/decide.ts';
import type { Facts } from '../../src/lead/distribution/facts.ts';
import type { Filter } from '../../src/lead/distribution/filters.ts';
import { compileRules, type DecidedLead, type Strategy } from '../../src/lead/distribution/rules.ts';
import { SEED, TIMEOUT_MS, WORLDS } from './worlds.ts';

/** Who gets how many over long stretches: one level, providers with money for everything, lead after lead. */
const CLOCK_MS = Date.UTC(2026, 10, 20, 11);
const RUNS = { seed: SEED + 2, numRuns: Math.ceil(WORLDS / 5) };

type Member = { weight?: number; filters?: Filter[]; receiptNo?: number | null };

function open(members: Member[], of: { strategy: Strategy; seats?: number; missedTurnsMax?: number }) {
  const rules = compileRules({
    nicheId: 'niche', configVersion: 1, currency: 'EUR', levelRotation: 'rotate', fillMode: 'cascade', defaultLevelId: null,
    missedTurnsMax: of.missedTurnsMax ?? 3,
    levels: [{
      id: 'level', name: 'level', price: 1n, maxProviders: of.seats ?? 1, priorityOrder: 0, strategy: of.strategy,
      billOn: 'assigned', active: true,
    }],
    subscriptions: members.map(({ weight = 1, filters = [] }, n) => ({
      id: `sub-${String(n).padStart(2, '0')}`, providerId: `provider-${n}`, levelId: 'level', endpointId: null,
      createdAt: new Date(n), countries: [], campaignIds: [], filters, requiredFields: [], caps: [], schedule: null,
      timezone: 'UTC', offHours: 'skip', premiumRatio: null, ratioMode: 'soft', maxAgeMs: 86_400_000, priceOverride: null,
      weight, priority: 0,
    })),
    campaigns: [], countryFields: [],
  }); // biome-ignore format: one level
  const facts: Facts = {
    subscriptions: members.map(({ receiptNo = null }) => ({
      paused: false, pausedUntilMs: null, receiptNo, recentTypes: '', receivedToday: 0, used: new Map(), capFull: false,
      endpointHealthy: true, endpointRetryAtMs: null, weightState: 0, missedTurns: 0,
    })), // biome-ignore format: one subscription
    providers: new Map(
      members.map((_, n) => [`provider-${n}`, {
        active: true, stopped: false, paused: false, pausedUntilMs: null, available: 1_000_000n, creditLimit: 0n, used: new Map(),
      }]),
    ), // biome-ignore format: one provider
  };
  const turn: Turn = { nextLevelId: 'level', receiptNo: 1_000 };
  const counts = members.map(() => 0);
  let given = 0;
  /** Decides one more lead; a test lead counts nowhere. */
  const give = (more: Partial<DecidedLead> = {}): number[] => {
    given += 1;
    const lead: DecidedLead = {
      id: `lead ${given}`, campaignId: 'campaign', country: null, answers: {}, leadType: 'raw', test: false,
      readyAtMs: CLOCK_MS, expiresAtMs: CLOCK_MS + 1_000_000, present: new Set(), told: null, had: new Set(),
      suppressed: new Set(), blocked: new Set(), samePerson: new Set(), personKeys: [], ...more,
    }; // biome-ignore format: one lead
    const [decision] = decide({
      leads: [lead],
      rules,
      facts,
      turn,
      clockMs: CLOCK_MS,
      seed: Buffer.alloc(32, 5),
    });
    const to = decision!.chosen.map(({ subscription }) => subscription.index);
    if (!lead.test) for (const index of to) counts[index]! += 1;
    return to;
  };
  return { give, counts, facts };
}

const apart = (counts: number[]): number => Math.max(...counts) - Math.min(...counts);
const even = fc.constantFrom<Strategy>('longest_waiting', 'least_loaded_today', 'weighted', 'priority');
const members = fc.integer({ min: 1, max: 12 });

describe(`turns over long stretches, with seed ${RUNS.seed}`, () => {
  it(
    'of equal providers are never more than one apart, whatever the strategy, the seats and the test leads between',
    () => {
      const leads = fc.array(fc.record({ test: fc.boolean(), told: fc.option(fc.nat(4)) }), {
        maxLength: 60,
        size: 'max',
      });
      fc.assert(
        fc.property(members, even, fc.integer({ min: 1, max: 4 }), leads, (size, strategy, seats, all) => {
          // By weight a lead of several seats is several rounds of which each leaves out who was served.
          const { give, counts } = open(Array(size).fill({}), {
            strategy,
            seats: strategy === 'weighted' ? 1 : seats,
          });
          for (const one of all) {
            give(one);
            expect(apart(counts)).toBeLessThanOrEqual(1);
          }
        }),
        RUNS,
      );
    },
    TIMEOUT_MS,
  );

  it(
    'by weight are less than one lead off the share at every moment',
    () => {
      const weights = fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 200 })), {
        minLength: 1,
        maxLength: 12,
      });
      fc.assert(
        fc.property(weights, (all) => {
          const { give, counts } = open(
            all.map((weight) => ({ weight })),
            { strategy: 'weighted' },
          );
          const total = all.reduce((sum, one) => sum + one, 0);
          for (let leads = 1; leads <= 80; leads += 1) {
            give();
            const off = counts.map((count, n) => Math.abs(count - (leads * all[n]!) / total));
            expect(Math.max(...off)).toBeLessThan(1);
          }
        }),
        RUNS,
      );
    },
    TIMEOUT_MS,
  );

  it(
    'come to everybody who is eligible within as many leads as the level has members',
    () => {
      const taste = fc.record({ min: fc.nat(100), receiptNo: fc.option(fc.nat(999)) });
      const budgets = fc.array(fc.nat(100), { minLength: 12, maxLength: 12 });
      fc.assert(
        fc.property(
          fc.array(taste, { maxLength: 11 }),
          fc.option(fc.nat(999)),
          budgets,
          (others, receiptNo, all) => {
            const choosy = others.map(({ min, receiptNo: no }): Member => ({
            receiptNo: no, filters: [{ field: 'budget', kind: 'range', min, missing: 'fail' }],
          })); // biome-ignore format: one member
            const { give, counts } = open([...choosy, { receiptNo }], { strategy: 'longest_waiting' });
            for (const budget of all.slice(0, others.length + 1)) give({ answers: { budget } });
            expect(counts.at(-1)).toBeGreaterThan(0);
          },
        ),
        RUNS,
      );
    },
    TIMEOUT_MS,
  );

  it(
    'that were missed while the endpoint was down are made up for, and no more than those',
    () => {
      const first = fc.nat(30);
      fc.assert(
        fc.property(fc.integer({ min: 2, max: 10 }), first, fc.nat(40), (size, before, down) => {
          const missedTurnsMax = 3;
          const { give, counts, facts } = open(Array(size).fill({}), {
            strategy: 'longest_waiting',
            missedTurnsMax,
          });
          const own = facts.subscriptions[0]!;
          for (let n = 0; n < before; n += 1) give();
          own.endpointHealthy = false;
          for (let n = 0; n < down; n += 1) give();
          own.endpointHealthy = true;
          const behind = Math.max(...counts) - counts[0]!;
          const others = (size - 1) * (missedTurnsMax + 2);
          for (let n = 0; n < others + missedTurnsMax + 1; n += 1) {
            give();
            // Never ahead of those who were there all the time.
            expect(counts[0]! - Math.min(...counts.slice(1))).toBeLessThanOrEqual(1);
          }
          // What was missed comes back, as many as the niche keeps.
          const stillBehind = Math.max(...counts) - counts[0]!;
          expect(stillBehind).toBeLessThanOrEqual(Math.max(1, behind - missedTurnsMax));
        }),
        RUNS,
      );
    },
    TIMEOUT_MS,
  );
});
