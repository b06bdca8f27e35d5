import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import { isSecure } from '../access/index.ts';
import type { App } from '../platform/app.ts';
import type { Request, Server } from '../platform/http.ts';

/** Scripts come from our own files only; nothing is framed; forms go to us. Routes may loosen it for themselves. */
const CONTENT_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:', 'blob:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  manifestSrc: ["'self'"],
  formAction: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
};

const PREFLIGHT_KEPT_S = 600;
const YEAR_S = 31_536_000;

/** Security headers. HSTS only when the public address is https, so that a local trial does not lock itself out. */
export async function protectAnswers(server: Server, app: App): Promise<void> {
  const secure = isSecure(app.config);
  await server.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: secure ? { ...CONTENT_POLICY, upgradeInsecureRequests: [] } : CONTENT_POLICY,
    },
    strictTransportSecurity: secure ? { maxAge: YEAR_S, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
    xFrameOptions: { action: 'deny' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
  });
  const isOpen = openRoutes(server);
  await server.register(cors, {
    hook: 'onRequest',
    delegator: (request, done) => done(null, corsFor(app, request as Request, isOpen)),
  });
}

/** Landing pages on other domains may post leads, without credentials; CORS_ORIGINS may use the whole API with a token. */
function corsFor(app: App, request: Request, isOpen: IsOpen) {
  const origin = request.headers.origin ?? '';
  const listed = app.config.CORS_ORIGINS.includes(origin);
  return {
    origin: listed ? origin : isOpen(wantedMethod(request), request.url) ? '*' : false,
    credentials: false,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-match'],
    exposedHeaders: [
      'x-request-id',
      'retry-after',
      'ratelimit-limit',
      'ratelimit-remaining',
      'ratelimit-reset',
    ],
    maxAge: PREFLIGHT_KEPT_S,
    strictPreflight: false,
  };
}

/** Before the real request a browser asks by OPTIONS which method it may use. */
function wantedMethod(request: Request): string {
  if (request.method !== 'OPTIONS') return request.method;
  return request.headers['access-control-request-method'] ?? '';
}

type IsOpen = (method: string, url: string) => boolean;

/** Notes the routes that any website may send to, as they are registered. */
function openRoutes(server: Server): IsOpen {
  const open: { methods: string[]; pattern: RegExp }[] = [];
  server.addHook('onRoute', ({ method, url, config }) => {
    if (config?.anyOrigin !== true) return;
    const pattern = url.replace(/[.\\+*?^${}()|[\]]/g, '\\$&').replace(/:\w+/g, '[^/]+');
    open.push({ methods: [method].flat(), pattern: new RegExp(`^${pattern}/?$`) });
  });
  return (method, url) => {
    const path = url.split('?')[0] ?? '';
    return open.some(({ methods, pattern }) => methods.includes(method) && pattern.test(path));
  };
}
