/**
 * What a list shows is in its address: search text, filters, sort, page and the row that is open. A value that
 * nobody could have chosen is dropped instead of refused, so that an old link still opens.
 */
import { withQuery } from './client.ts';

const TEXT_MAX = 200;
const PAGE_MAX = 100_000;

/** Repeated names are lists, everything is text: `?state=unsold&state=expired&page=2`. */
export function parseSearch(search: string): Record<string, string | string[]> {
  const params = new URLSearchParams(search);
  const names = [...new Set(params.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = params.getAll(name);
      return [name, values.length === 1 ? values[0]! : values];
    }),
  );
}

export const stringifySearch = (search: Record<string, unknown>): string =>
  withQuery('', search as Record<string, string | string[]>);

/**
 * What one name of the address may hold; `undefined` when it is nothing that could have been chosen. Plain functions
 * and no schemas, because this is loaded with the sign-in page.
 */
export type Value<T> = (raw: unknown) => T | undefined;

/** A text, or nothing. */
export const text: Value<string> = (raw) =>
  typeof raw === 'string' && raw.length <= TEXT_MAX ? raw : undefined;

/** One of the known values, or nothing: a tab, a period. */
export const oneOf =
  <const T extends readonly string[]>(known: T): Value<T[number]> =>
  (raw) =>
    known.find((one) => one === raw);

/** A filter with several values; unknown ones are dropped. Without `known` any text is kept. */
export const manyOf =
  (known?: readonly string[]): Value<string[]> =>
  (raw) => {
    const values = [raw].flat().filter((one) => typeof one === 'string') as string[];
    const kept = values.filter((one) => !known || known.includes(one));
    return kept.length > 0 ? kept : undefined;
  };

const page: Value<number> = (raw) => {
  const number = Number(raw);
  return Number.isInteger(number) && number >= 2 && number <= PAGE_MAX ? number : undefined;
};

type Found<T extends Record<string, Value<unknown>>> = {
  [Name in keyof T]?: Exclude<ReturnType<T[Name]>, undefined>;
};

/**
 * Reads the names it knows; for `validateSearch` of a route. A name whose value is dropped is there with `undefined`:
 * the router lays the result over the raw address, and would keep what is left out.
 */
export const searchOf = <T extends Record<string, Value<unknown>>>(values: T) => ({
  parse: (raw: Record<string, unknown>): Found<T> =>
    Object.fromEntries(Object.entries(values).map(([name, read]) => [name, read(raw[name])])) as Found<T>,
});

/** What every list has in its address: search text, page, sort, and the row in the sheet. */
const list = {
  q: text,
  page,
  /** Column, with a minus in front for descending: `-created_at`. */
  sort: text,
  /** Id of the row in the sheet. */
  open: text,
};

/** A list with its own filters: `listSearch({ state: manyOf(['unsold', 'expired']) })`. */
export const listSearch = <T extends Record<string, Value<unknown>> = Record<never, never>>(
  filters: T = {} as T,
) => searchOf({ ...list, ...filters });

/** `-created_at` as the table wants it. */
export function sortOf(sort: string | undefined): { by: string; descending: boolean } | undefined {
  if (!sort) return undefined;
  return sort.startsWith('-') ? { by: sort.slice(1), descending: true } : { by: sort, descending: false };
}

export const sortText = ({ by, descending }: { by: string; descending: boolean }): string =>
  descending ? `-${by}` : by;
