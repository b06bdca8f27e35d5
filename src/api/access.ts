import {
  asksForRole,
  authenticate,
  checkAllowed,
  comesFrom,
  countWrongToken,
  isSafe,
  limitOf,
  refusals,
} from '../access/index.ts';
import type { App } from '../platform/app.ts';
import type { Server } from '../platform/http.ts';
import { limitRequest } from '../platform/rate-limit.ts';

/**
 * Who may call: decided once for every route by what the route declares, before a body is read. Public routes ask the
 * database nothing.
 */
export function guardRoutes(server: Server, app: App): void {
  server.addHook('onRequest', async (request, reply) => {
    if (request.is404) return;
    const { access, ownPagesOnly } = request.routeOptions.config;
    if (ownPagesOnly && !isSafe(request.method)) {
      // Nobody is signed in yet, so a program may call; a browser only from our own pages.
      if (comesFrom(request.headers, app.config.PUBLIC_URL) === 'elsewhere') throw refusals.foreign_origin();
    }
    if (!asksForRole(access)) return;
    const principal = await authenticate(app, request);
    if (!principal) {
      await countWrongToken(app, request);
      throw refusals.not_signed_in({ headers: { 'www-authenticate': 'Bearer realm="fairlead"' } });
    }
    request.principal = principal;
    const { key, limit } = limitOf(app, principal);
    await limitRequest(app, reply, key, limit);
    checkAllowed(app, request, principal, access);
  });
}
