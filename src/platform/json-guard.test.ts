import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeUtf8, parseJson } from './json-guard.ts';

const judge = (text: string) => {
  try {
    parseJson(text);
    return 'fine';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

describe('a body', () => {
  test.each([
    ['{}', 'fine'],
    ['null', 'fine'],
    ['{"a":{"b":[1,2.5,-3e2]},"c":{"b":1}}', 'fine'],
    ['{"a":"{\\"b\\":1,\\"b\\":2}"}', 'fine'],
    ['[{"a":1},{"a":2}]', 'fine'],
    ['{"a":9007199254740991}', 'fine'],
    ['{"a":1,}', 'body_not_json'],
    ["{'a':1}", 'body_not_json'],
    ['NaN', 'body_not_json'],
    ['{"a":1,"a":2}', 'body_duplicate_key'],
    ['{"a":1,"\\u0061":2}', 'body_duplicate_key'],
    ['[[{"a":{"b":1},"a":2}]]', 'body_duplicate_key'],
    ['{"a":1e400}', 'body_unsafe_number'],
    ['{"a":-1e400}', 'body_unsafe_number'],
    ['{"a":9007199254740993}', 'body_unsafe_number'],
    ['{"a":12345678901234567890}', 'body_unsafe_number'],
    ['{"__proto__":1}', 'body_unsafe_key'],
    ['{"a":{"\\u005f_proto__":1}}', 'body_unsafe_key'],
    ['{"constructor":1}', 'body_unsafe_key'],
    ['{"a":"\\u0000"}', 'input_not_storable'],
    ['{"a":"\\ud800"}', 'input_not_storable'],
    ['{"a\\u0000":1}', 'input_not_storable'],
    ['{"a":"\\ud83d\\ude42"}', 'fine'],
    ['{"a":"\\\\u0000"}', 'fine'],
    [`${'['.repeat(32)}${']'.repeat(32)}`, 'fine'],
    [`${'['.repeat(33)}${']'.repeat(33)}`, 'body_too_deep'],
  ])('%s is judged %s', (text, judged) => {
    expect(judge(text)).toBe(judged);
  });

  test('nested a million times is refused, not followed', () => {
    expect(judge('['.repeat(1_000_000) + ']'.repeat(1_000_000))).toBe('body_too_deep');
    expect(judge(`${'{"a":'.repeat(1_000_000)}1${'}'.repeat(1_000_000)}`)).toBe('body_too_deep');
  });

  test('with more than 2,000 keys is refused', () => {
    const keys = (count: number) => `{${Array.from({ length: count }, (_, at) => `"k${at}":1`).join(',')}}`;
    expect(judge(keys(2_000))).toBe('fine');
    expect(judge(keys(2_001))).toBe('body_too_many_keys');
  });

  test('names the field that is wrong', () => {
    expect(() => parseJson('{"email":"a","email":"b"}')).toThrow(
      expect.objectContaining({ details: [expect.objectContaining({ field: 'email' })] }),
    );
    expect(() => parseJson('{"name":"x\\u0000"}')).toThrow(
      expect.objectContaining({ details: [expect.objectContaining({ field: 'name' })] }),
    );
  });

  test('that is not UTF-8 is refused rather than repaired', () => {
    expect(() => decodeUtf8(Buffer.from([0x22, 0xc3, 0x28, 0x22]))).toThrow(
      expect.objectContaining({ code: 'body_not_text' }),
    );
    expect(decodeUtf8(Buffer.from('"ü🙂"'))).toBe('"ü🙂"');
  });
});

test('what JSON.stringify writes of storable values is read back unchanged', () => {
  const text = fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\u0000'));
  const key = text.filter((one) => !['__proto__', 'constructor', 'prototype'].includes(one));
  const leaf = fc.oneof(
    fc.boolean(),
    fc.constant(null),
    text,
    fc.maxSafeInteger(),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((one) => Number.isSafeInteger(one) || !Number.isInteger(one)),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', maxDepth: 8 },
      leaf,
      fc.array(tie('value')),
      fc.dictionary(key, tie('value'), { noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(value, (given) => {
      const written = JSON.stringify(given);
      expect(parseJson(written)).toEqual(JSON.parse(written));
    }),
  );
});
