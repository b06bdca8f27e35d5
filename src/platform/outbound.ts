import type { Dispatcher } from 'undici';
import { Pool } from 'undici';
import type { AddressRules, Target } from './address-guard.ts';
import { addressRules, checkUrl, judgeAddress, namedHost, refused } from './address-guard.ts';
import type { Destination } from './outbound-connect.ts';
import { ConnectError, guardedConnector, openSocket } from './outbound-connect.ts';
import type { Exchange } from './outbound-exchange.ts';
import { exchange, failure, refusal } from './outbound-exchange.ts';
import type { Lookup } from './outbound-lookup.ts';
import { ADDRESSES_MAX, createLookup, lookupReason } from './outbound-lookup.ts';
import type { FailedReason, RefusedReason } from './outbound-reasons.ts';
import { FAILED_REASONS } from './outbound-reasons.ts';

/**
 * The one door for every outbound HTTP call (webhooks, payment gateways, validators, mail services). It checks the
 * URL, resolves the name, refuses the whole name when any address is forbidden, connects to a checked address by
 * number, never follows a redirect, knows no proxy, and ends every call within one deadline. What happens on the
 * network is a value, never a thrown error.
 */

export type { Answered, Exchange, Failed, Refused } from './outbound-exchange.ts';
export type { Lookup } from './outbound-lookup.ts';
export type { FailedReason, RefusedReason } from './outbound-reasons.ts';
export { FAILED_REASONS, REFUSED_REASONS } from './outbound-reasons.ts';

export const TIMEOUT_MAX_MS = 30_000;
/** A try of an address while somebody waits for a form to be saved: look-up, connection and TLS together. */
export const TRY_TIMEOUT_MS = 5_000;
export const RESPONSE_LIMIT_MAX_BYTES = 64 * 1024;
export const REQUEST_BODY_MAX_BYTES = 1024 * 1024;
const ANSWER_HEADERS_MAX_BYTES = 16 * 1024;
const DESTINATIONS_MAX = 500;
const CONNECTIONS_PER_DESTINATION_MAX = 10;
const IDLE_CONNECTION_MS = 10_000;

export type OutboundRequest = {
  /** Default POST. */
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  /** Names in any case. Host, length, connection and the like are ours and are ignored when given. */
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Over look-up, connecting, TLS, sending and the whole answer; default and most 30 s. */
  timeoutMs?: number;
  /** Default and most 64 KiB; the rest of a longer answer is not read. */
  responseLimitBytes?: number;
};

export type Verdict = { ok: true } | { ok: false; reason: RefusedReason | FailedReason; message: string };

export type OutboundOptions = {
  /** OUTBOUND_ALLOW: `crm.internal:8443`, `10.1.0.0/16`. Throws when an entry cannot be read. */
  allow: readonly string[];
  /** FAIRLEAD_DEV=1: plain http, any port and loopback are open. */
  dev: boolean;
  /** Every address of this installation, in place of the default: those of its network cards. */
  ownAddresses?: readonly string[] | undefined;
  lookup?: Lookup;
  /** Trusted instead of the system's authorities (PEM). */
  ca?: string;
};

export type Outbound = {
  request(request: OutboundRequest): Promise<Exchange>;
  /** Says whether a URL could be called now, without connecting. For saving an endpoint. */
  check(url: string): Promise<Verdict>;
  /**
   * `check`, then opens a connection with TLS, asks nothing and closes it: says whether the certificate is good and
   * somebody listens. Plain http, which only development knows, is not opened. Ends within `TRY_TIMEOUT_MS`.
   */
  tryConnection(url: string): Promise<Verdict>;
  /** Breaks off what is under way; later requests are refused with `client_closed`. */
  close(): Promise<void>;
};

type Client = { rules: AddressRules; lookup: Lookup; ca: string | undefined; pools: Map<string, Entry> };
type Entry = { pool: Pool; destination: Destination };
type Resolved =
  | { ok: true; addresses: string[] }
  | { ok: false; refused: RefusedReason }
  | { ok: false; failed: FailedReason };

export function createOutbound(options: OutboundOptions): Outbound {
  const lookup = options.lookup ?? createLookup();
  const client: Client = { rules: addressRules(options), lookup, ca: options.ca, pools: new Map() };
  let closed = false;
  return {
    request: (request) => (closed ? Promise.resolve(refusal('client_closed')) : call(client, request)),
    check: (url) => check(client, url),
    tryConnection: (url) => (closed ? Promise.resolve(refused('client_closed')) : tryConnection(client, url)),
    close: async () => {
      closed = true;
      await Promise.all([...client.pools.values()].map((entry) => entry.pool.destroy()));
      client.pools.clear();
    },
  };
}

async function check(client: Client, text: string): Promise<Verdict> {
  const verdict = checkUrl(text, client.rules);
  if (!verdict.ok) return verdict;
  const found = await withDeadline(resolve(client, verdict.target), TIMEOUT_MAX_MS);
  if (found.ok) return { ok: true };
  return 'refused' in found ? refused(found.refused) : failed(found.failed);
}

async function tryConnection(client: Client, text: string): Promise<Verdict> {
  const startedAt = performance.now();
  const verdict = checkUrl(text, client.rules);
  if (!verdict.ok) return verdict;
  const { target } = verdict;
  const found = await withDeadline(resolve(client, target), TRY_TIMEOUT_MS);
  if (!found.ok) return 'refused' in found ? refused(found.refused) : failed(found.failed);
  if (target.url.protocol !== 'https:') return { ok: true };
  const to = { host: target.host, port: target.port, secure: true, addresses: found.addresses };
  const opening = openSocket(to, client.rules, client.ca).then(
    (socket): Verdict => {
      socket.on('error', () => undefined);
      socket.destroy();
      return { ok: true };
    },
    (error: unknown): Verdict => {
      if (!(error instanceof ConnectError)) return failed('connect_failed');
      const { problem } = error;
      return problem.kind === 'refused' ? refused(problem.reason) : failed(problem.reason);
    },
  );
  // What is still being opened then ends by its own, longer time-outs and is closed.
  return await before(opening, Math.max(0, TRY_TIMEOUT_MS - (performance.now() - startedAt)), () =>
    failed('connect_timeout'),
  );
}

const failed = (reason: FailedReason): Verdict => ({ ok: false, reason, message: FAILED_REASONS[reason] });

async function call(client: Client, request: OutboundRequest): Promise<Exchange> {
  const startedAt = performance.now();
  const timeoutMs = bounded(request.timeoutMs, TIMEOUT_MAX_MS);
  const verdict = checkUrl(request.url, client.rules);
  if (!verdict.ok) return refusal(verdict.reason);
  const headers = requestHeaders(request.headers ?? {});
  if (headers === null) return refusal('request_invalid');
  const body = typeof request.body === 'string' ? Buffer.from(request.body) : request.body;
  if ((body?.length ?? 0) > REQUEST_BODY_MAX_BYTES) return refusal('request_too_large');
  const found = await withDeadline(resolve(client, verdict.target), timeoutMs);
  if (!found.ok && 'refused' in found) return refusal(found.refused);
  if (!found.ok) return failure('dns', false, found.failed, startedAt);
  const pool = poolFor(client, verdict.target, found.addresses);
  const { url } = verdict.target;
  const dispatch: Dispatcher.DispatchOptions = {
    path: url.pathname + url.search,
    method: request.method ?? 'POST',
    headers,
    body: body ?? null,
  };
  return exchange(pool, dispatch, {
    startedAt,
    deadlineMs: Math.max(0, timeoutMs - (performance.now() - startedAt)),
    limitBytes: bounded(request.responseLimitBytes, RESPONSE_LIMIT_MAX_BYTES),
  });
}

/** All addresses of the name, every one of them checked. Any failure to resolve is a no. */
async function resolve(client: Client, target: Target): Promise<Resolved> {
  const { host, port } = target;
  if (target.isLiteral) return { ok: true, addresses: [host] };
  let addresses: string[];
  try {
    addresses = await client.lookup(host, { system: namedHost(host, port, client.rules) });
  } catch (error) {
    return { ok: false, failed: lookupReason(error) };
  }
  if (addresses.length === 0) return { ok: false, failed: 'dns_not_found' };
  if (addresses.length > ADDRESSES_MAX) return { ok: false, failed: 'dns_failed' };
  for (const address of addresses) {
    const reason = judgeAddress(address, port, host, client.rules);
    if (reason !== null) return { ok: false, refused: reason };
  }
  return { ok: true, addresses };
}

/** One pool per destination, least recently used ones given up. New connections go to the newest checked addresses. */
function poolFor(client: Client, target: Target, addresses: string[]): Pool {
  const key = target.url.origin;
  const known = client.pools.get(key);
  if (known !== undefined) {
    client.pools.delete(key);
    client.pools.set(key, known);
    known.destination.addresses = addresses;
    return known.pool;
  }
  const secure = target.url.protocol === 'https:';
  const destination: Destination = { host: target.host, port: target.port, secure, addresses };
  const pool = new Pool(originOf(target), {
    connect: guardedConnector(destination, client.rules, client.ca),
    connections: CONNECTIONS_PER_DESTINATION_MAX,
    pipelining: 1,
    allowH2: false,
    maxHeaderSize: ANSWER_HEADERS_MAX_BYTES,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    keepAliveMaxTimeout: IDLE_CONNECTION_MS,
    // The deadline of the call is the bound; these only stand behind it.
    headersTimeout: 2 * TIMEOUT_MAX_MS,
    bodyTimeout: 2 * TIMEOUT_MAX_MS,
  });
  client.pools.set(key, { pool, destination });
  const [oldest] = client.pools;
  if (client.pools.size > DESTINATIONS_MAX && oldest !== undefined) {
    client.pools.delete(oldest[0]);
    // `close` lets the calls under way finish.
    void oldest[1].pool.close().catch(() => undefined);
  }
  return pool;
}

/** The host header names the host without the trailing dot, as certificates do. */
function originOf(target: Target): string {
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  return `${target.url.protocol}//${host}:${target.port}`;
}

/** Headers that belong to the connection, not to the caller. */
const OUR_HEADERS = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'keep-alive',
  'upgrade',
  'expect',
  'te',
  'trailer',
  'proxy-authorization',
  'proxy-connection',
  'accept-encoding',
]);

/** Null when a name or value cannot be sent as a header. */
function requestHeaders(given: Record<string, string>): Record<string, string> | null {
  const headers: Record<string, string> = { 'user-agent': 'Fairlead', 'accept-encoding': 'identity' };
  for (const [name, value] of Object.entries(given)) {
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]{1,100}$/i.test(name) || !/^[\t\x20-\x7e\x80-\xff]{0,4096}$/.test(value)) {
      return null;
    }
    if (!OUR_HEADERS.has(name.toLowerCase())) headers[name.toLowerCase()] = value;
  }
  return headers;
}

/** A name server may hang: the caller's deadline holds, the look-up's result is dropped. */
const withDeadline = (found: Promise<Resolved>, timeoutMs: number): Promise<Resolved> =>
  before(found, timeoutMs, () => ({ ok: false, failed: 'dns_timeout' }));

async function before<T>(work: Promise<T>, timeoutMs: number, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<T>((settle) => {
    timer = setTimeout(() => settle(late()), timeoutMs);
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    clearTimeout(timer);
  }
}

function bounded(value: number | undefined, max: number): number {
  return value === undefined || !(value > 0) ? max : Math.min(value, max);
}
