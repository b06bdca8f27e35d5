import { expect, test } from 'vitest';
import { formatAmount } from './money.tsx';

test('an amount too large for a float is shown to the cent', () => {
  expect(formatAmount('90071992547409931.07', 'EUR')).toMatch(/90.071.992.547.409.931.07$/);
});

test('a debt is written with a real minus, and nothing owed with none', () => {
  expect(formatAmount('-12.50', 'EUR')).toMatch(/^\u221212.50$/);
  expect(formatAmount('-0.00', 'EUR')).toMatch(/^0.00$/);
});

test('a currency without cents shows none', () => {
  expect(formatAmount('1200', 'JPY')).toMatch(/^1.?200$/);
});
