import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterMissedTurn,
  type Check,
  dynamicFailure,
  EVERYBODY,
  fullCap,
  movesRatioAway,
  type ProviderFacts,
  passesAgainAt,
  ratioOpened,
  type SubscriptionFacts,
  takesPart,
  VERDICTS,
  type Verdict,
} from './facts.ts';
import { type Cap, type DecidedLead, type ProviderCaps, STATIC_CHECKS, type Subscription } from './rules.ts';

const CLOCK_MS = Date.UTC(2026, 10, 20, 11);
const HOUR_MS = 3_600_000;

type Scene = {
  subscription: Subscription;
  lead: DecidedLead;
  facts: SubscriptionFacts;
  provider: ProviderFacts;
  chosen: Set<string>;
};

/** A subscription that takes this lead. Open on Fridays from 9 to 17, and it is Friday noon in Berlin. */
const scene = (): Scene => ({
  subscription: {
    providerId: 'provider',
    id: 'subscription',
    price: 1_000n,
    away: [],
    ratioWindow: 20,
    personWindowDays: null,
    maxAgeMs: 2 * HOUR_MS,
    schedule: { zone: 'Europe/Berlin', weekly: { fri: [{ from: '09:00', to: '17:00' }] } },
    offHours: 'skip',
    premiumRatio: null,
    ratioMode: 'hard',
    caps: [],
    timezone: 'Europe/Berlin',
  } as unknown as Subscription,
  lead: {
    leadType: 'raw',
    readyAtMs: CLOCK_MS - HOUR_MS,
    had: new Set(),
    suppressed: new Set(),
    blocked: new Set(),
    samePerson: new Set(),
  } as unknown as DecidedLead,
  facts: {
    paused: false,
    pausedUntilMs: null,
    receiptNo: null,
    recentTypes: '',
    receivedToday: 0,
    used: new Map(),
    capFull: false,
    endpointHealthy: true,
    endpointRetryAtMs: null,
    weightState: 0,
    missedTurns: 0,
  },
  provider: {
    active: true,
    paused: false,
    pausedUntilMs: null,
    available: 1_000n,
    creditLimit: 0n,
    stopped: false,
    used: new Map(),
  },
  chosen: new Set(['somebody else']),
});

const PROVIDER_CAPS: ProviderCaps = {
  caps: [{ window: 'day', kind: 'count', value: 3n, weekday: null, even: false }],
  timezone: 'Europe/Berlin',
};
const checkOf = (of: Scene): Check => ({
  ...of,
  providerCaps: PROVIDER_CAPS,
  currency: 'EUR',
  price: of.subscription.price,
  clockMs: CLOCK_MS,
});
const failureOf = (of: Scene) => dynamicFailure(checkOf(of));

const dayCap = (value: bigint): Cap => ({ window: 'day', kind: 'count', value, weekday: null, even: false });

/** What makes each check fail, in the order of the checks. */
const BREAKS: [Verdict, (of: Scene) => void][] = [
  ['stopped', ({ provider }) => Object.assign(provider, { stopped: true })],
  ['already_has_lead', ({ lead }) => Object.assign(lead, { had: new Set(['provider']) })],
  ['blocked', ({ lead }) => Object.assign(lead, { blocked: new Set(['provider']) })],
  ['same_person', ({ lead }) => Object.assign(lead, { samePerson: new Set(['subscription']) })],
  ['suppressed', ({ lead }) => Object.assign(lead, { suppressed: new Set(['provider']) })],
  ['provider_inactive', ({ provider }) => Object.assign(provider, { active: false })],
  ['provider_paused', ({ provider }) => Object.assign(provider, { paused: true })],
  ['subscription_paused', ({ facts }) => Object.assign(facts, { paused: true })],
  [
    'away',
    ({ subscription }) => Object.assign(subscription, { away: [{ fromMs: CLOCK_MS, toMs: CLOCK_MS + 4 }] }),
  ],
  ['too_old', ({ lead }) => Object.assign(lead, { readyAtMs: CLOCK_MS - 2 * HOUR_MS - 1 })],
  ['endpoint_down', ({ facts }) => Object.assign(facts, { endpointHealthy: false })],
  [
    'outside_hours',
    ({ subscription }) =>
      Object.assign(subscription, { schedule: { zone: 'Europe/Berlin', weekly: { mon: [] } } }),
  ],
  [
    'cap_reached',
    ({ subscription, facts }) => {
      Object.assign(subscription, { caps: [dayCap(0n), ...subscription.caps] });
      Object.assign(facts, { capFull: true });
    },
  ],
  [
    'paced',
    ({ subscription, facts }) => {
      Object.assign(subscription, { caps: [...subscription.caps, { ...dayCap(24n), even: true }] });
      Object.assign(facts, { capFull: true, used: new Map([['count:day:2026-11-20', 13n]]) });
    },
  ],
  [
    'provider_cap_reached',
    ({ provider }) => Object.assign(provider, { used: new Map([['count:day:2026-11-20', 3n]]) }),
  ],
  ['ratio', ({ subscription }) => Object.assign(subscription, { premiumRatio: 100 })],
  ['insufficient_funds', ({ provider }) => Object.assign(provider, { available: 999n })],
];

describe('the dynamic checks', () => {
  it('let a subscription through that nothing speaks against', () => {
    expect(failureOf(scene())).toBeUndefined();
  });

  it.each(BREAKS)('%s: that alone keeps the lead away', (verdict, spoil) => {
    const one = scene();
    spoil(one);
    expect(failureOf(one)).toBe(verdict);
  });

  it('are all in this table, in the order in which they are asked; the first that fails is the reason', () => {
    const dynamic = Object.keys(VERDICTS).filter((word) => word !== 'chosen' && word !== 'no_seat');
    expect(BREAKS.map(([verdict]) => verdict)).toEqual(dynamic);
    for (const [place, [verdict]] of BREAKS.entries()) {
      const one = scene();
      for (const [, spoil] of BREAKS.slice(place)) spoil(one);
      expect(failureOf(one)).toBe(verdict);
    }
  });

  it.each<[string, Verdict | undefined, (of: Scene) => void]>([
    ['the provider was chosen at another level', 'already_has_lead', ({ chosen }) => chosen.add('provider')],
    ['the person wants nobody to call', 'suppressed', ({ lead }) => Object.assign(lead, { suppressed: new Set([EVERYBODY]) })],
    ['a pause of the provider that has ended', undefined, ({ provider }) => Object.assign(provider, { paused: true, pausedUntilMs: CLOCK_MS })],
    ['a pause of the provider that goes on', 'provider_paused', ({ provider }) => Object.assign(provider, { paused: true, pausedUntilMs: CLOCK_MS + 1 })],
    ['a pause of the subscription that has ended', undefined, ({ facts }) => Object.assign(facts, { paused: true, pausedUntilMs: CLOCK_MS })],
    ['a lead exactly as old as it takes them', undefined, ({ lead }) => Object.assign(lead, { readyAtMs: CLOCK_MS - 2 * HOUR_MS })],
    ['closed, and off hours are held', undefined, ({ subscription }) => Object.assign(subscription, { offHours: 'hold', schedule: { zone: 'Europe/Berlin', weekly: {} } })],
    ['always open', undefined, ({ subscription }) => Object.assign(subscription, { schedule: null })],
    ['a soft ratio', undefined, ({ subscription, facts }) => { Object.assign(subscription, { premiumRatio: 90, ratioMode: 'soft' }); Object.assign(facts, { recentTypes: 'prrr' }); }],
    ['the price to the cent, with credit', undefined, ({ provider }) => Object.assign(provider, { available: -500n, creditLimit: 1_500n })],
    ['a purchase to the cent, with credit', undefined, ({ lead, provider }) => { Object.assign(lead, { offer: { kind: 'purchase' } }); Object.assign(provider, { available: -500n, creditLimit: 1_500n }); }],
    ['one cent short, with credit', 'insufficient_funds', ({ provider }) => Object.assign(provider, { available: -501n, creditLimit: 1_500n })],
  ])('%s: %s', (_, expected, change) => {
    const one = scene();
    change(one);
    expect(failureOf(one)).toBe(expected);
  }); // biome-ignore format: one case a line

  it('say that a cap is used up before they say that another one is only paced', () => {
    const one = scene();
    const paced: Cap = { ...dayCap(24n), even: true };
    const month: Cap = { ...dayCap(13n), window: 'month' };
    Object.assign(one.subscription, { caps: [paced, month] });
    const used = new Map([['count:day:2026-11-20', 13n], ['count:month:2026-11', 13n]]); // biome-ignore format: one use
    Object.assign(one.facts, { capFull: true, used });
    expect(failureOf(one)).toBe('cap_reached');
    expect(passesAgainAt('cap_reached', checkOf(one))).toBe(Date.UTC(2026, 10, 30, 23));
  });

  it('let a paced cap pass again at its next share, for a subscription and for a whole provider', () => {
    const one = scene();
    const caps = [{ ...dayCap(24n), even: true }];
    const used = (count: bigint) => new Map([['count:day:2026-11-20', count]]);
    // The day begins at 23:00 UTC, so the fourteenth of 24 comes at noon.
    Object.assign(one.subscription, { caps });
    Object.assign(one.facts, { capFull: true, used: used(13n) });
    expect([failureOf(one), passesAgainAt('paced', checkOf(one))]).toEqual([
      'paced',
      Date.UTC(2026, 10, 20, 12),
    ]);
    const over = { ...checkOf(scene()), providerCaps: { caps, timezone: 'Europe/Berlin' } };
    over.provider.used = used(14n);
    expect([dynamicFailure(over), passesAgainAt('provider_cap_reached', over)]).toEqual([
      'provider_cap_reached',
      Date.UTC(2026, 10, 20, 13),
    ]);
    over.provider.used = used(12n);
    expect(dynamicFailure(over)).toBeUndefined();
  });

  it('let a share that falls between two milliseconds come with the later one, never before it is due', () => {
    const one = scene();
    // A seventh of the day that began at 23:00 UTC ends 142,857 nanoseconds after a whole millisecond.
    const dueMs = Date.UTC(2026, 10, 19, 23) + (24 * HOUR_MS) / 7;
    Object.assign(one.subscription, { caps: [{ ...dayCap(7n), even: true }] });
    Object.assign(one.facts, { used: new Map([['count:day:2026-11-20', 1n]]) });
    const roomAt = (clockMs: number) => fullCap(one.subscription, one.facts, clockMs)?.roomAtMs;
    expect([roomAt(Math.floor(dueMs)), roomAt(Math.ceil(dueMs))]).toEqual([Math.ceil(dueMs), undefined]);
  });

  it('of a purchase leave out what says when leads come by themselves, and nothing else', () => {
    const holdsBack = BREAKS.filter(([, spoil]) => {
      const one = scene();
      spoil(one);
      Object.assign(one.lead, { offer: { kind: 'purchase' } });
      return failureOf(one) !== undefined;
    }).map(([verdict]) => verdict);
    expect(holdsBack).toEqual([
      ...['stopped', 'already_has_lead', 'blocked', 'same_person', 'suppressed', 'provider_inactive'],
      ...['provider_paused', 'endpoint_down', 'cap_reached', 'provider_cap_reached', 'insufficient_funds'],
    ]);
    const one = scene();
    for (const [, spoil] of BREAKS.filter(([verdict]) => !holdsBack.includes(verdict))) spoil(one);
    Object.assign(one.lead, { offer: { kind: 'by_hand' } });
    expect(failureOf(one)).toBe('subscription_paused');
  });

  it('ask a provider without caps for none', () => {
    const { providerCaps: _, ...check } = checkOf(scene());
    expect(dynamicFailure({ ...check, providerCaps: undefined })).toBeUndefined();
    expect(passesAgainAt('provider_cap_reached', { ...check, providerCaps: undefined })).toBe(null);
  });

  it('pass again at a moment when time alone decides, else with an event', () => {
    const one = scene();
    const at = (verdict: Verdict) => passesAgainAt(verdict, checkOf(one));
    Object.assign(one.provider, { pausedUntilMs: CLOCK_MS + 1 });
    Object.assign(one.facts, {
      pausedUntilMs: CLOCK_MS + 2,
      endpointRetryAtMs: CLOCK_MS + 3,
      used: new Map([['count:day:2026-11-20', 5n]]),
    });
    Object.assign(one.subscription, {
      caps: [{ window: 'day', kind: 'count', value: 5n, weekday: null, even: false }],
      away: [{ fromMs: CLOCK_MS, toMs: CLOCK_MS + 4 }],
      schedule: { zone: 'Europe/Berlin', weekly: { fri: [{ from: '14:00', to: '17:00' }] } },
    });
    expect(BREAKS.map(([verdict]) => [verdict, at(verdict)])).toEqual([
      ['stopped', null],
      ['already_has_lead', null],
      ['blocked', null],
      ['same_person', null],
      ['suppressed', null],
      ['provider_inactive', null],
      ['provider_paused', CLOCK_MS + 1],
      ['subscription_paused', CLOCK_MS + 2],
      ['away', CLOCK_MS + 4],
      ['too_old', null],
      ['endpoint_down', CLOCK_MS + 3],
      ['outside_hours', Date.UTC(2026, 10, 20, 13)],
      ['cap_reached', Date.UTC(2026, 10, 20, 23)],
      ['paced', Date.UTC(2026, 10, 20, 23)],
      ['provider_cap_reached', null],
      ['ratio', null],
      ['insufficient_funds', null],
    ]);
  });
});

describe('times away', () => {
  it('end when the one ends that holds now, not one before or after it', () => {
    const one = scene();
    const away = [
      { fromMs: CLOCK_MS - 9, toMs: CLOCK_MS },
      { fromMs: CLOCK_MS + 1, toMs: CLOCK_MS + 5 },
      { fromMs: CLOCK_MS - 2, toMs: CLOCK_MS + 3 },
    ];
    Object.assign(one.subscription, { away });
    expect([failureOf(one), passesAgainAt('away', checkOf(one))]).toEqual(['away', CLOCK_MS + 3]);
    Object.assign(one.subscription, { away: away.slice(0, 2) });
    expect([failureOf(one), passesAgainAt('away', checkOf(one))]).toEqual([undefined, null]);
  });
});

describe('a turn that passes while the endpoint is down', () => {
  it.each<[owed: number | undefined, kept: number, missedTurns: number, receiptNo: number | null]>([
    [undefined, 3, 1, 50],
    [0, 3, 1, 50],
    [2, 3, 3, 50],
    [3, 3, 3, 7],
    [3, 1, 1, 7],
    [0, 0, 0, 7],
  ])(
    'with %o owed of %i that are kept: %i owed, and its place is %i',
    (owed, kept, missedTurns, receiptNo) => {
      expect(afterMissedTurn({ missedTurns: owed, receiptNo: 7 }, kept, 50)).toEqual({
        missedTurns,
        receiptNo,
      });
    },
  );
});

describe('who takes part', () => {
  const takes = ({ subscription, facts, provider }: Scene) =>
    takesPart(subscription, facts, provider, CLOCK_MS);
  /** What keeps a subscription from every lead; the others depend on the lead. */
  const forAll: Verdict[] = [
    'stopped', 'provider_inactive', 'provider_paused', 'subscription_paused', 'away', 'endpoint_down', 'outside_hours',
    'cap_reached', 'paced', 'insufficient_funds',
  ]; // biome-ignore format: a list

  it.each(BREAKS)('%s: is asked when it is about every lead', (verdict, spoil) => {
    const one = scene();
    expect(takes(one)).toBe(true);
    spoil(one);
    expect(takes(one)).toBe(!forAll.includes(verdict));
  });

  it.each<[string, (of: Scene) => void]>([
    ['a pause that ends at this moment', ({ facts }) => Object.assign(facts, { paused: true, pausedUntilMs: CLOCK_MS })],
    ['a pause of the provider that has ended', ({ provider }) => Object.assign(provider, { paused: true, pausedUntilMs: CLOCK_MS - 1 })],
    ['closed, and off hours are held', ({ subscription }) => Object.assign(subscription, { offHours: 'hold', schedule: { zone: 'Europe/Berlin', weekly: {} } })],
    ['always open', ({ subscription }) => Object.assign(subscription, { schedule: null })],
    ['the price to the cent, with credit', ({ provider }) => Object.assign(provider, { available: -1n, creditLimit: 1_001n })],
    ['back from being away at this moment', ({ subscription }) => Object.assign(subscription, { away: [{ fromMs: 0, toMs: CLOCK_MS }] })],
  ])('%s: yes', (_, change) => {
    const one = scene();
    change(one);
    expect(takes(one)).toBe(true);
  }); // biome-ignore format: one case a line
});

describe('the checks of distribution', () => {
  it('stand in docs/distribution.md in the order in which the code runs them', () => {
    const page = readFileSync(new URL('../../../docs/distribution.md', import.meta.url), 'utf8');
    const text = page.slice(page.indexOf('## Checks, in this order'), page.indexOf('## Filters'));
    const words = [...text.matchAll(/^\|[^|\n]*\|[^|\n]*\| `([a-z_]+)` \|/gm)].map(([, word]) => word);
    const dynamic = Object.keys(VERDICTS).filter((word) => word !== 'chosen' && word !== 'no_seat');
    expect(words).toEqual([...STATIC_CHECKS, ...dynamic]);
  });
});

describe('a premium ratio', () => {
  it.each([
    [70, 'pppprrr', 'premium', false],
    [70, 'pppprrr', 'raw', true],
    [70, 'pppppppr', 'raw', false],
    [100, '', 'raw', true],
    [100, '', 'premium', false],
    [0, 'rrr', 'premium', true],
    [50, '', 'raw', false],
    [50, 'pr', 'raw', false],
    [50, 'pr', 'premium', false],
    [70, 'pppppppr' + 'rr', 'premium', false],
    [70, 'pppppppr' + 'rr', 'raw', true],
    [70, 'r', 'raw', false],
    [70, 'p', 'premium', false],
    [60, `${'r'.repeat(20)}${'p'.repeat(12)}${'r'.repeat(8)}`, 'raw', true],
    [60, `${'p'.repeat(20)}${'p'.repeat(12)}${'r'.repeat(8)}`, 'premium', false],
  ] as const)('of %i after %s: a %s lead moves it away: %s', (ratio, recent, type, away) => {
    expect(movesRatioAway({ premiumRatio: ratio, ratioWindow: 20 }, recent, type)).toBe(away);
  });

  it('never keeps both types away: who stands exactly on it still gets leads', () => {
    const types = fc.array(fc.constantFrom('p', 'r'), { maxLength: 40 }).map((all) => all.join(''));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), types, (ratio, recent) => {
        const away = (['premium', 'raw'] as const).filter((type) =>
          movesRatioAway({ premiumRatio: ratio, ratioWindow: 20 }, recent, type),
        );
        expect(away.length).toBeLessThan(2);
      }),
    );
  });

  it('opens for a type when a sale made room for it; a soft one keeps nobody away, so it never opens', () => {
    const of = (premiumRatio: number | null, ratioMode: 'soft' | 'hard') =>
      ({ premiumRatio, ratioMode, ratioWindow: 20 }) as Subscription;
    expect(ratioOpened(of(50, 'hard'), 'prr', 'prrp')).toBe(true);
    expect(ratioOpened(of(50, 'hard'), 'prrr', 'prrrp')).toBe(false);
    expect(ratioOpened(of(50, 'soft'), 'prr', 'prrp')).toBe(false);
    expect(ratioOpened(of(100, 'hard'), 'p', 'pp')).toBe(false);
    expect(ratioOpened(of(null, 'hard'), 'prr', 'prrp')).toBe(false);
  });
});
