import fc from 'fast-check';
import { WEEKDAYS } from '../../src/kernel/hours.ts';
import type { Decision } from '../../src/lead/distribution/decide.ts';
import { decideAll } from '../../src/lead/distribution/decide-all.ts';
import type { Batch, Distributor } from '../../src/lead/distribution/distribute-batch.ts';
import { capKey, EVERYBODY, type Facts } from '../../src/lead/distribution/facts.ts';
import { withPlace } from '../../src/lead/distribution/filters.ts';
import { decodeRecord, encodeRecord } from '../../src/lead/distribution/record.ts';
import {
  compileRules,
  type DecidedLead,
  type NicheConfiguration,
  type Rules,
} from '../../src/lead/distribution/rules.ts';
import type { FactRow } from '../../src/lead/distribution/store.ts';

/**
 * Niches that decide batch after batch while money, pauses, endpoints and the configuration change in between, and the
 * chain of records that they leave. The world below stands for the database: rows that batches read, and that their
 * decisions move.
 */
const START_MS = Date.UTC(2026, 10, 20, 22, 50);
export const SEED = Buffer.alloc(32, 9);
const id = (kind: number, n: number) =>
  `${String(kind).padStart(8, '0')}-0000-7000-8000-${String(n).padStart(12, '0')}`;
const WINDOWS = ['hour', 'day', 'week', 'month', 'total'] as const;

const offer = fc.record({
  level: fc.nat(2),
  provider: fc.nat(6),
  min: fc.constantFrom(0, 0, 40, 80),
  caps: fc.uniqueArray(
    fc.record({
      window: fc.constantFrom(...WINDOWS),
      kind: fc.constantFrom('count' as const, 'spend' as const),
      value: fc.integer({ min: 1, max: 60 }),
    }),
    { maxLength: 4, selector: ({ window, kind }) => `${kind}:${window}` },
  ),
  zone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata'),
  ratio: fc.option(fc.constantFrom(0, 30, 50, 100)),
  hard: fc.boolean(),
  evening: fc.boolean(),
  price: fc.option(fc.integer({ min: 1, max: 30 })),
  weight: fc.integer({ min: 1, max: 5 }),
  pace: fc.boolean(),
  providerCap: fc.option(fc.integer({ min: 1, max: 12 })),
  countries: fc.constantFrom([], [], ['DE'], ['AT', 'CH']),
  circle: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
});
const level = fc.record({
  max: fc.integer({ min: 1, max: 4 }),
  price: fc.integer({ min: 1, max: 25 }),
  strategy: fc.constantFrom(
    'longest_waiting' as const,
    'least_loaded_today' as const,
    'priority' as const,
    'weighted' as const,
  ),
  exclusive: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  campaignPrice: fc.option(fc.integer({ min: 1, max: 25 })),
});
const lead = fc.record({
  budget: fc.option(fc.nat(100)),
  premium: fc.boolean(),
  test: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  told: fc.option(fc.nat(3)),
  had: fc.array(fc.nat(9), { maxLength: 2 }),
  suppressed: fc.array(fc.nat(6), { maxLength: 2 }),
  everybody: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
  blocked: fc.array(fc.nat(6), { maxLength: 1 }),
  again: fc.array(fc.nat(13), { maxLength: 2 }),
  person: fc.option(fc.constantFrom('ada', 'bob')),
  agedH: fc.integer({ min: 0, max: 30 }),
  country: fc.constantFrom('DE', 'DE', 'AT', null),
  place: fc.constantFrom(null, { lat: 52.5, lon: 13.4 }, { lat: 48.1, lon: 11.6 }),
});
const event = fc.record({
  what: fc.constantFrom(
    'deposit',
    'refund',
    'elsewhere',
    'credit',
    'pause',
    'provider',
    'endpoint',
    'resume',
    'stop',
    'back',
    'niche',
  ),
  who: fc.nat(40),
  amount: fc.integer({ min: 1, max: 300 }),
});
const batch = fc.record({
  afterMs: fc.constantFrom(0, 50, 90_000, 1_900_000, 7_200_000, 90_000_000).map(Number),
  events: fc.array(event, { maxLength: 4 }),
  leads: fc.array(lead, { maxLength: 14 }),
  again: fc.boolean(),
  otherWriter: fc.integer({ min: 0, max: 6 }).map((n) => n === 0),
  edited: fc.integer({ min: 0, max: 6 }).map((n) => n === 0),
});
export const flood = fc.record({
  levels: fc.array(level, { minLength: 1, maxLength: 3 }),
  offers: fc.array(offer, { minLength: 1, maxLength: 14 }),
  batches: fc.array(batch, { minLength: 1, maxLength: 7 }),
  firstSeq: fc.constantFrom(0, 90, 97),
  rotation: fc.constantFrom('rotate' as const, 'fixed' as const),
  fill: fc.constantFrom('cascade' as const, 'fill_all' as const),
});
export type Flood = typeof flood extends fc.Arbitrary<infer T> ? T : never;

function configurationOf(of: Flood, configVersion: number): NicheConfiguration {
  const offers = new Map(of.offers.map((one) => [`${one.level % of.levels.length}/${one.provider}`, one]));
  const subscriptions: NicheConfiguration['subscriptions'] = [...offers.values()].map((one, n) => ({
    id: id(3, n), providerId: id(4, one.provider), levelId: id(2, one.level % of.levels.length), endpointId: id(7, n),
    createdAt: new Date(START_MS - 9_000_000 + n), countries: one.countries, campaignIds: [],
    filters: [
      ...(one.min > 0 ? [{ field: 'budget', kind: 'range' as const, min: one.min, missing: 'fail' as const }] : []),
      ...(one.circle ? [{ field: '', kind: 'geo' as const, lat: 52.52, lon: 13.4, radius_km: 40, missing: 'fail' as const }] : []),
    ], requiredFields: [],
    caps: one.caps.map(({ window, kind, value }, at) => ({ window, kind, value: String(value), ...(one.pace && at === 0 ? { pace: 'even' as const } : {}) })),
    schedule: one.evening ? { zone: one.zone, weekly: Object.fromEntries(WEEKDAYS.map((day) => [day, [{ from: '04:00', to: '23:30' }]])) } : null,
    timezone: one.zone, offHours: 'skip', premiumRatio: one.ratio, personWindowDays: n % 3 === 0 ? 7 : null, ratioMode: one.hard ? 'hard' : 'soft', maxAgeMs: 86_400_000,
    priceOverride: one.price === null ? null : BigInt(one.price), priority: n % 3, weight: one.weight,
  })); // biome-ignore format: one line a group
  return {
    nicheId: id(1, 1),
    configVersion,
    currency: 'EUR',
    levelRotation: of.rotation,
    fillMode: of.fill,
    defaultLevelId: null,
    levels: of.levels.map(({ max, price, strategy, exclusive }, n) => ({
      id: id(2, n), name: `Level ${n}`, price: BigInt(price + configVersion), maxProviders: max, priorityOrder: n, strategy, billOn: 'assigned', active: true, exclusive,
    })), // biome-ignore format: as above
    subscriptions: subscriptions.slice(0, Math.max(1, subscriptions.length - (configVersion % 2))),
    campaigns: [
      { id: id(5, 1), recipientsTold: 3, countries: [], levelPrices: Object.fromEntries(of.levels.flatMap((one, n) => (one.campaignPrice === null ? [] : [[id(2, n), BigInt(one.campaignPrice)]]))) },
    ], // biome-ignore format: as above
    providerCaps: [...new Map(of.offers.map((one) => [one.provider, one])).values()].flatMap(({ provider, providerCap, zone }) =>
      providerCap === null ? [] : [{ providerId: id(4, provider), timezone: zone, caps: [{ window: 'day' as const, kind: 'count' as const, value: String(providerCap) }] }],
    ), // biome-ignore format: as above
    countryFields: [],
  };
}
const rulesOf = (of: Flood, configVersion: number): Rules => compileRules(configurationOf(of, configVersion));

/** Counters that something else than a batch moves. */
function openCounters(all: Rules) {
  return {
    /** A refund that gives the first cap's place back. */
    giveBack(row: FactRow, clockMs: number): void {
      const { caps, timezone } = all.subscriptions.find(({ id: one }) => one === row.id)!;
      const [key] = caps.filter(({ kind }) => kind === 'count').map((cap) => capKey(cap, clockMs, timezone));
      const used = BigInt((key && row.used?.[key]) ?? 0);
      if (key && used > 0n) row.used = { ...row.used, [key]: String(used - 1n) };
    },
    /** A lead for a whole provider, in this niche or in another. */
    soldTo(row: FactRow, clockMs: number): void {
      const over = all.providerCaps.get(row.providerId);
      const key = over && capKey({ kind: 'count', window: 'day' }, clockMs, over.timezone);
      if (key)
        row.providerUsed = { ...row.providerUsed, [key]: String(BigInt(row.providerUsed?.[key] ?? 0) + 1n) };
    },
  };
}

/** The rows of the database, and what a batch's decisions do to them. */
function openWorld(of: Flood) {
  const all = rulesOf(of, 0);
  const rows = new Map<string, FactRow>();
  const money = new Map<string, { available: bigint; creditLimit: bigint }>();
  for (const { id: one, providerId, index } of all.subscriptions) {
    money.set(providerId, { available: BigInt(20 + index * 37), creditLimit: 0n });
    rows.set(one, {
      id: one, providerId, paused: false, pausedUntil: null, receiptNo: null, recentTypes: '', providerActive: true,
      providerPaused: false, providerPausedUntil: null, available: null, creditLimit: null, endpointState: 'active',
      breakerState: 'closed', probeAt: null, acceptsTest: true, noticeTo: null, used: {}, providerUsed: {}, weightState: 0, missedTurns: 0, stopped: false, openSince: new Date(0), providerOpenSince: new Date(0), lastReceivedAt: null,
    } as unknown as FactRow); // biome-ignore format: as the statement gives it
  }
  const moves: MoneyMove[] = [];
  const moveMoney = (providerId: string, amount: bigint, clockMs: number) => {
    money.get(providerId)!.available += amount;
    moves.push({ providerId, amount, at: new Date(clockMs) });
  };
  const { giveBack, soldTo } = openCounters(all);
  return {
    moves,
    money: () => new Map([...money].map(([one, facts]) => [one, { ...facts }])),
    read: (ids: readonly string[]) =>
      ids.map((one) => ({ ...rows.get(one)!, ...money.get(rows.get(one)!.providerId)! })),
    happen({ what, who, amount }: Flood['batches'][number]['events'][number], clockMs: number) {
      const row = [...rows.values()][who % rows.size]!;
      const wallet = money.get(row.providerId)!;
      const others = [...rows.values()].filter(({ providerId }) => providerId === row.providerId);
      const until = amount % 2 === 0 ? null : new Date(clockMs + amount * 10_000);
      if (what === 'deposit' || what === 'refund') moveMoney(row.providerId, BigInt(amount), clockMs);
      else if (what === 'elsewhere') moveMoney(row.providerId, -BigInt(amount), clockMs);
      else if (what === 'credit') wallet.creditLimit = BigInt(amount);
      else if (what === 'pause') Object.assign(row, { paused: true, pausedUntil: until });
      else if (what === 'endpoint') Object.assign(row, { breakerState: 'open', probeAt: until });
      else if (what === 'back') giveBack(row, clockMs);
      else if (what === 'niche') for (const one of others) soldTo(one, clockMs);
      else if (what === 'stop') for (const one of others) Object.assign(one, { stopped: amount > 100 });
      else if (what === 'resume')
        Object.assign(row, { paused: false, pausedUntil: null, breakerState: 'closed' });
      else
        for (const one of others)
          Object.assign(one, {
            providerPaused: amount > 150,
            providerPausedUntil: until,
            providerActive: amount > 30,
          });
    },
    move(decisions: readonly Decision[], after: Facts) {
      for (const [index, { id: one }] of rulesOf(of, 0).subscriptions.entries()) {
        const facts = after.subscriptions[index];
        if (facts) Object.assign(rows.get(one)!, { weightState: facts.weightState, missedTurns: facts.missedTurns, receiptNo: facts.receiptNo === null ? null : BigInt(facts.receiptNo) });
      }
      for (const { chosen, clockMs, lead: { test } } of decisions) {
        for (const { subscription, price } of test ? [] : chosen) {
          const row = rows.get(subscription.id)!;
          const keys = new Set([capKey({ kind: 'count', window: 'day' }, clockMs, subscription.timezone)]);
          for (const cap of subscription.caps) keys.add(capKey(cap, clockMs, subscription.timezone));
          row.used = { ...row.used };
          for (const key of keys) row.used[key] = String(BigInt(row.used[key] ?? 0) + (key.startsWith('count') ? 1n : price));
          row.used[`load:day:${new Date(clockMs).toISOString().slice(0, 10)}`] = String(after.subscriptions[subscription.index]!.receivedToday);
          const { receiptNo: place } = after.subscriptions[subscription.index]!;
          row.receiptNo = place === null ? null : BigInt(place);
          for (const one of rows.values()) if (one.providerId === row.providerId) soldTo(one, clockMs);
          row.recentTypes = after.subscriptions[subscription.index]!.recentTypes;
          money.get(row.providerId)!.available -= price;
        }
      }
    }, // biome-ignore format: as the statements do it
  };
}

export type Written = {
  seq: bigint;
  lead: DecidedLead;
  bytes: Buffer;
  configuration: NicheConfiguration;
  rules: Rules;
  /** Everybody's money when its batch began. */
  money: ReadonlyMap<string, { available: bigint; creditLimit: bigint }>;
};
/** Money that came or went for other reasons than the leads of the chain. */
export type MoneyMove = { providerId: string; amount: bigint; at: Date };

/** Decides the flood as the program does, and returns the records it would have written. */
export function write(of: Flood): { chain: Written[]; moves: MoneyMove[] } {
  const world = openWorld(of);
  let distributor = { memory: new Map() } as unknown as Distributor;
  const chain: Written[] = [];
  const lastVerdicts = new Map<string, string>();
  const unsoldLeads: DecidedLead[] = [];
  let turn = { nextLevelId: null as string | null, receiptNo: 0 };
  let [clockMs, configVersion, seq, made] = [START_MS, 2, BigInt(of.firstSeq), 0];
  for (const one of of.batches) {
    clockMs += one.afterMs;
    if (one.otherWriter) distributor = { memory: new Map() } as unknown as Distributor;
    if (one.edited) configVersion += 1;
    for (const what of one.events) world.happen(what, clockMs);
    const configuration = configurationOf(of, configVersion);
    const rules = compileRules(configuration);
    const fresh = one.leads.map((from): DecidedLead => {
      made += 1;
      return {
        id: id(6, made), campaignId: id(5, 1), country: from.country,
        answers: withPlace(from.budget === null ? {} : { budget: from.budget }, from.place ?? undefined), placeHash: from.place && Buffer.alloc(8, made),
        leadType: from.premium ? 'premium' : 'raw', test: from.test, readyAtMs: clockMs - from.agedH * 3_600_000,
        expiresAtMs: clockMs + 600_000_000, present: new Set(), told: from.told, had: new Set(from.had.map((n) => id(4, n))),
        suppressed: new Set([...from.suppressed.map((n) => id(4, n)), ...(from.everybody ? [EVERYBODY] : [])]),
        blocked: new Set(from.blocked.map((n) => id(4, n))), samePerson: new Set(from.again.map((n) => id(3, n))), personKeys: from.person === null ? [] : [from.person],
      }; // biome-ignore format: as above
    });
    const money = world.money();
    const leads = [...fresh, ...(one.again ? unsoldLeads.splice(0) : [])];
    if (leads.length === 0) continue;
    const row = {
      clock: new Date(clockMs),
      chainSeq: seq,
      receiptNo: BigInt(turn.receiptNo),
      nextLevelId: turn.nextLevelId,
    };
    const rows = world.read(rules.subscriptions.map((subscription) => subscription.id));
    const before = { distributor, turn: row, rules, leads, unsold: lastVerdicts } as unknown as Batch;
    const decided = decideAll(before, rows, SEED);
    distributor.memory.set(rules.nicheId, decided.memory);
    turn = decided.after.turn;
    world.move(decided.decisions, decided.after.facts);
    decided.decisions.forEach((decision, place) => {
      if (decision.chosen.length === 0) unsoldLeads.push(decision.lead);
      const written = decided.written[place];
      if (!written) return;
      seq += 1n;
      chain.push({ seq, money, lead: decision.lead, configuration, rules, bytes: encodeRecord(decision, rules, written.facts, written.full) });
      if (decision.chosen.length > 0) return;
      const { verdicts } = decodeRecord(chain.at(-1)!.bytes);
      lastVerdicts.set(decision.lead.id, verdicts.map(({ index, verdict }) => `${index}:${verdict}`).join(','));
    }); // biome-ignore format: as the writer does it
  }
  return { chain, moves: world.moves };
}
