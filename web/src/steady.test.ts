import { expect, test } from 'vitest';
import { settle } from './steady.ts';

const row = (id: string, minute: number, state = 'approved') => ({
  id,
  state,
  submitted_at: `2026-11-20T10:${String(minute).padStart(2, '0')}:00Z`,
});

test('rows keep their place and show their present state while newer ones are counted', () => {
  const held = [row('b', 2), row('a', 1)];
  const latest = [row('d', 4), row('c', 3), row('b', 2, 'distributed')];
  expect(settle(held, latest)).toEqual({ rows: [row('b', 2, 'distributed'), row('a', 1)], fresh: 2 });
});

test('a row that no longer matches goes away, one that was only pushed off the page stays', () => {
  const held = [row('c', 3), row('b', 2), row('a', 1)];
  expect(settle(held, [row('d', 4), row('c', 3)]).rows.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  expect(settle(held, [row('c', 3), row('a', 1)]).rows.map(({ id }) => id)).toEqual(['c', 'a']);
  expect(settle(held, [])).toEqual({ rows: [], fresh: 0 });
});
