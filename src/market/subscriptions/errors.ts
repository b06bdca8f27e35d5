import { defineRefusals } from '../../kernel/errors.ts';

export const refusals = defineRefusals({
  field_mapping_wrong: [422, 'The field mappings do not fit the two forms; the details name each.'],
  form_use_changed: [
    409,
    'Another version of the form was put in use meanwhile: look at it, then say again what becomes of its fields.',
  ],
  subscription_not_found: [404, 'There is no such subscription.'],
  subscription_provider_not_found: [422, 'There is no such provider: choose another.'],
  subscription_level_not_found: [
    422,
    'There is no such competition level, or it is archived: choose another.',
  ],
  already_subscribed: [409, 'The provider subscribes to this level already: change that subscription.'],
  priority_order_changed: [
    409,
    'Somebody changed the order of this level meanwhile: look at it, then repeat your change.',
  ],
  priority_order_wrong: [422, 'Name subscriptions of this level that have not ended, each once.'],
  subscription_cancelled: [409, 'This subscription has ended: subscribe to the level again.'],
  subscription_paused_by_operator: [
    403,
    'The operator paused this subscription: only the operator can change or end this pause. Please ask them.',
  ],
  subscription_endpoint_not_found: [422, 'The provider has no such endpoint: choose another, or none.'],
  subscription_campaign_not_found: [422, 'The niche has no such campaign: choose others, or none for all.'],
  filter_field_unknown: [422, 'A filter names a field that the form of the niche does not have.'],
  filter_kind_wrong: [422, 'A filter does not fit the type of its field.'],
  postcodes_invalid: [422, 'A list of postcodes has entries that cannot be read: mend those named.'],
  postcode_list_unknown: [422, 'There is no such list of postcodes: send its entries.'],
  place_unknown: [422, 'Nobody knows where this postcode lies: give latitude and longitude instead.'],
  areas_not_found: [404, 'This subscription has no list of postcodes on that field.'],
  areas_csv_invalid: [422, 'The file of postcodes cannot be read: see the lines named.'],
  required_field_unknown: [
    422,
    'A required field is neither in the form of the niche nor one of the person.',
  ],
  cap_invalid: [422, 'A cap needs a whole number of leads, or an amount in the currency of the niche.'],
  away_invalid: [422, 'A time away ends after it begins: see the fields named.'],
  price_override_invalid: [422, 'The own price must be an amount above zero in the currency of the niche.'],
  own_price_notice_short: [
    409,
    'A higher own price needs notice, also when both sides agree. Announce it with coming_price_override.',
  ],
  coming_own_price_past: [422, 'A coming price begins in the future: give a later moment.'],
  schedule_invalid: [422, 'The hours cannot be read: see the fields named.'],
  pause_end_passed: [
    422,
    'The pause must end in the future: leave the date out to pause until further notice.',
  ],
});
