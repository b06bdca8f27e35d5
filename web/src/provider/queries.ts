import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { EndpointView } from '../../../src/market/endpoints/schema.ts';
import type { ProviderView, walletView } from '../../../src/market/providers/schema.ts';
import type { SubscriptionView } from '../../../src/market/subscriptions/schema.ts';
import { api } from '../client.ts';

export type OwnProvider = ProviderView & {
  wallets: z.infer<typeof walletView>[];
  subscriptions: SubscriptionView[];
  endpoints: EndpointView[];
};

/** One's own company with its money, subscriptions and endpoints. */
export const ownQuery = queryOptions({
  queryKey: ['mine', 'provider'],
  queryFn: ({ signal }) => api.get<OwnProvider>('/providers/me', {}, { signal }),
});
