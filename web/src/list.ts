/** What a list page does with its address: change a filter, turn the page, open a row in the sheet. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';

type Value = string | number | readonly string[] | undefined;
export type ListSearch = { q?: string; page?: number; sort?: string; open?: string } & Record<string, Value>;

export interface ListPlace {
  search: ListSearch;
  page: number;
  /** Changes some of the address; the list begins at its first page again. */
  change: (patch: Record<string, Value>) => void;
  turn: (page: number) => void;
  /** Shows a row in the sheet. The first one can be left with Back; walking on replaces it. */
  open: (id: string) => void;
  close: () => void;
}

export function useListPlace(): ListPlace {
  const search = useSearch({ strict: false }) as ListSearch;
  const navigate = useNavigate();
  const isOpen = search.open !== undefined;
  const go = useCallback(
    (patch: Record<string, Value>, replace: boolean) =>
      void navigate({
        to: '.',
        search: ((now: ListSearch) => clean({ ...now, ...patch })) as never,
        replace,
        resetScroll: false,
      }),
    [navigate],
  );
  return useMemo(
    () => ({
      search,
      page: search.page ?? 1,
      change: (patch) => go({ page: undefined, ...patch }, true),
      turn: (page) => go({ page: page > 1 ? page : undefined }, false),
      open: (id) => go({ open: id }, isOpen),
      close: () => go({ open: undefined }, true),
    }),
    [search, go, isOpen],
  );
}

const clean = (search: ListSearch): ListSearch =>
  Object.fromEntries(
    Object.entries(search).filter(([, value]) => value !== undefined && value !== '' && value !== null),
  );

/** The filters of the address as the filter bar takes them. */
export function filtersOf(search: ListSearch, names: readonly string[]): Record<string, string[]> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = search[name];
      return value === undefined ? [] : [[name, [value].flat().map(String)]];
    }),
  );
}

/** What the filter bar gives, for a list whose filters take one value each: the one chosen last counts. */
export const oneEach = (
  filters: Record<string, string[]>,
  names: readonly string[],
): Record<string, string | undefined> =>
  Object.fromEntries(names.map((name) => [name, filters[name]?.at(-1)]));

/** The rows before and after the one in the sheet. */
export function neighbours<Row>(
  rows: readonly Row[] | undefined,
  idOf: (row: Row) => string,
  openId: string | undefined,
  open: (id: string) => void,
): { onPrevious?: () => void; onNext?: () => void } {
  const at = rows?.findIndex((row) => idOf(row) === openId) ?? -1;
  const before = at > 0 ? rows?.[at - 1] : undefined;
  const after = at >= 0 ? rows?.[at + 1] : undefined;
  return {
    ...(before ? { onPrevious: () => open(idOf(before)) } : {}),
    ...(after ? { onNext: () => open(idOf(after)) } : {}),
  };
}
