import { describe, expect, test } from 'vitest';
import { VERDICTS, type Verdict } from '../facts.ts';
import { obstacleOf, sellsBy, shownAnswers } from './for-sale.ts';

describe('what a campaign lets buy', () => {
  test.each([
    ['off', 'unsold', false],
    ['off', 'distributed', false],
    ['unsold', 'unsold', true],
    ['unsold', 'distributed', false],
    ['open_seats', 'unsold', true],
    ['open_seats', 'distributed', true],
    ['open_seats', 'approved', false],
    ['open_seats', 'pending_approval', false],
    ['open_seats', 'rejected', false],
  ] as const)('with %s a lead that is %s: %s', (mode, state, sells) => {
    expect(sellsBy(mode, state)).toBe(sells);
  });
});

test('a verdict that would tell something about one person has no words for the buyer', () => {
  const told = (Object.keys(VERDICTS) as Verdict[]).filter((verdict) => obstacleOf(verdict) !== undefined);
  expect(told.sort()).toEqual([
    ...['cap_reached', 'endpoint_down', 'insufficient_funds'],
    ...['provider_cap_reached', 'provider_inactive', 'provider_paused', 'stopped'],
  ]);
});

test('answers are shown by the words of the form, and only those of the fields that are given', () => {
  const fields = [
    { id: 'budget', label: 'Budget' },
    { id: 'purpose', label: 'Purpose', options: [{ value: 'web', label: 'Web site' }] },
    { id: 'extras', label: 'Extras', options: [{ value: 'ssl', label: 'Certificate' }] },
    { id: 'managed', label: 'Managed' },
    { id: 'empty', label: 'Empty' },
  ];
  const answers = {
    ...{ budget: 120, purpose: 'web', extras: ['ssl', 'backup'], managed: false },
    ...{ note: 'Ada, 030 901820', empty: [], email: 'ada@example.org' },
  };
  expect(shownAnswers(fields, answers)).toEqual([
    { field: 'budget', label: 'Budget', answer: '120' },
    { field: 'purpose', label: 'Purpose', answer: 'Web site' },
    { field: 'extras', label: 'Extras', answer: 'Certificate, backup' },
    { field: 'managed', label: 'Managed', answer: 'no' },
  ]);
  expect(shownAnswers(fields, {})).toEqual([]);
});
