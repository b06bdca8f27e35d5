import { z } from 'zod';
import { campaignEdit } from '../../../market/campaigns/index.ts';
import { levelEdit, nicheEdit } from '../../../market/catalog/index.ts';
import { providerEdit } from '../../../market/providers/index.ts';
import { id } from '../../../market/schema.ts';
import { subscriptionEditFor } from '../../../market/subscriptions/index.ts';

/** A draft: edits as the routes of niches, levels, campaigns, providers and subscriptions take them, not yet made. */

const LEVELS_MAX = 50;
const CAMPAIGNS_MAX = 50;
const PROVIDERS_MAX = 50;
const SUBSCRIPTIONS_MAX = 100;
const version = z.int().min(1);

const nicheDraft = nicheEdit
  .pick({ level_rotation: true, fill_mode: true, default_level_id: true, missed_turns_max: true })
  .extend({ version });

const levelDraft = levelEdit
  .pick({
    price_per_lead: true,
    max_providers: true,
    strategy: true,
    bill_on: true,
    exclusive: true,
    active: true,
  })
  .extend({ id, version });

const campaignDraft = campaignEdit.pick({ level_prices: true }).extend({ id, version });
/** Caps over all subscriptions of a company: publishing them changes all its niches. */
const providerDraft = providerEdit.pick({ caps: true }).extend({ id, version });

/** Where leads are sent, and what is announced, is no part of it: that changes nothing about who gets them. */
const subscriptionDraft = subscriptionEditFor
  .omit({ endpoint_id: true, coming_price_override: true })
  .extend({ id, version, paused: z.boolean().optional() });

export const draftShape = z.strictObject({
  niche: nicheDraft.optional(),
  levels: z.array(levelDraft).max(LEVELS_MAX).default([]),
  /** Every level of the niche, in the new order. */
  level_order: z.array(id).max(LEVELS_MAX).optional(),
  campaigns: z.array(campaignDraft).max(CAMPAIGNS_MAX).default([]),
  providers: z.array(providerDraft).max(PROVIDERS_MAX).default([]),
  subscriptions: z.array(subscriptionDraft).max(SUBSCRIPTIONS_MAX).default([]),
});
export type Draft = z.infer<typeof draftShape>;
