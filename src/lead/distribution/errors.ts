import { defineRefusals } from '../../kernel/errors.ts';

export const refusals = defineRefusals({
  lead_not_found: [404, 'There is no such lead.'],
  decision_unexplainable: [
    409,
    'The configuration of this decision cannot be read back; run `fairlead audit`.',
  ],
});
