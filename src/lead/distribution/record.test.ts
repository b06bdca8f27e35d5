import { describe, expect, it } from 'vitest';
import { type Decision, verdictsOf } from './decide.ts';
import { VERDICTS } from './facts.ts';
import { decodeRecord, encodeRecord, recordHash } from './record.ts';
import { compileRules } from './rules.ts';

const rules = compileRules({
  nicheId: '00000001-0000-7000-8000-000000000001',
  configVersion: 7,
  currency: 'EUR',
  levelRotation: 'rotate',
  fillMode: 'cascade',
  defaultLevelId: null,
  countryFields: [],
  levels: [
    {
      id: 'a',
      name: 'A',
      price: 500n,
      maxProviders: 2,
      priorityOrder: 1,
      strategy: 'longest_waiting',
      billOn: 'assigned',
      active: true,
    },
  ],
  subscriptions: Array.from({ length: 500 }, (_, n) => ({
    id: `s${String(n).padStart(4, '0')}`, providerId: `p${n}`, levelId: 'a', endpointId: null, createdAt: new Date(0), countries: [],
    campaignIds: [], filters: [], requiredFields: [], caps: [{ window: 'day' as const, kind: 'count' as const, value: '9' }], schedule: null,
    timezone: 'UTC', offHours: 'skip' as const, premiumRatio: null, ratioMode: 'soft' as const, maxAgeMs: 1, priceOverride: null, priority: 0,
  })), // biome-ignore format: five hundred alike
  campaigns: [],
});
const subscription = rules.subscriptions[3]!;
const decision = {
  lead: { id: '00000006-0000-7000-8000-000000000001', test: false, leadType: 'premium' },
  clockMs: 1_795_000_000_123,
  turnBefore: 'a',
  turnAfter: 'a',
  chosen: [{ subscription, level: rules.levels[0], price: 500n, receiptNo: 42, maxShared: 2 }],
  seats: [{ levelId: 'a', seats: 2 }],
  verdicts: Uint8Array.from(rules.subscriptions, ({ index }) =>
    index === 3 ? VERDICTS.chosen : VERDICTS.cap_reached,
  ),
  excluded: { country: 3, campaign: 0, filter: 12, required_fields: 1 },
  retryAtMs: null,
} as unknown as Decision;
const facts = [
  {
    index: 3,
    paused: false,
    endpointHealthy: true,
    receiptNo: 0,
    receivedToday: 4,
    available: -5n,
    creditLimit: 900n,
    used: [4n],
  },
];

describe('the record of a decision', () => {
  it('says again exactly what was decided', () => {
    const read = decodeRecord(encodeRecord(decision, rules, facts, true));
    expect(read).toMatchObject({
      version: 1,
      configVersion: 7,
      clockMs: 1_795_000_000_123,
      premium: true,
      fullFacts: true,
    });
    expect(read.verdicts).toEqual(verdictsOf(decision));
    expect(read.chosen).toEqual([{ index: 3, price: 500n, receiptNo: 42, maxShared: 2 }]);
    expect(read.excluded).toEqual(decision.excluded);
    expect(read.facts).toEqual(facts);
  });

  it('takes at most 1 KB for a lead with 500 candidates in a flood', () => {
    expect(encodeRecord(decision, rules, facts, false).length).toBeLessThanOrEqual(1_024);
  });

  it('changes its hash when one byte of the record, the place in the chain or the lead changes', () => {
    const record = encodeRecord(decision, rules, facts, false);
    const link = {
      nicheId: rules.nicheId,
      seq: 5n,
      leadId: decision.lead.id,
      prevHash: Buffer.alloc(32),
      record,
    };
    const hash = recordHash(link).toString('hex');
    const bent = Buffer.from(record);
    bent[20]! ^= 1;
    expect(recordHash({ ...link, record: bent }).toString('hex')).not.toBe(hash);
    expect(recordHash({ ...link, seq: 6n }).toString('hex')).not.toBe(hash);
    expect(recordHash({ ...link, leadId: rules.nicheId }).toString('hex')).not.toBe(hash);
  });
});
