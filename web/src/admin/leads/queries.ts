import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { DeliveryDetail } from '../../../../src/lead/delivery/schema.ts';
import type { ExplainedLead } from '../../../../src/lead/distribution/schema.ts';
import type { LeadListItem, LeadPage, OverviewView } from '../../../../src/lead/schema.ts';
import type { CampaignView } from '../../../../src/market/campaigns/schema.ts';
import type { SourceView } from '../../../../src/market/sources/schema.ts';
import { api, Refusal } from '../../client.ts';

export type { DeliveryDetail, LeadListItem, LeadPage, OverviewView };
export type Decision = ExplainedLead['decisions'][number];

export const LEADS = 50;
/** States in which a lead still moves by itself; its page then asks again now and then, beside the live topics. */
const MOVING = new Set(['received', 'pending_confirmation', 'checking', 'approved', 'unsold']);
const MOVING_MS = 5_000;
const OVERVIEW_MS = 15_000;

type Asked = Record<string, string | number | readonly string[] | undefined>;

export const leadsQuery = (asked: Asked) =>
  queryOptions({
    queryKey: ['leads', asked],
    queryFn: ({ signal }) => api.page<LeadListItem>('/admin/leads', { limit: LEADS, ...asked }, { signal }),
    placeholderData: keepPreviousData,
  });

export const leadQuery = (id: string) =>
  queryOptions({
    queryKey: ['lead', id],
    queryFn: ({ signal }) => api.get<LeadPage>(`/admin/leads/${id}`, {}, { signal }),
    refetchInterval: ({ state }) =>
      state.data && (MOVING.has(state.data.state) || isSending(state.data)) ? MOVING_MS : false,
  });

const isSending = ({ deliveries }: LeadPage): boolean =>
  deliveries.some(({ state }) => state === 'pending' || state === 'sending');

/** Why each subscription did or did not get a lead; an empty list while it was never offered to anybody. */
export const whyQuery = (id: string, decisions: number) =>
  queryOptions({
    queryKey: ['lead', id, 'why', decisions],
    enabled: decisions > 0,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<readonly Decision[]> => {
      try {
        return (await api.get<ExplainedLead>(`/admin/leads/${id}/distribution`, {}, { signal })).decisions;
      } catch (error) {
        if (error instanceof Refusal && error.code === 'decision_missing') return [];
        throw error;
      }
    },
  });

export const deliveryQuery = (id: string, leadId: string) =>
  queryOptions({
    queryKey: ['lead', leadId, 'delivery', id],
    queryFn: ({ signal }) => api.get<DeliveryDetail>(`/admin/deliveries/${id}`, {}, { signal }),
  });

export const overviewQuery = queryOptions({
  queryKey: ['leads', 'overview'],
  queryFn: ({ signal }) => api.get<OverviewView>('/admin/overview', {}, { signal }),
  refetchInterval: OVERVIEW_MS,
});

export const campaignsQuery = queryOptions({
  queryKey: ['campaigns', 'all'],
  queryFn: ({ signal }) => api.get<CampaignView[]>('/admin/campaigns', {}, { signal }),
});

export const sourcesQuery = queryOptions({
  queryKey: ['sources', 'all'],
  queryFn: ({ signal }) => api.get<SourceView[]>('/admin/sources', {}, { signal }),
});
