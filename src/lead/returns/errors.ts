import { defineRefusals } from '../../kernel/errors.ts';

/** In the order in which a request meets them. */
export const refusals = defineRefusals({
  returns_lead_not_found: [404, 'There is no such lead.'],
  lead_not_distributed: [409, 'Nobody has this lead, so it cannot be marked bad for all: reject it instead.'],
  assignment_not_found: [404, 'There is no such assignment.'],
  assignment_not_charged: [409, 'Nothing was charged for this assignment, so nothing can be refunded.'],
});
