import fc from 'fast-check';
import { getCountries, getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { describe, expect, test } from 'vitest';
import { readPhone } from './phone.ts';

const short = (typed: unknown, country: string | null) => {
  const read = readPhone(typed, country);
  return read.ok ? `${read.phone.e164} ${read.phone.country} ${read.phone.type}` : read.reason;
};

describe('a phone number as typed', () => {
  test.each([
    ['030 901820', 'DE', '+4930901820 DE fixed_line'],
    ['(030) 90 18 20', 'DE', '+4930901820 DE fixed_line'],
    ['030/901820', 'DE', '+4930901820 DE fixed_line'],
    ['+49 (0)30 901820', 'CA', '+4930901820 DE fixed_line'],
    ['0049 30 901820', 'CA', '+4930901820 DE fixed_line'],
    ['+49 30 901820', null, '+4930901820 DE fixed_line'],
    ['030 901820 ext. 5', 'DE', '+4930901820 DE fixed_line'],
    ['٠٣٠ ٩٠١٨٢٠', 'DE', '+4930901820 DE fixed_line'],
    ['＋４９ 30 901820', null, '+4930901820 DE fixed_line'],
    ['0151 23456789', 'DE', '+4915123456789 DE mobile'],
    ['0900 1234567', 'DE', '+499001234567 DE premium_rate'],
    ['06 1234 5678', 'IT', '+390612345678 IT fixed_line'],
    ['020 7946 0018', 'GB', '+442079460018 GB fixed_line'],
    ['416-967-1111', 'CA', '+14169671111 CA fixed_line_or_mobile'],
    ['1 416 967 1111', 'CA', '+14169671111 CA fixed_line_or_mobile'],
    ['+800 1234 5678', 'DE', '+80012345678 null toll_free'],
  ])('%s on a page of %s is %s', (typed, country, expected) => {
    expect(short(typed, country)).toBe(expected);
  });

  test.each([
    ['', 'DE', 'phone_missing'],
    [undefined, 'DE', 'phone_missing'],
    [4930901820, 'DE', 'phone_missing'],
    [{}, 'DE', 'phone_missing'],
    ['call me', 'DE', 'phone_characters'],
    ['1-800-FLOWERS', 'CA', 'phone_characters'],
    ['030\u0000901820', 'DE', 'phone_characters'],
    ['030 901820\ud800', 'DE', 'phone_characters'],
    ['030 901820<script>', 'DE', 'phone_characters'],
    ['+49 30 901820 +49 30 901821', 'DE', 'phone_characters'],
    ['0'.repeat(1 << 20), 'DE', 'phone_characters'],
    ['110', 'DE', 'phone_too_short'],
    ['+49', 'DE', 'phone_too_short'],
    ['0301234567890123456789', 'DE', 'phone_too_long'],
    ['+999 1234567', 'DE', 'phone_not_a_number'],
    ['030 901820', null, 'phone_country_needed'],
  ])('%# is refused with its reason', (typed, country, reason) => {
    expect(short(typed, country)).toBe(reason);
  });

  test('a number that the plan does not have is kept, as not valid', () => {
    expect(readPhone('12345678', 'NO')).toMatchObject({
      ok: true,
      phone: { valid: false, possible: true, type: 'unknown' },
    });
  });

  test('without "+" and without the country\'s leading 0 it may be another country\'s', () => {
    expect(readPhone('416-967-1111', 'DE')).toMatchObject({
      phone: { country: 'DE', valid: true, doubtful: true },
    });
    expect(readPhone('030 901820', 'DE')).toMatchObject({ phone: { doubtful: false } });
    expect(readPhone('٠٣٠ ٩٠١٨٢٠', 'DE')).toMatchObject({ phone: { doubtful: false } });
    expect(readPhone('416 967 1111', 'CA')).toMatchObject({ phone: { doubtful: false } });
    expect(readPhone('91 123 45 67', 'ES')).toMatchObject({ phone: { doubtful: false } });
  });

  test('one mobile number of every country is read in all usual writings', () => {
    const countries = getCountries().filter((country) => getExampleNumber(country, examples) !== undefined);
    expect(countries.length).toBeGreaterThan(230);
    for (const country of countries) {
      const number = getExampleNumber(country, examples)!;
      const writings = [number.number, number.formatInternational(), number.number.replace('+', '00')];
      for (const typed of writings)
        expect(readPhone(typed, 'DE'), `${country} ${typed}`).toMatchObject({
          phone: { e164: number.number, valid: true },
        });
      expect(readPhone(number.formatNational(), country), country).toMatchObject({
        phone: { e164: number.number, valid: true, doubtful: false },
      });
    }
  });

  test('whatever is typed, the answer is a phone or a reason', () => {
    const typed = fc.oneof(
      fc.anything(),
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[+0-9 ()/-]{0,45}$/),
    );
    fc.assert(
      fc.property(typed, fc.constantFrom('DE', 'CA', 'IT', null, 'XX'), (value, country) => {
        const read = readPhone(value, country);
        return read.ok ? /^\+[1-9][0-9]{4,16}$/.test(read.phone.e164) : read.reason.startsWith('phone_');
      }),
      { numRuns: 1_000 },
    );
  });
});
