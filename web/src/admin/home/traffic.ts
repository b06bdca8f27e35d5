import { queryOptions } from '@tanstack/react-query';
import type { TrafficAlertsView } from '../../../../src/lead/distribution/watch/schema.ts';
import { api } from '../../client.ts';

/** The server counts once an hour. */
const ASK_MS = 5 * 60_000;
/** Sentences that the home page shows; the others are counted. */
const SHOWN_MAX = 3;

export const trafficAlertsQuery = queryOptions({
  queryKey: ['traffic-alerts'],
  queryFn: ({ signal }) => api.get<TrafficAlertsView>('/admin/traffic-alerts', {}, { signal }),
  staleTime: ASK_MS,
  refetchInterval: ASK_MS,
});

export function trafficWords({ alerts }: TrafficAlertsView): string {
  const shown = alerts.slice(0, SHOWN_MAX).map(({ sentence }) => sentence);
  const more = alerts.length - shown.length;
  return [...shown, ...(more > 0 ? [`And ${more} more.`] : [])].join(' ');
}
