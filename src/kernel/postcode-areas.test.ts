import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { barePostcode, compileAreas, readAreas } from './postcode-areas.ts';

const answers = (entries: string[], codes: string[]) => {
  const { lookUp } = compileAreas(readAreas(entries).entries);
  return codes.map((code) => lookUp(code));
};

describe('an area', () => {
  test('holds its codes, beginnings and ranges, and leaves out what it names', () => {
    const area = ['10115', '12*', '20095-20099', '!12345', '! 121*', '!20097-20098'];
    expect(answers(area, ['10115', '12000', '20095', '20099'])).toEqual(Array(4).fill('inside'));
    expect(answers(area, ['10116', '1', '1011', '101150', '20100', 'AB1'])).toEqual(Array(6).fill('outside'));
    expect(answers(area, ['12345', '12199', '20097', '20098'])).toEqual(Array(4).fill('excluded'));
  });

  test('that only leaves out covers everything else', () => {
    expect(answers(['!10117'], ['10117', '10115', 'SW1A1AA'])).toEqual(['excluded', 'inside', 'inside']);
  });

  test('compares codes bare, whatever the country writes between them', () => {
    const area = ['sw1a 1aa', 'M5V*', '00-950', 'D-10115', '90210-1234', '1000-001'];
    expect(answers(area, ['SW1A1AA', 'M5V3L9', '00950', '10115', '90210', '1000001'])).toEqual(
      Array(6).fill('inside'),
    );
    expect(['SW1A 1AA', 'm5v 3l9', '00-950', 'A-1010', '90210-1234', '!?'].map(barePostcode)).toEqual(
      ['SW1A1AA', 'M5V3L9', '00950', '1010', '90210', null], // biome-ignore format: side by side
    );
  });

  test('keeps letters out of a range of numbers', () => {
    expect(answers(['10000-20000'], ['1A000', '15000'])).toEqual(['outside', 'inside']);
  });

  test('names every bad entry by its place', () => {
    const { entries, problems } = readAreas(['10115', 'Berlin!', '', '10999-10115', '*', '10*5']);
    expect(entries).toEqual(['10115']);
    expect(problems.map(({ at }) => at)).toEqual([1, 3, 4, 5]);
    expect(problems[0]!.message).toContain('"Berlin!"');
    expect(problems[1]!.message).toContain('backwards');
  });

  test('is the same list in any order and writing', () => {
    const list = (entries: string[]) => readAreas(entries).entries;
    expect(list(['10*', '!10117', ' d-10115 '])).toEqual(list(['10115', '10115', '! 10117', '10 *']));
  });

  test('answers as a look at every entry would', () => {
    const digits = fc.stringMatching(/^[0-3]{3}$/);
    const entry = fc.oneof(
      digits,
      fc.stringMatching(/^[0-3AB]{1,3}$/).map((prefix) => `${prefix}*`),
      fc.tuple(digits, digits).map(([a, b]) => (a < b ? `${a}-${b}` : `${b}-${a}`)),
    );
    const signed = fc.tuple(fc.boolean(), entry).map(([out, one]) => (out ? `!${one}` : one));
    const code = fc.stringMatching(/^[0-3AB]{1,4}$/);
    const matches = (one: string, of: string): boolean => {
      if (one.endsWith('*')) return of.startsWith(one.slice(0, -1));
      const [from, to] = one.split('-') as [string, string?];
      if (to === undefined) return of === from;
      return /^\d{3}$/.test(of) && from <= of && of <= to;
    };
    fc.assert(
      fc.property(fc.array(signed, { maxLength: 12 }), fc.array(code), (given, codes) => {
        const out = given.filter((one) => one.startsWith('!')).map((one) => one.slice(1));
        const inside = given.filter((one) => !one.startsWith('!'));
        const expected = codes.map((of) => {
          if (out.some((one) => matches(one, of))) return 'excluded';
          return inside.length === 0 || inside.some((one) => matches(one, of)) ? 'inside' : 'outside';
        });
        expect(answers(given, codes)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});
