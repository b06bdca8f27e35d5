import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * The demo's partners: receivers of leads over real HTTP, in a process of their own (`node demo-partners.ts`), so that
 * they share nothing with the program under show. Each provider has a path `/<behaviour>/<number>`.
 */

/** How partners behave. `down` has no server at all: its port is closed. */
export const BEHAVIOURS = [
  'accepting',
  'slow',
  'rejecting duplicates',
  'failing half the time',
  'hanging',
  'down',
] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

export const pathOf = (behaviour: Behaviour, number: number): string =>
  `/${behaviour.replaceAll(' ', '-')}/${number}`;

const SLOW_MIN_MS = 400;
const SLOW_MORE_MS = 1_200;
const BODY_MAX_BYTES = 1_000_000;
/** Every so many leads, the partner that rejects duplicates says it has this person already. */
const KNOWN_EVERY = 5;

type Answer = { status: number; body: object };

export function startPartners(): Promise<{ port: number; close: () => Promise<void> }> {
  const seen = new Set<string>();
  const server = createServer((request, response) => {
    void answer(request, response, seen).catch(() => response.destroy());
  });
  return new Promise((opened, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      opened({ port, close: () => closed(server) });
    });
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, seen: Set<string>): Promise<void> {
  const behaviour = request.url?.split('/')[1] ?? '';
  const sent = await text(request);
  if (sent.length > BODY_MAX_BYTES) return void response.writeHead(413).end();
  const id = String(request.headers['webhook-id'] ?? '');
  const reply = await replyOf(behaviour, id, seen);
  // Hanging: the connection stays open and nothing is ever said.
  if (reply === null) return;
  const body = JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

async function replyOf(behaviour: string, id: string, seen: Set<string>): Promise<Answer | null> {
  const accepted = { status: 200, body: { status: 'accepted', id: `crm-${id.slice(-8)}` } };
  switch (behaviour) {
    case 'slow':
      await wait(SLOW_MIN_MS + Math.random() * SLOW_MORE_MS);
      return accepted;
    case 'rejecting-duplicates': {
      // A repeated delivery is the same one; a new one may be a person they know.
      if (seen.has(id)) return accepted;
      seen.add(id);
      return seen.size % KNOWN_EVERY === 0 ? { status: 409, body: { status: 'duplicate' } } : accepted;
    }
    case 'failing-half-the-time':
      return Math.random() < 0.5 ? { status: 503, body: { error: 'try again later' } } : accepted;
    case 'hanging':
      return null;
    default:
      return accepted;
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}

if (process.argv[1] === import.meta.filename) {
  const { port, close } = await startPartners();
  process.once('disconnect', () => void close());
  process.once('SIGTERM', () => void close().then(() => process.disconnect?.()));
  process.send?.({ port });
}
