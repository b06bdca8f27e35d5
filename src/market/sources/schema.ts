import { z } from 'zod';
import { id, shownText, time, version } from '../schema.ts';

const type = z.enum(['landing_page', 'facebook', 'api', 'import', 'affiliate']);
const ratePerMinute = z.int().min(1).max(1_000_000).nullable();

export const newSource = z.strictObject({
  name: shownText(200),
  type,
  campaignId: id,
  attested: z.boolean().default(false),
  ratePerMinute: ratePerMinute.default(null),
});
export type NewSource = z.infer<typeof newSource>;

export const sourceEdit = z
  .strictObject({ name: shownText(200), type, campaignId: id, attested: z.boolean(), ratePerMinute })
  .partial()
  .extend({ version });
export type SourceEdit = z.infer<typeof sourceEdit>;

export const sourceView = z.object({
  id: z.string(),
  name: z.string(),
  type,
  campaignId: z.string(),
  nicheId: z.string(),
  tokenPrefix: z.string(),
  attested: z.boolean(),
  ratePerMinute: z.number().nullable(),
  active: z.boolean(),
  version: z.number(),
  createdAt: time,
  updatedAt: time,
});
export type SourceView = z.infer<typeof sourceView>;

/** The token is shown this one time; only its hash is kept. */
export const sourceWithToken = z.object({ source: sourceView, token: z.string() });

export const sourceQuery = z.object({ campaignId: id.optional(), nicheId: id.optional() });
