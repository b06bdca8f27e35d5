import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { api, Refusal } from './client.ts';

/** Who is signed in, as `GET /auth/me` answers; the part of it that the portal itself needs. */
export interface Me {
  id: string;
  email: string;
  name: string;
  role: 'admin' | 'operator' | 'finance' | 'auditor' | 'provider' | 'provider_owner' | 'provider_member';
  providerId?: string | null;
}

/** Null when nobody is signed in. */
export const meQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      const answer = await api.get<Me | { user: Me }>('/auth/me', {}, { signal });
      return 'user' in answer ? answer.user : answer;
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

/** The signed-in person; only below the frame, which lets nobody else in. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (!data) throw new Error('useMe is used outside of the frame');
  return data;
}

export const isProvider = (me: Me): boolean => me.role.startsWith('provider');

/** Where somebody begins after signing in. */
export const homeOf = (me: Me): '/admin' | '/dashboard' => (isProvider(me) ? '/dashboard' : '/admin');

/** Ends the session on the server, then forgets everything that was read with it. */
export async function signOut(queries: QueryClient): Promise<void> {
  await api.post('/auth/logout');
  queries.clear();
}
