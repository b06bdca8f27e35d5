import { z } from 'zod';
import type { CamelKeys } from '../../kernel/names.ts';
import { id, shownText, time, version } from '../schema.ts';

const type = z.enum(['landing_page', 'facebook', 'api', 'import', 'affiliate']);
const ratePerMinute = z.int().min(1).max(1_000_000).nullable();

export const newSource = z.strictObject({
  name: shownText(200),
  type,
  campaign_id: id,
  attested: z.boolean().default(false),
  rate_per_minute: ratePerMinute.default(null),
});
export type NewSource = CamelKeys<z.infer<typeof newSource>>;

export const sourceEdit = z
  .strictObject({
    name: shownText(200),
    type,
    campaign_id: id,
    attested: z.boolean(),
    rate_per_minute: ratePerMinute,
  })
  .partial()
  .extend({ version });
export type SourceEdit = CamelKeys<z.infer<typeof sourceEdit>>;

export const sourceView = z.object({
  id: z.string(),
  name: z.string(),
  type,
  campaign_id: z.string(),
  niche_id: z.string(),
  token_prefix: z.string(),
  attested: z.boolean(),
  rate_per_minute: z.number().nullable(),
  active: z.boolean(),
  version: z.number(),
  created_at: time,
  updated_at: time,
});
export type SourceView = z.infer<typeof sourceView>;

/** The token is shown this one time; only its hash is kept. */
export const sourceWithToken = z.object({ source: sourceView, token: z.string() });

export const sourceQuery = z.object({ campaign_id: id.optional(), niche_id: id.optional() });
