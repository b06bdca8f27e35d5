import { expect, it } from 'vitest';
import { decideAll } from './decide-all.ts';
import type { Batch } from './distribute-batch.ts';
import { FULL_FACTS_EVERY } from './record.ts';
import { compileRules, type DecidedLead } from './rules.ts';
import type { FactRow } from './store.ts';

const CLOCK = new Date('2026-11-20T11:00:00Z');

it('gives a person once to who asks for that, also where the records of a batch begin a new stretch', () => {
  const rules = compileRules({
    nicheId: 'niche', configVersion: 1, currency: 'EUR', levelRotation: 'rotate', fillMode: 'cascade', defaultLevelId: null,
    levels: [{
      id: 'level', name: 'level', price: 100n, maxProviders: 1, priorityOrder: 0, strategy: 'longest_waiting',
      billOn: 'assigned', active: true,
    }],
    subscriptions: [{
      id: 'choosy', providerId: 'provider', levelId: 'level', endpointId: null, createdAt: new Date(0), countries: [],
      campaignIds: [], filters: [], requiredFields: [], caps: [], schedule: null, timezone: 'UTC', offHours: 'skip',
      premiumRatio: null, ratioMode: 'soft', maxAgeMs: 86_400_000, priceOverride: null, priority: 0, personWindowDays: 30,
    }],
    campaigns: [], countryFields: [],
  }); // biome-ignore format: one level, one subscription
  const lead = (id: string): DecidedLead => ({
    id, campaignId: 'campaign', country: null, answers: {}, leadType: 'raw', test: false, readyAtMs: CLOCK.getTime(),
    expiresAtMs: CLOCK.getTime() + 1_000_000, present: new Set(), told: null, had: new Set(), suppressed: new Set(),
    blocked: new Set(), samePerson: new Set(), personKeys: ['one and the same'],
  }); // biome-ignore format: one lead
  const row = {
    id: 'choosy', providerId: 'provider', providerActive: true, available: 10_000n, creditLimit: 0n, recentTypes: '',
    receiptNo: null, pausedUntil: null, providerPausedUntil: null, endpointState: null, openSince: CLOCK, providerOpenSince: CLOCK,
    weightState: 0, missedTurns: 0,
  } as unknown as FactRow; // biome-ignore format: one row
  const batch = {
    distributor: { memory: new Map() },
    turn: { clock: CLOCK, nextLevelId: 'level', receiptNo: 0n, chainSeq: BigInt(FULL_FACTS_EVERY - 2) },
    rules,
    leads: [lead('last of a stretch'), lead('first of the next')],
    unsold: new Map(),
  } as unknown as Batch;
  const { decisions } = decideAll(batch, [row], Buffer.alloc(32));
  expect(decisions.map(({ chosen }) => chosen.length)).toEqual([1, 0]);
});
