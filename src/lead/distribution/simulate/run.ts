import { windowAt } from '../../../kernel/time.ts';
import type { NicheRules } from '../../../market/subscriptions/index.ts';
import { type Decision, decide, type Turn, verdictsOf } from '../decide.ts';
import { type Facts, fullCap, type ProviderFacts, type SubscriptionFacts } from '../facts.ts';
import { compileRules, type DecidedLead, type Rules } from '../rules.ts';
import { countTurns, type Turns } from './turns.ts';

/**
 * The leads of a period decided once more, as they came, by a configuration that may differ from the one of that time.
 * Pure: it keeps its own facts (money, order, counters), moved along by its own decisions; what came from outside
 * (pauses, failing endpoints, deposits) is handed in with each group as it was then.
 */

/** Decisions that were taken in one go. */
export type Group = {
  clockMs: number;
  configVersion: number;
  configuration: NicheRules;
  leads: readonly DecidedLead[];
  seed: Buffer;
  /** By subscription id: what kept it away from outside. Who is not named was free. */
  stopped: ReadonlyMap<string, { paused: boolean; endpointHealthy: boolean }>;
  /** By provider id. */
  switches: ReadonlyMap<string, { active: boolean; paused: boolean; creditLimit: bigint }>;
  /** Money from outside since the group before. */
  money: readonly { providerId: string; amount: bigint }[];
};

export type Start = {
  money: ReadonlyMap<string, { available: bigint; creditLimit: bigint }>;
  /** Last receipt number by subscription. */
  receipts: ReadonlyMap<string, number>;
  nextLevelId: string | null;
};

/** What is different in this run. Left out: nothing, then it is the control. */
export type Change = {
  configuration?: (of: NicheRules) => NicheRules;
  /** Money on top at the start, by provider. */
  money?: ReadonlyMap<string, bigint>;
  /** Subscriptions whose own pauses and failing endpoints are taken as not there. */
  awake?: ReadonlySet<string>;
  /** Subscriptions that are paused all the time. */
  asleep?: ReadonlySet<string>;
};

export type Tally = {
  leads: Set<string>;
  /** Who got each lead, by subscription id. */
  takers: Map<string, string[]>;
  revenue: bigint;
  turns: Map<string, Turns>;
  spend: Map<string, bigint>;
};

export type Run = { tally: Tally; feed(group: Group): void };

export function openRun(start: Start, change: Change = {}): Run {
  const tally: Tally = {
    leads: new Set(),
    takers: new Map(),
    revenue: 0n,
    turns: new Map(),
    spend: new Map(),
  };
  const turn: Turn = {
    nextLevelId: start.nextLevelId,
    receiptNo: Math.max(0, ...start.receipts.values()),
  };
  const world = openWorld(start, change);
  return {
    tally,
    feed(group) {
      const { rules, facts } = world.at(group);
      const leads = group.leads.filter(({ id }) => !tally.takers.has(id));
      for (const { id } of leads) tally.leads.add(id);
      if (leads.length === 0) return;
      const { clockMs, seed } = group;
      for (const decision of decide({ leads, rules, facts, turn, clockMs, seed }))
        count(tally, decision, rules);
    },
  };
}

function count(tally: Tally, decision: Decision, rules: Rules): void {
  const { chosen, seats, lead } = decision;
  if (chosen.length === 0) return;
  tally.takers.set(
    lead.id,
    chosen.map(({ subscription }) => subscription.id),
  );
  const eligible = verdictsOf(decision)
    .filter(({ verdict }) => verdict === 'chosen' || verdict === 'no_seat')
    .map(({ index, verdict }) => {
      const { id, levelId } = rules.subscriptions[index]!;
      return { id, levelId, got: verdict === 'chosen' };
    });
  countTurns(tally.turns, { seats, eligible });
  for (const { subscription, price } of chosen) {
    tally.revenue += price;
    tally.spend.set(subscription.id, (tally.spend.get(subscription.id) ?? 0n) + price);
  }
}

const FREE = { paused: false, endpointHealthy: true };
const TAKING_PART = { active: true, paused: false };

/** The facts of one run, kept by id, so that they live through changes of the configuration. */
function openWorld(start: Start, change: Change) {
  const subscriptions = new Map<string, SubscriptionFacts>();
  const providers = new Map<string, ProviderFacts>();
  const compiled = new Map<number, Rules>();
  let facts: Facts = { subscriptions: [], providers };
  let current: Rules | undefined;
  let refreshAt = 0;

  const rulesOf = ({ configVersion, configuration }: Group): Rules => {
    const kept = compiled.get(configVersion);
    if (kept) return kept;
    const rules = compileRules(change.configuration?.(configuration) ?? configuration);
    compiled.set(configVersion, rules);
    return rules;
  };
  const subscriptionOf = (id: string): SubscriptionFacts => {
    const kept = subscriptions.get(id) ?? {
      ...FREE,
      pausedUntilMs: null,
      receiptNo: start.receipts.get(id) ?? null,
      recentTypes: '',
      receivedToday: 0,
      used: new Map<string, bigint>(),
      capFull: false,
      endpointRetryAtMs: null,
      weightState: 0,
      missedTurns: 0,
    };
    subscriptions.set(id, kept);
    return kept;
  };
  const providerOf = (id: string): ProviderFacts => {
    const { available = 0n, creditLimit = 0n } = start.money.get(id) ?? {};
    const extra = change.money?.get(id) ?? 0n;
    const kept = providers.get(id) ?? {
      ...TAKING_PART,
      pausedUntilMs: null,
      available: available + extra,
      creditLimit,
      stopped: false,
      used: new Map<string, bigint>(),
    };
    providers.set(id, kept);
    return kept;
  };
  /** Windows of caps and of the day's load end: counters of the next ones begin at zero. */
  const refresh = (rules: Rules, clockMs: number, dayEnded: boolean): void => {
    // A cap that is spread over its window has room again at any time.
    const paced = rules.subscriptions.some(({ caps }) => caps.some(({ even }) => even));
    let next = paced ? clockMs : windowAt('day', clockMs, 'UTC').endMs;
    for (const subscription of rules.subscriptions) {
      const own = subscriptionOf(subscription.id);
      if (dayEnded) own.receivedToday = 0;
      own.capFull = fullCap(subscription, own, clockMs) !== undefined;
      for (const { window } of subscription.caps) {
        if (window === 'total') continue;
        next = Math.min(next, windowAt(window, clockMs, subscription.timezone).endMs);
      }
    }
    refreshAt = next;
  };
  let loadDay = '';

  return {
    at(group: Group): { rules: Rules; facts: Facts } {
      const rules = rulesOf(group);
      for (const { providerId, amount } of group.money) providerOf(providerId).available += amount;
      const changed = rules !== current;
      if (changed) {
        current = rules;
        for (const { providerId } of rules.subscriptions) providerOf(providerId);
        facts = { subscriptions: rules.subscriptions.map(({ id }) => subscriptionOf(id)), providers };
      }
      if (changed || group.clockMs >= refreshAt) {
        const day = windowAt('day', group.clockMs, 'UTC').key;
        refresh(rules, group.clockMs, day !== loadDay);
        loadDay = day;
      }
      for (const { id } of rules.subscriptions) {
        const own = subscriptionOf(id);
        const { paused, endpointHealthy } = change.awake?.has(id) ? FREE : (group.stopped.get(id) ?? FREE);
        own.paused = paused || change.asleep?.has(id) === true;
        own.endpointHealthy = endpointHealthy;
      }
      for (const [id, provider] of providers) {
        const { active, paused } = group.switches.get(id) ?? TAKING_PART;
        provider.active = active;
        provider.paused = paused;
        provider.creditLimit = group.switches.get(id)?.creditLimit ?? provider.creditLimit;
      }
      return { rules, facts };
    },
  };
}
