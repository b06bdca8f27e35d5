import type { Place } from '../../kernel/distance.ts';
import { windowAt } from '../../kernel/time.ts';
import type { CountedCap } from '../cap-windows.ts';
import {
  capKey,
  EVERYBODY,
  type Facts,
  fullCap,
  loadKey,
  type ProviderFacts,
  providerCapKey,
  type SubscriptionFacts,
  takesPart,
} from './facts.ts';
import { withPlace } from './filters.ts';
import { answersOf, presentFields, withCountry } from './present.ts';
import type { DecidedLead, Rules, Subscription } from './rules.ts';
import type { FactRow, LeadRow, Windows } from './store.ts';

/** Rows as the database gives them, turned into what the engine decides on. */

export function leadOfRow(
  row: LeadRow,
  rules: Pick<Rules, 'countryFields' | 'answerMoves'>,
  of: {
    /** Leads and the providers that their person does not want to hear from. */
    pairs: readonly { leadId: string; providerId: string | null }[];
    /** null: nobody of the niche asks for it. */
    persons: Persons | null;
    place: (Place & { hash: Buffer | null }) | undefined;
  },
): DecidedLead {
  const answers = answersOf(row.answers, rules.answerMoves);
  const { persons, place } = of;
  const own = of.pairs
    .filter(({ leadId }) => leadId === row.id)
    .map(({ providerId }) => providerId ?? EVERYBODY);
  return {
    id: row.id,
    campaignId: row.campaignId,
    country: row.country,
    answers: withPlace(withCountry(answers, row.country, rules.countryFields), place),
    leadType: row.leadType ?? 'raw',
    test: row.test,
    readyAtMs: row.readyAt.getTime(),
    expiresAtMs: row.expiresAt.getTime(),
    present: presentFields(row.filled, answers),
    told: row.recipientsTold,
    had: new Set(row.had),
    suppressed: new Set(own),
    blocked: new Set(row.blocked),
    ...personOf(persons, row.id),
    personKeys: persons === null ? [] : row.personKeys,
    placeHash: place?.hash,
  };
}

/** By lead: the subscriptions whose provider had its person within the window that they ask for. */
export type Persons = ReadonlyMap<string, ReadonlyMap<string, number>>;

const DAY_MS = 24 * 60 * 60 * 1_000;

/** The longest window in which somebody of the niche wants no second lead of a person; 0: nobody asks. */
export const personWindowMs = ({ subscriptions }: Rules): number =>
  DAY_MS * subscriptions.reduce((most, { personWindowDays }) => Math.max(most, personWindowDays ?? 0), 0);

export function personsOf(
  rules: Rules,
  pairs: readonly { leadId: string; providerId: string; at: Date }[],
  clockMs: number,
): Persons {
  const found = new Map<string, Map<string, number>>();
  for (const { leadId, providerId, at } of pairs) {
    for (const place of rules.byProvider.get(providerId) ?? []) {
      const subscription = rules.subscriptions[place]!;
      const untilMs = personUntil(subscription, at.getTime());
      if (untilMs === null || untilMs <= clockMs) continue;
      const kept = found.get(leadId) ?? new Map<string, number>();
      found.set(leadId, kept.set(subscription.id, Math.max(untilMs, kept.get(subscription.id) ?? untilMs)));
    }
  }
  return found;
}

/** Until when a subscription wants no further lead of a person that its provider had at this moment; null: any time. */
export const personUntil = (
  { personWindowDays }: Pick<Subscription, 'personWindowDays'>,
  hadAtMs: number,
): number | null => (personWindowDays === null ? null : hadAtMs + personWindowDays * DAY_MS);

/** What a lead says of who met its person. */
export const personOf = (
  persons: Persons | null,
  leadId: string,
): Pick<DecidedLead, 'samePerson' | 'personUntilMs'> => {
  const met = persons?.get(leadId);
  return met ? { samePerson: new Set(met.keys()), personUntilMs: met } : { samePerson: new Set() };
};

const amounts = (used: Record<string, string> | null): Map<string, bigint> =>
  new Map(Object.entries(used ?? {}).map(([key, value]) => [key, BigInt(value)]));

/** By id: its place in the rules. */
const placesOf = new WeakMap<Rules, ReadonlyMap<string, number>>();
function placesById(rules: Rules): ReadonlyMap<string, number> {
  const kept = placesOf.get(rules);
  if (kept) return kept;
  const found = new Map(rules.subscriptions.map(({ id, index }) => [id, index]));
  placesOf.set(rules, found);
  return found;
}

export function factsOfRows(rules: Rules, rows: readonly FactRow[], clockMs: number): Facts {
  const placeOf = placesById(rules);
  const subscriptions: (SubscriptionFacts | undefined)[] = new Array(rules.subscriptions.length).fill(
    undefined,
  );
  const providers = new Map<string, ProviderFacts>();
  for (const row of rows) {
    const index = placeOf.get(row.id);
    if (index === undefined) continue;
    const used = amounts(row.used);
    const today = capKey({ kind: 'count', window: 'day' }, clockMs, rules.subscriptions[index]!.timezone);
    const facts: SubscriptionFacts = {
      paused: row.paused,
      pausedUntilMs: row.pausedUntil?.getTime() ?? null,
      receiptNo: row.receiptNo === null ? null : Number(row.receiptNo),
      recentTypes: row.recentTypes,
      receivedToday: Number(used.get(today) ?? 0n),
      used,
      capFull: false,
      // A subscription without an endpoint is served in the portal and by a notice: always healthy.
      endpointHealthy:
        row.endpointState === null || (row.endpointState === 'active' && row.breakerState === 'closed'),
      endpointRetryAtMs: row.endpointState === 'active' ? (row.probeAt?.getTime() ?? null) : null,
      weightState: row.weightState,
      missedTurns: row.missedTurns,
    };
    facts.capFull = fullCap(rules.subscriptions[index]!, facts, clockMs) !== undefined;
    subscriptions[index] = facts;
    if (!providers.has(row.providerId)) {
      providers.set(row.providerId, {
        active: row.providerActive,
        paused: row.providerPaused,
        pausedUntilMs: row.providerPausedUntil?.getTime() ?? null,
        available: row.available ?? 0n,
        creditLimit: row.creditLimit ?? 0n,
        stopped: row.stopped,
        used: amounts(row.providerUsed),
      });
    }
  }
  const facts = { subscriptions, providers };
  return { ...facts, joined: countLoads(rules, rows, facts, clockMs) };
}

/** The load that is stored for a subscription: its leads of the UTC day, and what it began with. */
export const storedLoad = (row: Pick<FactRow, 'used'>, clockMs: number): number =>
  Number(row.used?.[loadKey(clockMs)] ?? 0);

/**
 * The counts of levels that serve the least loaded. Who joined or came back today begins, with the first batch in which
 * it takes part, at the lowest count of those who do already: beside people who received since the morning, zero would
 * mean all leads until it has caught up. Returns who begins, and with what.
 */
function countLoads(
  rules: Rules,
  rows: readonly FactRow[],
  facts: Facts,
  clockMs: number,
): Map<number, number> {
  const joined = new Map<number, number>();
  if (!rules.levels.some(({ strategy }) => strategy === 'least_loaded_today')) return joined;
  const dayStart = windowAt('day', clockMs, 'UTC').startMs;
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  for (const level of rules.levels) {
    if (level.strategy !== 'least_loaded_today') continue;
    const members = rules.subscriptions.flatMap((subscription) => {
      const own = facts.subscriptions[subscription.index];
      const row = rowOf.get(subscription.id);
      if (subscription.levelId !== level.id || !own || !row) return [];
      own.receivedToday = storedLoad(row, clockMs);
      const since = openSince(row, clockMs);
      const isNew = since >= dayStart && (row.loadSince?.getTime() ?? 0) < since;
      const provider = facts.providers.get(subscription.providerId)!;
      return takesPart(subscription, own, provider, clockMs)
        ? [{ index: subscription.index, own, isNew }]
        : [];
    });
    const counted = members.filter(({ isNew }) => !isNew).map(({ own }) => own.receivedToday);
    const lowest = counted.length === 0 ? 0 : Math.min(...counted);
    for (const { index, own } of members.filter(({ isNew }) => isNew)) {
      own.receivedToday = Math.max(own.receivedToday, lowest);
      joined.set(index, own.receivedToday);
    }
  }
  return joined;
}

/** Since when a subscription takes part: it or its provider joined or came back, or a pause with an end ended. */
const openSince = (row: FactRow, clockMs: number): number =>
  Math.max(
    row.openSince?.getTime() ?? 0,
    row.providerOpenSince?.getTime() ?? 0,
    ...[row.pausedUntil, row.providerPausedUntil]
      .map((until) => until?.getTime() ?? 0)
      .filter((until) => until <= clockMs),
  );

type ZonedCap = { cap: CountedCap; timezone: string };
/** Each kind of window of each zone once: thousands of subscriptions have the same few. */
const capsOf = new WeakMap<Rules, readonly ZonedCap[]>();
function distinctCaps(rules: Rules): readonly ZonedCap[] {
  const kept = capsOf.get(rules);
  if (kept) return kept;
  const found = new Map<string, ZonedCap>();
  for (const { caps, timezone } of rules.subscriptions) {
    for (const cap of [{ kind: 'count', window: 'day' } as const, ...caps])
      found.set(`${cap.window} ${timezone}`, { cap, timezone });
  }
  capsOf.set(rules, [...found.values()]);
  return capsOf.get(rules)!;
}

/** The cap windows of now, over all zones and kinds that the niche's subscriptions and their providers use. */
export function windowsOf(rules: Rules, clockMs: number): Windows {
  const loads = rules.levels.some(({ strategy }) => strategy === 'least_loaded_today');
  const keys = new Set(loads ? [windowOf(loadKey(clockMs))] : []);
  for (const { cap, timezone } of distinctCaps(rules)) keys.add(windowOf(capKey(cap, clockMs, timezone)));
  const providerKeys = new Set<string>();
  for (const { caps, timezone } of rules.providerCaps.values()) {
    for (const cap of caps)
      providerKeys.add(windowOf(providerCapKey(cap, clockMs, timezone, rules.currency)));
  }
  return { currency: rules.currency, keys: [...keys], providerKeys: [...providerKeys], loads };
}

/** `count:day:2026-11-20` counts `count` in the window `day:2026-11-20`. */
const windowOf = (key: string): string => key.slice(key.indexOf(':') + 1);

const sameInstant = (a: Date | null, b: Date | null): boolean => a?.getTime() === b?.getTime();

const sameUse = (a: FactRow['used'], b: FactRow['used']): boolean => {
  const one = Object.entries(a ?? {});
  return one.length === Object.keys(b ?? {}).length && one.every(([key, value]) => b?.[key] === value);
};

/**
 * Whether what was decided on `a` holds on `b` too. Money may have moved, as long as it covers what is owed: the decision
 * then stands as if it had come before the movement. All else must be the same.
 */
export function stillHolds(a: FactRow, b: FactRow, owed: bigint): boolean {
  return (
    (b.available ?? 0n) + (b.creditLimit ?? 0n) >= owed &&
    a.receiptNo === b.receiptNo &&
    a.paused === b.paused &&
    sameInstant(a.pausedUntil, b.pausedUntil) &&
    a.providerActive === b.providerActive &&
    a.providerPaused === b.providerPaused &&
    sameInstant(a.providerPausedUntil, b.providerPausedUntil) &&
    a.endpointState === b.endpointState &&
    a.breakerState === b.breakerState &&
    a.recentTypes === b.recentTypes &&
    a.stopped === b.stopped &&
    sameUse(a.used, b.used) &&
    sameUse(a.providerUsed, b.providerUsed)
  );
}
