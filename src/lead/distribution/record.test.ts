import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Decision, verdictsOf } from './decide.ts';
import { NOT_A_CANDIDATE, VERDICTS } from './facts.ts';
import { decodeRecord, encodeRecord, FULL_FACTS_EVERY, NO_FACTS, offerIn, recordHash } from './record.ts';
import { compileRules } from './rules.ts';

const rules = compileRules({
  nicheId: '00000001-0000-7000-8000-000000000001',
  configVersion: 7,
  currency: 'EUR',
  levelRotation: 'rotate',
  fillMode: 'cascade',
  defaultLevelId: null,
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
  campaigns: [{ id: 'c', recipientsTold: 5, countries: [] }],
  countryFields: [],
});
/** Everybody's facts as a busy day leaves them: two caps, a credit, money up to 100,000.00. */
const factsOfAll = (count: number) => ({
  subscriptions: Array.from({ length: count }, (_, index) => ({
    index, paused: false, pausedUntilMs: null, endpointHealthy: true, endpointRetryAtMs: null, receiptNo: 41 - index * 13,
    recentTypes: '', receivedToday: index % 120, used: [BigInt(index % 120), BigInt(index * 2_003)],
  })),
  providers: Array.from({ length: count }, (_, place) => ({
    place, active: true, paused: false, pausedUntilMs: null, available: BigInt((place * 19_997) % 10_000_000), creditLimit: place % 10 === 0 ? 500_000n : 0n,
  })),
}); // biome-ignore format: as above
const asText = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);
type Vector = { name: string; bytes: string; says: unknown };
const vectors = JSON.parse(readFileSync(new URL('record.vectors.json', import.meta.url), 'utf8')) as Vector[];

const subscription = rules.subscriptions[3]!;
const decision = {
  lead: {
    id: '00000006-0000-7000-8000-000000000001', campaignId: 'c', test: false, leadType: 'premium', told: 4,
    readyAtMs: 1_795_000_000_000, expiresAtMs: 1_795_000_600_000, had: new Set(['p7', 'elsewhere']), suppressed: new Set(['p11', 'p2']),
    blocked: new Set(['p5']), samePerson: new Set(['s0009']), personKeys: [],
  }, // biome-ignore format: the lead in two lines
  receiptBefore: 41,
  clockMs: 1_795_000_000_123,
  turnBefore: 'a',
  turnAfter: 'a',
  chosen: [{ subscription, level: rules.levels[0], price: 500n, receiptNo: 42, maxShared: 2 }],
  missed: [rules.subscriptions[12]],
  weightStates: new Map(),
  seats: [{ levelId: 'a', seats: 2 }],
  verdicts: Uint8Array.from(rules.subscriptions, ({ index }) =>
    index === 3 ? VERDICTS.chosen : VERDICTS.cap_reached,
  ),
  excluded: { country: 3, campaign: 0, filter: 12, required_fields: 1 },
  retryAtMs: 1_795_000_001_123,
} as unknown as Decision;
const facts = {
  subscriptions: [
    {
      index: 3, paused: false, pausedUntilMs: null, endpointHealthy: true, endpointRetryAtMs: null, receiptNo: 0,
      recentTypes: '', receivedToday: 4, used: [4n],
    },
    {
      index: 499, paused: true, pausedUntilMs: 1_795_000_060_000, endpointHealthy: false, endpointRetryAtMs: 1_794_999_999_999,
      receiptNo: null, recentTypes: 'prrp', receivedToday: 0, used: [1n, -2n, 3n, 1n << 60n], weightState: -7, missedTurns: 2,
    },
  ],
  providers: [
    { place: 3, active: true, paused: false, pausedUntilMs: null, available: -5n, creditLimit: 900n },
    { place: 499, active: false, paused: true, pausedUntilMs: 1_795_000_000_000, available: 1n << 55n, creditLimit: 0n, stopped: true as const, used: [9n, 1n << 40n] },
  ],
}; // biome-ignore format: one subscription, one provider a line

/** Rules that ask for the lead's country and place, and a lead of which both are known. */
const asking = { ...rules, asksCountry: true, asksPlace: true };
const hash = Buffer.from('00112233445566ff', 'hex');
const placed = (country: string | null, placeHash: Buffer | null) => ({
  ...decision,
  lead: { ...decision.lead, country, placeHash },
});

const fewer = {
  ...decision,
  verdicts: Uint8Array.from(rules.subscriptions, ({ index }) => (index === 3 ? 0 : index > 495 ? 20 : 255)),
};

describe('the record of a decision', () => {
  it('says again exactly what was decided, and what it rested on', () => {
    const read = decodeRecord(encodeRecord(decision, rules, facts, true));
    expect(read).toMatchObject({
      version: 3,
      configVersion: 7,
      clockMs: 1_795_000_000_123,
      premium: true,
      fullFacts: true,
      turnBefore: 0,
      seats: [{ level: 0, seats: 2 }],
    });
    expect(read.verdicts).toEqual(verdictsOf(decision));
    expect(read.chosen).toEqual([{ index: 3, price: 500n, receiptNo: 42, maxShared: 2 }]);
    expect(read.excluded).toEqual({ country: 3, filter: 12, required_fields: 1 });
    expect(read.missed).toEqual([12]);
    expect(read.facts).toEqual(facts.subscriptions);
    expect(read.providers).toEqual(facts.providers);
    expect(read.lead).toEqual({
      receiptBefore: 41,
      readyAtMs: 1_795_000_000_000,
      expiresAtMs: 1_795_000_600_000,
      told: 4,
      hadCount: 2,
      had: [7],
      suppressed: [2, 11],
      everybodySuppressed: false,
      blocked: [5],
      samePerson: [9],
      campaign: 0,
      retryAtMs: 1_795_000_001_123,
    });
  });

  it('keeps its bytes: what version 1, 2 and 3 wrote is read the same for ever', () => {
    for (const { name, bytes, says } of vectors) {
      const read = decodeRecord(Buffer.from(bytes, 'hex'));
      expect(JSON.parse(JSON.stringify(read, asText)), name).toEqual(says);
    }
    const written = [
      encodeRecord(fewer, rules, facts, true, 2),
      encodeRecord(fewer, rules, facts, true),
      encodeRecord({ ...placed('AT', hash), verdicts: fewer.verdicts }, asking, facts, true),
      encodeRecord({ ...placed(null, null), verdicts: fewer.verdicts }, asking, facts, true),
    ];
    expect(vectors.slice(-4).map(({ bytes }) => bytes)).toEqual(written.map((one) => one.toString('hex')));
  });

  it('pins country and place in at most 10 bytes, and only what the rules ask for', () => {
    const plain = encodeRecord(decision, rules, NO_FACTS, false);
    const cases = [
      { asks: {}, says: {}, bytes: 0 },
      { asks: { asksCountry: true }, says: { country: 'AT' }, bytes: 1 },
      { asks: { asksPlace: true }, says: { place: hash.toString('hex') }, bytes: 9 },
      {
        asks: { asksCountry: true, asksPlace: true },
        says: { country: 'AT', place: hash.toString('hex') },
        bytes: 9,
      },
    ];
    for (const { asks, says, bytes } of cases) {
      const record = encodeRecord(placed('AT', hash), { ...rules, ...asks }, NO_FACTS, false);
      expect(record.length - plain.length).toBe(bytes);
      const { country, place } = decodeRecord(record).lead!;
      expect({
        ...(country === undefined ? {} : { country }),
        ...(place === undefined ? {} : { place }),
      }).toEqual(says);
    }
    for (const country of ['AA', 'DE', 'ZZ', null]) {
      const record = encodeRecord(placed(country, hash), asking, NO_FACTS, false);
      expect(record.length - plain.length).toBeLessThanOrEqual(10);
      expect(decodeRecord(record).lead).toMatchObject({ country, place: hash.toString('hex') });
    }
    expect(decodeRecord(encodeRecord(placed('DE', null), asking, NO_FACTS, false)).lead!.place).toBeNull();
  });

  it('of version 2 comes to the same bytes again, whatever the rules ask for today', () => {
    const bytes = encodeRecord(placed('AT', hash), asking, facts, true, 2);
    expect(bytes.toString('hex')).toBe(encodeRecord(decision, rules, facts, true, 2).toString('hex'));
    const bent = Buffer.from(bytes);
    bent[1]! |= 128;
    expect(() => decodeRecord(bent)).toThrow('version 2 pins no country');
  });

  it('remembers the types of as many leads as a ratio may look back on', () => {
    for (let length = 1; length <= 100; length += 1) {
      const recentTypes = 'prr'.repeat(34).slice(0, length);
      const one = { ...facts.subscriptions[1]!, recentTypes };
      const bytes = encodeRecord(decision, rules, { ...facts, subscriptions: [one] }, true);
      expect(decodeRecord(bytes).facts, String(length)).toEqual([one]);
    }
  });

  it('says what was offered when it was not the whole lead', () => {
    const levelId = rules.levels[0]!.id;
    for (const kind of ['by_hand', 'second', 'purchase'] as const) {
      const offer = { kind, levelId, subscriptionId: null, seats: 1, maxShared: 3 };
      const of = { ...decision, lead: { ...decision.lead, offer } };
      const read = decodeRecord(encodeRecord(of, rules, facts, true));
      expect(read.offer).toEqual({ kind, level: 0, seats: 1, maxShared: 3 });
      expect(offerIn(read, rules)).toMatchObject({ kind, levelId, seats: 1, maxShared: 3 });
      expect({ ...read, offer: undefined }).toEqual(decodeRecord(encodeRecord(decision, rules, facts, true)));
    }
  });

  it('is refused when it ends early, goes on, or says what nobody knows', () => {
    const bytes = encodeRecord(decision, rules, facts, true);
    for (let size = 1; size < bytes.length; size += 1)
      expect(() => decodeRecord(bytes.subarray(0, size)), String(size)).toThrow();
    expect(() => decodeRecord(Buffer.concat([bytes, Buffer.of(0)]))).toThrow('follow the end');
    expect(() => decodeRecord(Buffer.of(4, 0))).toThrow('version 4');
  });

  it('of a lead with 500 candidates takes at most 8 KB alone and 1 KB on average in a flood', () => {
    const all = factsOfAll(500);
    const alone = encodeRecord(placed('ZZ', hash), asking, all, true).length;
    const moving = encodeRecord(placed('ZZ', hash), asking, NO_FACTS, false).length;
    expect(all.subscriptions).toHaveLength(500);
    expect(alone).toBeLessThanOrEqual(8 * 1_024);
    expect((alone + (FULL_FACTS_EVERY - 1) * moving) / FULL_FACTS_EVERY).toBeLessThanOrEqual(1_024);
    expect(moving).toBeLessThanOrEqual(700);
  });

  it('of a lead with 50 candidates among 10,000 subscriptions takes 250 bytes, not a bit for each of them', () => {
    const many = {
      ...rules,
      subscriptions: Array.from({ length: 10_000 }, (_, index) => ({ ...subscription, index })),
    };
    const verdicts = Uint8Array.from(many.subscriptions, ({ index }) =>
      index % 200 === 7 ? VERDICTS.no_seat : NOT_A_CANDIDATE,
    );
    const bytes = encodeRecord({ ...decision, verdicts }, many, NO_FACTS, false);
    expect(bytes.length).toBeLessThanOrEqual(250);
    expect(decodeRecord(bytes).verdicts.map(({ index }) => index)).toEqual(
      Array.from({ length: 50 }, (_, n) => n * 200 + 7),
    );
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
