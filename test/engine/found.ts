import type { DecidedLead, NicheConfiguration } from '../../src/lead/distribution/rules.ts';
import type { Receipt, State, SubscriptionState } from './reference-checks.ts';
import type { Edit, LeadOf, World } from './worlds.ts';

/** From the dice of a world to a configuration, a past and leads. */
const HOUR_MS = 3_600_000;
const two = (n: number) => String(n).padStart(2, '0');
export const levelId = (n: number) => `level-${two(n)}`;
const subscriptionId = (n: number) => `sub-${two(n)}`;
const providerId = (n: number) => `provider-${two(n)}`;
const campaignId = (n: number) => `campaign-${n}`;

type Sub = NicheConfiguration['subscriptions'][number] & { from: number };
export type Founded = Omit<NicheConfiguration, 'subscriptions'> & { subscriptions: Sub[] };

/** One subscription per provider and level, as the database keeps it. */
function subscriptionsOf(world: World): World['subscriptions'] {
  const seen = new Set<string>();
  return world.subscriptions.filter(({ level, provider }) => {
    const key = `${level % world.levels.length} ${provider}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

/** The date so many days after a moment, every year: "12-25". */
const dayAfter = (ms: number, days: number): string =>
  new Date(ms + days * 24 * HOUR_MS).toISOString().slice(5, 10);

function subscriptionOf(world: World, one: World['subscriptions'][number], n: number): Sub {
  const { hours, away } = one;
  const begins = world.moment + (away?.from ?? 0) * HOUR_MS;
  const until = hours === null ? 0 : (hours.from + 1 + hours.long) % 24;
  const windows = hours === null ? [] : [{ from: `${two(hours.from)}:30`, to: `${two(until)}:00` }];
  return {
    id: subscriptionId(n),
    providerId: providerId(one.provider),
    levelId: levelId(one.level % world.levels.length),
    endpointId: 'endpoint',
    createdAt: new Date(world.moment - (10 - one.joined) * 24 * HOUR_MS),
    countries: one.countries,
    campaignIds: one.campaigns.map(campaignId),
    filters: one.filters,
    requiredFields: one.requiredFields,
    caps: one.caps,
    schedule: hours && {
      zone: world.zones[one.zone]!,
      weekly: {
        mon: windows,
        tue: windows,
        thu: windows,
        sun: windows,
        ...(hours.friday ? { fri: windows } : {}),
      },
      ...(hours.holidayIn === null
        ? {}
        : { holidays: [{ name: 'Holiday', rule: dayAfter(world.moment, hours.holidayIn) }] }),
    },
    timezone: world.zones[one.zone]!,
    offHours: one.offHours,
    premiumRatio: one.ratio,
    ratioMode: one.ratioMode,
    ...(one.ratioWindow === undefined ? {} : { ratioWindow: one.ratioWindow }),
    away: away
      ? [{ from: new Date(begins).toISOString(), to: new Date(begins + away.long * HOUR_MS).toISOString() }]
      : [],
    personWindowDays: one.personDays,
    maxAgeMs: one.maxAgeHours * HOUR_MS,
    priceOverride: one.price === null ? null : BigInt(one.price),
    ...(one.weight === undefined ? {} : { weight: one.weight }),
    priority: one.priority,
    from: one.from,
  };
}

function configOf(world: World): Founded {
  return {
    nicheId: 'niche',
    configVersion: 1,
    currency: 'EUR',
    levelRotation: world.rotation,
    fillMode: world.fill,
    defaultLevelId: world.defaultLevel === null ? null : levelId(world.defaultLevel),
    ...(world.missedTurnsMax === undefined ? {} : { missedTurnsMax: world.missedTurnsMax }),
    levels: world.levels.map((level, n) => ({
      id: levelId(n), name: levelId(n), price: BigInt(level.price), maxProviders: level.max,
      // Two may stand on the same place; then the id decides.
      priorityOrder: Math.floor((world.levels.length - n) / 2), strategy: level.strategy, billOn: 'assigned',
      active: level.active, exclusive: level.exclusive,
    })), // biome-ignore format: one level
    subscriptions: subscriptionsOf(world).map((one, n) => subscriptionOf(world, one, n)),
    campaigns: world.campaigns.map(({ told, prices }, n) => ({
      id: campaignId(n),
      recipientsTold: told,
      countries: [],
      levelPrices: Object.fromEntries(
        prices.flatMap((price, at) => (price === null ? [] : [[levelId(at), BigInt(price)]])),
      ),
    })),
    providerCaps: world.providers.flatMap(({ caps, zone }, n) =>
      caps.length === 0 ? [] : [{ providerId: providerId(n), caps, timezone: world.zones[zone]! }],
    ),
    countryFields: [],
  };
}

/** Some share the number, some the address, one has only an address; nobody else is asked for. */
const personKeys = (person: number | null): string[] => {
  if (person === null) return [];
  const mail = `mail-${person % 4}`;
  return person === 5 ? [mail] : [mail, `phone-${Math.floor(person / 2)}`];
};

export function founded(world: World): { config: Founded; state: State } {
  const config = configOf(world);
  const at = (hours: number | null) => (hours === null ? null : world.moment + hours * HOUR_MS);
  const subs = subscriptionsOf(world);
  const history = world.past.flatMap(({ subscription, hoursAgo, person, price }, n): Receipt[] => {
    const sub = config.subscriptions[subscription];
    if (!sub) return [];
    return [{
      atMs: world.moment - hoursAgo * HOUR_MS, subscriptionId: sub.id, providerId: sub.providerId,
      personKeys: personKeys(person), leadId: `past-${n}`, price: BigInt(price),
    }]; // biome-ignore format: one receipt
  });
  return {
    config,
    state: {
      nextLevelId: world.nextLevel === null ? null : levelId(world.nextLevel),
      receiptNo: 100,
      subscriptions: new Map(
        subs.map(({ facts }, n): [string, SubscriptionState] => [
          subscriptionId(n),
          {
            paused: facts.paused, pausedUntilMs: at(facts.pausedUntil), receiptNo: facts.receiptNo, types: facts.types,
            load: facts.load, healthy: facts.healthy, retryAtMs: at(facts.retry), owed: 0, missed: facts.missed,
          }, // biome-ignore format: one subscription
        ]),
      ),
      providers: new Map(
        world.providers.map(({ pausedUntil, available, credit, caps: _, zone: __, ...one }, n) => [
          providerId(n),
          { ...one, pausedUntilMs: at(pausedUntil), available: BigInt(available), credit: BigInt(credit) },
        ]),
      ),
      history,
    },
  };
}

function offerOf(
  world: World,
  { level, subscription, bought, seats, maxShared }: NonNullable<LeadOf['offer']>,
): NonNullable<DecidedLead['offer']> {
  const one = subscription === null ? undefined : subscriptionsOf(world)[subscription];
  return {
    kind: one ? (bought ? 'purchase' : 'by_hand') : 'second',
    levelId: levelId((one?.level ?? level) % world.levels.length),
    subscriptionId: one ? subscriptionId(subscription!) : null,
    seats,
    maxShared,
  };
}

export function leadsOf(world: World, leads: LeadOf[], batch: number, clockMs: number): DecidedLead[] {
  const everybody = (n: number) => (n < 0 ? '*' : providerId(n));
  return leads.map((one, n) => ({
    id: `lead-${batch}-${two(n)}`,
    campaignId: campaignId(one.campaign),
    country: one.country,
    answers: {
      budget: one.budget, kind: one.kind, owner: one.owner, city: one.city, postcode: one.postcode, '@place': one.place,
    }, // biome-ignore format: one set of answers
    leadType: one.premium ? 'premium' : 'raw',
    test: one.test,
    readyAtMs: clockMs - one.ageMinutes * 60_000,
    expiresAtMs: clockMs + one.expiresHours * HOUR_MS + world.batches.length,
    present: new Set(one.present),
    told: one.told,
    had: new Set(one.offer?.had.map(providerId)),
    ...(one.offer ? { offer: offerOf(world, one.offer) } : {}),
    suppressed: new Set((one.suppressed as number[]).map(everybody)),
    blocked: new Set(one.blocked.map(providerId)),
    samePerson: new Set(),
    personKeys: personKeys(one.person),
  }));
}

/** One change between two batches, to the configuration or to the facts. */
export function withEdit(config: Founded, before: State, edit: Edit): { config: Founded; state: State } {
  const state = structuredClone(before);
  const sub = config.subscriptions[edit.at];
  const provider = state.providers.get(providerId(edit.at));
  const one = (change: Partial<Sub>) => ({
    ...config,
    subscriptions: config.subscriptions.map((other) => (other === sub ? { ...other, ...change } : other)),
  });
  const level = (change: Partial<Founded['levels'][number]>) => ({
    ...config,
    levels: config.levels.map((other) => (other.id === levelId(edit.at) ? { ...other, ...change } : other)),
  });
  switch (edit.what) {
    case 'pause':
      if (sub) Object.assign(state.subscriptions.get(sub.id)!, { paused: edit.to, pausedUntilMs: null });
      return { config, state };
    case 'endpoint':
      if (sub) state.subscriptions.get(sub.id)!.healthy = edit.to;
      return { config, state };
    case 'stop':
      if (provider) provider.stopped = edit.to;
      return { config, state };
    case 'money':
      if (provider) provider.available += BigInt(edit.to);
      return { config, state };
    case 'caps':
      return { config: one({ caps: edit.to }), state };
    case 'weight':
      return { config: one({ weight: edit.to }), state };
    case 'seats':
      return { config: level({ maxProviders: edit.to }), state };
    case 'active':
      return { config: level({ active: edit.to }), state };
    case 'rotation':
      return { config: { ...config, levelRotation: edit.to ? 'rotate' : 'fixed' }, state };
    case 'fill':
      return { config: { ...config, fillMode: edit.to ? 'cascade' : 'fill_all' }, state };
  }
}
