import { z } from 'zod';
import { readEndpoint, signingSecrets } from '../../market/endpoints/index.ts';
import type { App } from '../../platform/app.ts';
import { dataOf, ok, type Server } from '../../platform/http.ts';
import { verifySignature } from './sign.ts';
import { endpointOfDelivery } from './store-list.ts';

/** A receiver to try deliveries with, in development only: verifies the signature and shows what came. */

const KEPT_MAX = 50;
const BODY_KEPT_MAX = 4_096;

const received = z.object({
  at: z.string(),
  id: z.string(),
  /** Null: a ping, a test or a stranger, whose secret is not known here. */
  signature_valid: z.boolean().nullable(),
  answered: z.number(),
  body: z.string(),
});
type Received = z.infer<typeof received>;

export function partnerRoutes(server: Server, app: App): void {
  if (!app.config.FAIRLEAD_DEV) return;
  const came: Received[] = [];
  const tags = ['development'];
  server.route({
    method: 'POST',
    url: '/dev/partner',
    config: { access: 'public', keepBody: true },
    schema: {
      tags,
      summary: 'Mock receiver: ?answer=503 says what it answers',
      querystring: z.object({ answer: z.coerce.number().int().min(200).max(599).default(200) }),
      response: { '2xx': dataOf(z.object({ received: z.string() })) },
    },
    handler: async (request, reply) => {
      const id = String(request.headers['webhook-id'] ?? '');
      const bytes = request.rawBody ?? Buffer.from(JSON.stringify(request.body ?? null));
      const signature_valid = await isSigned(app, request.headers, bytes);
      const status = signature_valid === false ? 401 : request.query.answer;
      const body = bytes.toString('utf8').slice(0, BODY_KEPT_MAX);
      came.unshift({ at: new Date().toISOString(), id, signature_valid, answered: status, body });
      came.length = Math.min(came.length, KEPT_MAX);
      return reply.code(status as 200).send(ok({ received: id }));
    },
  });
  server.route({
    method: 'GET',
    url: '/dev/partner',
    config: { access: 'public' },
    schema: {
      tags,
      summary: 'Mock receiver: what came, newest first',
      response: { 200: dataOf(z.array(received)) },
    },
    handler: async () => ok(came),
  });
}

async function isSigned(
  app: App,
  headers: Record<string, string | string[] | undefined>,
  body: Uint8Array,
): Promise<boolean | null> {
  const [, id] = /^dlv_([0-9a-f-]{36})$/.exec(String(headers['webhook-id'] ?? '')) ?? [];
  if (id === undefined) return null;
  const endpoint = await app.db.tx({ role: 'operator' }, async (tx) => {
    const endpointId = await endpointOfDelivery(tx, id);
    return endpointId === null ? null : await readEndpoint(tx, endpointId);
  });
  if (endpoint === null) return null;
  const now = new Date();
  return verifySignature({ headers, body, secrets: signingSecrets(app.secrets, endpoint, now), now });
}
