import { queryOptions } from '@tanstack/react-query';
import type { FairnessAlertView } from '../../../../src/lead/distribution/simulate/schema.ts';
import { api } from '../../client.ts';

const ALERT_MS = 5 * 60_000;

/** For the home page; the server keeps the answer as long. */
export const fairnessAlertQuery = queryOptions({
  queryKey: ['fairness', 'alert'],
  queryFn: ({ signal }) => api.get<FairnessAlertView>('/admin/fairness/alert', {}, { signal }),
  staleTime: ALERT_MS,
  refetchInterval: ALERT_MS,
});
