import { formatMoney, isCurrency } from '../../kernel/money.ts';
import { capKey, capsToday, providerCapKey } from './facts.ts';
import { type Cap, lowestPriceOf, type Rules, type Subscription } from './rules.ts';

/** When a cap is nearly used up or used up: the moments at which both sides are told. Pure. */

export type Threshold = 80 | 100;

/** A cap that holds today, under the key of its counter. */
export type CapAtHand = {
  scopeId: string;
  providerId: string;
  /** null: over all subscriptions of the provider. */
  subscription: Subscription | null;
  cap: Cap;
  /** The least that one more lead adds. */
  step: bigint;
  currency: string;
};

/** What names a counter: scope, kind and window. */
export const counterName = (of: { scopeId: string; kind: string; windowKey: string }): string =>
  `${of.scopeId} ${of.kind}:${of.windowKey}`;

/** The caps of these subscriptions and of their providers that hold today, by the name of their counter. */
export function capsAtHand(
  subscriptions: Iterable<Subscription>,
  rules: Rules,
  clockMs: number,
): Map<string, CapAtHand> {
  const found = new Map<string, CapAtHand>();
  const { currency } = rules;
  for (const subscription of subscriptions) {
    const { id, providerId, caps, timezone } = subscription;
    for (const cap of capsToday(caps, clockMs, timezone)) {
      const step = cap.kind === 'count' ? 1n : lowestPriceOf(rules, subscription);
      const one = { scopeId: id, providerId, subscription, cap, step, currency };
      found.set(`${id} ${capKey(cap, clockMs, timezone)}`, one);
    }
    const over = rules.providerCaps.get(providerId);
    for (const cap of over ? capsToday(over.caps, clockMs, over.timezone) : []) {
      const key = `${providerId} ${providerCapKey(cap, clockMs, over!.timezone, currency)}`;
      const step = cap.kind === 'count' ? 1n : lowestPrice(rules, providerId);
      found.set(key, { scopeId: providerId, providerId, subscription: null, cap, step, currency });
    }
  }
  return found;
}

const lowestPrice = (rules: Rules, providerId: string): bigint =>
  (rules.byProvider.get(providerId) ?? [])
    .map((place) => lowestPriceOf(rules, rules.subscriptions[place]!))
    .reduce((low, price) => (low === 0n || price < low ? price : low), 0n);

/**
 * The highest line that a counter crossed on its way: 100 when there is no room for one more lead, 80 when four fifths
 * of the cap are used; null: none.
 */
export function crossedLine(
  { cap, step }: Pick<CapAtHand, 'cap' | 'step'>,
  before: bigint,
  after: bigint,
): Threshold | null {
  const full = (used: bigint) => used + step > cap.value;
  const near = (used: bigint) => used * 100n >= cap.value * 80n;
  if (!full(before) && full(after)) return 100;
  return !near(before) && near(after) && !full(before) ? 80 : null;
}

const DAYS = ['Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays', 'Sundays'];
const SPANS = { hour: 'an hour', day: 'a day', week: 'a week', month: 'a month', total: 'in all' };

/** "a day", "on Mondays", "in all". */
export const spanWords = ({ window, weekday }: { window: Cap['window']; weekday: number | null }): string =>
  weekday === null ? SPANS[window] : `on ${DAYS[weekday - 1]}`;

/** "50 leads a day", "20 leads on Mondays", "250.00 EUR a month". */
export const capWords = ({ cap, currency }: Pick<CapAtHand, 'cap' | 'currency'>): string =>
  `${amountWords(cap.kind, cap.value, currency)} ${spanWords(cap)}`;

/** "12 leads", "120.00 EUR". */
export function amountWords(kind: Cap['kind'], value: bigint, currency: string): string {
  if (kind === 'count') return `${value} ${value === 1n ? 'lead' : 'leads'}`;
  return isCurrency(currency) ? `${formatMoney({ amount: value, currency })} ${currency}` : String(value);
}
