import fc from 'fast-check';
import { compileAreas, readAreas } from '../../src/kernel/postcode-areas.ts';
import type { Filter } from '../../src/lead/distribution/filters.ts';
import type { CapWindow, Strategy } from '../../src/lead/distribution/rules.ts';

/**
 * Random niches with a past, and batches of leads at moving moments with edits in between. What narrows a market is
 * rare by itself, so that most worlds still sell: a test counts that every verdict comes up.
 */

/** Places whose clocks do something odd in 2026, and moments close to it. */
const ODD_ZONES = [
  'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Cairo', 'Asia/Beirut', 'America/Santiago',
  'America/Havana', 'Atlantic/Azores', 'Asia/Kathmandu', 'Pacific/Apia', 'Pacific/Kiritimati', 'UTC',
]; // biome-ignore format: a list
const MOMENTS = [
  '2026-03-29T00:20Z', '2026-10-25T00:20Z', '2026-03-08T06:40Z', '2026-11-01T05:40Z', '2026-04-04T14:40Z',
  '2026-10-03T15:10Z', '2026-10-29T20:30Z', '2026-10-24T20:30Z', '2026-04-05T02:30Z', '2026-03-08T04:40Z',
  '2026-12-31T22:50Z', '2026-11-20T11:00Z', '2026-11-30T22:58Z', '2026-06-15T03:21Z',
]; // biome-ignore format: a list
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const STEPS_MS = [
  0,
  1,
  1_000,
  10 * MINUTE_MS,
  HOUR_MS,
  5 * HOUR_MS,
  24 * HOUR_MS,
  73 * HOUR_MS,
  800 * HOUR_MS,
];

/** The usual answer, and one time in `oneIn` something else. */
const seldom = <T, U>(oneIn: number, special: fc.Arbitrary<T>, usual: U): fc.Arbitrary<T | U> =>
  fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: special });
const oneTimeIn = (oneIn: number) => seldom(oneIn, fc.constant(true), false);

export const COUNTRIES = ['DE', 'AT', 'ES'];
const missing = fc.constantFrom('pass' as const, 'fail' as const);

const filter: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({ field: fc.constant('budget'), kind: fc.constant('range' as const), min: fc.nat(60), missing }),
  fc.record({ field: fc.constant('budget'), kind: fc.constant('range' as const), max: fc.nat(100), missing }),
  fc.record({
    field: fc.constant('kind'), kind: fc.constant('set' as const), missing, match: fc.constantFrom('any', 'none'),
    values: fc.subarray(['roof', 'garden', 'door'], { minLength: 1 }),
  }), // biome-ignore format: one filter
  fc.record({
    field: fc.constant('owner'),
    kind: fc.constant('boolean' as const),
    value: fc.boolean(),
    missing,
  }),
  fc.record({
    field: fc.constant('city'), kind: fc.constant('text' as const), missing, op: fc.constantFrom('equals', 'contains'),
    value: fc.constantFrom('Berlin', 'lin'),
  }), // biome-ignore format: one filter
  fc.record({
    field: fc.constant('postcode'), kind: fc.constant('postcodes' as const), missing,
    areas: fc.constantFrom(compileAreas(readAreas(['10*', '!10117']).entries), compileAreas(readAreas(['20000-20999']).entries)),
  }), // biome-ignore format: one filter
  fc.record({
    field: fc.constant('where'), kind: fc.constant('geo' as const), missing, lat: fc.constantFrom(52.52, 48.14),
    lon: fc.constant(13.4), radius_km: fc.constantFrom(1, 300, 600),
  }), // biome-ignore format: one filter
);

const cap = (share: number) =>
  fc
    .record({
      window: fc.constantFrom<CapWindow>('hour', 'day', 'day', 'day', 'week', 'month', 'total'),
      kind: fc.constantFrom('count' as const, 'spend' as const),
      value: fc.integer({ min: 0, max: 6 }),
      weekday: seldom(4, fc.integer({ min: 1, max: 7 }), null),
      even: oneTimeIn(3),
    })
    .map(({ window, kind, value, weekday, even }) => ({
      window,
      kind,
      value: String(kind === 'count' ? value * share : value * share * 45),
      ...(weekday !== null && window === 'day' ? { weekday } : {}),
      // An hour and all of time are not spread, whatever a cap says.
      ...(even ? { pace: 'even' as const } : {}),
    }));
const caps = (share: number) =>
  fc.uniqueArray(cap(share), {
    maxLength: 3,
    selector: (one) => `${one.window} ${one.kind} ${'weekday' in one ? one.weekday : ''}`,
  });

const subscription = fc.record({
  level: fc.nat(3),
  provider: fc.nat(9),
  zone: fc.nat(1),
  joined: fc.nat(3),
  /** The batch from which on it is there. */
  from: seldom(6, fc.integer({ min: 1, max: 2 }), 0),
  countries: seldom(6, fc.subarray(COUNTRIES, { minLength: 1 }), []),
  campaigns: seldom(8, fc.subarray([0, 1], { minLength: 1 }), [] as number[]),
  filters: seldom(4, fc.array(filter, { minLength: 1, maxLength: 3 }), []),
  requiredFields: seldom(10, fc.subarray(['email', 'city'], { minLength: 1 }), []),
  caps: seldom(2, caps(1), []),
  hours: seldom(
    6,
    fc.record({
      from: fc.nat(23),
      long: fc.nat(23),
      friday: fc.boolean(),
      /** Days between the first batch and a public holiday. */
      holidayIn: seldom(2, fc.nat(3), null),
    }),
    null,
  ),
  offHours: fc.constantFrom('skip' as const, 'hold' as const),
  ratio: seldom(3, fc.constantFrom(0, 100, 30, 50, 70, 90), null),
  ratioMode: fc.constantFrom('soft' as const, 'hard' as const),
  ratioWindow: seldom(2, fc.constantFrom(5, 8, 100), undefined),
  /** Hours around the first batch. */
  away: seldom(10, fc.record({ from: fc.integer({ min: -20, max: 4 }), long: fc.nat(40) }), null),
  personDays: seldom(3, fc.constantFrom(1, 30), null),
  maxAgeHours: fc.constantFrom(1, 24, 24, 168),
  price: seldom(5, fc.integer({ min: 1, max: 90 }), null),
  weight: seldom(2, fc.integer({ min: 1, max: 9 }), undefined),
  priority: fc.nat(2),
  facts: fc.record({
    paused: oneTimeIn(14),
    pausedUntil: seldom(2, fc.integer({ min: -2, max: 5 }), null),
    receiptNo: fc.option(fc.nat(90)),
    types: fc
      .tuple(
        seldom(5, fc.constant('prrpr'.repeat(20)), ''),
        fc.string({ unit: fc.constantFrom('p', 'r'), maxLength: 24 }),
      )
      .map((parts) => parts.join('')),
    load: fc.nat(3),
    healthy: oneTimeIn(8).map((down) => !down),
    retry: fc.option(fc.integer({ min: -1, max: 3 })),
    missed: seldom(8, fc.integer({ min: 1, max: 3 }), 0),
  }),
});

const provider = fc.record({
  active: oneTimeIn(25).map((not) => !not),
  stopped: oneTimeIn(25),
  paused: oneTimeIn(25),
  pausedUntil: fc.option(fc.integer({ min: -2, max: 5 })),
  available: fc.oneof(fc.nat(300), fc.nat(9_000)),
  credit: seldom(5, fc.nat(100), 0),
  caps: seldom(5, caps(2), []),
  zone: fc.nat(1),
});

const level = fc.record({
  max: fc.integer({ min: 1, max: 4 }),
  price: fc.integer({ min: 10, max: 80 }),
  strategy: fc.constantFrom<Strategy>(
    'longest_waiting',
    'longest_waiting',
    'least_loaded_today',
    'weighted',
    'priority',
  ),
  exclusive: oneTimeIn(7),
  active: oneTimeIn(12).map((not) => !not),
});

const lead = fc.record({
  person: seldom(4, fc.constant(null), 0).chain((none) => (none === null ? fc.constant(null) : fc.nat(5))),
  campaign: fc.nat(2),
  country: fc.constantFrom('DE', 'DE', 'AT', 'CH', null),
  budget: fc.constantFrom<unknown>(undefined, 10, 50, 60.5, 90, 'many'),
  kind: fc.constantFrom<unknown>(undefined, 'roof', ['garden', 'door'], [], ''),
  owner: fc.constantFrom<unknown>(undefined, true, false, 'yes'),
  city: fc.constantFrom<unknown>(undefined, 'BERLIN', 'Berlin Mitte', 7, { sealed: 'AQ==' }),
  postcode: fc.constantFrom<unknown>(undefined, '10115', '10117', '20 100', '99999'),
  place: fc.constantFrom<unknown>(undefined, { lat: 52.5, lon: 13.4 }, { lat: 48.1, lon: 11.6 }),
  premium: fc.boolean(),
  test: oneTimeIn(10),
  ageMinutes: fc.oneof(fc.nat(50), fc.nat(3_000)),
  expiresHours: fc.constantFrom(1, 24, 168),
  present: fc.subarray(['email', 'city']),
  told: seldom(3, fc.nat(4), null),
  /** One seat for one subscription or a whole level, of a lead that others have already. */
  offer: seldom(
    9,
    fc.record({
      level: fc.nat(3),
      subscription: fc.option(fc.nat(19)),
      bought: fc.boolean(),
      seats: fc.nat(1),
      maxShared: fc.integer({ min: 1, max: 6 }),
      had: fc.uniqueArray(fc.nat(9), { maxLength: 2 }),
    }),
    null,
  ),
  suppressed: seldom(
    8,
    fc.oneof(fc.uniqueArray(fc.nat(9), { maxLength: 3 }), fc.constant([-1])),
    [] as number[],
  ),
  blocked: seldom(10, fc.uniqueArray(fc.nat(9), { maxLength: 3 }), [] as number[]),
});

const edit = fc.oneof(
  fc.record({ what: fc.constant('pause' as const), at: fc.nat(19), to: fc.boolean() }),
  fc.record({ what: fc.constant('endpoint' as const), at: fc.nat(19), to: fc.boolean() }),
  fc.record({ what: fc.constant('caps' as const), at: fc.nat(19), to: caps(1) }),
  fc.record({ what: fc.constant('weight' as const), at: fc.nat(19), to: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ what: fc.constant('stop' as const), at: fc.nat(9), to: fc.boolean() }),
  fc.record({ what: fc.constant('money' as const), at: fc.nat(9), to: fc.nat(500) }),
  fc.record({ what: fc.constant('seats' as const), at: fc.nat(3), to: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ what: fc.constant('active' as const), at: fc.nat(3), to: fc.boolean() }),
  fc.record({ what: fc.constant('rotation' as const), at: fc.constant(0), to: fc.boolean() }),
  fc.record({ what: fc.constant('fill' as const), at: fc.constant(0), to: fc.boolean() }),
);

const zone = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ODD_ZONES) },
  { weight: 1, arbitrary: fc.constantFrom(...Intl.supportedValuesOf('timeZone')) },
);

export const world = fc.record({
  rotation: fc.constantFrom('rotate' as const, 'rotate' as const, 'fixed' as const),
  fill: fc.constantFrom('cascade' as const, 'cascade' as const, 'fill_all' as const),
  defaultLevel: fc.option(fc.nat(4)),
  nextLevel: fc.option(fc.nat(4), { freq: 8 }),
  missedTurnsMax: seldom(3, fc.nat(4), undefined),
  levels: fc.array(level, { minLength: 1, maxLength: 4 }),
  subscriptions: fc.array(subscription, { maxLength: 20, size: 'max' }),
  providers: fc.array(provider, { minLength: 10, maxLength: 10 }),
  zones: fc.tuple(zone, zone),
  /** By campaign: told, and a price of its own at each level. The third campaign is not known to the niche. */
  campaigns: fc.tuple(
    fc.record({ told: fc.integer({ min: 2, max: 12 }), prices: fc.constant([]) }),
    fc.record({
      told: fc.integer({ min: 1, max: 12 }),
      prices: fc.array(fc.option(fc.integer({ min: 1, max: 99 })), { maxLength: 4 }),
    }),
  ),
  past: fc.array(
    fc.record({
      subscription: fc.nat(19),
      hoursAgo: fc.oneof(fc.nat(40), fc.nat(900)),
      person: fc.nat(5),
      price: fc.nat(60),
    }),
    { maxLength: 25, size: 'max' },
  ),
  moment: fc.constantFrom(...MOMENTS.map((one) => Date.parse(one))),
  batches: fc.array(
    fc.record({
      afterMs: fc
        .tuple(fc.constantFrom(...STEPS_MS), fc.nat(9 * MINUTE_MS))
        .map(([step, more]) => step + more),
      edits: fc.array(edit, { maxLength: 3 }),
      leads: fc.array(lead, { maxLength: 12, size: 'max' }),
      /** Offers those again that nobody took. */
      again: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});
export type World = typeof world extends fc.Arbitrary<infer T> ? T : never;
export type Edit = World['batches'][number]['edits'][number];
export type LeadOf = World['batches'][number]['leads'][number];

/** Worlds of a run and its seed: `ENGINE_WORLDS` and `ENGINE_SEED` say other ones. */
export const WORLDS = Number(process.env.ENGINE_WORLDS ?? 500);
export const SEED = Number(process.env.ENGINE_SEED ?? 20_261_120);
/** A world takes some milliseconds; a busy machine is slower. */
export const TIMEOUT_MS = Math.max(60_000, WORLDS * 100);
