import { queryOptions, useQuery } from '@tanstack/react-query';
import type { CampaignView } from '../../../src/market/campaigns/schema.ts';
import type { FormView, NicheView } from '../../../src/market/catalog/schema.ts';
import { api } from '../client.ts';
import type { FormField } from './words.ts';

/** More niches than this nobody chooses from a list. */
const NICHES_MAX = 100;

/** Every niche that is not archived, for filters and choices. */
export const nichesQuery = queryOptions({
  queryKey: ['niches', 'all'],
  queryFn: ({ signal }) => api.page<NicheView>('/admin/niches', { limit: NICHES_MAX }, { signal }),
  select: ({ data }) => data,
});

type Endpoints = { endpoints: { id: string; name: string; url: string }[] };

/** The endpoints that a subscription of the provider can use; undefined while they are read. */
export function useEndpointNames(providerId: string, mine: boolean): Endpoints['endpoints'] | undefined {
  return useQuery({
    queryKey: mine ? ['mine', 'provider'] : ['provider', providerId],
    queryFn: ({ signal }) =>
      api.get<Endpoints>(mine ? '/providers/me' : `/admin/providers/${providerId}`, {}, { signal }),
  }).data?.endpoints;
}

const CAMPAIGNS_MAX = 100;

/** The campaigns of a niche. */
export const campaignsQuery = (nicheId: string | undefined) =>
  queryOptions({
    queryKey: ['campaigns', nicheId, 'all'],
    queryFn: ({ signal }) =>
      api.page<CampaignView>('/admin/campaigns', { niche_id: nicheId, limit: CAMPAIGNS_MAX }, { signal }),
    select: ({ data }) => data,
  });

export const formsQuery = (nicheId: string) =>
  queryOptions({
    queryKey: ['niches', nicheId, 'forms'],
    queryFn: ({ signal }) => api.get<FormView[]>(`/admin/niches/${nicheId}/schema`, {}, { signal }),
  });

/**
 * The fields of a niche's form that is in use. A provider reads the public form, found through the levels it is
 * offered; undefined while it is read, an empty list when there is none.
 */
export function useFormFields(
  nicheId: string,
  mine: boolean,
  wanted = true,
): readonly FormField[] | undefined {
  const own = useQuery({
    queryKey: ['mine', 'form', nicheId],
    enabled: wanted && mine,
    staleTime: 300_000,
    queryFn: async ({ signal }) => {
      const offers = await api.page<{ niche_slug: string }>(
        '/competition-levels',
        { niche_id: nicheId, limit: 1 },
        { signal },
      );
      const slug = offers.data[0]?.niche_slug;
      if (!slug) return [];
      return (await api.get<{ fields: FormField[] }>(`/niches/${slug}/schema`, {}, { signal })).fields;
    },
  });
  const all = useQuery({ ...formsQuery(nicheId), enabled: wanted && !mine });
  if (mine) return own.isError ? [] : own.data;
  return all.isError ? [] : all.data && (all.data.find((form) => form.active)?.fields ?? []);
}
