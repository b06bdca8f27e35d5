import { z } from 'zod';
import { camelKeys } from '../../kernel/names.ts';
import { decodeCursor, encodeCursor, pagination, TOTAL_EXACT_MAX } from '../../kernel/page.ts';
import type { App } from '../../platform/app.ts';
import { page, pageOf, refusals, type Server } from '../../platform/http.ts';
import { auditQuery, auditRow, auditRowOfAdmin } from './schema.ts';
import { type AuditRow, countAudit, selectAudit } from './store.ts';

const STAFF = ['admin', 'operator', 'finance', 'auditor'];

/** `GET /api/v1/admin/audit`: the log, newest first. The memo leaves through the answer of the role admin only. */
export function auditRoutes(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url: '/api/v1/admin/audit',
    config: { access: STAFF },
    schema: {
      tags: ['Audit'],
      summary: 'Audit log, newest first',
      querystring: auditQuery,
      response: { 200: z.union([pageOf(auditRowOfAdmin.strict()), pageOf(auditRow.strict())]) },
    },
    handler: async (request) => {
      const { limit, cursor, ...asked } = request.query;
      const filter = camelKeys(asked);
      const after = cursor === undefined ? undefined : positionOf(cursor);
      const { rows, counted } = await app.db.tx(
        { role: 'operator' },
        async (tx) => ({
          rows: await selectAudit(tx, { ...filter, after }, limit),
          counted: await countAudit(tx, filter, TOTAL_EXACT_MAX + 1),
        }),
        { readOnly: true },
      );
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1) : undefined;
      const next = last ? encodeCursor([last.created_at.toISOString(), last.id]) : null;
      const withMemo = request.principal?.role === 'admin';
      const data = shown.map((row) =>
        withMemo ? { ...view(row), admin_only_memo: row.admin_only_memo } : view(row),
      );
      return page(data, pagination({ page: 1, limit }, counted, next));
    },
  });
}

function positionOf(cursor: string): { createdAt: string; id: string } {
  const parts = decodeCursor(cursor, ['time', 'uuid']);
  if (!parts) {
    const message = 'This cursor is not one of this list; begin again without it.';
    throw refusals.input_invalid({ details: [{ field: 'cursor', message }] });
  }
  return { createdAt: parts[0] as string, id: parts[1] as string };
}

const view = ({ admin_only_memo: _memo, ...row }: AuditRow) => ({
  ...row,
  actor_role: row.actor_role as 'system',
  created_at: row.created_at.toISOString(),
});
