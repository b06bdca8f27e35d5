import type { NicheRules } from '../../../market/subscriptions/index.ts';
import { type Decision, decide, ringFrom, type Turn, verdictsOf } from '../decide.ts';
import type { DecidedLead, Rules } from '../rules.ts';
import type { Given, Outside, Standing } from './track.ts';
import { countTurns, type Turns, whoCould } from './turns.ts';
import { openWorld } from './world.ts';

/**
 * The leads of a period decided once more, as they came, by a configuration that may differ from the one of that time.
 * Pure: it keeps its own facts (money, order, counters), moved along by its own decisions; what came from outside
 * (pauses, failing endpoints, deposits, refunds that gave caps back) is handed in with each group as it was then.
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
  switches: ReadonlyMap<string, Switches>;
  /** Money from outside since the group before. */
  money: readonly { providerId: string; amount: bigint }[];
  /** Counters and orders that something else than a decision moved since then. */
  outside: Outside;
  /** A decision that is not taken again, in place of leads: it moves what it moved. */
  given?: Given | undefined;
};

/** What a provider's company was then. */
export type Switches = { active: boolean; paused: boolean; stopped: boolean; creditLimit: bigint };

export type Start = {
  money: ReadonlyMap<string, { available: bigint; creditLimit: bigint }>;
  clockMs: number;
  /** By subscription; who is not named has had nothing yet. */
  standings: ReadonlyMap<string, Standing>;
  /** Use of the caps of whole providers, by provider and key. */
  providerUsed: ReadonlyMap<string, ReadonlyMap<string, bigint>>;
  nextLevelId: string | null;
  receiptNo: number;
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
  const turn: Turn = { nextLevelId: start.nextLevelId, receiptNo: start.receiptNo };
  const world = openWorld(start, change);
  return {
    tally,
    feed(group) {
      const { rules, facts } = world.at(group);
      const { given } = group;
      if (given) {
        world.give(given, turn, tally.takers.get(given.leadId) ?? []);
        const ring = ringFrom(rules, turn);
        if (given.turns && given.chosen.length > 0 && rules.levelRotation === 'rotate' && ring.length > 0)
          turn.nextLevelId = ring[1 % ring.length]!.id;
      }
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
  const places = chosen.map(({ subscription }) => subscription.index);
  const eligible = whoCould(rules, { verdicts: verdictsOf(decision), chosen: places });
  countTurns(tally.turns, { seats, eligible });
  for (const { subscription, price } of chosen) {
    tally.revenue += price;
    tally.spend.set(subscription.id, (tally.spend.get(subscription.id) ?? 0n) + price);
  }
}
