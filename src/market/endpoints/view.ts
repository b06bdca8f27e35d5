import { snakeKeys } from '../../kernel/names.ts';
import type { App } from '../../platform/app.ts';
import { type Endpoint, healthOf } from './endpoint.ts';
import type { EndpointView } from './schema.ts';
import { headersOf } from './sealed.ts';

/** What may be shown of an endpoint: no secret, and of its own headers the names only. */
export function endpointView(app: App, endpoint: Endpoint): EndpointView {
  const { headersEnc: _h, secretEnc: _s, secretPreviousEnc: _p, nextDueAt: _n, ...shown } = endpoint;
  return snakeKeys({
    ...shown,
    responseRules: endpoint.responseRules.map((rule) => snakeKeys(rule)) as EndpointView['response_rules'],
    headerNames: Object.keys(headersOf(app.secrets, endpoint)).sort(),
    health: healthOf(endpoint),
    breakerOpenedAt: endpoint.breakerOpenedAt?.toISOString() ?? null,
    secretPreviousUntil: endpoint.secretPreviousUntil?.toISOString() ?? null,
    lastServedAt: endpoint.lastServedAt?.toISOString() ?? null,
    createdAt: endpoint.createdAt.toISOString(),
    updatedAt: endpoint.updatedAt.toISOString(),
  });
}
