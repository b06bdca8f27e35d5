/**
 * Money: integer minor units and an ISO 4217 currency. Never a float, never two currencies in one sum.
 * Amounts fit PostgreSQL's int8, so whatever is a `Money` here can be stored.
 */

/** Digits after the point, by ISO 4217 currency (list one, 2026). A currency not listed is refused. */
const EXPONENTS = {
  AED: 2,
  AUD: 2,
  BGN: 2,
  BHD: 3,
  BRL: 2,
  CAD: 2,
  CHF: 2,
  CLP: 0,
  CNY: 2,
  CZK: 2,
  DKK: 2,
  EUR: 2,
  GBP: 2,
  HKD: 2,
  HUF: 2,
  ILS: 2,
  INR: 2,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KRW: 0,
  KWD: 3,
  MXN: 2,
  NOK: 2,
  NZD: 2,
  OMR: 3,
  PLN: 2,
  RON: 2,
  RSD: 2,
  SAR: 2,
  SEK: 2,
  SGD: 2,
  THB: 2,
  TND: 3,
  TRY: 2,
  UAH: 2,
  USD: 2,
  VND: 0,
  ZAR: 2,
} as const;

export type Currency = keyof typeof EXPONENTS;

/** `amount` in minor units (cents of EUR, whole yen of JPY, thousandths of KWD). */
export type Money = { readonly amount: bigint; readonly currency: Currency };

/** Why a decimal string is no amount. */
export type MoneyReason =
  | 'not_a_string'
  | 'not_a_decimal'
  | 'too_many_decimals'
  | 'negative_amount'
  | 'amount_too_large'
  | 'unknown_currency';

export const CURRENCIES = Object.keys(EXPONENTS) as readonly Currency[];

/** Bounds of PostgreSQL's int8. */
export const AMOUNT_MAX = 9_223_372_036_854_775_807n;
export const AMOUNT_MIN = -AMOUNT_MAX - 1n;
/** int8 has 19 digits; anything much longer is refused before BigInt sees it. */
const DECIMAL_LENGTH_MAX = 40;
const SPLIT_PARTS_MAX = 10_000;

export function isCurrency(value: unknown): value is Currency {
  return typeof value === 'string' && Object.hasOwn(EXPONENTS, value);
}

/** Digits after the point: EUR 2, JPY 0, KWD 3. */
export function exponentOf(currency: Currency): number {
  return EXPONENTS[currency];
}

/**
 * Makes a Money of minor units. Throws RangeError when it would not fit int8: that is a bug of the caller.
 */
export function money(amount: bigint, currency: Currency): Money {
  if (!isCurrency(currency)) throw new RangeError(`unknown currency ${String(currency)}`);
  if (amount > AMOUNT_MAX || amount < AMOUNT_MIN) throw new RangeError('amount does not fit int8');
  return { amount, currency };
}

export function zero(currency: Currency): Money {
  return money(0n, currency);
}

/**
 * Reads "12.50" as 1250 cents. Only ASCII digits, one point and, when `negative` is allowed, a leading minus:
 * no comma, exponent, blank, plus sign or grouping, because "1,250" means two amounts to two people.
 */
export function parseMoney(
  text: unknown,
  currency: string,
  options: { negative?: boolean } = {},
): { ok: true; money: Money } | { ok: false; reason: MoneyReason } {
  if (!isCurrency(currency)) return { ok: false, reason: 'unknown_currency' };
  if (typeof text !== 'string') return { ok: false, reason: 'not_a_string' };
  if (text.length > DECIMAL_LENGTH_MAX) {
    return { ok: false, reason: /^-?[0-9.]+$/.test(text) ? 'amount_too_large' : 'not_a_decimal' };
  }
  const match = /^(-?)([0-9]+)(?:\.([0-9]+))?$/.exec(text);
  if (match === null) return { ok: false, reason: 'not_a_decimal' };
  const [, sign = '', whole = '', fraction = ''] = match;
  if (fraction.length > EXPONENTS[currency]) return { ok: false, reason: 'too_many_decimals' };
  const size = BigInt(whole + fraction.padEnd(EXPONENTS[currency], '0'));
  const amount = sign === '-' ? -size : size;
  if (amount < 0n && options.negative !== true) return { ok: false, reason: 'negative_amount' };
  if (amount > AMOUNT_MAX || amount < AMOUNT_MIN) return { ok: false, reason: 'amount_too_large' };
  return { ok: true, money: { amount, currency } };
}

/** "12.50", "-0.05", "1250" (JPY), "1.250" (KWD): always the currency's own number of decimals. */
export function formatMoney(value: Money): string {
  const exponent = EXPONENTS[value.currency];
  const sign = value.amount < 0n ? '-' : '';
  const digits = (value.amount < 0n ? -value.amount : value.amount).toString().padStart(exponent + 1, '0');
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** Throws on two currencies and beyond int8: both are bugs, a request cannot reach them. */
export function add(a: Money, b: Money): Money {
  sameCurrency(a, b);
  return money(a.amount + b.amount, a.currency);
}

/** a minus b; throws like `add`. */
export function subtract(a: Money, b: Money): Money {
  sameCurrency(a, b);
  return money(a.amount - b.amount, a.currency);
}

export function negate(value: Money): Money {
  return money(-value.amount, value.currency);
}

/** -1, 0 or 1; throws on two currencies. */
export function compare(a: Money, b: Money): -1 | 0 | 1 {
  sameCurrency(a, b);
  if (a.amount === b.amount) return 0;
  return a.amount < b.amount ? -1 : 1;
}

/** Sum of a list in one currency; the empty list is zero. */
export function sum(values: Iterable<Money>, currency: Currency): Money {
  let total = zero(currency);
  for (const value of values) total = add(total, value);
  return total;
}

/**
 * Splits by weights so that the parts add up exactly (largest remainder; ties go to the earlier part).
 * Weights are whole and not negative, at least one above zero; a part differs from its exact share by less
 * than one minor unit. A negative total is split as its positive twin.
 */
export function split(total: Money, weights: readonly bigint[]): Money[] {
  if (weights.length === 0 || weights.length > SPLIT_PARTS_MAX)
    throw new RangeError('split needs 1 to 10,000 parts');
  if (weights.some((weight) => weight < 0n)) throw new RangeError('a weight is negative');
  const whole = weights.reduce((a, b) => a + b, 0n);
  if (whole === 0n) throw new RangeError('all weights are zero');
  const sign = total.amount < 0n ? -1n : 1n;
  const size = total.amount * sign;
  const shares = weights.map((weight, at) => ({
    at,
    amount: (size * weight) / whole,
    remainder: (size * weight) % whole,
  }));
  const given = shares.reduce((a, share) => a + share.amount, 0n);
  const byRemainder = shares.toSorted((a, b) =>
    a.remainder === b.remainder ? a.at - b.at : a.remainder > b.remainder ? -1 : 1,
  );
  for (const share of byRemainder.slice(0, Number(size - given))) share.amount += 1n;
  return shares.map((share) => money(share.amount * sign, total.currency));
}

function sameCurrency(a: Money, b: Money): void {
  if (a.currency !== b.currency) throw new TypeError(`cannot mix ${a.currency} and ${b.currency}`);
}
