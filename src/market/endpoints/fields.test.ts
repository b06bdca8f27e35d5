import { describe, expect, test } from 'vitest';
import { formatProblems, unfillable } from './fields.ts';

const basic = {
  format: 'json' as const,
  requiredFields: ['name', 'email', 'phone', 'country'],
  fieldMap: {},
  defaultValues: {},
};
const recovery = {
  ...basic,
  requiredFields: ['name', 'lastname', 'email', 'phone', 'country', 'amount_lost', 'fraud_type'],
  defaultValues: { campaign: 'recovery-es' },
};

describe('a format that is saved', () => {
  test('is fine when it is one of the examples', () => {
    expect(formatProblems(basic)).toEqual([]);
    expect(formatProblems(recovery)).toEqual([]);
  });

  test.each([
    [{ fieldMap: { phone: 'tel', email: 'tel' } }, 'field_map.phone'],
    [{ fieldMap: { phone: 'email' } }, 'field_map.phone'],
    [{ fieldMap: { phone: 'fairlead' } }, 'field_map.phone'],
    [{ fieldMap: { phone: '' } }, 'field_map.phone'],
    [{ fieldMap: { phone: 'tel\n' } }, 'field_map.phone'],
    [{ fieldMap: { name: 'budget' }, requiredFields: ['budget'] }, 'field_map.name'],
    [{ fieldMap: { phone: 'my phone' }, format: 'xml' as const }, 'field_map.phone'],
    [{ defaultValues: { x: 'y'.repeat(1001) } }, 'default_values.x'],
    [{ requiredFields: [''] }, 'required_fields'],
    [{ requiredFields: Array.from({ length: 101 }, (_, at) => `f${at}`) }, 'field_map'],
  ])('%j is refused at %s', (change, field) => {
    expect(formatProblems({ ...basic, ...change }).map((problem) => problem.field)).toContain(field);
  });
});

describe('a required field', () => {
  const form = [
    { id: 'amount_lost', type: 'number' },
    { id: 'fraud_type', type: 'select' },
  ];
  const names = (requiredFields: string[], defaultValues = {}, fields = form) =>
    unfillable({ requiredFields, defaultValues }, fields).map(({ name }) => name);

  test('is filled by the person, the form or a default value', () => {
    expect(names(recovery.requiredFields)).toEqual([]);
    expect(names(['iban', 'email'])).toEqual(['iban']);
    expect(names(['iban'], { iban: 'none' })).toEqual([]);
  });

  test('of the address is filled where the form asks for an address', () => {
    expect(names(['city'])).toEqual(['city']);
    expect(names(['city'], {}, [...form, { id: 'home', type: 'address' }])).toEqual([]);
  });

  test('is no property of objects', () => {
    expect(names(['constructor'])).toEqual(['constructor']);
  });
});
