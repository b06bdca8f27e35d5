/** Pages of a list that goes on by cursor: the address holds the cursor, so a deep page costs no more than the first. */
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useRef } from 'react';
import type { Pagination } from '../client.ts';

interface Keyset {
  /** What the API is asked for. */
  asked: { cursor?: string; page?: number };
  onPage: (page: number) => void;
}

/** @param scope changes with the filters: cursors of other lists are forgotten */
export function useKeyset(
  search: { page?: number | undefined; after?: string | undefined },
  scope: string,
  pagination: Pagination | undefined,
): Keyset {
  const navigate = useNavigate();
  const known = useRef<{ scope: string; cursors: Map<number, string> }>({ scope, cursors: new Map() });
  if (known.current.scope !== scope) known.current = { scope, cursors: new Map() };
  const { cursors } = known.current;
  const page = search.page ?? 1;
  if (search.after) cursors.set(page, search.after);
  const next = pagination?.nextCursor;
  const onPage = useCallback(
    (to: number) => {
      if (next && to === page + 1) cursors.set(to, next);
      const after = to > 1 ? cursors.get(to) : undefined;
      void navigate({
        to: '.',
        search: ((now: object) => ({
          ...now,
          page: to > 1 ? to : undefined,
          after,
          open: undefined,
        })) as never,
        resetScroll: false,
      });
    },
    [navigate, cursors, next, page],
  );
  return { asked: search.after ? { cursor: search.after } : { page }, onPage };
}
