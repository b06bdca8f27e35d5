import { windowAt } from '../../../kernel/time.ts';
import type { Turn } from '../decide.ts';
import {
  afterMissedTurn,
  countedKeys,
  type Facts,
  fullCap,
  type ProviderFacts,
  providerCapKey,
  type SubscriptionFacts,
} from '../facts.ts';
import { compileRules, type Rules, type Subscription } from '../rules.ts';
import type { Change, Group, Start } from './run.ts';
import type { Given, Outside, Standing, Uses } from './track.ts';

/**
 * The facts of one run, kept by id, so that they live through changes of the configuration. Decisions move them along;
 * what came from outside is set before each group.
 */
export type World = {
  at(group: Group): { rules: Rules; facts: Facts };
  /** Moves along what a decision moved that is not taken again; `had`: who got that lead in this run. */
  give(given: Given, turn: Turn, had: readonly string[]): void;
};

const FREE = { paused: false, endpointHealthy: true };
const TAKING_PART = { active: true, paused: false, stopped: false };

export function openWorld(start: Start, change: Change): World {
  const rulesOf = rememberRules(change);
  const people = openPeople(start, change);
  const windows = openWindows(people.subscriptionOf, start.clockMs);
  let facts: Facts = { subscriptions: [], providers: people.providers };
  let current: Rules | undefined;
  let byId = new Map<string, Subscription>();
  let clockMs = start.clockMs;
  return {
    at(group) {
      const rules = rulesOf(group);
      for (const { providerId, amount } of group.money) people.providerOf(providerId).available += amount;
      const changed = rules !== current;
      if (changed) {
        current = rules;
        byId = new Map(rules.subscriptions.map((one) => [one.id, one]));
        for (const { providerId } of rules.subscriptions) people.providerOf(providerId);
        const subscriptions = rules.subscriptions.map(({ id }) => people.subscriptionOf(id));
        facts = { subscriptions, providers: people.providers };
      }
      clockMs = group.clockMs;
      windows.enter(rules, clockMs, changed);
      people.stop(rules, group);
      people.hear(group.outside, (id, own) => {
        const subscription = byId.get(id);
        if (subscription) own.capFull = fullCap(subscription, own, clockMs) !== undefined;
      });
      return { rules, facts };
    },
    give(given, turn, had) {
      const own = (id: string) => people.subscriptionOf(id);
      for (const { id, by } of given.weights) own(id).weightState += by;
      for (const id of given.missed)
        Object.assign(own(id), afterMissedTurn(own(id), current!.missedTurnsMax, turn.receiptNo + 1));
      for (const { id, providerId, price } of given.chosen) {
        const subscription = byId.get(id);
        if (!subscription || had.includes(id)) continue;
        turn.receiptNo += 1;
        const facts = { own: own(id), provider: people.providerOf(providerId) };
        receive(facts, { subscription, price, premium: given.premium }, turn.receiptNo, {
          rules: current!,
          clockMs,
        });
      }
    },
  };
}

/** The configuration of each version with the change laid over it, compiled one time. */
function rememberRules(change: Change): (group: Group) => Rules {
  const compiled = new Map<number, Rules>();
  return ({ configVersion, configuration }) => {
    const kept = compiled.get(configVersion);
    if (kept) return kept;
    const rules = compileRules(change.configuration?.(configuration) ?? configuration);
    compiled.set(configVersion, rules);
    return rules;
  };
}

function openPeople(start: Start, change: Change) {
  const subscriptions = new Map<string, SubscriptionFacts>();
  const providers = new Map<string, ProviderFacts>();
  const subscriptionOf = (id: string): SubscriptionFacts => {
    const kept = subscriptions.get(id) ?? newSubscription(start.standings.get(id));
    subscriptions.set(id, kept);
    return kept;
  };
  const providerOf = (id: string): ProviderFacts => {
    const { available = 0n, creditLimit = 0n } = start.money.get(id) ?? {};
    const more = change.money?.get(id) ?? 0n;
    const used = new Map(start.providerUsed.get(id) ?? []);
    const kept = providers.get(id) ?? { ...newProvider(available + more, creditLimit), used };
    providers.set(id, kept);
    return kept;
  };
  return {
    providers,
    subscriptionOf,
    providerOf,
    /** What moved counters and orders from outside; `counted` hears whose counters moved. */
    hear(outside: Outside, counted: (id: string, own: SubscriptionFacts) => void): void {
      for (const { id, used, load, became } of outside.subscriptions) {
        const own = subscriptionOf(id);
        own.receivedToday += load;
        Object.assign(own, became);
        count(own.used, used);
        if (used.length > 0) counted(id, own);
      }
      for (const { id, used } of outside.providers) count(providerOf(id).used, used);
    },
    /** What kept them away from outside at that moment, unless the change says otherwise. */
    stop(rules: Rules, group: Group): void {
      for (const { id } of rules.subscriptions) {
        const own = subscriptionOf(id);
        const { paused, endpointHealthy } = change.awake?.has(id) ? FREE : (group.stopped.get(id) ?? FREE);
        own.paused = paused || change.asleep?.has(id) === true;
        own.endpointHealthy = endpointHealthy;
      }
      for (const [id, provider] of providers) {
        const { creditLimit } = provider;
        Object.assign(provider, { ...TAKING_PART, creditLimit }, group.switches.get(id));
      }
    },
  };
}

/** A counter that a run moved less than what happened does not fall below nothing. */
function count(used: Map<string, bigint>, moves: Uses): void {
  for (const [key, by] of moves) {
    const now = (used.get(key) ?? 0n) + by;
    used.set(key, now < 0n ? 0n : now);
  }
}

/** One receipt, as the engine moves it along. */
function receive(
  { own, provider }: { own: SubscriptionFacts; provider: ProviderFacts },
  { subscription, price, premium }: { subscription: Subscription; price: bigint; premium: boolean },
  receiptNo: number,
  { rules, clockMs }: { rules: Rules; clockMs: number },
): void {
  if (own.missedTurns > 0) own.missedTurns -= 1;
  else own.receiptNo = receiptNo;
  own.receivedToday += 1;
  own.recentTypes += premium ? 'p' : 'r';
  const { caps, timezone, providerId } = subscription;
  for (const [key, kind] of countedKeys(caps, clockMs, timezone))
    count(own.used, [[key, kind === 'count' ? 1n : price]]);
  own.capFull = fullCap(subscription, own, clockMs) !== undefined;
  const over = rules.providerCaps.get(providerId);
  const keys = over?.caps.map((cap) => providerCapKey(cap, clockMs, over.timezone, rules.currency));
  for (const key of new Set(keys)) count(provider.used, [[key, key.startsWith('count') ? 1n : price]]);
  provider.available -= price;
}

const newSubscription = (standing: Standing | undefined): SubscriptionFacts => ({
  ...FREE,
  pausedUntilMs: null,
  receiptNo: standing?.receiptNo ?? null,
  recentTypes: standing?.recentTypes ?? '',
  receivedToday: standing?.load ?? 0,
  used: new Map(standing?.used ?? []),
  capFull: false,
  endpointRetryAtMs: null,
  weightState: standing?.weightState ?? 0,
  missedTurns: standing?.missedTurns ?? 0,
});

const newProvider = (available: bigint, creditLimit: bigint): ProviderFacts => ({
  ...TAKING_PART,
  pausedUntilMs: null,
  available,
  creditLimit,
  used: new Map<string, bigint>(),
});

/** Windows of caps and of the day's load end: counters of the next ones begin at zero. */
function openWindows(subscriptionOf: (id: string) => SubscriptionFacts, startMs: number) {
  let refreshAt = 0;
  let loadDay = windowAt('day', startMs, 'UTC').key;
  return {
    enter(rules: Rules, clockMs: number, changed: boolean): void {
      if (!changed && clockMs < refreshAt) return;
      const day = windowAt('day', clockMs, 'UTC');
      // A cap that is spread over its window has room again at any time.
      const paced = rules.subscriptions.some(({ caps }) => caps.some(({ even }) => even));
      let next = paced ? clockMs : day.endMs;
      for (const subscription of rules.subscriptions) {
        const own = subscriptionOf(subscription.id);
        if (day.key !== loadDay) own.receivedToday = 0;
        own.capFull = fullCap(subscription, own, clockMs) !== undefined;
        for (const { window } of subscription.caps) {
          if (window === 'total') continue;
          next = Math.min(next, windowAt(window, clockMs, subscription.timezone).endMs);
        }
      }
      loadDay = day.key;
      refreshAt = next;
    },
  };
}
