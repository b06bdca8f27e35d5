import { newId } from '../../kernel/ids.ts';
import { headersOf, readEndpoint, refusals, signingSecrets } from '../../market/endpoints/index.ts';
import type { App } from '../../platform/app.ts';
import type { Actor } from '../../platform/db.ts';
import type { Exchange } from '../../platform/outbound.ts';
import { classify, type Verdict } from './classify.ts';
import { diagnose } from './diagnosis.ts';
import { type Body, renderDelivery } from './payload.ts';
import { recordResults } from './record-results.ts';
import { SAMPLE_ASSIGNMENT, SAMPLE_LEAD } from './sample-lead.ts';
import { requestHeaders, requestOf, shownRequest, shownResponse } from './send-delivery.ts';

export type EndpointTest = {
  outcome: Verdict['kind'];
  diagnosis: string;
  url: string;
  requestHeaders: Record<string, string>;
  requestBody: string;
  exchange: Exchange;
  responseHeaders: Record<string, string> | null;
};

/**
 * Sends the sample lead to an endpoint as a real one would be sent, and says what came of it. It counts for the
 * breaker only while that is open: then a success brings the endpoint back sooner.
 * @throws Refusal endpoint_not_found
 */
export async function testEndpoint(app: App, id: string, actor: Actor): Promise<EndpointTest> {
  const endpoint = await app.db.tx(actor, (tx) => readEndpoint(tx, id));
  if (endpoint === null) throw refusals.endpoint_not_found();
  const keys = {
    secrets: signingSecrets(app.secrets, endpoint, new Date()),
    headers: headersOf(app.secrets, endpoint),
  };
  const { body, contentType }: Body = renderDelivery(SAMPLE_LEAD, SAMPLE_ASSIGNMENT, endpoint);
  const bytes = Buffer.from(body, 'utf8');
  const headers = requestHeaders({ id: `test_${newId()}`, body: bytes, contentType, keys, at: new Date() });
  const limits = { timeoutMs: app.config.DELIVERY_TIMEOUT_MS };
  const exchange = await app.outbound.request(requestOf(endpoint, headers, bytes, limits));
  const rules = endpoint.responseRules.map((rule) => ({
    ...rule,
    reasonPath: rule.reasonPath ?? null,
    reason: rule.reason ?? null,
  }));
  const verdict = classify(exchange, { rules, unknownBefore: false });
  if (endpoint.breakerState !== 'closed') {
    const target = { ...endpoint, responseRules: rules };
    const now = { claimedAt: new Date(), claimedMark: performance.now() };
    await recordResults(app, [{ ping: { endpointId: id, target, keys, ...now }, exchange }]);
  }
  return {
    outcome: verdict.kind,
    diagnosis: diagnose(exchange, verdict),
    url: endpoint.url,
    requestHeaders: shownRequest(headers, keys),
    requestBody: body,
    exchange,
    responseHeaders: exchange.outcome === 'answered' ? shownResponse(exchange.headers) : null,
  };
}
