import { defineRefusals } from '../../kernel/errors.ts';

export const refusals = defineRefusals({
  campaign_not_found: [404, 'There is no such campaign.'],
  campaign_niche_not_found: [422, 'There is no such niche, or it is archived: choose another.'],
  campaign_policy_invalid: [422, 'The policies of the campaign contradict each other.'],
  campaign_slug_taken: [409, 'Another campaign has this address already: choose another slug.'],
  campaign_price_invalid: [422, 'A price per level is an amount above zero for a level of the niche.'],
  campaign_price_notice_short: [
    409,
    'Providers pay what this campaign costs: a higher price needs notice. Announce it with coming_level_prices.',
  ],
  coming_campaign_prices_past: [422, 'Coming prices begin in the future: give a later moment.'],
  campaign_archived: [409, 'This campaign is archived: it cannot be changed.'],
  campaign_is_default: [409, 'The default campaign of a niche cannot be archived: archive the niche.'],
});
