import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formSchema } from './form.ts';

describe('a form schema', () => {
  const email = { id: 'email', label: 'E-mail', type: 'email', required: true };
  const text = (id: string) => ({ id, label: 'Text', type: 'text' });

  test.each([
    ['no e-mail field', [text('a')]],
    ['two e-mail fields', [email, { ...email, id: 'email2' }]],
    ['an optional e-mail field', [{ ...email, required: false }]],
    ['two phones', [email, { id: 'a', label: 'A', type: 'phone' }, { id: 'b', label: 'B', type: 'phone' }]],
    ['two names', [email, { id: 'a', label: 'A', type: 'name' }, { id: 'b', label: 'B', type: 'name' }]],
    ['one id twice', [email, text('a'), text('a')]],
    ['an id with a capital', [email, text('Budget')]],
    ['an id that begins with a digit', [email, text('1st')]],
    ['an id of 41 characters', [email, text('a'.repeat(41))]],
    ['a dangerous id', [email, text('__proto__')]],
    ['no field', []],
    ['sixty-one fields', [email, ...Array.from({ length: 60 }, (_, at) => text(`f${at}`))]],
    ['an unknown type', [email, { ...text('a'), type: 'file' }]],
    ['an unknown rule', [email, { ...text('a'), rules: { pattern: '.*' } }]],
    ['a label of control characters', [email, { ...text('a'), label: 'a\u0000' }]],
    ['an empty label', [email, { ...text('a'), label: ' ' }]],
    ['a select without options', [email, { id: 'a', label: 'A', type: 'select' }]],
    ['an option twice', [email, { id: 'a', label: 'A', type: 'select', options: ['x', 'x'] }]],
    ['a range without limits', [email, { id: 'a', label: 'A', type: 'range', rules: {} }]],
    ['a range upside down', [email, { id: 'a', label: 'A', type: 'range', rules: { min: 2, max: 1 } }]],
    [
      'more items than options',
      [email, { id: 'a', label: 'A', type: 'multi_select', options: ['x'], rules: { minItems: 2 } }],
    ],
    ['a country that is none', [email, { id: 'a', label: 'A', type: 'phone', rules: { country: 'XX' } }]],
    [
      'a preset outside',
      [email, { id: 'a', label: 'A', type: 'phone', rules: { country: 'DE', countries: ['AT'] } }],
    ],
    ['a date that is none', [email, { id: 'a', label: 'A', type: 'date', rules: { min: '2026-02-30' } }]],
  ])('refuses %s', (_, fields) => {
    expect(formSchema.safeParse({ fields }).success).toBe(false);
  });

  test('sixty fields are fine, and whatever is sent nothing is thrown', () => {
    const sixty = [email, ...Array.from({ length: 59 }, (_, at) => text(`f${at}`))];
    expect(formSchema.safeParse({ fields: sixty }).success).toBe(true);
    fc.assert(
      fc.property(fc.anything(), fc.array(fc.anything()), (anything, fields) => {
        formSchema.safeParse(anything);
        formSchema.safeParse({ fields });
      }),
    );
  });

  test('a schema that was read is read again as the same', () => {
    const once = formSchema.parse({
      fields: [
        email,
        { id: 'extras', label: 'Extras', type: 'multi-select', options: ['backup', 'ssl'] },
        { id: 'budget', label: 'Budget', type: 'range', options: { min: 0, max: 500, step: 5 } },
      ],
    });
    expect(once.fields.map((field) => field.type)).toEqual(['email', 'multi_select', 'range']);
    expect(formSchema.parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });
});
