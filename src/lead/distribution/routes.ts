import { z } from 'zod';
import { STAFF } from '../../access/index.ts';
import type { App } from '../../platform/app.ts';
import { dataOf, ok, type Server } from '../../platform/http.ts';
import { explainRoutes } from './explain/routes.ts';
import { explainDecision } from './explain-decision.ts';
import { explainedLead } from './schema.ts';
import { simulateRoutes } from './simulate/routes.ts';

/** The distribution view of a lead (operator). */
export function distributionRoutes(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url: '/api/v1/admin/leads/:id/distribution',
    config: { access: STAFF },
    schema: {
      tags: ['Leads'],
      summary: 'Why each subscription did or did not get a lead, decision by decision',
      params: z.object({ id: z.uuid() }),
      response: { 200: dataOf(explainedLead) },
    },
    handler: async (request) => ok(await explainDecision(app, request.params.id)),
  });
  explainRoutes(server, app);
  simulateRoutes(server, app);
}
