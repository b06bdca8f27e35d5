import { z } from 'zod';
import type { App } from '../platform/app.ts';
import { httpRefusals } from '../platform/errors.ts';
import type { Server } from '../platform/http.ts';
import { registry } from '../platform/metrics.ts';
import { figuresOf, readWorker } from './heartbeat.ts';

/** Whether this process takes new work; `stop` turns it off first, so that a balancer sends the next request elsewhere. */
export type Readiness = { ready: boolean };

const PING_TIMEOUT_MS = 2_000;
const answer = z.object({ status: z.string() });
const readyAnswer = answer.extend({
  /** For people and alerts; a process without a worker beside it still takes requests. */
  worker: z.object({ alive: z.boolean(), seen_seconds_ago: z.number().nullable() }),
});
/** A request that came through a proxy carries one of these; the figures are for the machine itself only. */
const FORWARDED = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
];
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

export function healthRoutes(server: Server, app: App, readiness: Readiness): void {
  server.route({
    method: 'GET',
    url: '/healthz',
    config: { access: 'public', raw: true },
    schema: { tags: ['Health'], summary: 'The process is alive', response: { 200: answer } },
    handler: async () => ({ status: 'ok' }),
  });

  server.route({
    method: 'GET',
    url: '/readyz',
    config: { access: 'public', raw: true },
    schema: {
      tags: ['Health'],
      summary: 'The process takes requests: the database answers and no stop is under way',
      response: { 200: readyAnswer },
    },
    handler: async () => {
      if (!readiness.ready) throw httpRefusals.service_busy({ message: 'This process is stopping.' });
      return { status: 'ready', worker: await withinTime(app.db.ping().then(() => readWorker(app))) };
    },
  });

  // With METRICS_PORT they have a port of their own and are not served here.
  if (app.config.METRICS_PORT === 0) {
    server.route({
      method: 'GET',
      url: '/metrics',
      config: { access: 'public', raw: true },
      schema: { hide: true },
      handler: async (request, reply) => {
        const throughProxy = FORWARDED.some((name) => request.headers[name] !== undefined);
        if (throughProxy || !LOOPBACK.has(request.socket.remoteAddress ?? ''))
          throw httpRefusals.route_not_found();
        return reply.type(registry.contentType).send(await figuresOf(app));
      },
    });
  }
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(httpRefusals.service_busy({ message: 'The database does not answer.' })),
      PING_TIMEOUT_MS,
    );
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
