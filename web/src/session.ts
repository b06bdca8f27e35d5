import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { Me } from '../../src/access/schema.ts';
import { api, Refusal } from './client.ts';

export type { Me };

/** Who is signed in; null when nobody is. */
export const meQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      return await api.get<Me>('/auth/me', {}, { signal });
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

const frame = getRouteApi('/frame');

/** The signed-in person; only inside the frame, which lets nobody else in. */
export const useMe = (): Me => frame.useRouteContext({ select: ({ me }) => me });

export const isProvider = (me: Me): boolean => me.role.startsWith('provider');

/** Where somebody begins after signing in. */
export const homeOf = (me: Me): '/admin' | '/dashboard' => (isProvider(me) ? '/dashboard' : '/admin');

/** Forgets everything that was read with a session, once the page that shows it is left. */
export async function forgetSession(queries: QueryClient, leave: () => Promise<void>): Promise<void> {
  queries.setQueryData(meQuery.queryKey, null);
  await leave();
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== meQuery.queryKey[0] });
}

/** Ends the session on the server. @throws Refusal when it could not be ended. */
export async function signOut(queries: QueryClient, leave: () => Promise<void>): Promise<void> {
  await api.post('/auth/logout');
  await forgetSession(queries, leave);
}
