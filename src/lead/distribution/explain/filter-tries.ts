import type { RuleSubscription } from '../../../market/subscriptions/index.ts';
import { TOLD_FROM } from './demand.ts';
import type { Lost } from './filter-losses.ts';

/**
 * What a subscription could change about its filters: leave one out, or ask for less. Pure. Only filters that kept
 * leads away alone are tried, those first that kept most away; the others can bring nothing.
 */
export type FilterTry = {
  id: string;
  /** Ends the sentence "... you would have got 7 more". */
  words: string;
  filters: RuleFilters;
  /** Leads of those lost that it lets pass: no more than these can come of it. */
  lets: number;
};
type RuleFilters = RuleSubscription['filters'];
type RuleFilter = RuleFilters[number];
type Looser = { id: string; words: string; filter: RuleFilter; lets: number };

/** Filters of a subscription that are tried without. */
export const FILTERS_TRIED_MAX = 10;
/** Looser bounds that are tried beside them. */
export const LOOSER_TRIED_MAX = 8;
/** Answers to a set that are named in one try. */
const VALUES_NAMED_MAX = 5;

export function filterTries(filters: RuleFilters, lost: readonly Lost[]): FilterTry[] {
  const worst = filters
    .map((filter, place) => ({ filter, place, own: lost[place]! }))
    .filter(({ own }) => own.leads > 0)
    .sort((a, b) => b.own.leads - a.own.leads || a.place - b.place);
  const without = worst.map(
    ({ filter, place, own }): FilterTry => ({
      id: `filter_${place}`,
      words: `Without the filter on ${nameOf(filter)}`,
      filters: filters.toSpliced(place, 1),
      lets: own.leads,
    }),
  );
  const looser = worst.flatMap(({ filter, place, own }) =>
    looserThan(filter, own).map(
      ({ id, words, lets, filter: other }): FilterTry => ({
        ...{ id: `filter_${place}_${id}`, words, lets },
        filters: filters.with(place, other),
      }),
    ),
  );
  looser.sort((a, b) => b.lets - a.lets);
  // Of two that bring as much, the one that changes less is told first.
  return [...looser.slice(0, LOOSER_TRIED_MAX), ...without.slice(0, FILTERS_TRIED_MAX)];
}

const nameOf = ({ field, kind }: RuleFilter): string =>
  kind === 'geo' ? 'the distance' : field.replaceAll('_', ' ');

/**
 * The bound that lets in the most of what this filter lost, and one that lets in half of it. None is named that fewer
 * than TOLD_FROM leads would pass by, and bounds are rounded: nobody learns what one person answered.
 */
function looserThan(filter: RuleFilter, own: Lost): Looser[] {
  const found: Looser[] = [];
  if (filter.kind === 'range') found.push(...widerRanges(filter, own.numbers));
  if (filter.kind === 'geo') found.push(...widerCircles(filter, own.numbers));
  if (filter.kind === 'set') found.push(...widerSets(filter, own.values));
  if (filter.missing === 'fail' && own.unanswered >= TOLD_FROM) {
    const words = `Also without an answer to ${nameOf(filter)}`;
    found.push({ id: 'missing', words, filter: { ...filter, missing: 'pass' }, lets: own.unanswered });
  }
  return found;
}

type Range = Extract<RuleFilter, { kind: 'range' }>;

function widerRanges(filter: Range, numbers: readonly number[]): Looser[] {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = filter;
  const below = numbers.filter((one) => one < min).sort((a, b) => b - a);
  const above = numbers.filter((one) => one > max).sort((a, b) => a - b);
  const name = nameOf(filter);
  return [
    ...boundsOver(below, Math.floor).map(({ bound, lets }) => ({
      ...{ id: `min_${bound}`, lets, filter: { ...filter, min: bound } },
      words: `With ${name} from ${bound} on instead of ${min}`,
    })),
    ...boundsOver(above, Math.ceil).map(({ bound, lets }) => ({
      ...{ id: `max_${bound}`, lets, filter: { ...filter, max: bound } },
      words: `With ${name} up to ${bound} instead of ${max}`,
    })),
  ];
}

type Circle = Extract<RuleFilter, { kind: 'geo' }>;

const widerCircles = (filter: Circle, distances: readonly number[]): Looser[] =>
  boundsOver(
    distances.toSorted((a, b) => a - b),
    Math.ceil,
  ).map(({ bound, lets }) => ({
    ...{ id: `km_${bound}`, lets, filter: { ...filter, radius_km: bound } },
    words: `Within ${bound} km instead of ${filter.radius_km}`,
  }));

/** Rounded bounds over half of the values, and over all of them. @param values nearest to the present bound first */
function boundsOver(
  values: readonly number[],
  towards: (value: number) => number,
): { bound: number; lets: number }[] {
  if (values.length < TOLD_FROM) return [];
  const half = Math.max(TOLD_FROM, Math.ceil(values.length / 2));
  const bounds = [values[half - 1]!, values.at(-1)!].map((value) => rounded(value, towards));
  return [...new Set(bounds)].map((bound) => ({
    bound,
    lets: values.filter((value) => (towards === Math.floor ? value >= bound : value <= bound)).length,
  }));
}

/** To two digits, away from the present bound: 87.3 is 87 or 88, 1,234 is 1,200 or 1,300. */
function rounded(value: number, towards: (value: number) => number): number {
  if (value === 0) return 0;
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.abs(value))) - 1);
  return towards(value / step) * step;
}

type Choice = Extract<RuleFilter, { kind: 'set' }>;

/** The answer that kept most away, and all that kept several away. */
function widerSets(filter: Choice, values: ReadonlyMap<string, number>): Looser[] {
  const any = filter.match === 'any';
  const often = [...values]
    .filter(([value, count]) => count >= TOLD_FROM && (any || filter.values.includes(value)))
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, VALUES_NAMED_MAX);
  return [often.slice(0, 1), often]
    .filter((named, at) => named.length > at)
    .flatMap((named): Looser[] => {
      const texts = named.map(([value]) => value);
      const left = any
        ? [...filter.values, ...texts]
        : filter.values.filter((value) => !texts.includes(value));
      if (left.length === 0) return [];
      const list = texts.map((text) => `"${text}"`).join(', ');
      const words = any
        ? `With ${nameOf(filter)} also ${list}`
        : `With ${nameOf(filter)} ${list} not left out`;
      const lets = named.reduce((sum, [, count]) => sum + count, 0);
      return [{ id: `values_${named.length}`, words, filter: { ...filter, values: left }, lets }];
    });
}
