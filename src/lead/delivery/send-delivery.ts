import { newId } from '../../kernel/ids.ts';
import type { Exchange, OutboundRequest } from '../../platform/outbound.ts';
import {
  type Job,
  type JobResult,
  type Keys,
  type Ping,
  type PingResult,
  type Target,
  webhookId,
} from './job.ts';
import { signatureHeaders } from './sign.ts';

/** The call itself, outside any transaction. `sender` is the outbound client; a test or bench may put its own. */

export type Sender = (request: OutboundRequest) => Promise<Exchange>;
export type SendLimits = { timeoutMs: number };

export async function sendDelivery(job: Job, sender: Sender, limits: SendLimits): Promise<JobResult> {
  if (job.work.kind === 'stop') return { job, sent: null };
  const { body, contentType, keys } = job.work;
  const waitedMs = performance.now() - job.claimedMark;
  const startedAt = new Date(job.claimedAt.getTime() + Math.round(waitedMs));
  const headers = requestHeaders({ id: webhookId(job.deliveryId), body, contentType, keys, at: new Date() });
  const exchange = await sender(requestOf(job.target, headers, body, limits));
  return { job, sent: { startedAt, exchange, requestHeaders: shownRequest(headers, keys) } };
}

/** Signed like a delivery, but no lead: `{"fairlead":{"event":"ping"}}`. */
export async function sendPing(ping: Ping, sender: Sender, limits: SendLimits): Promise<PingResult> {
  const body = Buffer.from(JSON.stringify({ fairlead: { event: 'ping' } }));
  const id = `ping_${newId()}`;
  const at = new Date();
  const headers = requestHeaders({ id, body, contentType: 'application/json', keys: ping.keys, at });
  return { ping, exchange: await sender(requestOf(ping.target, headers, body, limits)) };
}

/** Ours go last: what a provider configures cannot replace them. */
export function requestHeaders(of: {
  id: string;
  body: Uint8Array;
  contentType: string;
  keys: Keys;
  at: Date;
}): Record<string, string> {
  return {
    ...of.keys.headers,
    'content-type': of.contentType,
    ...signatureHeaders({ id: of.id, at: of.at, body: of.body, secrets: of.keys.secrets }),
    'idempotency-key': of.id,
  };
}

export function requestOf(
  target: Pick<Target, 'url' | 'timeoutMs'>,
  headers: Record<string, string>,
  body: Uint8Array,
  limits: SendLimits,
): OutboundRequest {
  const timeoutMs = Math.min(target.timeoutMs ?? limits.timeoutMs, limits.timeoutMs);
  return { method: 'POST', url: target.url, headers, body, timeoutMs };
}

/** As they are stored and shown: the endpoint's own values may be passwords. */
export function shownRequest(headers: Record<string, string>, keys: Keys): Record<string, string> {
  const hidden = Object.keys(keys.headers);
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, hidden.includes(name) ? '[hidden]' : value]),
  );
}

const HEADERS_SHOWN_MAX = 40;
const HEADER_LENGTH_MAX = 300;
const SECRET_HEADERS = /^(set-cookie|www-authenticate|authorization|proxy-.*)$|token|secret|api-?key/;

/** The receiver's headers as they are stored and shown. */
export function shownResponse(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .slice(0, HEADERS_SHOWN_MAX)
      .map(([name, value]) => [
        name.slice(0, HEADER_LENGTH_MAX),
        SECRET_HEADERS.test(name) ? '[hidden]' : value.slice(0, HEADER_LENGTH_MAX).toWellFormed(),
      ]),
  );
}
