import { STAFF } from '../../../access/index.ts';
import type { App } from '../../../platform/app.ts';
import { dataOf, ok, type Server } from '../../../platform/http.ts';
import { trafficAlertsView } from './schema.ts';
import { alertWords, readAlerts } from './watch-traffic.ts';

const BASIS =
  'Sources and niches without leads for longer than usual, and niches whose leads suddenly match nobody.';

export function watchRoutes(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url: '/api/v1/admin/traffic-alerts',
    config: { access: STAFF },
    schema: {
      tags: ['Distribution'],
      summary: 'Sources and niches that have gone quiet, and niches whose leads match nobody',
      response: { 200: dataOf(trafficAlertsView) },
    },
    handler: async () => {
      const alerts = (await readAlerts(app)).map((alert) => ({
        ...{ id: alert.id, kind: alert.kind, scope: alert.scope, scope_id: alert.scopeId, name: alert.name },
        sentence: alertWords(alert),
        began_at: alert.beganAt.toISOString(),
      }));
      return ok({ value: alerts.length, alerts, basis: BASIS });
    },
  });
}
