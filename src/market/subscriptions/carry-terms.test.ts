import { expect, it } from 'vitest';
import type { FieldMapping, FormField } from '../catalog/index.ts';
import { carryTerms, type OldTerms } from './carry-terms.ts';
import type { Filter } from './rules.ts';

const next: FormField[] = [
  { id: 'email', label: 'E-mail', type: 'email', required: true },
  { id: 'rooms', label: 'Rooms', type: 'number', required: false },
  {
    id: 'usage',
    label: 'Usage',
    type: 'select',
    required: false,
    options: [
      { value: 'site', label: 'Web site' },
      { value: 'game', label: 'Game server' },
    ],
  },
];
const mappings: FieldMapping[] = [
  { kind: 'renamed', from: 'size', to: 'rooms' },
  { kind: 'renamed', from: 'purpose', to: 'usage', values: { web: 'site' } },
  { kind: 'deprecated', from: 'color' },
];
const range = (field: string): Filter => ({ kind: 'range', field, min: 3, missing: 'pass' });
const set = (field: string, ...values: string[]): Filter => ({
  kind: 'set',
  field,
  values,
  match: 'any',
  missing: 'fail',
});
const one = (filters: Filter[], requiredFields: string[] = [], endpointFields: string[] = []): OldTerms => ({
  subscriptionId: 's',
  providerId: 'p',
  filters,
  requiredFields,
  endpointFields,
});

const table: [string, OldTerms, { filters?: Filter[]; required?: string[]; left?: string[] }][] = [
  ['a filter goes to the new name', one([range('size')]), { filters: [range('rooms')] }],
  [
    'its values are translated',
    one([set('purpose', 'web', 'game')]),
    { filters: [set('usage', 'site', 'game')] },
  ],
  ['a value that is gone keeps it where it was', one([set('purpose', 'shop')]), { left: ['filter purpose'] }],
  ['a kind that does not fit keeps it where it was', one([set('size', 'x')]), { left: ['filter size'] }],
  ['a field that is asked no more keeps its filter', one([set('color', 'red')]), { left: ['filter color'] }],
  ['a field that is simply missing as well', one([range('budget')]), { left: ['filter budget'] }],
  ['a required field goes along', one([], ['size', 'email']), { required: ['rooms', 'email'] }],
  ['one that is asked no more stays', one([], ['color']), { left: ['required_field color'] }],
  [
    'what an endpoint requires is never carried',
    one([], [], ['size', 'email']),
    { left: ['endpoint_field size'] },
  ],
  ['what still fits is no change', one([range('rooms'), set('usage', 'game')], ['email']), {}],
  [
    'one filter is carried, the other stays',
    one([range('size'), set('color', 'red')]),
    { filters: [range('rooms'), set('color', 'red')], left: ['filter color'] },
  ],
];

it.each(table)('%s', (_name, terms, { filters, required, left = [] }) => {
  const done = carryTerms([terms], mappings, next);
  expect(done.left.map(({ what, field }) => `${what} ${field}`)).toEqual(left);
  const changed = filters || required;
  expect(done.changed).toEqual(
    changed
      ? [{ ...terms, filters: filters ?? terms.filters, requiredFields: required ?? terms.requiredFields }]
      : [],
  );
});

it('says of each thing where it goes, or what its staying does to leads of the new form', () => {
  const asks = one(
    [range('size'), set('purpose', 'web'), set('usage', 'shop'), set('color', 'red'), range('budget')],
    ['size'],
    ['size'],
  );
  const { moved, left } = carryTerms([asks], mappings, next);
  expect(moved.map(({ what, from, to }) => `${what} ${from} > ${to}`)).toEqual([
    'filter size > rooms',
    'filter purpose > usage',
    'required_field size > rooms',
  ]);
  expect(left.map(({ what, field, effect }) => `${what} ${field}: ${effect}`)).toEqual([
    'filter usage: as_before',
    'filter color: none_pass',
    'filter budget: not_asked',
    'endpoint_field size: none_pass',
  ]);
});
