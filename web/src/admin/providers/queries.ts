import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { EndpointView } from '../../../../src/market/endpoints/schema.ts';
import type {
  ProviderView,
  providerListView,
  WalletTotals,
  walletView,
} from '../../../../src/market/providers/schema.ts';
import type { SubscriptionView } from '../../../../src/market/subscriptions/schema.ts';
import { api } from '../../client.ts';

export type ProviderRow = z.infer<typeof providerListView>;
export type ProviderDetail = ProviderView & {
  wallets: z.infer<typeof walletView>[];
  subscriptions: SubscriptionView[];
  endpoints: EndpointView[];
};

export const PROVIDERS = 50;
export const PROVIDER_FILTERS = ['status', 'paused', 'endpoints', 'country', 'niche_id'] as const;

/** Money moves often, and a provider's row shows it: the list hears the topic of money. */
export const providersQuery = (asked: Record<string, string | number | undefined>) =>
  queryOptions({
    queryKey: ['money', 'providers', asked],
    queryFn: ({ signal }) =>
      api.page<ProviderRow>('/admin/providers', { limit: PROVIDERS, ...asked }, { signal }),
    placeholderData: keepPreviousData,
  });

/** What all accounts hold together, by currency. */
export const totalsQuery = queryOptions({
  queryKey: ['money', 'totals'],
  queryFn: ({ signal }) => api.get<WalletTotals[]>('/admin/providers/totals', {}, { signal }),
});

export const providerQuery = (id: string) =>
  queryOptions({
    queryKey: ['provider', id],
    queryFn: ({ signal }) => api.get<ProviderDetail>(`/admin/providers/${id}`, {}, { signal }),
  });
