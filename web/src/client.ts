/**
 * The one way from the portal to the API: same origin, session cookie, the envelopes of `/api/v1`. Each page passes
 * the type of its answer, taken with `import type` from a `schema.ts` of the server.
 */

/** Longer than the server's own limit for a request, so that its answer is what the reader sees. */
const TIMEOUT_MS = 35_000;
const BASE = '/api/v1';

export interface Detail {
  field: string;
  message: string;
}

export interface Pagination {
  page: number;
  limit: number;
  total: number;
  totalPages: number;
  nextCursor: string | null;
  totalIsEstimate?: boolean | undefined;
}

export interface Page<T> {
  data: T[];
  pagination: Pagination;
}

/** What the API refuses, or why no answer came: always with a sentence that can be shown. */
export class Refusal extends Error {
  readonly code: string;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly details: readonly Detail[];
  readonly requestId: string | undefined;

  constructor(of: { message: string; code: string; status: number; details?: Detail[]; requestId?: string }) {
    super(of.message);
    this.name = 'Refusal';
    this.code = of.code;
    this.status = of.status;
    this.details = of.details ?? [];
    this.requestId = of.requestId;
  }
}

type Query = Record<string, string | number | boolean | readonly string[] | null | undefined>;

interface Options {
  signal?: AbortSignal | undefined;
  /** The version that was read, for an edit: a stale one is refused with 409. */
  version?: number | undefined;
  /** From `newKey()`: one per intent, the same when the intent is tried again. Needed where money moves. */
  key?: string | undefined;
  /** The body is the text of a CSV file. */
  csv?: boolean;
}

/** A key for one intent to move money. Make it when the form opens, keep it until the answer is yes. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );

const onSignedOut = new Set<() => void>();

/** Hears that the session has ended; returns the way to stop. */
export function hearSignedOut(hear: () => void): () => void {
  onSignedOut.add(hear);
  return () => onSignedOut.delete(hear);
}

/** `/leads?state=unsold&state=expired`: empty values are left out, lists repeat their name. */
export function withQuery(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') params.append(name, String(one));
    }
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

async function send(method: string, path: string, body: unknown, options: Options): Promise<unknown> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = options.csv ? 'text/csv' : 'application/json';
  if (options.version !== undefined) headers['if-match'] = `"${options.version}"`;
  if (options.key !== undefined) headers['idempotency-key'] = options.key;
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(BASE + path, {
      method,
      headers,
      credentials: 'same-origin',
      redirect: 'error',
      signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit,
      ...(body === undefined ? {} : { body: options.csv ? String(body) : JSON.stringify(body) }),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Refusal({
      code: limit.aborted ? 'no_answer' : 'no_connection',
      status: 0,
      message: limit.aborted
        ? 'The server did not answer in time. Try again in a moment.'
        : 'The server cannot be reached. Check your connection and try again.',
    });
  }
  if (response.status === 204) return { success: true, data: null };
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && isEnvelope(answer) && answer.success) return answer;
  const refusal = refusalOf(answer, response);
  if (refusal.status === 401) for (const hear of onSignedOut) hear();
  throw refusal;
}

interface Envelope {
  success: boolean;
  error?: string;
  code?: string;
  details?: Detail[];
  requestId?: string;
}

const isEnvelope = (answer: unknown): answer is Envelope =>
  typeof answer === 'object' && answer !== null && 'success' in answer;

function refusalOf(answer: unknown, response: Response): Refusal {
  const envelope: Partial<Envelope> = isEnvelope(answer) ? answer : {};
  const requestId = envelope.requestId ?? response.headers.get('x-request-id');
  return new Refusal({
    code: envelope.code ?? 'unexpected_answer',
    status: response.status,
    message: envelope.error ?? 'The server gave an answer we do not understand. Try again in a moment.',
    details: envelope.details ?? [],
    ...(requestId ? { requestId } : {}),
  });
}

const data = async <T>(answer: Promise<unknown>): Promise<T> => ((await answer) as { data: T }).data;

/** Every method throws a `Refusal`, or an abort when its signal was used. */
export const api = {
  get: <T>(path: string, query?: Query, options: Options = {}): Promise<T> =>
    data<T>(send('GET', withQuery(path, query), undefined, options)),
  /** A list with its pagination. */
  page: <T>(path: string, query?: Query, options: Options = {}): Promise<Page<T>> =>
    send('GET', withQuery(path, query), undefined, options) as Promise<Page<T>>,
  post: <T>(path: string, body: unknown = {}, options: Options = {}): Promise<T> =>
    data<T>(send('POST', path, body, options)),
  put: <T>(path: string, body: unknown, options: Options = {}): Promise<T> =>
    data<T>(send('PUT', path, body, options)),
  /** A whole file in place of what is there. */
  putCsv: <T>(path: string, text: string, options: Options = {}): Promise<T> =>
    data<T>(send('PUT', path, text, { ...options, csv: true })),
  patch: <T>(path: string, body: unknown, options: Options = {}): Promise<T> =>
    data<T>(send('PATCH', path, body, options)),
  delete: <T>(path: string, options: Options = {}): Promise<T> =>
    data<T>(send('DELETE', path, undefined, options)),
};
