import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { BoughtLead, LeadForSale } from '../../../../src/lead/distribution/purchase/schema.ts';
import { api } from '../../client.ts';

export type { BoughtLead, LeadForSale };

export const STORE_LEADS = 50;
/** What others buy is told to nobody but them: the list is read again this often. */
const LOOK_AGAIN_MS = 15_000;

export const storeQuery = (asked: { niche_id: string | undefined; page: number }) =>
  queryOptions({
    queryKey: ['mine', 'store', asked],
    queryFn: ({ signal }) =>
      api.page<LeadForSale>('/providers/me/store', { limit: STORE_LEADS, ...asked }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_AGAIN_MS,
  });
