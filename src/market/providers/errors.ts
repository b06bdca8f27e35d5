import { defineRefusals } from '../../kernel/errors.ts';

export const refusals = defineRefusals({
  provider_not_found: [404, 'There is no such provider.'],
  provider_pause_end_passed: [
    422,
    'The pause must end in the future: leave the date out to pause until further notice.',
  ],
  provider_paused_by_operator: [
    403,
    'The operator paused your company: only the operator can change or end this pause. Please ask them.',
  ],
  cap_currency_unused: [
    422,
    'An amount over all subscriptions needs a currency of a niche in which the provider subscribes.',
  ],
  partner_niche_not_found: [422, 'There is no such niche: choose another.'],
  partner_level_needed: [
    422,
    'The niche has no competition level that is switched on: make one first, or name one.',
  ],
  phone_format_unknown: [422, 'The phone format is not one we know.'],
});
