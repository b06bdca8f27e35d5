import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { OwnLeadItem, OwnLeadPage } from '../../../../src/lead/schema.ts';
import { api } from '../../client.ts';

export type { OwnLeadItem, OwnLeadPage };

export const OWN_LEADS = 50;

export const ownLeadsQuery = (asked: Record<string, string | number | undefined>) =>
  queryOptions({
    queryKey: ['mine', 'leads', asked],
    queryFn: ({ signal }) =>
      api.page<OwnLeadItem>('/providers/me/leads', { limit: OWN_LEADS, ...asked }, { signal }),
    placeholderData: keepPreviousData,
  });

export const ownLeadQuery = (id: string) =>
  queryOptions({
    queryKey: ['mine', 'lead', id],
    queryFn: ({ signal }) => api.get<OwnLeadPage>(`/providers/me/leads/${id}`, {}, { signal }),
  });
