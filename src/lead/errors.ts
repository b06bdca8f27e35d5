import { defineRefusals } from '../kernel/errors.ts';

export const refusals = defineRefusals({
  lead_not_found: [404, 'There is no such lead.'],
});
