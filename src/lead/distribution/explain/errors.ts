import { defineRefusals } from '../../../kernel/errors.ts';

export const refusals = defineRefusals({
  subscription_not_found: [404, 'There is no such subscription.'],
  niche_not_found: [404, 'There is no such niche.'],
  lead_not_found: [404, 'There is no such lead.'],
  period_invalid: [422, 'The period must begin before it ends, and be at most 31 days long.'],
});
