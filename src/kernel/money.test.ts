import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AMOUNT_MAX,
  AMOUNT_MIN,
  add,
  CURRENCIES,
  compare,
  exponentOf,
  formatMoney,
  isCurrency,
  money,
  parseMoney,
  split,
  subtract,
  sum,
} from './money.ts';

const currencies = fc.constantFrom(...CURRENCIES);
const amounts = fc.bigInt({ min: AMOUNT_MIN, max: AMOUNT_MAX });

describe('reading an amount', () => {
  test.each([
    ['12.50', 'EUR', 1250n],
    ['12.5', 'EUR', 1250n],
    ['12', 'EUR', 1200n],
    ['0', 'EUR', 0n],
    ['0.01', 'EUR', 1n],
    ['007.00', 'EUR', 700n],
    ['1250', 'JPY', 1250n],
    ['1.250', 'KWD', 1250n],
    ['92233720368547758.07', 'EUR', AMOUNT_MAX],
    ['9223372036854775807', 'JPY', AMOUNT_MAX],
  ])('%s %s is %s minor units', (text, currency, amount) => {
    expect(parseMoney(text, currency)).toEqual({ ok: true, money: { amount, currency } });
  });

  test.each([
    ['12.505', 'EUR', 'too_many_decimals'],
    ['12.0', 'JPY', 'too_many_decimals'],
    ['1.2345', 'KWD', 'too_many_decimals'],
    ['12,50', 'EUR', 'not_a_decimal'],
    ['1.250,00', 'EUR', 'not_a_decimal'],
    ['1e3', 'EUR', 'not_a_decimal'],
    ['１２.５０', 'EUR', 'not_a_decimal'],
    ['NaN', 'EUR', 'not_a_decimal'],
    ['Infinity', 'EUR', 'not_a_decimal'],
    ['', 'EUR', 'not_a_decimal'],
    [' 12.50', 'EUR', 'not_a_decimal'],
    ['12.50\n', 'EUR', 'not_a_decimal'],
    ['+12.50', 'EUR', 'not_a_decimal'],
    ['.50', 'EUR', 'not_a_decimal'],
    ['12.', 'EUR', 'not_a_decimal'],
    ['0x10', 'EUR', 'not_a_decimal'],
    ['12\u0000', 'EUR', 'not_a_decimal'],
    ['\ud800', 'EUR', 'not_a_decimal'],
    ['x'.repeat(1 << 20), 'EUR', 'not_a_decimal'],
    ['9'.repeat(1 << 20), 'EUR', 'amount_too_large'],
    ['92233720368547758.08', 'EUR', 'amount_too_large'],
    ['9223372036854775808', 'JPY', 'amount_too_large'],
    ['-1', 'EUR', 'negative_amount'],
    ['1', 'eur', 'unknown_currency'],
    ['1', 'XXX', 'unknown_currency'],
    ['1', '__proto__', 'unknown_currency'],
    ['1', 'toString', 'unknown_currency'],
    [12.5, 'EUR', 'not_a_string'],
    [null, 'EUR', 'not_a_string'],
    [{}, 'EUR', 'not_a_string'],
    [['1'], 'EUR', 'not_a_string'],
  ])('refuses %# with a reason', (text, currency, reason) => {
    expect(parseMoney(text, currency)).toEqual({ ok: false, reason });
  });

  test('a correction may be negative when the caller says so', () => {
    expect(parseMoney('-0.05', 'EUR', { negative: true })).toEqual({
      ok: true,
      money: { amount: -5n, currency: 'EUR' },
    });
    expect(parseMoney('-0', 'EUR')).toEqual({ ok: true, money: { amount: 0n, currency: 'EUR' } });
  });

  test('what is written is read back as the same amount, to the last unit of int8', () => {
    fc.assert(
      fc.property(amounts, currencies, (amount, currency) => {
        const value = money(amount, currency);
        expect(parseMoney(formatMoney(value), currency, { negative: true })).toEqual({
          ok: true,
          money: value,
        });
      }),
    );
  });

  test('no text whatever makes it throw', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string({ unit: 'binary' }), (text, currency) => {
        expect(typeof parseMoney(text, currency).ok).toBe('boolean');
        expect(typeof parseMoney(currency, 'EUR').ok).toBe('boolean');
      }),
    );
  });
});

describe('writing an amount', () => {
  test.each([
    [1250n, 'EUR', '12.50'],
    [-5n, 'EUR', '-0.05'],
    [0n, 'EUR', '0.00'],
    [1250n, 'JPY', '1250'],
    [5n, 'KWD', '0.005'],
  ] as const)('%s %s is written %s', (amount, currency, text) => {
    expect(formatMoney(money(amount, currency))).toBe(text);
  });
});

describe('sums', () => {
  test('two currencies are never added, subtracted or compared', () => {
    const euro = money(1n, 'EUR');
    const pound = money(1n, 'GBP');
    expect(() => add(euro, pound)).toThrow('mix');
    expect(() => subtract(euro, pound)).toThrow('mix');
    expect(() => compare(euro, pound)).toThrow('mix');
    expect(() => sum([euro], 'GBP')).toThrow('mix');
  });

  test('a sum beyond int8 is refused, not wrapped', () => {
    expect(() => add(money(AMOUNT_MAX, 'EUR'), money(1n, 'EUR'))).toThrow('int8');
    expect(() => subtract(money(AMOUNT_MIN, 'EUR'), money(1n, 'EUR'))).toThrow('int8');
  });

  test('taking away what was added gives the first amount back', () => {
    const small = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
    fc.assert(
      fc.property(small, small, currencies, (a, b, currency) => {
        const first = money(a, currency);
        const second = money(b, currency);
        expect(subtract(add(first, second), second)).toEqual(first);
        expect(compare(first, second)).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  test('the table of currencies knows its decimals', () => {
    expect([exponentOf('EUR'), exponentOf('JPY'), exponentOf('KWD')]).toEqual([2, 0, 3]);
    expect([isCurrency('EUR'), isCurrency('constructor'), isCurrency(7)]).toEqual([true, false, false]);
  });
});

describe('splitting', () => {
  test('ten cents among three: the earlier gets the odd cent', () => {
    expect(split(money(10n, 'EUR'), [1n, 1n, 1n]).map((part) => part.amount)).toEqual([4n, 3n, 3n]);
    expect(split(money(-10n, 'EUR'), [1n, 1n, 1n]).map((part) => part.amount)).toEqual([-4n, -3n, -3n]);
    expect(split(money(100n, 'EUR'), [0n, 1n, 2n]).map((part) => part.amount)).toEqual([0n, 33n, 67n]);
  });

  test('parts add up exactly and none is a whole unit off its share', () => {
    const weights = fc
      .array(fc.bigInt({ min: 0n, max: 10n ** 6n }), { minLength: 1, maxLength: 40 })
      .filter((list) => list.some((weight) => weight > 0n));
    fc.assert(
      fc.property(amounts, weights, currencies, (amount, list, currency) => {
        const total = money(amount, currency);
        const parts = split(total, list);
        const whole = list.reduce((a, b) => a + b, 0n);
        expect(sum(parts, currency)).toEqual(total);
        for (const [at, part] of parts.entries()) {
          const off = part.amount * whole - amount * list[at]!;
          expect(off < whole && off > -whole).toBe(true);
        }
      }),
    );
  });

  test('nothing, a negative weight and only zeros are refused', () => {
    expect(() => split(money(1n, 'EUR'), [])).toThrow('parts');
    expect(() => split(money(1n, 'EUR'), [2n, -1n])).toThrow('negative');
    expect(() => split(money(1n, 'EUR'), [0n])).toThrow('zero');
  });
});
