import { expect, test } from 'vitest';
import { draftsOf, faultsOf, fieldOf, nameOf, newField, ofType, refusedOf } from './form-draft.ts';

const stored = [
  { id: 'email', label: 'E-mail', type: 'email', required: true },
  {
    id: 'area',
    label: 'Roof area',
    type: 'range',
    required: false,
    shown_before_purchase: true,
    help: 'About',
    rules: { min: 0, max: 500, step: 5 },
  },
  {
    id: 'roof',
    label: 'Roof',
    type: 'select',
    required: true,
    sensitive: true,
    options: [{ value: 'flat', label: 'Flat' }],
  },
  { id: 'owner', label: 'Owner', type: 'boolean', required: true, rules: { mustBeTrue: true } },
  { id: 'when', label: 'When', type: 'date', required: false, rules: { min: 'today' } },
  { id: 'phone', label: 'Phone', type: 'phone', required: true, rules: { countries: ['DE', 'AT'] } },
];

test('a form that nobody changed is sent as it is stored', () => {
  expect(draftsOf(stored).map(fieldOf)).toEqual(stored);
});

test('only an answer that names nobody is shown before a purchase', () => {
  const [email, area] = draftsOf(stored);
  const sent = [email!, { ...area!, sensitive: true }, ofType(area!, 'text'), ofType(area!, 'number')].map(
    (field) => fieldOf({ ...field, shown: true }).shown_before_purchase,
  );
  expect(sent).toEqual([undefined, undefined, undefined, true]);
});

test('numbers are read as they are written, what is empty is left out, a choice without a value gets one', () => {
  const [field] = draftsOf(stored.slice(1, 2));
  expect(fieldOf({ ...field!, rules: { min: '2,5', max: ' 7 ', step: '' } }).rules).toEqual({
    min: 2.5,
    max: 7,
  });
  const choice = { ...newField('select'), id: 'a', label: 'A' };
  const options = [{ value: '', label: 'Gable roof' }];
  expect(fieldOf({ ...choice, options }).options).toEqual([{ value: 'gable_roof', label: 'Gable roof' }]);
});

test('a name follows the question in letters that are allowed', () => {
  expect(['Roof area (m²)', 'Größe', '3 floors', '___', 'x'.repeat(60)].map(nameOf)).toEqual([
    'roof_area_m2',
    'grosse',
    'floors',
    '',
    'x'.repeat(40),
  ]);
});

test('what cannot be saved is said under the input that holds it', () => {
  const [email, area, roof, , when] = draftsOf(stored);
  const faults = faultsOf([
    { ...email!, label: ' ' },
    { ...area!, id: 'email', rules: { min: '', max: 'many' } },
    {
      ...roof!,
      id: 'Roof!',
      options: [
        { value: 'a', label: 'A' },
        { value: 'a', label: '' },
        { value: 'a', label: 'B' },
      ],
    },
    { ...when!, rules: { min: 'soon' } },
  ]);
  expect(Object.values(faults).map((one) => Object.keys(one))).toEqual([
    ['label', 'id'],
    ['id', 'rules.min', 'rules.max'],
    ['id', 'options.1', 'options.2'],
    ['rules.min'],
  ]);
  expect(faultsOf(draftsOf(stored))).toEqual({});
});

test('another type of answer takes the limits that it has too', () => {
  const [, area, roof] = draftsOf(stored);
  expect(ofType(area!, 'number').rules).toEqual({ min: '0', max: '500', step: '5' });
  expect(ofType(area!, 'date').rules).toEqual({});
  expect(ofType(roof!, 'multi_select').options).toHaveLength(1);
  expect(ofType(roof!, 'text').options).toEqual([]);
});

test('what the server refused stands with its field', () => {
  const fields = draftsOf(stored);
  const refused = refusedOf(fields, [
    { field: 'fields.2.options.0.label', message: 'Too long' },
    { field: 'fields.1.rules', message: 'min is above max.' },
    { field: 'change_summary', message: 'Too long' },
  ]);
  expect(refused).toEqual({
    [fields[2]!.key]: { 'options.0': 'Too long' },
    [fields[1]!.key]: { rules: 'min is above max.' },
    '': { '': 'Too long' },
  });
});
