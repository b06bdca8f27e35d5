import type { Secrets } from '../../platform/secrets.ts';
import { type Endpoint, sealedPlace } from './endpoint.ts';

/** The endpoint's own headers, encrypted; null when it has none. */
export function sealedHeaders(
  secrets: Secrets,
  endpointId: string,
  headers: Partial<Record<string, string>>,
): Buffer | null {
  if (Object.keys(headers).length === 0) return null;
  return secrets.encrypt(JSON.stringify(headers), sealedPlace(endpointId, 'headers_enc'));
}

/** The endpoint's own headers, for a delivery; names in lower case. */
export function headersOf(
  secrets: Secrets,
  endpoint: Pick<Endpoint, 'id' | 'headersEnc'>,
): Record<string, string> {
  if (endpoint.headersEnc === null) return {};
  const text = secrets.decryptText(endpoint.headersEnc, sealedPlace(endpoint.id, 'headers_enc'));
  return JSON.parse(text) as Record<string, string>;
}

/** The secrets to sign with at a time, newest first: the former one counts until its overlap ends. */
export function signingSecrets(
  secrets: Secrets,
  endpoint: Pick<Endpoint, 'id' | 'secretEnc' | 'secretPreviousEnc' | 'secretPreviousUntil'>,
  at: Date,
): string[] {
  const present = secrets.decryptText(endpoint.secretEnc, sealedPlace(endpoint.id, 'secret_enc'));
  const { secretPreviousEnc: former, secretPreviousUntil: until } = endpoint;
  if (former === null || until === null || until <= at) return [present];
  return [present, secrets.decryptText(former, sealedPlace(endpoint.id, 'secret_previous_enc'))];
}
