import { z } from 'zod';
import { levelEdit, nicheEdit } from '../../../market/catalog/index.ts';
import { id } from '../../../market/schema.ts';
import { subscriptionEditFor } from '../../../market/subscriptions/index.ts';

/** A draft: edits as the routes of niches, levels and subscriptions take them, not yet made. */

const LEVELS_MAX = 50;
const SUBSCRIPTIONS_MAX = 100;
const version = z.int().min(1);

const nicheDraft = nicheEdit
  .pick({ level_rotation: true, fill_mode: true, default_level_id: true, missed_turns_max: true })
  .extend({ version });

const levelDraft = levelEdit
  .pick({ price_per_lead: true, max_providers: true, strategy: true, active: true })
  .extend({ id, version });

/** Where leads are sent, and what is announced, is no part of it: that changes nothing about who gets them. */
const subscriptionDraft = subscriptionEditFor
  .omit({ endpoint_id: true, coming_price_override: true })
  .extend({ id, version, paused: z.boolean().optional() });

export const draftShape = z.strictObject({
  niche: nicheDraft.optional(),
  levels: z.array(levelDraft).max(LEVELS_MAX).default([]),
  /** Every level of the niche, in the new order. */
  level_order: z.array(id).max(LEVELS_MAX).optional(),
  subscriptions: z.array(subscriptionDraft).max(SUBSCRIPTIONS_MAX).default([]),
});
export type Draft = z.infer<typeof draftShape>;
