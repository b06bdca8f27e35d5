import { defineRefusals } from '../../kernel/errors.ts';

export const refusals = defineRefusals({
  source_not_found: [404, 'There is no such source.'],
  source_campaign_not_found: [422, 'There is no such campaign, or it is archived: choose another.'],
});
