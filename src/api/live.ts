import type { ServerResponse } from 'node:http';
import { goodApiKeys, goodSessions, isStaff, principalOf, refusals, SIGNED_IN } from '../access/index.ts';
import type { App } from '../platform/app.ts';
import type { Principal, Server } from '../platform/http.ts';

/**
 * The live stream (server-sent events): which topics changed, never what. Staff hear all topics, a provider those
 * that name it. A stream ends within a second after its session or API key ended or its user got another role.
 */
const HEARTBEAT_MS = 20_000;
const CHECK_MS = 500;
const RETRY_MS = 3_000;
const STREAMS_PER_USER_MAX = 10;
/** A reader that does not read: its stream is given up, it comes back and fetches anew. */
const UNREAD_BYTES_MAX = 65_536;

type Stream = { principal: Principal; to: ServerResponse };

/** What of the changed topics this caller may hear. */
export function topicsFor(principal: Pick<Principal, 'role' | 'providerId'>, topics: string[]): string[] {
  if (isStaff(principal.role)) return topics;
  const { providerId } = principal;
  if (providerId === null) return [];
  return topics.filter((topic) => topic === '*' || topic.split(':').includes(providerId));
}

export function liveRoutes(server: Server, app: App): void {
  const streams = new Set<Stream>();
  const unsubscribe = app.live.subscribe((topics) => {
    for (const stream of streams) {
      const heard = topicsFor(stream.principal, topics);
      if (heard.length > 0) send(stream, `data: ${JSON.stringify(heard)}\n\n`);
    }
  });
  const heartbeat = setInterval(() => {
    for (const stream of streams) send(stream, ': still here\n\n');
  }, HEARTBEAT_MS);
  const stopChecking = checkSessions(app, streams);
  // Before `close` waits for connections: a stream would never end by itself.
  server.addHook('preClose', async () => {
    unsubscribe();
    clearInterval(heartbeat);
    await stopChecking();
    for (const { to } of streams) to.end();
  });

  server.route({
    method: 'GET',
    url: '/api/v1/live',
    config: { access: SIGNED_IN, raw: true },
    schema: {
      tags: ['Live'],
      summary: 'A stream of the topics that change (server-sent events)',
      description:
        'Each message is a JSON list of topics; fetch what you show of them. `*` stands for everything.',
      produces: ['text/event-stream'],
    },
    handler: (request, reply) => {
      const principal = principalOf(request);
      const open = [...streams].filter((one) => one.principal.userId === principal.userId);
      if (open.length >= STREAMS_PER_USER_MAX) throw refusals.streams_too_many();
      reply.hijack();
      const to = reply.raw;
      const headers = reply.getHeaders() as Record<string, string>;
      to.writeHead(200, {
        ...headers,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
        connection: 'close',
      });
      // A stream outlives the time-out of requests.
      request.socket.setTimeout(0);
      to.write(`retry: ${RETRY_MS}\n\n`);
      // Who comes back may have missed something: let it fetch everything it shows.
      if (request.headers['last-event-id'] !== undefined) to.write('data: ["*"]\n\n');
      const stream = { principal, to };
      streams.add(stream);
      to.on('close', () => streams.delete(stream));
    },
  });
}

function send({ to }: Stream, text: string): void {
  if (to.writableLength > UNREAD_BYTES_MAX) to.destroy();
  else to.write(text);
}

/** Asks for all open streams at once whether their sessions and keys are still good; nothing open, nothing asked. */
function checkSessions(app: App, streams: Set<Stream>): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let checking: Promise<void> = Promise.resolve();
  let stopped = false;
  const later = () => {
    if (!stopped) timer = setTimeout(() => (checking = check().catch(fail).finally(later)), CHECK_MS);
  };
  const fail = (error: unknown) => app.log.warn({ err: error }, 'live.check_failed');
  const check = async () => {
    const asked = [...streams];
    if (asked.length === 0) return;
    const sessions = asked.flatMap(({ principal }) => principal.sessionHash ?? []);
    const keys = asked.flatMap(({ principal }) => principal.keyHash ?? []);
    const good = await app.db.tx(
      { role: 'engine' },
      async (tx) => [
        ...(sessions.length > 0 ? await goodSessions(tx, sessions) : []),
        ...(keys.length > 0 ? await goodApiKeys(tx, keys) : []),
      ],
      { readOnly: true },
    );
    const byHash = new Map(good.map((one) => [one.hash.toString('hex'), one]));
    for (const { principal, to } of asked) {
      const now = byHash.get((principal.sessionHash ?? principal.keyHash)?.toString('hex') ?? '');
      if (now?.role !== principal.role || now.providerId !== principal.providerId) to.end();
    }
  };
  later();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await checking;
  };
}
