import {
  decodeCursor,
  encodeCursor,
  type Pagination,
  pagination,
  TOTAL_EXACT_MAX,
} from '../../kernel/page.ts';
import type { App } from '../../platform/app.ts';
import type { Actor } from '../../platform/db.ts';
import { refusals as httpRefusals } from '../../platform/http.ts';
import { refusals } from './errors.ts';
import { bodyPlace } from './job.ts';
import type { DeliveryDetail, DeliveryView } from './schema.ts';
import {
  countDeliveries,
  type DeliveryFilter,
  type ListedAttempt,
  listAttempts,
  listDeliveries,
  readDelivery,
} from './store-list.ts';
import { viewAttempt, viewDelivery } from './view.ts';

export type DeliveryQuery = {
  page: number;
  limit: number;
  cursor?: string | undefined;
  state?: string | undefined;
  endpoint_id?: string | undefined;
  provider_id?: string | undefined;
  lead_id?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
};

const GROUPS: Record<string, string[]> = { failed: ['refused', 'dead'], waiting: ['pending', 'sending'] };

/** Deliveries, newest first; row-level security shows a provider its own. */
export async function findDeliveries(
  app: App,
  query: DeliveryQuery,
  actor: Actor,
): Promise<{ data: DeliveryView[]; pagination: Pagination }> {
  const filter: DeliveryFilter = {
    states: query.state === undefined ? null : (GROUPS[query.state] ?? [query.state]),
    endpointId: query.endpoint_id ?? null,
    providerId: query.provider_id ?? null,
    leadId: query.lead_id ?? null,
    from: query.from ?? null,
    to: query.to ?? null,
  };
  const before = query.cursor === undefined ? null : positionOf(query.cursor);
  const offset = before === null ? (query.page - 1) * query.limit : 0;
  const { rows, counted } = await app.db.tx(
    actor,
    async (tx) => ({
      rows: await listDeliveries(tx, filter, { before, offset, limit: query.limit + 1 }),
      counted: await countDeliveries(tx, filter, TOTAL_EXACT_MAX + 1),
    }),
    { readOnly: true },
  );
  const shown = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? shown.at(-1) : undefined;
  const next = last === undefined ? null : encodeCursor([last.id]);
  return { data: shown.map(viewDelivery), pagination: pagination(query, counted, next) };
}

/**
 * One delivery with its attempts. A provider sees the person while the lead is charged: what was to be sent not before
 * it accepted and not after a refund, and then not in its own answers either.
 * @throws Refusal delivery_not_found
 */
export async function showDelivery(
  app: App,
  id: string,
  actor: Actor,
  options: { withBody: boolean },
): Promise<DeliveryDetail> {
  const { row, attempts } = await app.db.tx(
    actor,
    async (tx) => ({ row: await readDelivery(tx, id), attempts: await listAttempts(tx, id) }),
    { readOnly: true },
  );
  if (row === null) throw refusals.delivery_not_found();
  const own = actor.role === 'provider';
  const withBody = options.withBody && (!own || row.assignmentState === 'charged');
  const body = withBody && row.bodyEnc !== null ? app.secrets.decryptText(row.bodyEnc, bodyPlace(id)) : null;
  const answered = own && row.assignmentState !== 'charged' ? attempts.map(unanswered) : attempts;
  return { ...viewDelivery(row), url: row.url, body, attempts: answered.map(viewAttempt) };
}

const unanswered = (attempt: ListedAttempt): ListedAttempt => ({ ...attempt, answer: null });

function positionOf(cursor: string): string {
  const parts = decodeCursor(cursor, ['uuid']);
  if (parts === null) {
    const message = 'This cursor is not one of this list; begin again without it.';
    throw httpRefusals.input_invalid({ details: [{ field: 'cursor', message }] });
  }
  return parts[0] as string;
}
