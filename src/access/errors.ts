import { defineRefusals } from '../kernel/errors.ts';

/** In the order in which a request meets them. */
export const refusals = defineRefusals({
  not_signed_in: [401, 'Sign in first, or send an API key as `Authorization: Bearer ...`.'],
  foreign_origin: [403, 'This request came from another website, so it was not carried out.'],
  role_not_allowed: [403, 'Your role may not do this.'],
  scope_missing: [403, 'This API key may not do this: make one with the scope that is needed.'],
  https_needed: [403, 'Signing in needs https, because this address is reached over a network.'],
  sign_in_wrong: [401, 'E-mail or password is wrong.'],
  email_not_verified: [403, 'Confirm your e-mail address first: we have sent you a link.'],
  account_not_active: [403, 'This account is not active. Ask the operator.'],
  link_not_valid: [410, 'This link is used, expired or unknown. Ask for a new one.'],
  admin_exists: [409, 'There is an administrator already: sign in.'],
  email_taken: [409, 'There is an account with this e-mail address already.'],
  user_not_found: [404, 'There is no such user.'],
  user_provider_not_found: [404, 'There is no such provider.'],
  own_account_locked_out: [409, 'You cannot take away your own access: let another administrator do it.'],
  api_key_not_found: [404, 'There is no such API key.'],
  api_keys_too_many: [409, 'You have as many API keys as there may be: revoke one first.'],
  password_too_short: [422, 'The password needs at least 8 characters; 15 or more are better.'],
  password_too_long: [422, 'The password may have at most 128 characters.'],
  password_is_email: [422, 'The password must not be the e-mail address.'],
  password_too_common: [422, 'This password is one of the first that attackers try: choose another.'],
  streams_too_many: [429, 'This user has too many live connections open: close a window.'],
});
