import { expect, test } from 'vitest';
import {
  type Fate,
  type Fates,
  fateKinds,
  fateProblems,
  guessFates,
  lostValues,
  mappingsOf,
  withKind,
} from './form-mapping.ts';

const text = (id: string, label = id) => ({ id, label, type: 'text' });
const choice = (id: string, ...values: string[]) => ({
  ...text(id),
  type: 'select',
  options: values.map((value) => ({ value, label: value })),
});
const former = [text('size', 'Size'), text('floor'), choice('purpose', 'web', 'game'), text('note')];
const next = [text('rooms', 'Size'), text('area'), choice('usage', 'site', 'game'), text('note')];
const fate = (kind: Fate['kind'], more: Partial<Fate> = {}): Fate => ({
  ...{ kind, to: null, into: [], heir: null, values: {} },
  ...more,
});
const all = (fates: Fates): Fates => ({ ...guessFates(former, next), ...fates });

test('the same name is the same question, the same words are a new name; the rest somebody has to say', () => {
  const guessed = guessFates(former, next);
  expect(former.map(({ id }) => [guessed[id]!.kind, guessed[id]!.to])).toEqual([
    ['renamed', 'rooms'],
    [null, null],
    [null, null],
    ['same', null],
  ]);
  expect(Object.keys(fateProblems(former, next, guessed))).toEqual(['floor', 'purpose']);
});

test('each kind is sent as the API takes it', () => {
  const fates = all({
    size: fate('split', { into: ['rooms', 'area'], heir: 'area' }),
    floor: fate('gone'),
    purpose: fate('renamed', { to: 'usage', values: { web: 'site' } }),
  });
  expect(fateProblems(former, next, fates)).toEqual({});
  expect(mappingsOf(former, fates, ['old'])).toEqual([
    { kind: 'split', from: 'size', into: ['rooms', 'area'], filters_to: 'area' },
    { kind: 'deprecated', from: 'floor' },
    { kind: 'renamed', from: 'purpose', to: 'usage', values: { web: 'site' } },
    { kind: 'direct', field: 'old' },
  ]);
});

test('several become one, also one that keeps its name', () => {
  const toRooms = all({ size: fate('merged', { to: 'rooms' }), floor: fate('merged', { to: 'rooms' }) });
  expect(mappingsOf(former, toRooms, [])).toContainEqual({
    ...{ kind: 'merged', from: ['size', 'floor'], to: 'rooms' },
  });
  const toNote = all({ floor: fate('merged', { to: 'note' }) });
  expect(mappingsOf(former, toNote, [])).toContainEqual({
    ...{ kind: 'merged', from: ['note', 'floor'], to: 'note' },
  });
});

const table: [string, Fates, string, RegExp][] = [
  ['a new name that nobody chose', { size: fate('renamed') }, 'size', /new name/],
  ['a new name that is an old question', { floor: fate('renamed', { to: 'note' }) }, 'floor', /asked before/],
  ['one new name for two', { floor: fate('renamed', { to: 'rooms' }) }, 'floor', /Another question/],
  ['a split into one', { size: fate('split', { into: ['area'] }) }, 'size', /two questions/],
  ['a split without an heir', { size: fate('split', { into: ['rooms', 'area'] }) }, 'size', /takes over/],
  [
    'a heir that was taken out',
    { size: fate('split', { into: ['rooms', 'area'], heir: 'note' }) },
    'size',
    /takes/,
  ],
  ['a merge into nothing', { size: fate('merged') }, 'size', /part of/],
  ['a merge of one alone', { floor: fate('merged', { to: 'area' }) }, 'floor', /Nothing else/],
];
test.each(table)('%s is said', (_name, fates, field, says) => {
  expect(fateProblems(former, next, all(fates))[field]).toMatch(says);
});

test('a question that stays can only stay or be split, and then keeps what is its own', () => {
  expect(fateKinds(former[3]!, next)).toEqual(['same', 'split']);
  expect(withKind(former[3]!, next, 'split')).toMatchObject({ into: ['note'], heir: 'note' });
});

test('choices that the new question does not have are to be named', () => {
  const moved = fate('renamed', { to: 'usage' });
  expect(lostValues(former[2]!, moved, next).map(({ value }) => value)).toEqual(['web']);
  expect(lostValues(former[2]!, fate('renamed', { to: 'area' }), next)).toEqual([]);
});
