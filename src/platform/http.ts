import { randomUUID } from 'node:crypto';
import type {} from '@fastify/cookie';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Detail, Refusal } from '../kernel/errors.ts';
import { jsonRefusals, httpRefusals as refusals } from './errors.ts';
import { decodeUtf8, parseJson } from './json-guard.ts';
import type { Logger } from './log.ts';

/**
 * The HTTP base: envelopes, coded errors, request ids, limits. A route that does not declare who may call it does not
 * start; the list of routes is what the tests walk.
 */

export { httpRefusals as refusals } from './errors.ts';

/**
 * Who may call a route: `public` (no login; a closed, tested list), `token` (a link, source token or signature that the
 * handler verifies), or the roles of a signed-in caller.
 */
export type AccessRule = 'public' | 'token' | readonly string[];

/** A signed-in caller, as `access` establishes it. */
export type Principal = {
  userId: string;
  role: string;
  /** The provider a provider's user belongs to. */
  providerId: string | null;
  name: string;
  email: string;
  /** How the caller proved who it is: a cookie needs the same-origin check, the others do not. */
  via: 'cookie' | 'bearer' | 'api_key';
  /** Hash of the session's token; null for an API key. */
  sessionHash: Buffer | null;
  /** Hash of the API key; null for a session. */
  keyHash: Buffer | null;
  /** What an API key may do; a session may do everything its role may. */
  scopes: readonly string[];
};

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: AccessRule;
    /** The answer is a stream or a file: no envelope. */
    raw?: boolean;
    /** Keeps the bytes of the body for the check of a signature: `request.rawBody`. */
    keepBody?: boolean;
    /** Any website may send here, without credentials (public forms on other domains). */
    anyOrigin?: boolean;
    /** The answer sets a cookie though nobody is signed in yet: a foreign page may not send it. */
    ownPagesOnly?: boolean;
  }
  interface FastifyRequest {
    principal: Principal | null;
    rawBody: Buffer | null;
  }
}

export type Server = FastifyInstance<
  import('node:http').Server,
  import('node:http').IncomingMessage,
  import('node:http').ServerResponse,
  import('fastify').FastifyBaseLogger,
  ZodTypeProvider
>;
export type { FastifyReply as Reply, FastifyRequest as Request } from 'fastify';

/** Every registered route, for the access check, the description of the API and the tests. */
export type RouteInfo = { method: string; url: string; access: AccessRule };

export const PAGE_SIZE = 20;
export const PAGE_SIZE_MAX = 100;
const URL_LENGTH_MAX = 4_096;
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 15_000;
const KEEP_ALIVE_MS = 72_000;

/** The success envelope around a reply's shape. */
export const dataOf = <T extends z.ZodType>(shape: T) => z.object({ success: z.literal(true), data: shape });

const pagination = z.object({
  page: z.number().int(),
  limit: z.number().int(),
  total: z.number().int(),
  totalPages: z.number().int(),
  nextCursor: z.string().nullable(),
  totalIsEstimate: z.boolean().optional(),
});
export type Pagination = z.infer<typeof pagination>;

/** The envelope of a list. */
export const pageOf = <T extends z.ZodType>(shape: T) =>
  z.object({ success: z.literal(true), data: z.array(shape), pagination });

/** The envelope of a refusal. */
export const errorEnvelope = z.object({
  success: z.literal(false),
  error: z.string(),
  code: z.string(),
  details: z.array(z.object({ field: z.string(), message: z.string() })),
  requestId: z.string(),
});

export const ok = <T>(data: T) => ({ success: true as const, data });
export const page = <T>(data: T[], of: Pagination) => ({ success: true as const, data, pagination: of });

/** Query fields of every list: `?page=2&limit=50` or `?cursor=...&limit=50`. */
export const pageQuery = z.object({
  page: z.coerce.number().int().min(1).max(100_000).default(1),
  limit: z.coerce.number().int().min(1).max(PAGE_SIZE_MAX).default(PAGE_SIZE),
  cursor: z.string().max(400).optional(),
});

export type ServerOptions = {
  log: Logger;
  bodyLimitBytes: number;
  /** Networks whose X-Forwarded-For is believed; never a number, never everybody. */
  trustProxy: string[];
};

/** A server without routes. `routes` fills as they are registered. */
export function createServer(options: ServerOptions): { server: Server; routes: RouteInfo[] } {
  const routes: RouteInfo[] = [];
  const server = fastify({
    loggerInstance: options.log as never,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimitBytes,
    trustProxy: options.trustProxy,
    genReqId: () => randomUUID(),
    // An address that cannot be decoded never reaches a hook.
    frameworkErrors: (error, request, reply) => {
      reply.header('x-request-id', request.id).header('cache-control', 'no-store');
      answerError(error, request, reply, options.log);
    },
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    routerOptions: { maxParamLength: 300, ignoreTrailingSlash: true },
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    maxRequestsPerSocket: 0,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
  }).withTypeProvider<ZodTypeProvider>() as unknown as Server;

  server.setValidatorCompiler((of) => {
    const check = validatorCompiler(of as never);
    // No body at all arrives here as null; an optional shape knows undefined.
    return (input: unknown) => check(input === null ? undefined : input);
  });
  server.setSerializerCompiler(serializerCompiler);
  server.decorateRequest('principal', null);
  server.decorateRequest('rawBody', null);
  readBodies(server);

  server.addHook('onRoute', (route) => {
    // The one route of @fastify/cors: answers what a browser asks before it sends from another origin.
    if (route.method === 'OPTIONS' && route.url === '*') return;
    const access = route.config?.access;
    if (access === undefined) throw new Error(`${route.method} ${route.url} does not say who may call it`);
    for (const method of [route.method].flat()) {
      if (method !== 'HEAD') routes.push({ method, url: route.url, access });
    }
  });
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    reply.header('cache-control', 'no-store');
    if (request.url.length > URL_LENGTH_MAX) {
      throw refusals.input_invalid({ message: `The address is longer than ${URL_LENGTH_MAX} characters.` });
    }
  });
  server.setErrorHandler((error, request, reply) => answerError(error, request, reply, options.log));
  server.setNotFoundHandler((request, reply) =>
    answerError(refusals.route_not_found(), request, reply, options.log),
  );
  return { server, routes };
}

/** JSON as strict as json-guard reads it; forms are read in src/api. */
function readBodies(server: Server): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    /^application\/(?:[a-z.+-]+\+)?json\b/,
    { parseAs: 'buffer' },
    (request, body, done) => {
      try {
        const bytes = body as Buffer;
        if (request.routeOptions.config.keepBody) request.rawBody = bytes;
        done(null, bytes.length === 0 ? undefined : parseJson(decodeUtf8(bytes)));
      } catch (error) {
        done(error as Error);
      }
    },
  );
}

type FastifyError = Error & { code?: string; statusCode?: number; validation?: unknown };

/** Turns whatever was thrown into the error envelope. Only bugs are logged as errors. */
function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Logger) {
  const refusal = asRefusal(error as FastifyError);
  if (refusal.status >= 500) {
    log.error(
      { err: error, requestId: request.id, method: request.method, route: request.routeOptions.url },
      'request.failed',
    );
  }
  return reply
    .code(refusal.status)
    .headers(refusal.headers)
    .serializer(JSON.stringify)
    .type('application/json; charset=utf-8')
    .send({
      success: false,
      error: refusal.message,
      code: refusal.code,
      details: refusal.details,
      requestId: request.id,
    });
}

/** PostgreSQL's answers to a text it cannot store: NUL, half a surrogate pair, a number out of range. */
const NOT_STORABLE = new Set(['22021', '22P05', '22P02', '22003', '22007', '22008']);
/** The database is away, full, or too slow: the caller may try again. */
const BUSY = new Set(['53300', '53100', '57014', '55P03', '57P01', '57P02', '57P03', '40001', '40P01', 'CONNECTION_CLOSED',
  'CONNECTION_ENDED', 'CONNECTION_DESTROYED', 'CONNECT_TIMEOUT', 'ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE']); // biome-ignore format: one list

function asRefusal(error: FastifyError): Refusal {
  if (error instanceof Refusal) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    return refusals.input_invalid({ details: validationDetails(error.validation), cause: error });
  }
  const code = error.code ?? '';
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return refusals.body_too_large({ cause: error });
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return refusals.body_type_unknown({ cause: error });
  if (NOT_STORABLE.has(code)) return jsonRefusals.input_not_storable({ cause: error });
  if (BUSY.has(code)) return refusals.service_busy({ headers: { 'retry-after': '2' }, cause: error });
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500)
    return refusals.request_malformed({ message: error.message, cause: error });
  return refusals.internal_error({ cause: error });
}

type Validation = { instancePath: string; message?: string; params?: { keys?: string[] } };

/** `/answers/budget` becomes `answers.budget`; unknown keys are named one by one. */
function validationDetails(found: unknown): Detail[] {
  const DETAILS_MAX = 50;
  return (found as Validation[]).slice(0, DETAILS_MAX).flatMap(({ instancePath, message, params }) => {
    const path = instancePath.replace(/^\//, '').replaceAll('/', '.');
    const keys = params?.keys;
    if (keys) {
      return keys.slice(0, DETAILS_MAX).map((key) => ({
        field: [path, key]
          .filter((part) => part !== '')
          .join('.')
          .slice(0, 200),
        message: 'This field is not known here; leave it out.',
      }));
    }
    return [{ field: path === '' ? 'body' : path, message: message ?? 'Needs another value.' }];
  });
}
