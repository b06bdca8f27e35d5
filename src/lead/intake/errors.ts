import { defineRefusals } from '../../kernel/errors.ts';

/** In the order in which a request meets them. */
export const refusals = defineRefusals({
  intake_backlog: [503, 'More leads are waiting than can be worked on: send this again in a moment.'],
  source_token_unknown: [
    401,
    'No source has this token. Check the address, or ask the operator for a new token.',
  ],
  source_paused: [403, 'This source is paused: its leads are not taken. Ask the operator.'],
  niche_not_open: [404, 'There is no open form of this name.'],
  form_token_invalid: [422, 'This form was open for too long: load the page again and send it once more.'],
  receipt_not_found: [404, 'There is no such receipt.'],
});
