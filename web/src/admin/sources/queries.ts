import { queryOptions } from '@tanstack/react-query';
import type { CampaignView } from '../../../../src/market/campaigns/schema.ts';
import type { SourceView } from '../../../../src/market/sources/schema.ts';
import { api } from '../../client.ts';

const CAMPAIGNS_MAX = 100;

export const sourceTypes: Record<SourceView['type'], string> = {
  landing_page: 'Web page',
  facebook: 'Facebook',
  api: 'Program',
  import: 'Import',
  affiliate: 'Affiliate',
};

/** The campaigns of a niche. */
export const campaignsQuery = (nicheId: string | undefined) =>
  queryOptions({
    queryKey: ['campaigns', nicheId, 'all'],
    queryFn: ({ signal }) =>
      api.page<CampaignView>('/admin/campaigns', { niche_id: nicheId, limit: CAMPAIGNS_MAX }, { signal }),
    select: ({ data }) => data,
  });
