import { defineRefusals } from '../kernel/errors.ts';

/** What the platform itself refuses: requests that no module ever sees. */

/** Bodies that cannot be read exactly. */
export const jsonRefusals = defineRefusals({
  body_not_text: [400, 'The body is not valid UTF-8 text.'],
  body_not_json: [400, 'The body is not valid JSON.'],
  body_too_deep: [400, 'The body is nested too deeply: at most 32 levels.'],
  body_too_many_keys: [400, 'The body has too many keys: at most 2,000.'],
  body_unsafe_key: [400, 'The body uses a key that is not allowed.'],
  body_duplicate_key: [400, 'The body names a key twice.'],
  body_unsafe_number: [400, 'The body holds a number that cannot be kept exactly: send it as a text.'],
  body_not_form: [400, 'The form cannot be read: it must be percent-encoded UTF-8.'],
  input_not_storable: [422, 'A text holds characters that cannot be kept (NUL or a half surrogate pair).'],
});

/** Everything around a request. */
export const httpRefusals = defineRefusals({
  request_malformed: [400, 'The request cannot be read.'],
  route_not_found: [404, 'There is nothing at this address.'],
  body_too_large: [413, 'The body is too large.'],
  body_type_unknown: [415, 'Send the body as application/json or application/x-www-form-urlencoded.'],
  input_invalid: [422, 'Some fields need another value.'],
  rate_limited: [429, 'Too many requests; wait and try again.'],
  service_busy: [503, 'The service is busy; wait and try again.'],
  internal_error: [500, 'Something went wrong on our side. Please tell the operator the request id.'],
});

/** Requests that are sent with an Idempotency-Key. */
export const idempotencyRefusals = defineRefusals({
  idempotency_key_invalid: [422, 'Idempotency-Key must be 1 to 255 visible ASCII characters.'],
  request_in_flight: [409, 'The same request is being worked on; ask again in a moment.'],
  idempotency_key_reused: [422, 'This Idempotency-Key was already used with another input: use a new one.'],
});

/** Edits by people, who say which version they saw. */
export const versionRefusals = defineRefusals({
  version_missing: [428, 'Send the version you saw, as the header If-Match or as the field version.'],
  version_invalid: [422, 'The version must be the whole number that the last answer showed.'],
  version_stale: [409, 'Somebody changed this in the meantime: look at it again, then repeat your change.'],
});
