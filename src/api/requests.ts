import type { App } from '../platform/app.ts';
import type { Server } from '../platform/http.ts';
import { histogram } from '../platform/metrics.ts';

const seconds = histogram('http_request_seconds', 'Duration of a request', ['method', 'route', 'status']);

/** One line at debug and one observation per request; the route's pattern stands for the address, which may hold ids. */
export function countRequests(server: Server, app: App): void {
  server.addHook('onResponse', async (request, reply) => {
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    const { method } = request;
    const status = String(reply.statusCode);
    seconds.observe({ method, route, status }, reply.elapsedTime / 1000);
    if (!app.log.isLevelEnabled('debug')) return;
    const { userId } = request.principal ?? { userId: null };
    const durationMs = Math.round(reply.elapsedTime);
    app.log.debug({ requestId: request.id, method, route, status, durationMs, userId }, 'request.answered');
  });
}
