import { distanceKm, type Place } from '../../kernel/distance.ts';
import { type Areas, barePostcode } from '../../kernel/postcode-areas.ts';
import { isSealed } from '../sealed-answers.ts';

/**
 * A subscription's filters over the answers of a lead, three-valued: an answer that is missing neither matches nor
 * fails by itself, the filter states what it means (`missing`). Compiled once per configuration version, run for
 * every lead.
 */
export type Filter =
  | { field: string; kind: 'range'; min?: number; max?: number; missing: Missing }
  | { field: string; kind: 'set'; values: string[]; match: 'any' | 'none'; missing: Missing }
  | { field: string; kind: 'boolean'; value: boolean; missing: Missing }
  | { field: string; kind: 'text'; op: 'equals' | 'contains'; value: string; missing: Missing }
  | { field: string; kind: 'postcodes'; areas: Areas; missing: Missing }
  | { field: string; kind: 'geo'; lat: number; lon: number; radius_km: number; missing: Missing };
export type Missing = 'pass' | 'fail';

export type Answers = Readonly<Record<string, unknown>>;
export type Match = 'match' | 'no' | 'unknown';

/** Where the lead is stands among its answers under this name, which no field of a form can have. */
export const PLACE = '@place';
/** The name of the answer that a filter reads. */
export const answerKey = (filter: Filter): string => (filter.kind === 'geo' ? PLACE : filter.field);

/** Answers with the lead's place, when it is known. */
export const withPlace = (answers: Answers, place: Place | undefined): Answers =>
  place === undefined ? answers : { ...answers, [PLACE]: place };

/** The bare postcode of a postcode or an address; null when there is none. */
export function postcodeIn(answer: unknown): string | null {
  const text =
    typeof answer === 'object' && answer !== null ? (answer as { postcode?: unknown }).postcode : answer;
  return typeof text === 'string' ? barePostcode(text) : null;
}

/** Says whether one answer matches. `undefined`, null, '', an empty list and one that is kept encrypted are unknown. */
export type CompiledFilter = { filter: Filter; test: (answer: unknown) => Match };

export const unanswered = (answer: unknown): boolean =>
  answer === undefined ||
  answer === null ||
  answer === '' ||
  (Array.isArray(answer) && answer.length === 0) ||
  isSealed(answer);

const known = (matches: boolean): Match => (matches ? 'match' : 'no');

export function compileFilter(filter: Filter): CompiledFilter {
  return { filter, test: (answer) => (unanswered(answer) ? 'unknown' : testOf(filter)(answer)) };
}

function testOf(filter: Filter): (answer: unknown) => Match {
  switch (filter.kind) {
    case 'range': {
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = filter;
      return (answer) => (typeof answer === 'number' ? known(answer >= min && answer <= max) : 'unknown');
    }
    case 'set': {
      const values = new Set(filter.values);
      const wanted = filter.match === 'any';
      return (answer) => {
        const given = Array.isArray(answer) ? answer : [answer];
        return known(given.some((value) => values.has(String(value))) === wanted);
      };
    }
    case 'boolean':
      return (answer) => (typeof answer === 'boolean' ? known(answer === filter.value) : 'unknown');
    case 'text': {
      const value = filter.value.toLowerCase();
      return filter.op === 'equals'
        ? (answer) => known(String(answer).toLowerCase() === value)
        : (answer) => known(String(answer).toLowerCase().includes(value));
    }
    case 'postcodes':
      return (answer) => {
        const code = postcodeIn(answer);
        return code === null ? 'unknown' : known(filter.areas.lookUp(code) === 'inside');
      };
    case 'geo':
      return (answer) => known(distanceKm(filter, answer as Place) <= filter.radius_km);
  }
}

/** The first filter that keeps the lead away, with the answer it saw; undefined: all pass. */
export function failingFilter(filters: readonly CompiledFilter[], answers: Answers): Filter | undefined {
  for (const { filter, test } of filters) {
    const match = test(answers[answerKey(filter)]);
    if (match === 'no' || (match === 'unknown' && filter.missing === 'fail')) return filter;
  }
  return undefined;
}
