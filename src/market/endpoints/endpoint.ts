import { randomBytes } from 'node:crypto';

/** Where and how a provider receives leads. */
export type ResponseRule = {
  kind: 'accepted' | 'rejected' | 'duplicate' | 'reference';
  /** `200`, `2xx`, `200,201`, `400-422`. */
  status: string;
  /** Dotted (`result.items.0.code`); null: the whole text. */
  path: string | null;
  /** null: the status alone decides. */
  test: 'equals' | 'in' | 'contains' | 'exists' | null;
  value: string | string[] | null;
  reasonPath?: string | null | undefined;
  reason?: string | null | undefined;
};

export type EndpointTerms = {
  name: string;
  url: string;
  format: 'json' | 'xml' | 'form';
  phoneFormat: 'international' | 'national' | 'local' | 'e164' | 'national_trunk';
  countryFormat: 'name' | 'iso2';
  /** Our field names. */
  requiredFields: string[];
  /** Our field name to theirs. */
  fieldMap: Record<string, string>;
  defaultValues: Record<string, string | number | boolean>;
  /** False leaves out the key `fairlead`. */
  withExtras: boolean;
  responseRules: ResponseRule[];
  /** null: the installation's own. */
  timeoutMs: number | null;
  /** Calls in flight at a time; null: the installation's own. */
  slots: number | null;
  acceptsTest: boolean;
};

/** The whole row. The sealed columns never leave the server. */
export type Endpoint = EndpointTerms & {
  id: string;
  providerId: string;
  headersEnc: Buffer | null;
  secretEnc: Buffer;
  secretPreviousEnc: Buffer | null;
  secretPreviousUntil: Date | null;
  state: 'active' | 'disabled';
  disabledReason: string | null;
  breakerState: 'closed' | 'open' | 'half_open';
  breakerOpenedAt: Date | null;
  nextDueAt: Date | null;
  lastServedAt: Date | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
};

/** A receiver may verify by the former secret for this long after a rotation. */
export const SECRET_OVERLAP_MS = 24 * 60 * 60 * 1_000;
const SECRET_BYTES = 32;

/** A signing secret as Standard Webhooks writes it. */
export const newSigningSecret = (): string => `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;

/** The place a sealed column is bound to. */
export const sealedPlace = (
  endpointId: string,
  column: 'secret_enc' | 'secret_previous_enc' | 'headers_enc',
) => ({ table: 'endpoints', row: endpointId, column });

/** Headers of its own that an endpoint may ask for. Names outside the list could change what the request means. */
export const HEADERS_ALLOWED = [
  'accept',
  'accept-language',
  'api-key',
  'apikey',
  'authorization',
  'x-access-token',
  'x-account-id',
  'x-affiliate-id',
  'x-api-key',
  'x-api-token',
  'x-auth-token',
  'x-campaign-id',
  'x-client-id',
  'x-client-secret',
  'x-partner-id',
  'x-source',
  'x-tenant-id',
  'x-token',
] as const;
export const HEADERS_MAX = 10;

export type Health = 'healthy' | 'failing' | 'disabled' | 'none';

/** One word for the screens: whether leads would go out now. `none`: portal and mail only. */
export function healthOf(endpoint: Pick<Endpoint, 'state' | 'breakerState'> | null): Health {
  if (endpoint === null) return 'none';
  if (endpoint.state === 'disabled') return 'disabled';
  return endpoint.breakerState === 'closed' ? 'healthy' : 'failing';
}
