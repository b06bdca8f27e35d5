import { defineRefusals } from '../../kernel/errors.ts';

export const refusals = defineRefusals({
  delivery_not_found: [404, 'There is no such delivery.'],
  delivery_under_way: [
    409,
    'This delivery has not ended: it is being sent or will be tried again by itself.',
  ],
  delivery_cancelled: [409, 'This delivery was cancelled with its lead and cannot be sent again.'],
  delivery_not_paid: [
    409,
    'The provider does not pay for this lead: it was refunded or never charged, so it is not sent again.',
  ],
  body_expired: [
    410,
    'What was sent has been deleted for its age or on request, so it cannot be sent again.',
  ],
});
