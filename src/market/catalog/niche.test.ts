import { expect, test } from 'vitest';
import { type Level, levelAfter } from './niche.ts';

const level = (id: string, priorityOrder: number, more: Partial<Level> = {}): Level => ({
  ...{
    id,
    priorityOrder,
    nicheId: 'n',
    name: id,
    pricePerLead: 1n,
    maxProviders: 1,
    strategy: 'longest_waiting',
  },
  ...{
    billOn: 'assigned',
    refundUndelivered: false,
    exclusive: false,
    comingPrice: null,
    comingPriceAt: null,
    active: true,
    archivedAt: null,
    version: 1,
  },
  ...{ createdAt: new Date(0), updatedAt: new Date(0) },
  ...more,
});

test('the turn goes to the next level of the ring, past the last one to the first', () => {
  const ring = [level('b', 2), level('a', 1), level('c', 3)];
  expect(['a', 'b', 'c'].map((id) => levelAfter(ring, id))).toEqual(['b', 'c', 'a']);
});

test('levels that are switched off or archived are passed over', () => {
  const ring = [level('a', 1), level('b', 2, { active: false }), level('c', 3, { archivedAt: new Date() })];
  expect([levelAfter(ring, 'a'), levelAfter(ring, 'b')]).toEqual([null, 'a']);
});
