/**
 * What a list shows is in its address: search text, filters, sort, page and the row that is open. A value that
 * nobody could have chosen is dropped instead of refused, so that an old link still opens.
 */
import { z } from 'zod';
import { withQuery } from './client.ts';

const TEXT_MAX = 200;

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

const text = z.string().max(TEXT_MAX).optional().catch(undefined);

/** A filter with several values; unknown ones are dropped. Without `known` any text is kept. */
export const manyOf = (known?: readonly string[]) =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((value) => [value].flat().filter((one) => !known || known.includes(one)))
    .transform((values): string[] | undefined => (values.length > 0 ? values : undefined))
    .optional()
    .catch(undefined);

/** Extend it with the filters of the page: `listSearch.extend({ state: manyOf(Object.keys(states.lead)) })`. */
export const listSearch = z.object({
  q: text,
  page: z.coerce.number().int().min(2).max(100_000).optional().catch(undefined),
  /** Column, with a minus in front for descending: `-created_at`. */
  sort: text,
  /** Id of the row in the sheet. */
  open: text,
});

/** `-created_at` as the table wants it. */
export function sortOf(sort: string | undefined): { by: string; descending: boolean } | undefined {
  if (!sort) return undefined;
  return sort.startsWith('-') ? { by: sort.slice(1), descending: true } : { by: sort, descending: false };
}

export const sortText = ({ by, descending }: { by: string; descending: boolean }): string =>
  descending ? `-${by}` : by;
