import { defineRefusals } from '../../kernel/errors.ts';

/** In the order in which a request meets them. */
export const refusals = defineRefusals({
  lead_not_found: [404, 'There is no such lead.'],
  decision_unexplainable: [
    409,
    'The configuration of this decision cannot be read back; run `fairlead audit`.',
  ],
  lead_not_assignable: [409, 'Only a lead that is approved, unsold or distributed can be given to somebody.'],
  lead_parked_first: [409, 'The lead is parked: press "try again" on its page, then give it.'],
  lead_time_over: [409, 'The time in which this lead may be sold is over.'],
  niche_not_selling: [409, 'The niche is switched off: switch it on, then give the lead.'],
  distribution_stopped: [409, 'A stop switch holds for this lead: release it first.'],
  subscription_not_offered: [
    404,
    'This is no active subscription in the niche of the lead, or its level is switched off.',
  ],
  assignment_refused: [409, 'The subscription cannot take this lead; the message says why.'],
  no_open_seat: [
    409,
    'No seat is open: more companies would share the lead than its holders were promised, the level sells, or the person was told.',
  ],
  block_provider_not_found: [404, 'There is no such provider.'],
  lead_ended_already: [409, 'The lead has ended: nobody can get it any more.'],
  provider_has_lead: [409, 'The provider has this lead already: refund the assignment instead.'],
});
