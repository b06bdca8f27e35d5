import { defineRefusals } from '../../../kernel/errors.ts';

export const refusals = defineRefusals({
  subscription_not_found: [404, 'There is no such subscription.'],
  niche_not_found: [404, 'There is no such niche.'],
  lead_not_found: [404, 'There is no such lead.'],
  answers_unreadable: [422, 'The answers do not fit the form of the niche: mend the fields named.'],
  draft_unknown: [422, 'The draft changes something that this niche does not have: see the fields named.'],
  draft_empty: [
    422,
    'The draft changes nothing: change a level, the niche, a campaign, caps of a company or a subscription.',
  ],
  draft_stale: [
    409,
    'The configuration changed since this draft was begun: look at it again before you publish.',
  ],
  look_back_busy: [429, 'Others look back at this moment. Try again in 10 seconds.'],
  period_invalid: [422, 'The period must begin before it ends, and be at most 31 days long.'],
});
