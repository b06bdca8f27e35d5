import { queryOptions } from '@tanstack/react-query';
import type { StopView } from '../../../../src/market/stops/schema.ts';
import { api } from '../../client.ts';

export type { StopView };
export type StopScope = StopView['scope'];

const SHOWN = 100;

/** What is stopped now. Asked again now and then: a red bar must not rest on one notice that got lost. */
export const heldStopsQuery = queryOptions({
  queryKey: ['stops', 'held'],
  queryFn: async ({ signal }) =>
    (await api.page<StopView>('/admin/stop-switches', { held: 'true', limit: SHOWN }, { signal })).data,
  refetchInterval: 30_000,
});

/** "Everything", "Niche Solar". */
export const stopSubject = ({ scope, name }: Pick<StopView, 'scope' | 'name'>): string =>
  scope === 'everything' ? 'Everything' : `${scope[0]!.toUpperCase()}${scope.slice(1)} ${name ?? ''}`.trim();

/** What happens, and to whom, until it is released. */
export const STOP_EFFECT: Record<StopScope, string> = {
  everything:
    'In every niche no lead is given to anybody, and nothing is delivered. Leads keep coming in and wait. What is being sent at this moment still arrives.',
  niche:
    'Its leads are given to nobody. They keep coming in and wait. Leads that were sold before are still delivered.',
  source:
    'Its leads are given to nobody. They keep coming in, are answered as ever, and wait. Leads that were sold before are still delivered.',
  provider:
    'It gets no leads, and nothing is delivered to it: leads that it bought before wait. Others still buy. Its money and its subscriptions stay.',
};
