import cookie from '@fastify/cookie';
import { accessRoutes } from '../access/index.ts';
import { auditRoutes } from '../journal/audit/index.ts';
import { messageRoutes } from '../journal/messages/index.ts';
import { deliveryRoutes } from '../lead/delivery/index.ts';
import { distributionRoutes, proofRoutes } from '../lead/distribution/index.ts';
import { intakeRoutes } from '../lead/intake/index.ts';
import { returnRoutes } from '../lead/returns/index.ts';
import { reviewRoutes } from '../lead/review/index.ts';
import { leadRoutes } from '../lead/routes.ts';
import { campaignRoutes } from '../market/campaigns/index.ts';
import { catalogRoutes } from '../market/catalog/index.ts';
import { endpointRoutes } from '../market/endpoints/index.ts';
import { holidayRoutes } from '../market/holidays/index.ts';
import { providerRoutes } from '../market/providers/index.ts';
import { sourceRoutes } from '../market/sources/index.ts';
import { stopRoutes } from '../market/stops/index.ts';
import { subscriptionRoutes } from '../market/subscriptions/index.ts';
import { walletRoutes } from '../money/wallet/index.ts';
import type { App } from '../platform/app.ts';
import { createServer, type RouteInfo, type Server } from '../platform/http.ts';
import { guardRoutes } from './access.ts';
import { docsRoutes } from './docs.ts';
import { readForms } from './form.ts';
import { protectAnswers } from './headers.ts';
import { healthRoutes, type Readiness } from './health.ts';
import { liveRoutes } from './live.ts';
import { describeApi } from './openapi.ts';
import { countRequests } from './requests.ts';
import { portalRoutes } from './static.ts';

/** The routes of the modules, by name: one import and one line each. */
const MODULES: ((server: Server, app: App) => void)[] = [
  accessRoutes,
  auditRoutes,
  messageRoutes,
  walletRoutes,
  catalogRoutes,
  campaignRoutes,
  sourceRoutes,
  providerRoutes,
  endpointRoutes,
  holidayRoutes,
  subscriptionRoutes,
  stopRoutes,
  distributionRoutes,
  proofRoutes,
  deliveryRoutes,
  intakeRoutes,
  reviewRoutes,
  returnRoutes,
  leadRoutes,
];

export type Api = { server: Server; routes: RouteInfo[]; readiness: Readiness };

/** The whole HTTP side, ready for `listen` or `inject`. */
export async function buildServer(app: App): Promise<Api> {
  const { server, routes } = createServer({
    log: app.log,
    bodyLimitBytes: app.config.BODY_LIMIT_BYTES,
    trustProxy: app.config.TRUST_PROXY,
  });
  const readiness = { ready: true };
  // A connection kept alive after its last answer would hold up the stop.
  server.addHook('onSend', async (_request, reply) => {
    if (!readiness.ready) reply.header('connection', 'close');
  });
  readForms(server);
  await server.register(cookie);
  await protectAnswers(server, app);
  countRequests(server, app);
  guardRoutes(server, app);
  await describeApi(server, app);
  docsRoutes(server);
  healthRoutes(server, app, readiness);
  for (const routesOf of MODULES) routesOf(server, app);
  liveRoutes(server, app);
  await portalRoutes(server);
  await server.ready();
  return { server, routes, readiness };
}
