import { windowAt } from '../../../kernel/time.ts';
import { type Facts, fullCap, type ProviderFacts, type SubscriptionFacts } from '../facts.ts';
import { compileRules, type Rules } from '../rules.ts';
import type { Change, Group, Start } from './run.ts';

/**
 * The facts of one run, kept by id, so that they live through changes of the configuration. Decisions move them along;
 * what came from outside is set before each group.
 */
export type World = { at(group: Group): { rules: Rules; facts: Facts } };

const FREE = { paused: false, endpointHealthy: true };
const TAKING_PART = { active: true, paused: false, stopped: false };

export function openWorld(start: Start, change: Change): World {
  const rulesOf = rememberRules(change);
  const people = openPeople(start, change);
  const windows = openWindows(people.subscriptionOf);
  let facts: Facts = { subscriptions: [], providers: people.providers };
  let current: Rules | undefined;
  return {
    at(group) {
      const rules = rulesOf(group);
      for (const { providerId, amount } of group.money) people.providerOf(providerId).available += amount;
      const changed = rules !== current;
      if (changed) {
        current = rules;
        for (const { providerId } of rules.subscriptions) people.providerOf(providerId);
        const subscriptions = rules.subscriptions.map(({ id }) => people.subscriptionOf(id));
        facts = { subscriptions, providers: people.providers };
      }
      windows.enter(rules, group.clockMs, changed);
      people.stop(rules, group);
      return { rules, facts };
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
    const kept = subscriptions.get(id) ?? newSubscription(start.receipts.get(id) ?? null);
    subscriptions.set(id, kept);
    return kept;
  };
  const providerOf = (id: string): ProviderFacts => {
    const { available = 0n, creditLimit = 0n } = start.money.get(id) ?? {};
    const kept = providers.get(id) ?? newProvider(available + (change.money?.get(id) ?? 0n), creditLimit);
    providers.set(id, kept);
    return kept;
  };
  return {
    providers,
    subscriptionOf,
    providerOf,
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

const newSubscription = (receiptNo: number | null): SubscriptionFacts => ({
  ...FREE,
  pausedUntilMs: null,
  receiptNo,
  recentTypes: '',
  receivedToday: 0,
  used: new Map<string, bigint>(),
  capFull: false,
  endpointRetryAtMs: null,
  weightState: 0,
  missedTurns: 0,
});

const newProvider = (available: bigint, creditLimit: bigint): ProviderFacts => ({
  ...TAKING_PART,
  pausedUntilMs: null,
  available,
  creditLimit,
  used: new Map<string, bigint>(),
});

/** Windows of caps and of the day's load end: counters of the next ones begin at zero. */
function openWindows(subscriptionOf: (id: string) => SubscriptionFacts) {
  let refreshAt = 0;
  let loadDay = '';
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
