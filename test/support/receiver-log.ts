import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';

/** A partner's receiver that believes nothing: it checks each signature and remembers the bytes of each id. */

export type Conduct = (call: { id: string; times: number }) => { status: number; afterMs?: number } | 'drop';
export type ReceiverLog = {
  url: string;
  /** Set once the endpoint is made. */
  secret: string;
  /** Delivery ids with how often they came and the hash of their bytes, in the order of their first coming. */
  came: Map<string, { times: number; bytes: string; taken: boolean }>;
  /** What must never happen, in words. */
  complaints: string[];
  [Symbol.asyncDispose]: () => Promise<void>;
};

export async function startReceiverLog(conduct: Conduct): Promise<ReceiverLog> {
  const log: Omit<ReceiverLog, typeof Symbol.asyncDispose> = {
    url: '',
    secret: '',
    came: new Map(),
    complaints: [],
  };

  async function take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const id = String(request.headers['webhook-id']);
    try {
      new Webhook(log.secret).verify(body.toString('utf8'), request.headers as Record<string, string>);
    } catch (error) {
      log.complaints.push(`${id}: ${(error as Error).message}`);
    }
    if (id.startsWith('ping_')) {
      response.writeHead(200).end();
      return;
    }
    const bytes = createHash('sha256').update(body).digest('hex');
    const known = log.came.get(id) ?? { times: 0, bytes, taken: false };
    known.times += 1;
    if (known.bytes !== bytes) log.complaints.push(`${id}: came again with other bytes`);
    log.came.set(id, known);
    const said = conduct({ id, times: known.times });
    if (said === 'drop') {
      request.socket.destroy();
      return;
    }
    // Taken at this moment, whether or not the answer arrives.
    if (said.status < 300) known.taken = true;
    if (said.afterMs) await wait(said.afterMs);
    response.writeHead(said.status).end();
  }

  const server = http.createServer((request, response) => {
    // The caller may be killed in the middle of its request.
    take(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return Object.assign(log, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/leads`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  });
}
