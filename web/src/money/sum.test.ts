import { expect, test } from 'vitest';
import { addAmounts, asAmount, isAmount, isLess, negated } from './sum.ts';

test('amounts are added to the cent, whatever their size and decimals', () => {
  expect(addAmounts('40.00', '100')).toBe('140.00');
  expect(addAmounts('0.1', '0.20')).toBe('0.30');
  expect(addAmounts('40.00', '-50.00')).toBe('-10.00');
  expect(addAmounts('90071992547409.93', '0.01')).toBe('90071992547409.94');
  expect(addAmounts('500', '20')).toBe('520');
});

test('a comma is read as the decimal point, and nonsense is no amount', () => {
  expect(asAmount(' 12,50 ')).toBe('12.50');
  expect(isAmount('12,50')).toBe(true);
  for (const text of ['', '0', '0.00', '-5', '1.234', '1e3', 'ten']) expect(isAmount(text)).toBe(false);
});

test('two amounts are compared without turning them into floats', () => {
  expect(isLess('9.99', '10')).toBe(true);
  expect(isLess('10.00', '10')).toBe(false);
  expect(negated('-3.00')).toBe('3.00');
});
