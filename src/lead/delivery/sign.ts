import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Standard Webhooks 1.0: a receiver proves with any of its libraries that a delivery came from us, unchanged and
 * recently. Signed is `id.timestamp.body`; during a rotation one signature per secret is sent, newest first.
 */

export const SECRET_BYTES = 32;
const SECRET_BYTES_MIN = 24;
const SECRET_BYTES_MAX = 64;
const SECRETS_MAX = 5;
const SIGNATURES_READ_MAX = 20;
/** How far the sender's and the receiver's clock may be apart. */
export const TOLERANCE_SECONDS = 300;
const PREFIX = 'whsec_';

export type SignatureHeaders = {
  'webhook-id': string;
  'webhook-timestamp': string;
  'webhook-signature': string;
};

/** Signs the exact bytes that are sent. `id` is the same for every attempt of one delivery, `at` is the attempt's. */
export function signatureHeaders(message: {
  id: string;
  at: Date;
  body: string | Uint8Array;
  secrets: readonly string[];
}): SignatureHeaders {
  const { id, at, body, secrets } = message;
  if (secrets.length === 0 || secrets.length > SECRETS_MAX)
    throw new RangeError('1 to 5 signing secrets are expected');
  const seconds = String(Math.floor(at.getTime() / 1000));
  const signatures = secrets.map(
    (secret) => `v1,${signatureOf(secret, id, seconds, body).toString('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signatures.join(' ') };
}

/** What a receiver does: true when one signature was made with one of the secrets, not more than 5 minutes ago. */
export function verifySignature(message: {
  headers: { readonly [name: string]: string | string[] | undefined };
  body: string | Uint8Array;
  secrets: readonly string[];
  now: Date;
}): boolean {
  const { headers, body, secrets, now } = message;
  const id = headers['webhook-id'];
  const seconds = headers['webhook-timestamp'];
  const given = headers['webhook-signature'];
  if (typeof id !== 'string' || typeof seconds !== 'string' || typeof given !== 'string') return false;
  if (!/^\d{1,12}$/.test(seconds)) return false;
  if (Math.abs(now.getTime() / 1000 - Number(seconds)) > TOLERANCE_SECONDS) return false;
  const candidates = given.split(' ').slice(0, SIGNATURES_READ_MAX);
  return secrets.some((secret) => {
    const expected = signatureOf(secret, id, seconds, body);
    return candidates.some((candidate) => {
      const [version, code = ''] = candidate.split(',');
      const bytes = Buffer.from(code, 'base64');
      return version === 'v1' && bytes.length === expected.length && timingSafeEqual(bytes, expected);
    });
  });
}

/** A new signing secret: 256 random bits as `whsec_` and base64. Shown to the provider once. */
export function newSigningSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64');
}

/** True for `whsec_` and base64 of 24 to 64 bytes, what the standard asks for. */
export function isSigningSecret(text: string): boolean {
  return keyOf(text) !== null;
}

function signatureOf(secret: string, id: string, seconds: string, body: string | Uint8Array): Buffer {
  const key = keyOf(secret);
  if (key === null) throw new TypeError('a signing secret is whsec_ and base64 of 24 to 64 bytes');
  if (id === '' || id.includes('.')) throw new TypeError('the id of a signed message may hold no full stop');
  return createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest();
}

function keyOf(secret: string): Buffer | null {
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret)) return null;
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  return key.length >= SECRET_BYTES_MIN && key.length <= SECRET_BYTES_MAX ? key : null;
}
