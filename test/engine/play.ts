import { type Decision, decide, type Turn, verdictsOf } from '../../src/lead/distribution/decide.ts';
import { capKey, type Facts, providerCapKey } from '../../src/lead/distribution/facts.ts';
import { isOffered } from '../../src/lead/distribution/offer.ts';
import { factsOfRows, personsOf, personWindowMs } from '../../src/lead/distribution/read-facts.ts';
import {
  type Cap,
  compileRules,
  type DecidedLead,
  type NicheConfiguration,
  type Rules,
  staticFailure,
} from '../../src/lead/distribution/rules.ts';
import type { FactRow } from '../../src/lead/distribution/store.ts';
import { founded, leadsOf, withEdit } from './found.ts';
import { decideSlowly } from './reference.ts';
import { type Answer, capsNow, type State, type Sub } from './reference-checks.ts';
import type { World } from './worlds.ts';

/** Plays a world twice, by the engine and by the reference, from the same facts before each batch. */
export const DAY_SEED = Buffer.alloc(32, 7);

export type Batch = {
  config: NicheConfiguration;
  rules: Rules;
  clockMs: number;
  leads: DecidedLead[];
  before: State;
  after: State;
  factsBefore: Facts;
  factsAfter: Facts;
  turnAfter: Turn;
  decisions: Decision[];
  answers: Answer[];
};

export function play(world: World): Batch[] {
  let { config, state } = founded(world);
  let clockMs = world.moment;
  let open: DecidedLead[] = [];
  const played: Batch[] = [];
  for (const [n, { afterMs, edits, leads: fresh, again }] of world.batches.entries()) {
    clockMs += afterMs;
    for (const edit of edits) ({ config, state } = withEdit(config, state, edit));
    const now = { ...config, subscriptions: config.subscriptions.filter((one) => one.from <= n) };
    const leads = [...leadsOf(world, fresh, n, clockMs), ...(again ? open : [])];
    const batch = playBatch(now, state, leads, clockMs);
    played.push(batch);
    state = batch.after;
    const unsold = new Set(batch.answers.filter((one) => one.chosen.length === 0).map((one) => one.leadId));
    open = [...(again ? [] : open), ...leads.filter(({ id }) => unsold.has(id))];
  }
  return played;
}

function playBatch(config: NicheConfiguration, before: State, given: DecidedLead[], clockMs: number): Batch {
  const rules = compileRules(config);
  const asked = personWindowMs(rules) > 0;
  const pairs = given.flatMap((lead) =>
    before.history
      .filter(
        ({ personKeys, leadId }) =>
          personKeys.some((key) => lead.personKeys.includes(key)) && leadId !== lead.id,
      )
      .map(({ providerId, atMs }) => ({ leadId: lead.id, providerId, at: new Date(atMs) })),
  );
  const persons = personsOf(rules, pairs, clockMs);
  const leads = given.map((lead) => ({
    ...lead,
    samePerson: new Set(persons.get(lead.id)?.keys()),
    personKeys: asked ? lead.personKeys : [],
  }));
  const turnAfter: Turn = { nextLevelId: before.nextLevelId, receiptNo: before.receiptNo };
  const factsAfter = factsOf(rules, config, before, clockMs);
  const decisions = decide({ leads, rules, facts: factsAfter, turn: turnAfter, clockMs, seed: DAY_SEED });
  const after = structuredClone(before);
  const answers = given.map((lead) => decideSlowly({ config, state: after, lead, clockMs, seed: DAY_SEED }));
  const factsBefore = factsOf(rules, config, before, clockMs);
  return {
    config,
    rules,
    clockMs,
    leads,
    before,
    after,
    factsBefore,
    factsAfter,
    turnAfter,
    decisions,
    answers,
  };
}

type Windowed = Pick<Cap, 'window' | 'kind'>;

/** By key. A cap of another weekday counts under the day's key, also on days on which it does not hold. */
function usedOf(
  config: NicheConfiguration,
  state: State,
  sub: Sub,
  clockMs: number,
  keyOf: (cap: Windowed) => string,
  scope: 'own' | 'provider' = 'own',
): Record<string, bigint> {
  const everyDay = <T extends { caps: Sub['caps'] }>(of: T): T => ({
    ...of,
    caps: of.caps.map(({ weekday: _, ...cap }) => cap),
  });
  const open = { ...config, providerCaps: config.providerCaps?.map(everyDay) ?? [] };
  const held = capsNow({ config: open, state, clockMs }, everyDay(sub), scope);
  return Object.fromEntries(held.map(({ cap, used }) => [keyOf(cap), used]));
}

/** What the database would say: rows as the engine reads them, and the loads as they stand. */
function factsOf(rules: Rules, config: NicheConfiguration, state: State, clockMs: number): Facts {
  const rows = rules.subscriptions.map((subscription): FactRow => {
    const sub = config.subscriptions.find(({ id }) => id === subscription.id)!;
    const own = state.subscriptions.get(sub.id)!;
    const provider = state.providers.get(sub.providerId)!;
    const over = rules.providerCaps.get(sub.providerId);
    const dateOf = (ms: number | null) => (ms === null ? null : new Date(ms));
    const used = usedOf(config, state, sub, clockMs, (cap) => capKey(cap, clockMs, sub.timezone));
    const keyOfProvider = (cap: Windowed) => providerCapKey(cap, clockMs, over!.timezone, config.currency);
    const ofProvider = over ? usedOf(config, state, sub, clockMs, keyOfProvider, 'provider') : null;
    // What was not used has no row.
    const asText = (use: Record<string, bigint>) =>
      Object.fromEntries(
        Object.entries(use).flatMap(([key, value]) => (value === 0n ? [] : [[key, String(value)]])),
      );
    return {
      id: sub.id, providerId: sub.providerId, paused: own.paused, pausedUntil: dateOf(own.pausedUntilMs),
      receiptNo: own.receiptNo === null ? null : BigInt(own.receiptNo), recentTypes: own.types.slice(-100),
      providerActive: provider.active, providerPaused: provider.paused, providerPausedUntil: dateOf(provider.pausedUntilMs),
      available: provider.available, creditLimit: provider.credit, endpointState: 'active',
      breakerState: own.healthy ? 'closed' : 'open', probeAt: dateOf(own.retryAtMs), noticeTo: null,
      used: asText(used), lastReceivedAt: null, openSince: new Date(0),
      loadSince: null, providerOpenSince: new Date(0), weightState: own.owed, missedTurns: own.missed, stopped: provider.stopped,
      providerUsed: ofProvider && asText(ofProvider),
    } as FactRow; // biome-ignore format: one row
  });
  const facts = factsOfRows(rules, rows, clockMs);
  for (const { id, index } of rules.subscriptions)
    facts.subscriptions[index]!.receivedToday = state.subscriptions.get(id)!.load;
  return facts;
}

/** The engine's decision in the words of the reference. */
export function answerOf(decision: Decision, rules: Rules): Answer {
  const { lead, turnBefore, turnAfter, seats, chosen, retryAtMs } = decision;
  const verdicts = Object.fromEntries(
    verdictsOf(decision).map(({ index, verdict }) => [rules.subscriptions[index]!.id, verdict as string]),
  );
  for (const subscription of rules.subscriptions) {
    if (lead.offer && !isOffered(lead.offer, subscription)) continue;
    verdicts[subscription.id] ??= staticFailure(subscription, lead) ?? 'nothing kept it away';
  }
  return {
    leadId: lead.id,
    turnBefore,
    turnAfter,
    seats,
    verdicts,
    chosen: chosen.map(({ subscription, level, price, receiptNo, maxShared }) => ({
      id: subscription.id, levelId: level.id, price, receiptNo, maxShared,
    })), // biome-ignore format: one buyer
    retryAtMs,
  };
}

/** The facts afterwards as both tell them; what no rule looks at is left out. */
export function factsTold({ rules, factsAfter: facts, clockMs, turnAfter }: Batch) {
  return {
    turn: turnAfter,
    subscriptions: rules.subscriptions.map(({ index, id, caps, timezone }) => {
      const { receiptNo, recentTypes, receivedToday, weightState, missedTurns, used } =
        facts.subscriptions[index]!;
      const use = Object.fromEntries(caps.map((cap) => {
        const key = capKey(cap, clockMs, timezone);
        return [key, used.get(key) ?? 0n];
      })); // biome-ignore format: as short as the others
      return { id, receiptNo, recentTypes, receivedToday, weightState, missedTurns, use };
    }),
    money: Object.fromEntries([...facts.providers].map(([id, { available }]) => [id, available])),
  };
}

export function stateTold({ rules, config, after: state, clockMs }: Batch): ReturnType<typeof factsTold> {
  return {
    turn: { nextLevelId: state.nextLevelId, receiptNo: state.receiptNo },
    subscriptions: rules.subscriptions.map(({ id, timezone }) => {
      const { receiptNo, types, load, owed, missed } = state.subscriptions.get(id)!;
      const sub = config.subscriptions.find((one) => one.id === id)!;
      const use = usedOf(config, state, sub, clockMs, (cap) => capKey(cap, clockMs, timezone));
      return {
        id, receiptNo, recentTypes: types.slice(-100), receivedToday: load, weightState: owed, missedTurns: missed, use,
      }; // biome-ignore format: one subscription
    }),
    money: Object.fromEntries(
      [...new Set(rules.subscriptions.map(({ providerId }) => providerId))].map((id) => [
        id,
        state.providers.get(id)!.available,
      ]),
    ),
  };
}
