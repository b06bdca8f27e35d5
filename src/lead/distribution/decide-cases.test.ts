import { describe, expect, it } from 'vitest';
import { decide, type Turn, verdictsOf } from './decide.ts';
import type { Facts, ProviderFacts, SubscriptionFacts } from './facts.ts';
import { compileRules, type DecidedLead, type NicheConfiguration, type Rules } from './rules.ts';

/** Decisions written out: which providers get which lead, and in which order. Friday 2026-11-20, 12:00 in Berlin. */
const NOON_MS = Date.UTC(2026, 10, 20, 11);
const SEED = Buffer.alloc(32, 7);

type LevelOf = NicheConfiguration['levels'][number];
type SubscriptionOf = NicheConfiguration['subscriptions'][number];

const level = (id: string, max: number, more: Partial<LevelOf> = {}): LevelOf => ({
  id,
  name: id,
  price: 100n,
  maxProviders: max,
  priorityOrder: 0,
  strategy: 'longest_waiting',
  billOn: 'assigned',
  active: true,
  ...more,
});

/** A subscription of the provider of the same name; who is named first waits longest. */
const subscription = (id: string, levelId: string, more: Partial<SubscriptionOf> = {}): SubscriptionOf => ({
  id,
  providerId: id,
  levelId,
  endpointId: null,
  createdAt: new Date(NOON_MS - 86_400_000),
  countries: [],
  campaignIds: [],
  filters: [],
  requiredFields: [],
  caps: [],
  schedule: null,
  timezone: 'Europe/Berlin',
  offHours: 'skip',
  premiumRatio: null,
  ratioMode: 'soft',
  maxAgeMs: 86_400_000,
  priceOverride: null,
  priority: 0,
  ...more,
});

function market(
  levels: LevelOf[],
  subscriptions: SubscriptionOf[],
  more: Partial<NicheConfiguration> = {},
): Rules {
  return compileRules({
    nicheId: 'niche',
    configVersion: 1,
    currency: 'EUR',
    levelRotation: 'rotate',
    fillMode: 'cascade',
    defaultLevelId: null,
    levels: levels.map((one, place) => ({ ...one, priorityOrder: place })),
    subscriptions,
    campaigns: [{ id: 'campaign', recipientsTold: 100, countries: [] }],
    countryFields: [],
    ...more,
  });
}

const lead = (id: string, more: Partial<DecidedLead> = {}): DecidedLead => ({
  id,
  campaignId: 'campaign',
  country: 'DE',
  answers: {},
  leadType: 'raw',
  test: false,
  readyAtMs: NOON_MS - 1_000,
  expiresAtMs: NOON_MS + 7 * 86_400_000,
  present: new Set(),
  told: null,
  had: new Set(),
  suppressed: new Set(),
  blocked: new Set(),
  samePerson: new Set(),
  personKeys: [],
  ...more,
});
const leads = (count: number): DecidedLead[] =>
  Array.from({ length: count }, (_, place) => lead(`lead ${place + 1}`));

type Own = Partial<SubscriptionFacts & Pick<ProviderFacts, 'available'>>;

function factsOf(rules: Rules, own: Record<string, Own> = {}): Facts {
  return {
    subscriptions: rules.subscriptions.map(({ id }) => ({
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
      ...own[id],
    })),
    providers: new Map(
      rules.subscriptions.map(({ id, providerId }) => [
        providerId,
        {
          active: true,
          paused: false,
          pausedUntilMs: null,
          available: own[id]?.available ?? 1_000_000n,
          creditLimit: 0n,
          stopped: false,
          used: new Map(),
        },
      ]),
    ),
  };
}

/** Decides and returns, lead by lead, who got it. */
function sold(
  rules: Rules,
  of: { leads: DecidedLead[]; facts?: Facts; start?: string | null; seed?: Buffer; clockMs?: number },
) {
  const first = rules.levels[0]?.id ?? null;
  const turn: Turn = { nextLevelId: of.start === undefined ? first : of.start, receiptNo: 100 };
  const decisions = decide({
    leads: of.leads,
    rules,
    facts: of.facts ?? factsOf(rules),
    turn,
    clockMs: of.clockMs ?? NOON_MS,
    seed: of.seed ?? SEED,
  });
  return { decisions, to: decisions.map((one) => one.chosen.map(({ subscription: { id } }) => id)), turn };
}

const verdictOf = (rules: Rules, decision: Parameters<typeof verdictsOf>[0], id: string) =>
  verdictsOf(decision).find(({ index }) => rules.subscriptions[index]!.id === id)?.verdict;

describe('a level', () => {
  it('serves a provider once, whatever it has subscribed to', () => {
    const twice = ['a', 'b'].map((id) => subscription(id, 'gold', { providerId: 'both' }));
    const rules = market([level('gold', 3)], [...twice, subscription('c', 'gold')]);
    expect(sold(rules, { leads: leads(1) }).to).toEqual([['a', 'c']]);
  });

  it('asks for the facts of candidates only', () => {
    const many = Array.from({ length: 20 }, (_, n) => subscription(`buyer ${n + 10}`, 'gold'));
    const rules = market(
      [level('gold', 1)],
      [...many, subscription('elsewhere', 'gold', { countries: ['FR'] })],
    );
    const facts = factsOf(rules);
    facts.subscriptions[rules.subscriptions.findIndex(({ id }) => id === 'elsewhere')] = undefined;
    expect(sold(rules, { leads: leads(2), facts }).to).toEqual([['buyer 10'], ['buyer 11']]);
  });
});

describe('levels that take turns', () => {
  const three = [level('gold', 1), level('silver', 1), level('bronze', 1)];
  const each = ['gold', 'silver', 'bronze'].map((id) => subscription(`${id} buyer`, id));

  it('serve one lead each, in order, and begin again', () => {
    const rules = market(three, each);
    const { to, turn } = sold(rules, { leads: leads(4) });
    expect(to).toEqual([['gold buyer'], ['silver buyer'], ['bronze buyer'], ['gold buyer']]);
    expect(turn.nextLevelId).toBe('silver');
  });

  it('begin at the level that is next, whatever its place', () => {
    expect(sold(market(three, each), { leads: leads(2), start: 'bronze' }).to).toEqual([
      ['bronze buyer'],
      ['gold buyer'],
    ]);
  });

  it('pass a lead on round the ring when nobody at the level takes it, and move on by one all the same', () => {
    const rules = market(three, each);
    const facts = factsOf(rules, { 'silver buyer': { paused: true }, 'bronze buyer': { paused: true } });
    const { to, turn } = sold(rules, { leads: leads(1), start: 'silver', facts });
    expect([to, turn.nextLevelId]).toEqual([[['gold buyer']], 'bronze']);
  });
});

describe('levels in a fixed order', () => {
  const three = [level('gold', 1), level('silver', 1), level('bronze', 1)];
  const each = ['gold', 'silver', 'bronze'].map((id) => subscription(`${id} buyer`, id));
  const fixed = (defaultLevelId: string | null) =>
    market(three, each, { levelRotation: 'fixed', defaultLevelId });

  it('begin at the default level with every lead', () => {
    const { to, turn } = sold(fixed('silver'), { leads: leads(3) });
    expect(to).toEqual([['silver buyer'], ['silver buyer'], ['silver buyer']]);
    expect(turn.nextLevelId).toBe('gold');
  });

  it('begin at the first level without a default, or when the default is gone', () => {
    expect(sold(fixed(null), { leads: leads(1), start: 'bronze' }).to).toEqual([['gold buyer']]);
    expect(sold(fixed('archived'), { leads: leads(1) }).to).toEqual([['gold buyer']]);
  });

  it('go on to the one after the default, and from the last to the first', () => {
    const rules = market(
      three.map((one) => ({ ...one, maxProviders: 3 })),
      each,
      { levelRotation: 'fixed', defaultLevelId: 'silver' },
    );
    expect(sold(rules, { leads: leads(1) }).to).toEqual([['silver buyer', 'bronze buyer', 'gold buyer']]);
  });
});

describe('seats', () => {
  const two = [level('single', 1, { price: 300n }), level('shared', 3)];
  const buyers = [
    ...['s1', 's2'].map((id) => subscription(id, 'single')),
    ...['t1', 't2', 't3', 't4'].map((id) => subscription(id, 'shared')),
  ];
  const promised = (rules: Rules, start: string) => {
    const { decisions, to } = sold(rules, { leads: leads(1), start });
    return {
      to: to[0],
      max: decisions[0]!.chosen[0]?.maxShared,
      seats: decisions[0]!.seats.map(({ seats }) => seats),
    };
  };

  it('cascade: who bought the lead alone has it alone; who shares it shares with no more than its level sold', () => {
    const rules = market(two, buyers);
    expect(promised(rules, 'single')).toEqual({ to: ['s1'], max: 1, seats: [1, 0] });
    expect(promised(rules, 'shared')).toEqual({ to: ['t1', 't2', 't3'], max: 3, seats: [3, 0] });
  });

  it('cascade: a level that leaves seats open passes on what the smallest maximum so far leaves', () => {
    const levels = [level('four', 4), level('three', 3), level('two', 2), level('one', 1)];
    const rules = market(levels, [
      subscription('a', 'four'),
      subscription('b', 'three'),
      subscription('c', 'two'),
      subscription('d', 'one'),
    ]);
    expect(promised(rules, 'four')).toEqual({ to: ['a', 'b'], max: 3, seats: [4, 2, 0, 0] });
    expect(promised(rules, 'two')).toEqual({ to: ['c', 'a'], max: 2, seats: [2, 0, 1, 0] });
  });

  it('fill_all: every level fills its own seats, and everybody is told the sum', () => {
    const rules = market(two, buyers, { fillMode: 'fill_all' });
    expect(promised(rules, 'single')).toEqual({ to: ['s1', 't1', 't2', 't3'], max: 4, seats: [1, 3] });
    expect(promised(rules, 'shared')).toEqual({ to: ['t1', 't2', 't3', 's1'], max: 4, seats: [3, 1] });
  });

  it('are never more than the person was told of, at no level and in no mode', () => {
    for (const fillMode of ['cascade', 'fill_all'] as const) {
      const rules = market(two, buyers, { fillMode });
      const { decisions, to } = sold(rules, { leads: [lead('one', { told: 2 })], start: 'shared' });
      expect([to, decisions[0]!.chosen[0]!.maxShared]).toEqual([[['t1', 't2']], 2]);
    }
  });

  it('are fewer by those who had the lead before, and nobody gets it a second time', () => {
    const rules = market([level('shared', 3)], buyers.slice(2));
    const again = lead('one', { told: 3, had: new Set(['t1', 'somebody who left']) });
    const { decisions, to } = sold(rules, { leads: [again] });
    expect(to).toEqual([['t2']]);
    expect(verdictOf(rules, decisions[0]!, 't1')).toBe('already_has_lead');
  });
});

describe('a cap over all subscriptions of a provider', () => {
  it.each([
    ['count', '2', [['a'], ['b'], []]],
    ['spend', '250', [['a'], ['b'], []]],
    ['count', '1', [['a'], [], []]],
  ] as const)(
    'as %s of %s counts from nothing, lead by lead, whichever subscription gets it',
    (kind, value, expected) => {
      const one = { providerId: 'both' };
      const both = [subscription('a', 'gold', one), subscription('b', 'silver', one)];
      const rules = market([level('gold', 1), level('silver', 1)], both, {
        providerCaps: [{ providerId: 'both', caps: [{ window: 'day', kind, value }], timezone: 'UTC' }],
      });
      expect(sold(rules, { leads: leads(3) }).to).toEqual(expected);
    },
  );
});

it('a budget is judged by what the lead costs in its campaign, not by the price of the level', () => {
  const buyer = subscription('a', 'gold', { caps: [{ window: 'day', kind: 'spend', value: '350' }] });
  const campaigns = [{ id: 'campaign', recipientsTold: 9, countries: [], levelPrices: { gold: 200n } }];
  const rules = market([level('gold', 1)], [buyer], { campaigns });
  expect(sold(rules, { leads: leads(2) }).to).toEqual([['a'], []]);
});

describe('a level that is switched off', () => {
  it('sells nothing and has no turn', () => {
    const levels = [level('gold', 1, { active: false }), level('silver', 1)];
    const rules = market(levels, [subscription('rich', 'gold'), subscription('plain', 'silver')]);
    const { decisions, to, turn } = sold(rules, { leads: leads(2), start: 'gold' });
    expect(to).toEqual([['plain'], ['plain']]);
    expect(decisions[0]!.seats).toEqual([{ levelId: 'silver', seats: 1 }]);
    expect(turn.nextLevelId).toBe('silver');
    const none = market([level('gold', 1, { active: false })], [subscription('rich', 'gold')]);
    expect(sold(none, { leads: leads(1) }).to).toEqual([[]]);
  });
});

describe('least_loaded_today', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  const rules = market(
    [level('one', 1, { strategy: 'least_loaded_today' })],
    ids.map((id) => subscription(id, 'one')),
  );
  const winners = (seed: Buffer) =>
    leads(12).map((one) => sold(rules, { leads: [one], seed, facts: factsOf(rules) }).to[0]![0]);

  it('serves who has the fewest', () => {
    const facts = factsOf(rules, {
      ...Object.fromEntries(ids.map((id) => [id, { receivedToday: 3 }])),
      d: { receivedToday: 2 },
    });
    expect(sold(rules, { leads: leads(1), facts }).to).toEqual([['d']]);
  });

  it('breaks ties by chance: another lead or another day gives another order, the same ones the same', () => {
    const today = winners(SEED);
    expect(new Set(today).size).toBeGreaterThan(2);
    expect(winners(Buffer.alloc(32, 8))).not.toEqual(today);
    expect(winners(SEED)).toEqual(today);
  });
});

describe('a premium ratio', () => {
  const one = [level('one', 1)];
  /** `picky` waited longest and has as many premium leads as raw ones; it wants 70 %. */
  const recent = { picky: { recentTypes: 'prprpr' }, plain: { receiptNo: 50 } };
  const rulesOf = (ratioMode: 'soft' | 'hard', ratio = 70) =>
    market(one, [
      subscription('picky', 'one', { premiumRatio: ratio, ratioMode }),
      subscription('plain', 'one'),
    ]);
  const premium = lead('one', { leadType: 'premium' });

  it('soft: serves those first whose ratio it suits, and the others when nobody else is there', () => {
    const rules = rulesOf('soft');
    expect(sold(rules, { leads: leads(1), facts: factsOf(rules, recent) }).to).toEqual([['plain']]);
    expect(sold(rules, { leads: [premium], facts: factsOf(rules, recent) }).to).toEqual([['picky']]);
    const alone = factsOf(rules, { ...recent, plain: { paused: true } });
    expect(sold(rules, { leads: leads(1), facts: alone }).to).toEqual([['picky']]);
  });

  it('hard: keeps the others away, also when nobody else is there', () => {
    const rules = rulesOf('hard');
    const alone = factsOf(rules, { ...recent, plain: { paused: true } });
    const { decisions, to } = sold(rules, { leads: leads(1), facts: alone });
    expect([to, verdictOf(rules, decisions[0]!, 'picky')]).toEqual([[[]], 'ratio']);
    expect(sold(rules, { leads: [premium], facts: factsOf(rules, recent) }).to).toEqual([['picky']]);
  });

  it.each([
    [100, 'raw'],
    [0, 'premium'],
  ] as const)('of %i is hard even when it says soft: no %s lead', (ratio, leadType) => {
    const rules = rulesOf('soft', ratio);
    const alone = factsOf(rules, { plain: { paused: true } });
    expect(sold(rules, { leads: [lead('one', { leadType })], facts: alone }).to).toEqual([[]]);
  });
});

describe('business hours', () => {
  const weekly = {
    mon: [{ from: '09:00', to: '17:00' }],
    fri: [{ from: '09:00', to: '17:00' }],
  };
  const schedule = { zone: 'Europe/Berlin', weekly };
  const rulesOf = (offHours: 'skip' | 'hold') =>
    market([level('one', 1)], [subscription('office', 'one', { schedule, offHours })]);
  const NIGHT_MS = Date.UTC(2026, 10, 20, 20);
  const MONDAY_OPENING_MS = Date.UTC(2026, 10, 23, 8);

  it.each(['skip', 'hold'] as const)('open: sells, whether off hours are %s', (offHours) => {
    expect(sold(rulesOf(offHours), { leads: leads(1) }).to).toEqual([['office']]);
  });

  it('closed and skip: sells nothing, and looks again at the next opening', () => {
    const rules = rulesOf('skip');
    const { decisions, to } = sold(rules, { leads: leads(1), clockMs: NIGHT_MS });
    expect([to, verdictOf(rules, decisions[0]!, 'office')]).toEqual([[[]], 'outside_hours']);
    expect(decisions[0]!.retryAtMs).toBe(MONDAY_OPENING_MS);
  });

  it('closed and hold: sells at once; the delivery waits for the opening', () => {
    expect(sold(rulesOf('hold'), { leads: leads(1), clockMs: NIGHT_MS }).to).toEqual([['office']]);
  });
});
