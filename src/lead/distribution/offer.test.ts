import { expect, it } from 'vitest';
import { type Holder, openSeats } from './offer.ts';
import type { Level } from './rules.ts';

const level = (id: string, maxProviders: number, exclusive = false): Level => ({
  id,
  name: id,
  price: 1_000n,
  maxProviders,
  priorityOrder: 0,
  strategy: 'longest_waiting',
  billOn: 'accepted',
  exclusive,
});
const gold = level('gold', 2);
const silver = level('silver', 5);
const alone = level('alone', 1, true);
const levels = [gold, silver, alone];

const has = (levelId: string, maxShared: number): Holder => ({ levelId, maxShared, live: true, sent: true });
const refused = (levelId: string, maxShared: number): Holder => ({ ...has(levelId, maxShared), live: false });
const neverSent = (levelId: string, maxShared: number): Holder => ({
  ...refused(levelId, maxShared),
  sent: false,
});

type Case = [
  says: string,
  of: { level: Level; holders: Holder[]; told: number | null; fillMode?: 'cascade' | 'fill_all' },
  open: { seats: number; maxShared: number },
];
const table: Case[] = [
  ['nobody has it: the whole level', { level: gold, holders: [], told: null }, { seats: 2, maxShared: 2 }],
  ['the person was told of fewer', { level: silver, holders: [], told: 3 }, { seats: 3, maxShared: 3 }],
  ['one of two has it', { level: gold, holders: [has('gold', 2)], told: null }, { seats: 1, maxShared: 2 }],
  ['both have it', { level: gold, holders: [has('gold', 2), has('gold', 2)], told: 9 }, { seats: 0, maxShared: 2 }],
  ['a promise to another level holds', { level: silver, holders: [has('gold', 2)], told: 9 }, { seats: 1, maxShared: 2 }],
  ['the own level promises less', { level: gold, holders: [has('silver', 5)], told: 9 }, { seats: 1, maxShared: 2 }],
  ['who refused it does not share it', { level: gold, holders: [refused('gold', 2)], told: 9 }, { seats: 2, maxShared: 2 }],
  ['but was sent it', { level: gold, holders: [refused('gold', 2)], told: 2 }, { seats: 1, maxShared: 1 }],
  ['so nobody is left', { level: gold, holders: [refused('gold', 2)], told: 1 }, { seats: 0, maxShared: 0 }],
  ['who was never sent it does not count', { level: gold, holders: [neverSent('gold', 2)], told: 1 }, { seats: 1, maxShared: 1 }],
  ['told fewer than have had it', { level: gold, holders: [refused('gold', 2), refused('gold', 2)], told: 1 }, { seats: 0, maxShared: 0 }],
  ['sold alone joins nobody', { level: alone, holders: [has('gold', 9)], told: 9 }, { seats: 0, maxShared: 1 }],
  ['nobody joins what is sold alone', { level: silver, holders: [has('alone', 9)], told: 9 }, { seats: 0, maxShared: 5 }],
  ['who refused alone is no hindrance', { level: silver, holders: [refused('alone', 1)], told: 9 }, { seats: 5, maxShared: 5 }],
  [
    'every level fills its own seats',
    { level: gold, holders: [has('silver', 8), has('silver', 8)], told: 9, fillMode: 'fill_all' },
    { seats: 2, maxShared: 8 },
  ],
  [
    'also then its own maximum holds',
    { level: gold, holders: [has('gold', 8), has('silver', 8)], told: 9, fillMode: 'fill_all' },
    { seats: 1, maxShared: 8 },
  ],
]; // biome-ignore format: one line per case

it.each(table)('%s', (_says, { fillMode = 'cascade', ...of }, open) => {
  expect(openSeats({ levels, fillMode }, of)).toEqual(open);
});
