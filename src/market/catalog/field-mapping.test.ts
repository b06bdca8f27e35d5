import { describe, expect, it } from 'vitest';
import { carriedField, type FieldMapping, mappingProblems, movesOf, retiredBy } from './field-mapping.ts';
import type { FormField } from './form-schema.ts';

const fields = (...ids: string[]): FormField[] =>
  ids.map((id) => ({ id, label: id, type: 'text', required: false }));

const rename: FieldMapping = { kind: 'renamed', from: 'size', to: 'rooms', values: { big: '5' } };
const split: FieldMapping = { kind: 'split', from: 'size', into: ['rooms', 'area'], filters_to: 'area' };
const merge: FieldMapping = { kind: 'merged', from: ['size', 'floor'], to: 'rooms' };
const gone: FieldMapping = { kind: 'deprecated', from: 'size' };

describe('a field of the form that changes', () => {
  const table: [string, FieldMapping[], string, string | null][] = [
    ['keeps its name when nobody names it', [], 'size', 'size'],
    ['keeps its name as a direct one', [{ kind: 'direct', field: 'size' }], 'size', 'size'],
    ['is called otherwise', [rename], 'size', 'rooms'],
    ['becomes several, and filters go to one of them', [split], 'size', 'area'],
    // Stored before a heir had to be named: read as it was meant then.
    ['becomes several, and filters go to none', [{ ...split, filters_to: undefined }], 'size', null],
    ['becomes one with others', [merge], 'floor', 'rooms'],
    ['is asked no more', [gone], 'size', null],
    ['leaves others alone', [gone], 'floor', 'floor'],
  ];
  it.each(table)('%s', (_name, mappings, field, heir) => {
    expect(carriedField(field, mappings)?.field ?? null).toBe(heir);
  });

  it('gives older answers its new name: the first that was answered counts', () => {
    expect(movesOf([rename, gone, { kind: 'direct', field: 'note' }])).toEqual([
      { to: 'rooms', from: ['size'], values: { big: '5' } },
    ]);
    expect(movesOf([merge, split])).toEqual([
      { to: 'rooms', from: ['size', 'floor'] },
      { to: 'area', from: ['size'] },
    ]);
    expect(movesOf([{ ...merge, to: 'size' }])).toEqual([{ to: 'size', from: ['floor'] }]);
    expect(retiredBy([rename, { ...merge, to: 'floor' }])).toEqual(['size', 'size']);
  });
});

describe('mappings that do not fit', () => {
  const former = fields('size', 'floor', 'note');
  const table: [string, FieldMapping[], FormField[], RegExp | null][] = [
    ['fit', [rename], fields('rooms', 'floor', 'note'), null],
    ['nothing is said: fits too', [], fields('floor', 'note', 'fresh'), null],
    ['an unknown source', [{ ...rename, from: 'nope' }], fields('rooms'), /no field "nope"/],
    ['an unknown target', [rename], fields('floor'), /new form has no field "rooms"/],
    ['a source named twice', [rename, gone], fields('rooms'), /"size" is named twice/],
    ['an old name for a new question', [rename], fields('rooms', 'size'), /still asks for "size"/],
    ['filters that go elsewhere', [{ ...split, filters_to: 'note' }], fields('rooms', 'area'), /filters_to/],
    [
      'several without one that takes over',
      [{ ...split, filters_to: undefined }],
      fields('rooms', 'area'),
      /Say which of "rooms", "area" takes over the filters on "size"/,
    ],
    ['a name that was retired before', [], fields('note', 'legacy'), /"legacy" was the name of an older/],
    ['a retired question that is asked again', [{ kind: 'direct', field: 'legacy' }], fields('legacy'), null],
    ['a retired name that is mapped to', [{ ...rename, to: 'legacy' }], fields('legacy'), null],
  ];
  it.each(table)('%s', (_name, mappings, next, says) => {
    const problems = mappingProblems({ mappings, former, next, retired: new Set(['legacy']) });
    const text = problems.map(({ message }) => message).join(' ');
    if (says === null) expect(text).toBe('');
    else expect(text).toMatch(says);
  });
});
