import { describe, expect, test } from 'vitest';
import { checkShape } from './shape.ts';

describe('the shape of a request', () => {
  test.each([
    ['Anna Maier', ['Bitte um ein Angebot'], 'pass', undefined],
    [null, [], 'pass', undefined],
    ['Ng Li', ['3 cores'], 'pass', undefined],
    ['Aaa Aaa', [], 'warn', 'name_repeats'],
    ['xxxx', [], 'warn', 'name_repeats'],
    ['Anna', ['see http://spam.example'], 'warn', 'links_in_text'],
    ['Anna', ['fine', '[url=x]'], 'warn', 'links_in_text'],
    ['Anna', ['x'.repeat(1 << 20), '\u0000', '\ud800'], 'pass', undefined],
  ])('%# is judged', (name, texts, result, reason) => {
    const verdict = checkShape({ name, texts });
    expect([verdict.result, verdict.reason]).toEqual([result, reason]);
  });
});
