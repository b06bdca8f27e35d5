import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSecrets } from '../platform/secrets.ts';
import { isSealed, openAnswers, sealAnswers } from './sealed-answers.ts';

const secrets = createSecrets({
  keys: [{ id: 'test', key: randomBytes(32) }],
  sessionSecret: 'the session secret of the tests, long enough',
});
const FIELDS = [{ id: 'illness', sensitive: true }, { id: 'income', sensitive: true }, { id: 'city' }];
const ANSWERS = { city: 'Bonn', illness: ['asthma', 'none "of" yours'], income: 4200 };

test('sensitive answers are unreadable as they are stored, and come back as they were given', () => {
  const stored = sealAnswers(secrets, 'lead-1', ANSWERS, FIELDS);
  expect(stored).not.toMatch(/asthma|4200/);
  expect(stored).toContain('Bonn');
  const kept = JSON.parse(stored);
  expect([isSealed(kept.illness), isSealed(kept.income), isSealed(kept.city)]).toEqual([true, true, false]);
  expect(openAnswers(secrets, 'lead-1', stored)).toEqual(ANSWERS);
});

test('an answer that was moved to another lead or another field does not open', () => {
  const stored = sealAnswers(secrets, 'lead-1', ANSWERS, FIELDS);
  expect(() => openAnswers(secrets, 'lead-2', stored)).toThrow('does not open');
  const { illness, ...rest } = JSON.parse(stored);
  const moved = JSON.stringify({ ...rest, income: illness });
  expect(() => openAnswers(secrets, 'lead-1', moved)).toThrow('does not open');
});

test('answers of a form without sensitive fields stay as they are, nothing included', () => {
  expect(sealAnswers(secrets, 'lead-1', ANSWERS, [{ id: 'city' }])).toBe(JSON.stringify(ANSWERS));
  expect(openAnswers(secrets, 'lead-1', JSON.stringify(ANSWERS))).toEqual(ANSWERS);
  expect(openAnswers(secrets, 'lead-1', null)).toEqual({});
});
