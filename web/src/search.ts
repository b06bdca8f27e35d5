/**
 * What a list shows is in its address: search text, filters, sort, page and the row that is open. A value that
 * nobody could have chosen is dropped instead of refused, so that an old link still opens.
 */
// The small edition: this file is loaded with the sign-in page. Use its helpers instead of importing zod in a
// `routes.ts`, which would bring the large one along.
import * as z from 'zod/mini';
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

/** A text, or nothing. */
export const text = z.catch(z.optional(z.string().check(z.maxLength(TEXT_MAX))), undefined);

/** One of the known values, or nothing: a tab, a period. */
export const oneOf = <const T extends readonly string[]>(known: T) =>
  z.catch(z.optional(z.enum(known)), undefined);

/** A filter with several values; unknown ones are dropped. Without `known` any text is kept. */
export const manyOf = (known?: readonly string[]) =>
  z.catch(
    z.optional(
      z.pipe(
        z.union([z.string(), z.array(z.string())]),
        z.transform((value: string | string[]): string[] | undefined => {
          const values = [value].flat().filter((one) => !known || known.includes(one));
          return values.length > 0 ? values : undefined;
        }),
      ),
    ),
    undefined,
  );

/** What every list has in its address: search text, page, sort, and the row in the sheet. */
const list = {
  q: text,
  page: z.catch(z.optional(z.coerce.number().check(z.gte(2), z.lte(PAGE_MAX), z.multipleOf(1))), undefined),
  /** Column, with a minus in front for descending: `-created_at`. */
  sort: text,
  /** Id of the row in the sheet. */
  open: text,
};

/** A list with its own filters: `listSearch({ state: manyOf(Object.keys(states.lead)) })`. */
export const listSearch = <T extends z.core.$ZodLooseShape = Record<never, never>>(filters: T = {} as T) =>
  z.object({ ...list, ...filters });

/** `-created_at` as the table wants it. */
export function sortOf(sort: string | undefined): { by: string; descending: boolean } | undefined {
  if (!sort) return undefined;
  return sort.startsWith('-') ? { by: sort.slice(1), descending: true } : { by: sort, descending: false };
}

export const sortText = ({ by, descending }: { by: string; descending: boolean }): string =>
  descending ? `-${by}` : by;
