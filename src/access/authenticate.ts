import type { App } from '../platform/app.ts';
import type { AccessRule, Principal, Request } from '../platform/http.ts';
import { networkOf } from '../platform/private-host.ts';
import { takeToken, tooMany } from '../platform/rate-limit.ts';
import { cookieName } from './cookie.ts';
import { refusals } from './errors.ts';
import { comesFrom, isSafe } from './same-origin.ts';
import * as store from './store.ts';
import { hashOfToken, PREFIX, SESSION_IDLE_MS, SESSION_LIFE_MS } from './tokens.ts';

/** Wrong tokens of one network and minute before it must wait; a client with a stale key stays far below. */
const WRONG_TOKENS_PER_MINUTE = 120;

/**
 * The one place where a caller becomes a principal: an API key or a bearer token in `Authorization`, else the session
 * cookie. The database is asked on every request, so a revoked session, a new role or a suspension holds at once.
 * Returns null for a caller without credentials and for credentials that are not (or no longer) good.
 */
export async function authenticate(app: App, request: Request): Promise<Principal | null> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = /^bearer +(\S{1,200})$/i.exec(authorization)?.[1];
    if (token === undefined) return null;
    return (await byApiKey(app, token)) ?? (await bySession(app, token, PREFIX.bearer));
  }
  const cookie = request.cookies[cookieName(app.config)];
  return cookie === undefined ? null : bySession(app, cookie, PREFIX.session);
}

async function byApiKey(app: App, token: string): Promise<Principal | null> {
  const hash = hashOfToken(token, PREFIX.apiKey);
  if (!hash) return null;
  const known = await app.db.tx({ role: 'engine' }, (tx) => store.apiKeyUser(tx, hash));
  return known ? { ...known, via: 'api_key', sessionHash: null, keyHash: hash } : null;
}

async function bySession(app: App, token: string, prefix: string): Promise<Principal | null> {
  const hash = hashOfToken(token, prefix);
  if (!hash) return null;
  const known = await app.db.tx({ role: 'engine' }, (tx) =>
    store.sessionUser(tx, { hash, idleMs: SESSION_IDLE_MS, lifeMs: SESSION_LIFE_MS }),
  );
  // A token that was issued for the header does not work as a cookie, nor the other way round.
  if (!known || (known.kind === 'bearer') !== (prefix === PREFIX.bearer)) return null;
  const { kind, ...user } = known;
  return {
    ...user,
    via: kind === 'bearer' ? 'bearer' : 'cookie',
    sessionHash: hash,
    keyHash: null,
    scopes: [],
  };
}

/** Slows down who guesses tokens: counted only for requests whose credentials were wrong. */
export async function countWrongToken(app: App, request: Request): Promise<void> {
  if (request.headers.authorization === undefined) return;
  const grant = await takeToken(app, `wrong-token:${networkOf(request.ip)}`, WRONG_TOKENS_PER_MINUTE);
  if (!grant.granted) throw tooMany(grant.resetMs);
}

/**
 * Refuses a signed-in caller who may not do this.
 * @throws Refusal `foreign_origin`, `role_not_allowed` or `scope_missing`, in this order.
 */
export function checkAllowed(
  app: App,
  request: Request,
  principal: Principal,
  access: readonly string[],
): void {
  const changes = !isSafe(request.method);
  if (
    principal.via === 'cookie' &&
    changes &&
    comesFrom(request.headers, app.config.PUBLIC_URL) !== 'own page'
  ) {
    throw refusals.foreign_origin();
  }
  if (!access.includes(principal.role)) throw refusals.role_not_allowed();
  if (principal.via === 'api_key' && !principal.scopes.includes(changes ? 'write' : 'read')) {
    throw refusals.scope_missing();
  }
}

/** The bucket and limit of a signed-in caller: a browser session, or everything a user's machines send together. */
export function limitOf(app: App, principal: Principal): { key: string; limit: number } {
  return principal.via === 'cookie'
    ? { key: `session:${principal.userId}`, limit: app.config.RATE_SESSION_PER_MINUTE }
    : { key: `api:${principal.userId}`, limit: app.config.RATE_API_PER_MINUTE };
}

/** Whether this rule asks for a signed-in caller. */
export const asksForRole = (access: AccessRule | undefined): access is readonly string[] =>
  Array.isArray(access);
