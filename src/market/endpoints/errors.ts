import { defineRefusals } from '../../kernel/errors.ts';

export const refusals = defineRefusals({
  endpoint_not_found: [404, 'There is no such endpoint.'],
  endpoint_provider_not_found: [422, 'There is no such provider: choose another.'],
  webhook_url_refused: [422, 'Leads cannot be sent to this address.'],
  response_rules_invalid: [422, 'The rules for reading answers cannot be used.'],
});
