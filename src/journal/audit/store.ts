import { newId } from '../../kernel/ids.ts';
import type { Tx } from '../../platform/db.ts';
import type { AuditEntry } from './audit.ts';

/**
 * All SQL of the audit log. The hash of a row is computed by PostgreSQL from the values as they are stored, with the
 * same expression when the row is written and when it is verified: jsonb has normalised the keys by then, so there
 * is one spelling. The layout is in README.md; a change of it needs a new version number at its head.
 */

/** Hash of a row whose columns are in scope by their names. Times as milliseconds: no zone can change them. */
const rowHash = (tx: Tx) => tx`
  sha256(convert_to(jsonb_build_array(1, id, (extract(epoch from created_at) * 1000)::bigint, tx_id::text,
    actor_id, actor_role, action, entity_type, entity_id, before_state, after_state, description, metadata,
    ip::text, user_agent, request_id, admin_only_memo)::text, 'utf8'))`;

const json = (value: object | null | undefined): string | null => (value ? JSON.stringify(value) : null);

export async function insertAudit(tx: Tx, entries: AuditEntry[]): Promise<void> {
  const text = (of: (entry: AuditEntry) => string | null | undefined) =>
    entries.map((entry) => of(entry) ?? null);
  await tx`
    with given as materialized (
      select id::uuid, clock_timestamp()::timestamptz(3) as created_at, pg_current_xact_id() as tx_id, actor_id,
        actor_role, action, entity_type, entity_id, before_state::jsonb, after_state::jsonb, description,
        metadata::jsonb, ip::inet, user_agent, request_id, admin_only_memo
      from unnest(
        ${entries.map(() => newId())}::text[], ${text(({ actor }) => actor.id)}::text[],
        ${text(({ actor }) => actor.role)}::text[], ${text(({ action }) => action)}::text[],
        ${text(({ entityType }) => entityType)}::text[], ${text(({ entityId }) => entityId)}::text[],
        ${text(({ before }) => json(before))}::text[], ${text(({ after }) => json(after))}::text[],
        ${text(({ description }) => description)}::text[], ${text(({ metadata }) => json(metadata))}::text[],
        ${text(({ actor }) => actor.ip)}::text[], ${text(({ actor }) => actor.userAgent)}::text[],
        ${text(({ actor }) => actor.requestId)}::text[], ${text(({ adminOnlyMemo }) => adminOnlyMemo)}::text[]
      ) as entry (id, actor_id, actor_role, action, entity_type, entity_id, before_state, after_state, description,
        metadata, ip, user_agent, request_id, admin_only_memo)
    )
    insert into audit_log (id, created_at, tx_id, actor_id, actor_role, action, entity_type, entity_id, before_state,
      after_state, description, metadata, ip, user_agent, request_id, admin_only_memo, row_hash)
    select id, created_at, tx_id, actor_id, actor_role, action, entity_type, entity_id, before_state, after_state,
      description, metadata, ip, user_agent, request_id, admin_only_memo, ${rowHash(tx)}
    from given`;
}
