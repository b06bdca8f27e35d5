import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { App } from '../platform/app.ts';
import { registry } from '../platform/metrics.ts';
import { figuresOf } from './heartbeat.ts';
import { buildServer } from './server.ts';

export type Running = {
  /** Where it listens, for instance `http://127.0.0.1:3000`. */
  address: string;
  /** Takes no new requests and lets those under way end, at most STOP_TIMEOUT_MS. */
  stop(): Promise<void>;
};

/** Opens the port (and METRICS_PORT, when set) and answers requests. */
export async function startApi(app: App): Promise<Running> {
  const { server, readiness } = await buildServer(app);
  const { HOST, PORT, METRICS_PORT, STOP_TIMEOUT_MS } = app.config;
  const address = await server.listen({ host: HOST, port: PORT });
  const figures = METRICS_PORT === 0 ? undefined : await serveFigures(app, HOST, METRICS_PORT);
  app.log.info({ url: address, ...(figures ? { metrics: figures.address } : {}) }, 'api.started');

  let stopping: Promise<void> | undefined;
  const stop = async () => {
    // First a balancer learns it from /readyz, then the port closes.
    readiness.ready = false;
    const late = setTimeout(() => server.server.closeAllConnections(), STOP_TIMEOUT_MS);
    await server.close().finally(() => clearTimeout(late));
    await figures?.close();
    app.log.info('api.stopped');
  };
  return { address, stop: () => (stopping ??= stop()) };
}

/** The figures for a scraper, on a port of their own that is not published. */
async function serveFigures(app: App, host: string, port: number) {
  const server = createHttpServer((request, response) => {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    figuresOf(app).then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: opened } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { address: `http://${host}:${opened}/metrics`, close };
}
