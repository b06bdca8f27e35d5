import { expect, it } from 'vitest';
import { readPhone } from '../market/catalog/index.ts';
import type { Figures } from './demo-figures.ts';
import { personOf } from './demo-person.ts';
import { allEnded, summaryOf } from './demo-summary.ts';
import { plainLine } from './demo-view.ts';

const people = Array.from({ length: 2_000 }, (_, number) =>
  personOf('k3x9', number, number % 2 === 0 ? 'vps-hosting' : 'home-services'),
);

it('made-up people are all different, and the same number is the same person', () => {
  expect(new Set(people.map(({ email }) => email)).size).toBe(people.length);
  expect(new Set(people.map(({ phone }) => phone)).size).toBe(people.length);
  expect(personOf('k3x9', 7, 'vps-hosting')).toEqual(personOf('k3x9', 7, 'vps-hosting'));
});

it('their phone numbers are valid ones of their country', () => {
  const odd = people.filter(({ phone, country }) => {
    const read = readPhone(phone, null);
    return !read.ok || !read.phone.valid || read.phone.country !== country;
  });
  expect(odd).toEqual([]);
});

const figures: Figures = {
  leads: { distributed: 3, expired: 1 },
  deliveries: { delivered: 4, dead: 1 },
  assignments: 5,
  refunded: 0,
  revenue: '60.00 EUR',
  submitToAnswer: { p50: 900, p99: 3_000 },
  readyToAnswer: { p50: 100, p99: 2_000 },
  providers: [],
};
const posted = (n: number, refused: string[] = []) => ({ posted: () => n, refused: () => refused });

it('everything has ended when each posted lead is final and no delivery is under way', () => {
  expect(allEnded(figures, posted(4))).toBe(true);
  expect(allEnded(figures, posted(5))).toBe(false);
  expect(allEnded({ ...figures, leads: { distributed: 3, unsold: 1 } }, posted(4))).toBe(false);
  expect(allEnded({ ...figures, deliveries: { delivered: 4, pending: 1 } }, posted(4))).toBe(false);
});

it('the line and the summary say what came out, and name what did not end', () => {
  expect(plainLine(figures, posted(4), 12)).toBe(
    '  12 s | 4 posted | 4 leads ended (3 distributed, 1 expired) | 5 sold for 60.00 EUR | ' +
      'deliveries: 4 delivered, 1 dead | p50 100 ms, p99 2000 ms',
  );
  const open = { ...figures, leads: { distributed: 3, unsold: 1 } };
  const said = summaryOf(open, posted(4, ['the form was answered 500']), 20).join('\n');
  expect(said).toContain('Leads ended             3, 1 NOT ended');
  expect(said).toContain('Refused                 the form was answered 500');
});
