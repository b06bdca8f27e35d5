import fastify from 'fastify';
import type { Server } from '../platform/http.ts';

/**
 * The readable description of the API: Scalar's bundle, served by us, so that it works without a network and under
 * our policy for scripts. Its fonts, proxy and telemetry are off.
 */
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Fairlead API</title>
</head>
<body>
<div id="app"></div>
<noscript>The description as JSON: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a></noscript>
<script src="/api/docs/scalar.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`;

const SETTINGS = {
  url: '/api/v1/openapi.json',
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
  documentDownloadType: 'json',
  defaultOpenFirstTag: true,
};
const START = `Scalar.createApiReference('#app', ${JSON.stringify(SETTINGS)});\n`;
/** The bundle writes style elements; scripts stay our own files. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
const DAY_S = 86_400;

export function docsRoutes(server: Server): void {
  const files = [
    { url: '/api/docs', type: 'text/html; charset=utf-8', read: async () => PAGE },
    { url: '/api/docs/start.js', type: 'text/javascript; charset=utf-8', read: async () => START },
    { url: '/api/docs/scalar.js', type: 'text/javascript; charset=utf-8', read: bundle },
  ];
  for (const { url, type, read } of files) {
    server.route({
      method: 'GET',
      url,
      config: { access: 'public', raw: true },
      schema: { hide: true },
      handler: async (_request, reply) => {
        reply.header('content-security-policy', POLICY).header('cache-control', `public, max-age=${DAY_S}`);
        return reply.type(type).send(await read());
      },
    });
  }
}

let bundled: Promise<string> | undefined;

/** The bundle (4 MB) is inside the package's plug-in and is given out only by its own route: asked once, when wanted. */
function bundle(): Promise<string> {
  bundled ??= readBundle().catch((error: unknown) => {
    bundled = undefined;
    throw error;
  });
  return bundled;
}

async function readBundle(): Promise<string> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const inner = fastify();
  await inner.register(scalar, { routePrefix: '/', configuration: { url: SETTINGS.url } });
  const answer = await inner.inject('/js/scalar.js');
  await inner.close();
  if (answer.statusCode !== 200) throw new Error(`the bundle of Scalar answered ${answer.statusCode}`);
  return answer.body;
}
