/** Where leads come from: an origin that shows a token. */
export type SourceType = 'landing_page' | 'facebook' | 'api' | 'import' | 'affiliate';
export const SOURCE_TYPES = ['landing_page', 'facebook', 'api', 'import', 'affiliate'] as const;

export type Source = {
  id: string;
  name: string;
  type: SourceType;
  campaignId: string;
  nicheId: string;
  /** The part of the token that lists may show. */
  tokenPrefix: string;
  /** It attests that the person agreed; its word may also make a lead premium. */
  attested: boolean;
  /** Requests per minute; null: the installation's own limit. */
  ratePerMinute: number | null;
  /** False while it is paused: its leads are refused. */
  active: boolean;
  version: number;
  createdAt: Date;
  updatedAt: Date;
};
