import { defineRefusals } from '../../kernel/errors.ts';

/** In the order in which a request meets them. */
export const refusals = defineRefusals({
  confirmation_invalid: [404, 'This link is not complete or not ours. Open it again from the mail.'],
  confirmation_expired: [410, 'This link has expired. Please send the form again; you will get a new link.'],
  review_lead_not_found: [404, 'There is no such lead.'],
  lead_already_distributed: [
    409,
    'The lead has been given to a provider: it can only be marked bad for all.',
  ],
  lead_ended: [409, 'The lead has ended already.'],
  lead_not_waiting: [409, 'The lead does not wait for this.'],
  lead_check_not_failed: [422, 'No check of this name stopped the lead.'],
  lead_not_parked: [409, 'This lead is not parked; there is nothing to try again.'],
});
