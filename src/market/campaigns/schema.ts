import { z } from 'zod';
import { countries, id, percent, shownText, slug, time, timeOrNull, version, warnings } from '../schema.ts';

const CONSENT_MAX = 5_000;

const policy = {
  countries,
  confirmation: z.enum(['double_opt_in', 'source_attested', 'admin_attested']),
  approval: z.enum(['manual', 'auto', 'auto_if']),
  approvalScore: percent.nullable(),
  premiumScore: percent,
  consentText: shownText(CONSENT_MAX, { multiline: true }),
  recipientsTold: z.int().min(1).max(100),
};

export const newCampaign = z.strictObject({
  nicheId: id,
  name: shownText(200),
  slug,
  countries: policy.countries.default([]),
  confirmation: policy.confirmation.default('double_opt_in'),
  approval: policy.approval.default('manual'),
  approvalScore: policy.approvalScore.default(null),
  premiumScore: policy.premiumScore.default(70),
  /** Left out: the plain text of docs/distribution.md. */
  consentText: policy.consentText.optional(),
  recipientsTold: policy.recipientsTold.default(10),
});
export type NewCampaign = z.infer<typeof newCampaign>;

export const campaignEdit = z
  .strictObject({ name: shownText(200), slug, ...policy, active: z.boolean() })
  .partial()
  .extend({ version });
export type CampaignEdit = z.infer<typeof campaignEdit>;

export const campaignView = z.object({
  id: z.string(),
  nicheId: z.string(),
  name: z.string(),
  slug: z.string(),
  isDefault: z.boolean(),
  countries: z.array(z.string()),
  confirmation: z.string(),
  approval: z.string(),
  approvalScore: z.number().nullable(),
  premiumScore: z.number(),
  consentText: z.string(),
  consentVersion: z.number(),
  recipientsTold: z.number(),
  active: z.boolean(),
  archivedAt: timeOrNull,
  version: z.number(),
  createdAt: time,
  updatedAt: time,
});
export type CampaignView = z.infer<typeof campaignView>;

export const campaignAnswer = z.object({ campaign: campaignView, warnings });

export const campaignQuery = z.object({
  nicheId: id.optional(),
  archived: z.enum(['true', 'false']).default('false'),
  search: z.string().max(100).optional(),
});
