import { capsToday } from '../facts.ts';
import type { Known } from '../facts-memory.ts';
import { type DecisionRecord, providerPlaces } from '../record.ts';
import { priceOf, type Rules } from '../rules.ts';

/**
 * What a single record must keep, whatever version of the rules it was decided by: prices of the pinned configuration,
 * seats, order of receipt, caps and money as the facts in the chain say. Pure; the caller brings rules and facts.
 */
export type Difference = {
  /** What differs, in words: "price of subscription ...". */
  what: string;
  expected: string;
  found: string;
  /** Whose it is, when it is one provider's. */
  providerId?: string;
};

/**
 * A decision after which the next one starts: the turn by level id, and the last receipt number. No turn: its level was
 * switched off since, which hands it on.
 */
export type Place = { turn?: string | null; receiptNo: number; configVersion: number };

const levelIdOf = (rules: Rules, place: number | null): string | null =>
  place === null ? null : (rules.levels[place]?.id ?? `level ${place}`);

/** The campaign that the record names, as its configuration knows it. */
export const campaignIn = (record: DecisionRecord, rules: Rules): string => {
  const place = record.lead?.campaign ?? null;
  return place === null ? '' : ([...rules.campaigns.keys()][place] ?? '');
};

export function checkRecord(of: {
  record: DecisionRecord;
  rules: Rules;
  known: Known;
  before: Place | undefined;
}): Difference[] {
  const { record, rules } = of;
  if (record.subscriptions !== rules.subscriptions.length)
    return [differ('subscriptions in the configuration', rules.subscriptions.length, record.subscriptions)];
  return [...checkTurn(of), ...checkChosen(of), ...checkSeats(record, rules)];
}

const differ = (what: string, expected: unknown, found: unknown, providerId?: string): Difference => ({
  what,
  expected: String(expected),
  found: String(found),
  ...(providerId === undefined ? {} : { providerId }),
});

/** Turn and numbers of receipt go on where the decision before stopped. */
function checkTurn({ record, rules, before }: Parameters<typeof checkRecord>[0]): Difference[] {
  const found: Difference[] = [];
  const turn = levelIdOf(rules, record.turnBefore);
  const expected = before?.turn;
  if (expected !== undefined && turn !== expected)
    found.push(differ('turn before the decision', expected, turn));
  const start = record.lead?.receiptBefore ?? before?.receiptNo;
  if (before && start !== before.receiptNo)
    found.push(differ('receipt number before the decision', before.receiptNo, start));
  let next = start;
  for (const { index, receiptNo } of record.test ? [] : record.chosen) {
    if (next !== undefined) next += 1;
    else next = receiptNo ?? undefined;
    const { id, providerId } = rules.subscriptions[index] ?? { id: `number ${index}`, providerId: undefined };
    if (receiptNo !== next)
      found.push(differ(`receipt number of subscription ${id}`, next, receiptNo, providerId));
  }
  return found;
}

function checkChosen({ record, rules, known }: Parameters<typeof checkRecord>[0]): Difference[] {
  const found: Difference[] = [];
  const { placeOf } = providerPlaces(rules);
  const verdicts = new Map(record.verdicts.map(({ index, verdict }) => [index, verdict]));
  const chosen = new Set(record.chosen.map(({ index }) => index));
  for (const { index, verdict } of record.verdicts) {
    if (verdict === 'chosen' && !chosen.has(index))
      found.push(differ(`verdict of subscription ${rules.subscriptions[index]?.id}`, 'not chosen', verdict));
  }
  const providers = new Set<string>();
  for (const { index, price } of record.chosen) {
    const subscription = rules.subscriptions[index];
    if (!subscription) {
      found.push(differ('a chosen subscription', 'one of the configuration', `number ${index}`));
      continue;
    }
    const { id, providerId } = subscription;
    const say = (what: string, expected: unknown, is: unknown) =>
      found.push(differ(`${what} of subscription ${id}`, expected, is, providerId));
    if (verdicts.get(index) !== 'chosen') say('verdict', 'chosen', verdicts.get(index) ?? 'no candidate');
    const pinned = priceOf(rules, subscription, campaignIn(record, rules));
    if (price !== pinned) say('price', pinned, price);
    if (providers.has(providerId)) say('number of leads', 'one for its provider', 'two');
    providers.add(providerId);
    if (record.test) continue;
    const own = known.subscriptions.get(index);
    // A cap of another weekday counts the same leads, and does not hold today.
    const holds = new Set(capsToday(subscription.caps, record.clockMs, subscription.timezone));
    for (const [place, cap] of own ? subscription.caps.entries() : []) {
      if (!holds.has(cap)) continue;
      const after = (own!.used[place] ?? 0n) + (cap.kind === 'count' ? 1n : price);
      if (after > cap.value)
        say(`use of the ${cap.kind} cap per ${cap.window}`, `at most ${cap.value}`, after);
    }
    const money = known.providers.get(placeOf.get(providerId)!);
    if (money && money.available + money.creditLimit < price)
      say('money', `at least ${price}`, money.available + money.creditLimit);
  }
  return found;
}

function checkSeats(record: DecisionRecord, rules: Rules): Difference[] {
  const found: Difference[] = [];
  for (const { level, seats } of record.seats) {
    const { id } = rules.levels[level] ?? { id: undefined };
    const taken = record.chosen.filter(({ index }) => rules.subscriptions[index]?.levelId === id).length;
    const most = Math.min(seats, rules.levels[level]?.maxProviders ?? 0);
    if (taken > most) found.push(differ(`seats taken at level ${id}`, `at most ${most}`, taken));
  }
  for (const { index, maxShared } of record.chosen) {
    const { id, providerId } = rules.subscriptions[index] ?? { id: `number ${index}`, providerId: undefined };
    if (record.chosen.length > maxShared)
      found.push(
        differ(
          `companies that share the lead with subscription ${id}`,
          `at most ${maxShared}`,
          record.chosen.length,
          providerId,
        ),
      );
  }
  return found;
}

/** Where a record says other than the same decision run again. */
export function compareRecords(again: DecisionRecord, stored: DecisionRecord, rules: Rules): Difference[] {
  const found: Difference[] = [];
  const say = (what: string, expected: unknown, is: unknown, providerId?: string) => {
    if (String(expected) !== String(is)) found.push(differ(what, expected, is, providerId));
  };
  say('turn after the decision', levelIdOf(rules, again.turnAfter), levelIdOf(rules, stored.turnAfter));
  const seats = ({ seats }: DecisionRecord) =>
    seats.map(({ level, seats: many }) => `${many} at ${levelIdOf(rules, level)}`).join(', ');
  say('seats', seats(again), seats(stored));
  const verdicts = new Map(stored.verdicts.map(({ index, verdict }) => [index, verdict]));
  for (const { index, verdict } of again.verdicts) {
    const { id, providerId } = rules.subscriptions[index]!;
    say(`verdict of subscription ${id}`, verdict, verdicts.get(index), providerId);
  }
  const chosen = new Map(stored.chosen.map((one) => [one.index, one]));
  for (const { index, price, receiptNo, maxShared } of again.chosen) {
    const { id, providerId } = rules.subscriptions[index]!;
    const one = chosen.get(index);
    say(`price of subscription ${id}`, price, one?.price, providerId);
    say(`receipt number of subscription ${id}`, receiptNo, one?.receiptNo, providerId);
    say(`companies that share the lead with subscription ${id}`, maxShared, one?.maxShared, providerId);
  }
  const order = ({ chosen: list }: DecisionRecord) =>
    list.map(({ index }) => rules.subscriptions[index]?.id ?? `number ${index}`).join(', ');
  say('who got the lead, in order', order(again) || 'nobody', order(stored) || 'nobody');
  const time = (ms: number | null | undefined) => (ms == null ? 'none' : new Date(ms).toISOString());
  say('next try', time(again.lead?.retryAtMs), time(stored.lead?.retryAtMs));
  return found;
}
