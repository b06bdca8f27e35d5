import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';

/** A receiver on loopback that answers raw bytes as a test tells it, and counts who came. */
export type Receiver = {
  port: number;
  /** Connections taken. A trap must stay at 0. */
  connections: () => number;
  /** Requests seen, as raw text (head and what had come of the body by then). */
  requests: string[];
  close: () => Promise<void>;
};

/** Called once per request head. Writing, waiting or breaking off is up to it. */
export type Conduct = (socket: net.Socket, request: string) => void;

export const answer = (text: string, status = '200 OK', headers: string[] = []): string =>
  [`HTTP/1.1 ${status}`, `content-length: ${Buffer.byteLength(text)}`, ...headers, '', text].join('\r\n');

export async function startReceiver(
  conduct: Conduct = (socket) => socket.write(answer('ok')),
  options: { host?: string; port?: number; tls?: tls.TlsOptions } = {},
): Promise<Receiver> {
  const open = new Set<net.Socket>();
  const requests: string[] = [];
  let connections = 0;
  const take = (socket: net.Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      if (/^[A-Z]+ \S+ HTTP\/1\.1\r\n/.test(text)) {
        requests.push(text);
        conduct(socket, text);
      }
    });
  };
  const server = options.tls === undefined ? net.createServer(take) : tls.createServer(options.tls, take);
  server.on('connection', () => {
    connections += 1;
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((ready, failed) => {
    server.once('error', failed);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', ready);
  });
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    requests,
    close: () =>
      new Promise((closed) => {
        for (const socket of open) socket.destroy();
        server.close(() => closed());
      }),
  };
}
