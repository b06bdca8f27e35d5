import { defineRefusals } from '../../kernel/errors.ts';

export const refusals = defineRefusals({
  endpoint_not_found: [404, 'There is no such endpoint.'],
  endpoint_provider_not_found: [422, 'There is no such provider: choose another.'],
  webhook_url_refused: [422, 'Leads cannot be sent to this address.'],
  webhook_unreachable: [
    422,
    'The address does not take a secure connection now: mend it, or save it all the same with save_unreachable.',
  ],
  endpoint_format_invalid: [422, 'Names and values of the endpoint cannot be used: see the fields named.'],
  endpoint_field_unfillable: [422, 'The endpoint needs a field that no lead can have, so it would get none.'],
  response_rules_invalid: [422, 'The rules for reading answers cannot be used.'],
});
