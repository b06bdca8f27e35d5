import { defineRefusals } from '../../../kernel/errors.ts';

/** In the order in which a purchase meets them. */
export const refusals = defineRefusals({
  lead_not_for_sale: [404, 'This lead is not for sale to you.'],
  sales_stopped: [409, 'The operator has stopped sales for the moment. Try again later.'],
  purchase_subscription_not_found: [
    404,
    'You have no active subscription of this id in the niche of the lead: subscribe first, paused if you only want to buy.',
  ],
  lead_yours_already: [409, 'You have or had this lead already: look for it among your leads.'],
  seat_taken: [409, 'Somebody else took the last seat of this lead before you. Nothing was charged.'],
  price_changed: [
    409,
    'The lead does not cost what you saw: look at the price again, then buy. Nothing was charged.',
  ],
  purchase_refused: [409, 'You cannot buy this lead now; the message says why. Nothing was charged.'],
});
