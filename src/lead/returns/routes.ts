import { auditActorOf, memoOf } from '../../access/index.ts';
import type { App } from '../../platform/app.ts';
import { dataOf, ok, type Server } from '../../platform/http.ts';
import { markBad, refundAssignment } from './mark-bad.ts';
import * as shape from './schema.ts';

/** Who may give money back: operators, because the lead is theirs, and finance, because the money is. */
const MAY_REFUND = ['admin', 'operator', 'finance'] as const;
const tags = ['Leads'];

export function returnRoutes(server: Server, app: App): void {
  server.route({
    method: 'POST',
    url: '/api/v1/admin/leads/:id/bad-lead',
    config: { access: MAY_REFUND },
    schema: {
      tags,
      summary: 'Mark a lead as bad for all: every assignment is refunded',
      params: shape.returnParams,
      body: shape.reasonInput,
      response: { 200: dataOf(shape.badLeadAnswer) },
    },
    handler: async (request) => {
      const { reason, admin_only_memo: memo } = request.body;
      const input = { leadId: request.params.id, reason, adminOnlyMemo: memoOf(request, memo) };
      const { leadId, cancelled, ...done } = await markBad(app, input, auditActorOf(request));
      return ok({ ...done, lead_id: leadId, state: 'bad_lead' as const, deliveries_cancelled: cancelled });
    },
  });
  server.route({
    method: 'POST',
    url: '/api/v1/admin/assignments/:id/refund',
    config: { access: MAY_REFUND },
    schema: {
      tags,
      summary: 'Refund one assignment in full; the lead stays as it is',
      params: shape.returnParams,
      body: shape.reasonInput,
      response: { 200: dataOf(shape.refundAnswer) },
    },
    handler: async (request) => {
      const { reason, admin_only_memo: memo } = request.body;
      const input = { assignmentId: request.params.id, reason, adminOnlyMemo: memoOf(request, memo) };
      const done = await refundAssignment(app, input, auditActorOf(request));
      return ok({
        assignment_id: done.assignmentId,
        lead_id: done.leadId,
        state: done.state,
        already: done.already,
      });
    },
  });
}
