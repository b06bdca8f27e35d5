import { expect, test } from 'vitest';
import type { HistoryView } from '../../../src/market/subscriptions/schema.ts';
import { filtersThen, historyWords } from './history-words.ts';

const row = (of: Partial<HistoryView>): HistoryView => ({
  ...{ id: '1', at: '2026-11-20T10:00:00Z', what: 'changed', by: 'provider', config_version: 4, changes: [] },
  ...of,
});
const changed = (term: string, after: unknown = null) => ({ term, before: null, after });

test('a change is said with who made it and what it is about', () => {
  const ratio = ['filters', 'premium_ratio', 'ratio_mode'].map((term) => changed(term));
  expect(historyWords(row({ changes: ratio }), true)).toBe('You changed filters and premium share');
  expect(historyWords(row({ by: 'operator', what: 'paused' }), true)).toBe('The operator paused it');
  expect(historyWords(row({ what: 'created' }), false)).toBe('The provider subscribed');
});

test('the filters that held from then on are named', () => {
  const range = { field: 'budget', kind: 'range', min: 100, missing: 'fail' };
  const set = { field: 'plan', kind: 'set', values: 3, match: 'any', missing: 'fail' };
  const area = { field: 'plz', kind: 'postcodes', hash: 'a', count: 812, missing: 'fail' };
  expect(filtersThen(row({ changes: [changed('filters', [range, set, area])] }))).toEqual([
    'budget at least 100',
    'plan: 3 values',
    'plz: 812 postcodes',
  ]);
  expect(filtersThen(row({ changes: [changed('filters', [])] }))).toEqual(['Every lead of the niche']);
  expect(filtersThen(row({ changes: [changed('caps', [])] }))).toBeNull();
});
