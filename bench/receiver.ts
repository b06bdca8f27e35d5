import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from './child.ts';

/** Partners of the benches: /ok/<n> answers 200 at once, /hang never answers. */
const server = createServer((request, response) => {
  if (request.url === '/hang') {
    request.resume();
    return;
  }
  request.resume();
  request.once('end', () =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}'),
  );
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  serve(`http://127.0.0.1:${port}`, async () => {
    server.closeAllConnections();
    server.close();
  });
});
