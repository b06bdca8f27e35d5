import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { httpRefusals } from '../platform/errors.ts';
import type { Reply, Server } from '../platform/http.ts';

/**
 * The built portal. Its files lie under /assets/; every address of the portal answers with index.html, and the
 * portal's own router shows the page. Other addresses stay free for the API and public pages.
 */
const DIST = join(import.meta.dirname, '..', '..', 'web', 'dist');
const YEAR_S = 31_536_000;
/** Vite puts a hash of the content into the name: such a file never changes. */
const HASHED = /-[\w-]{8}\.\w+$/;
const PORTAL = [
  '/',
  '/login',
  '/signup',
  '/verify-email',
  '/forgot-password',
  '/reset-password',
  '/first-admin',
  '/accept-invite',
  '/dashboard',
  '/dashboard/*',
  '/admin',
  '/admin/*',
];

/** @param dist where the built portal lies; without it the addresses say how to build it. */
export async function portalRoutes(server: Server, dist: string = DIST): Promise<void> {
  const there = existsSync(join(dist, 'index.html'));
  await server.register(fastifyStatic, {
    root: there ? dist : import.meta.dirname,
    serve: false,
    cacheControl: false,
    etag: true,
  });

  server.route({
    method: 'GET',
    url: '/assets/*',
    config: { access: 'public', raw: true },
    schema: { hide: true },
    handler: (request, reply) => {
      const name = (request.params as { '*': string })['*'];
      if (!there || name.includes('..')) throw httpRefusals.route_not_found();
      reply.header('cache-control', HASHED.test(name) ? `public, max-age=${YEAR_S}, immutable` : 'no-cache');
      return reply.sendFile(`assets/${name}`, dist);
    },
  });

  for (const url of PORTAL) {
    server.route({
      method: 'GET',
      url,
      config: { access: 'public', raw: true },
      schema: { hide: true },
      handler: (_request, reply) => (there ? sendPortal(reply, dist) : notBuilt(reply)),
    });
  }
}

function sendPortal(reply: Reply, dist: string) {
  reply.header('cache-control', 'no-cache');
  return reply.sendFile('index.html', dist);
}

function notBuilt(reply: Reply) {
  return reply
    .code(503)
    .type('text/plain; charset=utf-8')
    .send('The portal is not built yet: run "npm run build". The API answers under /api/v1.\n');
}
