import { expect, test } from 'vitest';
import { ruleWords } from './rule-words.ts';

test.each([
  ['12-25', '25 December'],
  ['easter', 'Easter Sunday'],
  ['easter-1', '1 day before Easter Sunday'],
  ['easter+39', '39 days after Easter Sunday'],
  ['monday from 09-01', 'First Monday from 1 September on'],
  ['wednesday from 11-16', 'First Wednesday from 16 November on'],
  ['2027-05-03', 'Mon, 3 May 2027, once'],
  ['31-12', null],
  ['02-30', null],
  ['2027-02-29', null],
  ['', null],
])('%s reads "%s"', (rule, words) => {
  expect(ruleWords(rule)).toBe(words);
});
