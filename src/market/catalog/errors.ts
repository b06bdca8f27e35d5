import { defineRefusals } from '../../kernel/errors.ts';

export const refusals = defineRefusals({
  niche_not_found: [404, 'There is no such niche.'],
  niche_archived: [409, 'This niche is archived: it cannot be changed.'],
  niche_slug_taken: [409, 'Another niche has this address already: choose another slug.'],
  currency_fixed: [
    409,
    'The currency of a niche stays as it is once leads or subscriptions use it: make a new niche.',
  ],
  default_level_unknown: [422, 'The default level must be a level of this niche that is not archived.'],
  level_not_found: [404, 'There is no such competition level.'],
  level_niche_not_found: [422, 'There is no such niche, or it is archived: choose another.'],
  level_archived: [409, 'This competition level is archived: it cannot be changed.'],
  level_price_invalid: [422, 'The price must be an amount above zero in the currency of the niche.'],
  price_notice_short: [
    409,
    'Providers subscribe to this level: a higher price needs notice. Announce it with coming_price.',
  ],
  coming_price_past: [422, 'A coming price begins in the future: give a later moment.'],
  levels_too_many: [409, 'A niche has at most 50 competition levels: archive one first.'],
  level_in_use: [409, 'Providers subscribe to this level, so it cannot be archived: switch it off instead.'],
  level_list_incomplete: [409, 'List the id of every level of the niche once, in the new order.'],
  level_order_changed: [
    409,
    'Somebody put the levels in another order meanwhile: look at it, then repeat your change.',
  ],
  form_not_found: [404, 'There is no form schema with this number.'],
  form_changed: [
    409,
    'Somebody changed this version of the form meanwhile: look at it again, then repeat your change.',
  ],
  form_in_use: [409, 'This form schema has been in use, so it stays as it is: create a new version.'],
});
