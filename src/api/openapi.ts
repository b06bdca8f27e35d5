import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import swagger from '@fastify/swagger';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { App } from '../platform/app.ts';
import { type AccessRule, errorEnvelope, type Server } from '../platform/http.ts';

/**
 * The description of the API (OpenAPI 3.1), made from the same Zod shapes that check requests. The refusals every
 * route of a kind may answer are added here, once.
 */
const VERSION = (
  JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')) as {
    version: string;
  }
).version;

const DESCRIPTION = `Every answer is \`{success: true, data}\`, a list adds \`pagination\`, a refusal is
\`{success: false, error, code, details, requestId}\`. The codes are explained in docs/errors.md.`;

type Json = Record<string, unknown>;
type Described = { access: AccessRule; schema: Json; method: string };

/** What may be refused before a handler runs, by what the route declares. */
export function commonRefusals({ access, schema, method }: Described): Record<string, string | undefined> {
  const unsafe = method !== 'GET' && method !== 'HEAD';
  const signedIn = Array.isArray(access);
  return {
    ...(unsafe ? { 400: 'The body or the address cannot be read' } : {}),
    ...(signedIn ? { 401: 'Nobody is signed in' } : {}),
    ...(signedIn ? { 403: 'Not allowed for this role, key or website' } : {}),
    ...(schema.params ? { 404: 'There is no such thing' } : {}),
    ...(unsafe ? { 409: 'Something stands in the way: a stale version, a repeat, a state' } : {}),
    ...(schema.body ? { 413: 'The body is too large', 415: 'The body has another type' } : {}),
    ...(schema.body || schema.params || schema.querystring ? { 422: 'Some fields need another value' } : {}),
    429: 'Too many requests: wait as long as Retry-After says',
    503: 'Busy: wait as long as Retry-After says',
  };
}

export async function describeApi(server: Server, app: App): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Fairlead', version: VERSION, description: DESCRIPTION },
      servers: [{ url: app.config.PUBLIC_URL }],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'An API key, or a token from /auth/login' },
          session: { type: 'apiKey', in: 'cookie', name: 'fairlead', description: 'The portal' },
        },
      },
    },
    transform: (given) => {
      const { schema = {}, url, route } = given;
      if ((schema as Json).hide || !url.startsWith('/api/v1/')) return { schema: { hide: true }, url };
      const access = route.config?.access ?? 'public';
      const method = String(route.method);
      const declared = (schema as { response?: Json }).response ?? {};
      const refusals = Object.entries(commonRefusals({ access, schema: schema as Json, method }))
        .filter(([status]) => declared[status] === undefined)
        .map(([status, description]) => [status, errorEnvelope.describe(description ?? '')]);
      const full = {
        ...schema,
        operationId: operationId(method, url),
        security: Array.isArray(access) ? [{ token: [] }, { session: [] }] : [],
        response: { ...declared, ...Object.fromEntries(refusals) },
      };
      const transformed = jsonSchemaTransform({ ...given, schema: full as never } as never);
      return { ...transformed, schema: tidy(transformed.schema) as never };
    },
  });

  let text: string | undefined;
  server.route({
    method: 'GET',
    url: '/api/v1/openapi.json',
    config: { access: 'public', raw: true },
    schema: { hide: true },
    handler: async (_request, reply) => {
      text ??= JSON.stringify(server.swagger());
      return reply.header('cache-control', 'no-cache').type('application/json; charset=utf-8').send(text);
    },
  });
}

/** `POST /api/v1/admin/leads/:id/approve` becomes `postAdminLeadsIdApprove`. */
function operationId(method: string, url: string): string {
  const words = url.replace('/api/v1/', '').split(/[^a-z0-9]+/i);
  const named = words.filter(Boolean).map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`);
  return `${method.toLowerCase()}${named.join('')}`;
}

/** Zod writes a long regular expression beside each `format`, and closes answers that may grow. */
function tidy(value: unknown, inAnswer = false): unknown {
  if (value === null || typeof value !== 'object' || value instanceof z.ZodType) return value;
  if (Array.isArray(value)) return value.map((one) => tidy(one, inAnswer));
  const entries = Object.entries(value as Json)
    .filter(([key]) => !(key === 'pattern' && typeof (value as Json).format === 'string'))
    .filter(([key, held]) => !(inAnswer && key === 'additionalProperties' && held === false))
    .filter(([key]) => key !== '$schema')
    .map(([key, held]) => [key, tidy(held, inAnswer || key === 'response')]);
  return Object.fromEntries(entries);
}
