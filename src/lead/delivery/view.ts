import { snakeKeys } from '../../kernel/names.ts';
import { canResend } from './can-resend.ts';
import type { AttemptView, DeliveryView, EndpointTestView } from './schema.ts';
import type { ListedAttempt, ListedDelivery } from './store-list.ts';
import type { EndpointTest } from './test-endpoint.ts';

/** Rows as the API shows them. */

const timeOf = (at: Date | null): string | null => at?.toISOString() ?? null;

export const viewDelivery = (row: ListedDelivery): DeliveryView =>
  snakeKeys({
    id: row.id,
    assignmentId: row.assignmentId,
    leadId: row.leadId,
    providerId: row.providerId,
    providerName: row.providerName,
    endpointId: row.endpointId,
    endpointName: row.endpointName,
    state: row.state as DeliveryView['state'],
    dueAt: timeOf(row.dueAt),
    tries: row.tries,
    firstAttemptAt: timeOf(row.firstAttemptAt),
    unknownSeen: row.unknownSeen,
    endedAt: timeOf(row.endedAt),
    reason: row.reason,
    partnerReference: row.partnerReference,
    createdAt: row.createdAt.toISOString(),
    contentType: row.contentType,
    hasBody: row.hasBody,
    canResend: canResend(row),
  });

export const viewAttempt = ({ outcome, ...row }: ListedAttempt): AttemptView =>
  snakeKeys({ ...row, outcome: outcome as AttemptView['outcome'], startedAt: row.startedAt.toISOString() });

const BODY_SHOWN_MAX = 4_096;

export function viewTest(test: EndpointTest): EndpointTestView {
  const { exchange } = test;
  const answered = exchange.outcome === 'answered' ? exchange : null;
  return {
    outcome: test.outcome,
    diagnosis: test.diagnosis,
    request: { url: test.url, headers: test.requestHeaders, body: test.requestBody },
    response: answered && {
      status: answered.status,
      headers: test.responseHeaders ?? {},
      body: answered.body.slice(0, BODY_SHOWN_MAX).toWellFormed(),
      truncated: answered.truncated || answered.incomplete || answered.body.length > BODY_SHOWN_MAX,
    },
    duration_ms: exchange.outcome === 'refused' ? null : Math.round(exchange.durationMs),
  };
}
