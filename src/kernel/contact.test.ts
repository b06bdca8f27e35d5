import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  COUNTRY_CODES,
  countryName,
  countryOf,
  foldEmail,
  haversineKm,
  isCountry,
  isPoint,
  normaliseEmail,
  normalisePostcode,
  readName,
  splitName,
  textProblem,
} from './contact.ts';

const MIB = 1 << 20;
const BAD_VALUES = [undefined, null, 7, Number.NaN, true, {}, [], ['a@b.de'], { __proto__: null }, () => 'x'];

describe('an e-mail address', () => {
  test.each([
    ['anna@example.de', 'anna@example.de'],
    ['  Anna.Maier+forms@Example.DE ', 'Anna.Maier+forms@example.de'],
    ['a@b.co', 'a@b.co'],
    ["o'hara@example.co.uk", "o'hara@example.co.uk"],
    ['anna@bücher.de', 'anna@xn--bcher-kva.de'],
    ['anna@例え.テスト', 'anna@xn--r8jz45g.xn--zckzah'],
    ['x_y-z!#$%@sub.example.museum', 'x_y-z!#$%@sub.example.museum'],
    [`${'a'.repeat(64)}@example.de`, `${'a'.repeat(64)}@example.de`],
  ])('%s is taken as %s', (typed, email) => {
    expect(normaliseEmail(typed)).toMatchObject({ ok: true, email });
  });

  test.each([
    ['', 'email_missing'],
    ['   ', 'email_missing'],
    ['anna', 'email_at_sign'],
    ['a@b@example.de', 'email_at_sign'],
    ['@example.de', 'email_local_part'],
    ['.anna@example.de', 'email_local_part'],
    ['anna.@example.de', 'email_local_part'],
    ['an..na@example.de', 'email_local_part'],
    ['"anna"@example.de', 'email_local_part'],
    ['änna@example.de', 'email_local_part'],
    ['anna <anna@example.de>', 'email_characters'],
    ['anna@example.de\nbcc: all@example.de', 'email_characters'],
    ['anna\u0000@example.de', 'email_characters'],
    ['anna\ud800@example.de', 'email_characters'],
    ['anna\u202e@example.de', 'email_characters'],
    ['an na@example.de', 'email_characters'],
    ['anna@', 'email_domain'],
    ['anna@localhost', 'email_domain'],
    ['anna@example', 'email_domain'],
    ['anna@example.', 'email_domain'],
    ['anna@-example.de', 'email_domain'],
    ['anna@example..de', 'email_domain'],
    ['anna@127.0.0.1', 'email_domain'],
    ['anna@0x7f.1', 'email_domain'],
    ['anna@[127.0.0.1]', 'email_domain'],
    ['anna@example.de:25', 'email_domain'],
    ['anna@ex%61mple.de', 'email_domain'],
    ['anna@example.de/x', 'email_domain'],
    ['anna@exa_mple.de', 'email_domain'],
    [`${'a'.repeat(65)}@example.de`, 'email_too_long'],
    [
      `a@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.${'f'.repeat(6)}.de`,
      'email_too_long',
    ],
    ['a'.repeat(MIB), 'email_too_long'],
  ])('%# is refused with its reason', (typed, reason) => {
    const result = normaliseEmail(typed);
    expect(result.ok ? result.email : result.reason).toBe(reason);
  });

  test.each(BAD_VALUES)('a value of another kind is missing, never an exception (%#)', (value) => {
    expect(normaliseEmail(value)).toEqual({ ok: false, reason: 'email_missing' });
  });

  test.each([
    ['anna@gmial.com', 'anna@gmail.com'],
    ['anna@gmail.con', 'anna@gmail.com'],
    ['anna@gmail.co', 'anna@gmail.com'],
    ['anna@hotmial.com', 'anna@hotmail.com'],
    ['anna@yaho.de', 'anna@yahoo.de'],
    ['anna@tonline.de', 'anna@t-online.de'],
    ['anna@gmail.com', null],
    ['anna@mail.com', null],
    ['anna@ymail.com', null],
    ['anna@example.de', null],
  ])('%s: did you mean %s', (typed, suggestion) => {
    expect(normaliseEmail(typed)).toMatchObject({ ok: true, suggestion });
  });

  test('two spellings of one address fold together, two plus tags stay two', () => {
    expect(foldEmail('Anna@Example.DE')).toBe(foldEmail('anna@example.de'));
    expect(foldEmail('anna+a@example.de')).not.toBe(foldEmail('anna+b@example.de'));
  });

  test('what was normalised once is not changed again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: 'binary' })), (typed) => {
        const once = normaliseEmail(typed);
        return !once.ok || JSON.stringify(normaliseEmail(once.email)) === JSON.stringify(once);
      }),
    );
  });

  test('ordinary addresses are taken', () => {
    fc.assert(fc.property(fc.emailAddress(), (typed) => normaliseEmail(typed).ok));
  });
});

describe('a name', () => {
  test.each([
    ['Anna Maier', 'Anna', 'Maier'],
    ['Anna Maria Maier', 'Anna Maria', 'Maier'],
    ['María de la Cruz', 'María', 'de la Cruz'],
    ['Ludwig van Beethoven', 'Ludwig', 'van Beethoven'],
    ['Anna', 'Anna', ''],
    ['  Anna   Maier ', 'Anna', 'Maier'],
    ["Seán O'Brien", 'Seán', "O'Brien"],
    ['李小龙', '李小龙', ''],
    ['Van Morrison', 'Van', 'Morrison'],
    ['J. R. R. Tolkien-Smith', 'J. R. R.', 'Tolkien-Smith'],
  ])('%s is %s + %s', (typed, firstName, lastName) => {
    const name = [firstName, lastName].filter(Boolean).join(' ');
    expect(readName({ name: typed })).toEqual({ ok: true, value: { firstName, lastName, name } });
  });

  test('two fields are joined', () => {
    expect(readName({ firstName: ' Anna ', lastName: 'von Maier' })).toEqual({
      ok: true,
      value: { firstName: 'Anna', lastName: 'von Maier', name: 'Anna von Maier' },
    });
    expect(readName({ firstName: 'Anna', lastName: '' })).toEqual({
      ok: false,
      field: 'lastName',
      reason: 'name_missing',
    });
  });

  test.each([
    ['', 'name_missing'],
    ['   ', 'name_missing'],
    ['Anna\u0000', 'name_characters'],
    ['An\nna', 'name_characters'],
    ['Anna\u202eMaier', 'name_characters'],
    ['An\u200bna', 'name_characters'],
    ['\ud800', 'name_characters'],
    ['12345', 'name_characters'],
    ['...', 'name_characters'],
    ['http://spam.example', 'name_characters'],
    ['<script>', 'name_characters'],
    ['{{name}}', 'name_characters'],
    ['x'.repeat(MIB), 'name_too_long'],
  ])('%# is refused', (name, reason) => {
    expect(readName({ name })).toEqual({ ok: false, field: 'name', reason });
  });

  test.each(BAD_VALUES)('a value of another kind is missing (%#)', (value) => {
    expect(readName({ name: value })).toEqual({ ok: false, field: 'name', reason: 'name_missing' });
  });

  test('split and joined again, a name is the same', () => {
    const word = fc.stringMatching(/^[A-Za-zÄÖÜäöüß'-]{1,12}$/);
    fc.assert(
      fc.property(
        fc.array(fc.oneof(word, fc.constantFrom('van', 'de', 'la')), { minLength: 1, maxLength: 6 }),
        (words) => {
          const { firstName, lastName, name } = splitName(words.join(' '));
          return (
            name === words.join(' ') && firstName !== '' && [firstName, lastName].join(' ').trim() === name
          );
        },
      ),
    );
  });
});

describe('a text', () => {
  test.each([
    ['Guten Tag', {}, null],
    ['zwei\nZeilen\t!', { multiline: true }, null],
    ['zwei\nZeilen', {}, 'control_character'],
    ['a\u0000b', { multiline: true }, 'nul_character'],
    ['a\ud800b', {}, 'broken_character'],
    ['\udc00', {}, 'broken_character'],
    ['a\u001bb', { multiline: true }, 'control_character'],
    ['a\u0085b', {}, 'control_character'],
    ['a\u2028b', {}, 'control_character'],
    ['a\u202eb', {}, null],
    ['a\u202eb', { plain: true }, 'direction_character'],
    ['👩‍👩‍👧‍👦 😀', { plain: true }, null],
    ['שלום', { plain: true }, null],
    ['x'.repeat(MIB), {}, 'too_long'],
    [7, {}, 'not_a_text'],
    [null, {}, 'not_a_text'],
  ])('%# has the problem it has', (value, rule, reason) => {
    expect(textProblem(value, { maxLength: 100, ...rule })).toBe(reason);
  });

  test('a text without problem is well-formed, short enough and free of NUL', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
        const fine = textProblem(text, { maxLength: 20, multiline: true }) === null;
        return !fine || (text.isWellFormed() && !text.includes('\u0000') && text.length <= 20);
      }),
    );
  });
});

describe('countries', () => {
  test.each([
    ['germany', 'DE'],
    ['austria', 'AT'],
    ['spain', 'ES'],
    ['canada', 'CA'],
    ['italy', 'IT'],
    ['uk', 'GB'],
    ['norway', 'NO'],
  ])('the name %s is %s, both ways', (name, code) => {
    expect([countryOf(name), countryOf(code.toLowerCase()), countryName(code)]).toEqual([code, code, name]);
  });

  test('there are the 249 of ISO and Kosovo, each with a name of its own', () => {
    expect(COUNTRY_CODES).toHaveLength(250);
    expect(COUNTRY_CODES.every((code) => isCountry(code) && countryOf(countryName(code)!) === code)).toBe(
      true,
    );
    expect(countryOf('United Kingdom')).toBe('GB');
    expect(countryOf('Türkiye')).toBe('TR');
    expect(countryOf("Côte d'Ivoire")).toBe('CI');
  });

  test.each(['', 'XX', 'Germania', '__proto__', 'constructor', '\u0000', 'x'.repeat(MIB), 7, null, ['DE']])(
    'refuses %#',
    (value) => {
      expect([countryOf(value), isCountry(value)]).toEqual([null, false]);
    },
  );
});

describe('postcodes', () => {
  test.each([
    ['DE', '10115', '10115'],
    ['DE', ' D-10115 ', '10115'],
    ['AT', 'A-1010', '1010'],
    ['ES', '28013', '28013'],
    ['IT', '00184', '00184'],
    ['NO', '0150', '0150'],
    ['GB', 'sw1a1aa', 'SW1A 1AA'],
    ['GB', 'M1 1AE', 'M1 1AE'],
    ['GB', 'EC1A 1BB', 'EC1A 1BB'],
    ['CA', 'm5v3l9', 'M5V 3L9'],
    ['CA', 'K1A-0B1', 'K1A 0B1'],
    ['US', '94105-1234', '94105-1234'],
    ['NL', '1012 ab', '1012 AB'],
  ])('%s %s is %s', (country, typed, postcode) => {
    expect(normalisePostcode(typed, country)).toEqual({ ok: true, postcode });
  });

  test.each([
    ['DE', '1010', 'postcode_not_of_country'],
    ['DE', '00115', 'postcode_not_of_country'],
    ['AT', '0101', 'postcode_not_of_country'],
    ['ES', '53000', 'postcode_not_of_country'],
    ['GB', '10115', 'postcode_not_of_country'],
    ['CA', 'D1A 1A1', 'postcode_not_of_country'],
    ['CA', '90210', 'postcode_not_of_country'],
    ['DE', '１０１１５', 'postcode_not_of_country'],
    ['US', '', 'not_a_postcode'],
    ['US', '-- --', 'not_a_postcode'],
    ['US', '94105\u0000', 'not_a_postcode'],
    ['__proto__', '\ud800', 'not_a_postcode'],
    ['DE', 'x'.repeat(MIB), 'not_a_postcode'],
    ['DE', 10115, 'not_a_postcode'],
    ['DE', null, 'not_a_postcode'],
  ])('%s %# is refused', (country, typed, reason) => {
    expect(normalisePostcode(typed, country)).toEqual({ ok: false, reason });
  });
});

describe('places', () => {
  test('Berlin to Munich is 504 km', () => {
    expect(haversineKm({ lat: 52.52, lng: 13.405 }, { lat: 48.137, lng: 11.575 })).toBeCloseTo(504.4, 0);
    expect(haversineKm({ lat: 90, lng: 0 }, { lat: -90, lng: 0 })).toBeCloseTo(20015.1, 0);
  });

  test('distance is the same both ways, zero at home, and never more than half the globe', () => {
    const point = fc.record({
      lat: fc.double({ min: -90, max: 90, noNaN: true }),
      lng: fc.double({ min: -180, max: 180, noNaN: true }),
    });
    fc.assert(
      fc.property(point, point, (a, b) => {
        const km = haversineKm(a, b);
        return Math.abs(km - haversineKm(b, a)) < 1e-6 && haversineKm(a, a) < 1e-6 && km <= 20_015.2;
      }),
    );
  });

  test('a point is two degrees that exist', () => {
    expect(isPoint({ lat: 52.5, lng: 13.4 })).toBe(true);
    for (const bad of [
      { lat: 91, lng: 0 },
      { lat: 0, lng: -181 },
      { lat: '52', lng: 13 },
      { lat: Number.NaN, lng: 0 },
      {},
      null,
      7,
      'x',
    ]) {
      expect(isPoint(bad)).toBe(false);
    }
  });
});
