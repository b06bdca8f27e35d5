/**
 * Every reason for which an outbound call does not end in an answer, with the sentence that screens show. The text
 * continues "The address ..." or stands alone; it never holds a secret, an internal address or a stack trace.
 */

/** The guard refused: nothing left us. */
export const REFUSED_REASONS = {
  url_invalid: 'The address is not a valid URL. Write it like https://crm.example.com/leads.',
  https_required: 'The address must start with https://.',
  credentials_in_url: 'The address must not contain a user name or password. Use a header instead.',
  port_not_allowed: 'The address must use port 443 or 8443.',
  ip_literal: 'The address must use a host name, not an IP address.',
  loopback_address: 'The address points to this machine itself.',
  private_address: 'The address points to a private address that is not reachable from the internet.',
  link_local_address: 'The address points to a link-local address, which is never allowed.',
  metadata_address: 'The address points to a cloud metadata service, which is never allowed.',
  own_address: 'The address points to this installation itself.',
  reserved_address: 'The address points to a reserved range that no receiver can have.',
  request_invalid: 'The request has a method or header that cannot be sent.',
  request_too_large: 'The request body is larger than 1 MiB.',
  client_closed: 'The program is stopping. The call will be made later.',
} as const;

/** The call was tried and no usable answer came. */
export const FAILED_REASONS = {
  dns_not_found: 'The host name does not exist.',
  dns_timeout: 'The host name could not be resolved in time.',
  dns_failed: 'The host name could not be resolved.',
  connect_timeout: 'The server did not accept the connection in time.',
  connection_refused: 'The server refused the connection.',
  unreachable: 'The server cannot be reached.',
  connect_failed: 'The connection could not be opened.',
  certificate_expired: 'The certificate has expired.',
  certificate_not_yet_valid: 'The certificate is not valid yet.',
  certificate_wrong_name: 'The certificate belongs to another host name.',
  certificate_self_signed: 'The certificate is self-signed. Use one from a public authority.',
  certificate_untrusted:
    'The certificate cannot be traced to a trusted authority; a chain file may be missing.',
  tls_failed: 'The secure connection (TLS 1.2 or newer) could not be set up.',
  send_timeout: 'The server did not take the request in time.',
  answer_timeout: 'The server did not answer in time.',
  connection_reset: 'The server broke off the connection before it answered.',
  answer_invalid: 'The server sent something that is not a valid HTTP/1.1 answer.',
  answer_headers_too_large: 'The headers of the answer are larger than 16 KiB.',
} as const;

export type RefusedReason = keyof typeof REFUSED_REASONS;
export type FailedReason = keyof typeof FAILED_REASONS;
