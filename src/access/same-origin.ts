import type { IncomingHttpHeaders } from 'node:http';

/**
 * Cross-site request forgery: a browser sends our cookie along with requests that foreign pages start. Browsers say
 * where a request comes from in `Sec-Fetch-Site`, and in `Origin` where they do not (plain http).
 */
export type ComesFrom = 'own page' | 'elsewhere' | 'not a browser';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Methods that must change nothing; all others are checked. */
export const isSafe = (method: string): boolean => SAFE.has(method);

/** @param publicOrigin origin of PUBLIC_URL, for installations behind a proxy that rewrites Host. */
export function comesFrom(headers: IncomingHttpHeaders, publicOrigin: string): ComesFrom {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' ? 'own page' : 'elsewhere';
  const { origin, host } = headers;
  if (origin === undefined) return 'not a browser';
  return origin === publicOrigin || isHost(origin, host) ? 'own page' : 'elsewhere';
}

/** Whether an origin is the host that was called; a default port may be written or left out. */
function isHost(origin: string, host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(origin)) return false;
  const from = new URL(origin);
  const called = `${from.protocol}//${host}`;
  return URL.canParse(called) && new URL(called).host === from.host;
}
