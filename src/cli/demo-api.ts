import { setTimeout as wait } from 'node:timers/promises';
import type { Outbound } from '../platform/outbound.ts';
import { StartupError } from '../platform/startup-error.ts';

/** What the demo's people and its operator speak: the public HTTP API of the running installation, nothing else. */
export type Api = {
  /** Answers with `data`. @throws StartupError `demo_refused` with what the API said */
  call<T>(method: Method, path: string, body?: object): Promise<T>;
  /** One request as it is: status, headers and the parsed body. Waits and repeats while it is told to (503, 429). */
  send(method: Method, path: string, body?: object | string): Promise<Sent>;
  /** The same API, signed in. */
  as(token: string): Api;
};
type Method = 'GET' | 'POST' | 'PATCH';
export type Sent = { status: number; body: unknown };

const BUSY_TRIES_MAX = 20;
const BUSY_REST_MS = 250;

export function openApi(outbound: Outbound, base: string, token?: string): Api {
  const send = async (method: Method, path: string, body?: object | string): Promise<Sent> => {
    const headers: Record<string, string> = {};
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    // Every POST that moves money wants one; elsewhere it does no harm.
    if (method === 'POST' && token !== undefined) headers['idempotency-key'] = crypto.randomUUID();
    if (typeof body === 'string') headers['content-type'] = 'application/x-www-form-urlencoded';
    else if (body !== undefined) headers['content-type'] = 'application/json';
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    for (let tries = 1; ; tries += 1) {
      const url = path.startsWith('http') ? path : `${base}${path}`;
      const got = await outbound.request({
        method,
        url,
        headers,
        ...(text === undefined ? {} : { body: text }),
      });
      if (got.outcome !== 'answered') {
        throw new StartupError('demo_unanswered', `${method} ${path} was not answered: ${got.message}`);
      }
      const busy = got.status === 503 || got.status === 429;
      if (!busy || tries >= BUSY_TRIES_MAX) return { status: got.status, body: parsed(got.body) };
      await wait(BUSY_REST_MS);
    }
  };
  return {
    send,
    as: (other) => openApi(outbound, base, other),
    async call<T>(method: Method, path: string, body?: object) {
      const { status, body: answer } = await send(method, path, body);
      if (status >= 200 && status < 300) return (answer as { data: T }).data;
      const said = JSON.stringify(answer).slice(0, 500);
      throw new StartupError('demo_refused', `${method} ${path} answered ${status}: ${said}`);
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
